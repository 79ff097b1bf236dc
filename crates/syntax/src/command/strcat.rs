//! `strcat`: fields and texts one after the other. `strcat allrequired=true src ":" src_port endpoint`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print, token};

/// Join fields and texts into a field.
#[derive(Debug, Clone, PartialEq)]
pub struct StrCat {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether a missing field leaves the target as it is; otherwise it counts as empty.
    pub all_required: bool,
    /// What is joined.
    pub parts: Vec<Part>,
    /// The field that is written.
    pub target: Field,
}

/// What `strcat` joins.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The value of a field.
    Field(Field),
    /// A text in quotes.
    Text(String),
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["strcat"],
    kind: Kind::Streaming,
    summary: "joins fields and texts",
    usage: "strcat [allrequired=<bool>] <field or \"text\">… <target>",
    options: &["allrequired"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut all_required, mut parts) = (false, Vec::new());
    let mut last = None;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(text) = cursor.token(token::quoted) {
            let text = token::unescape(text.node);
            last = Some(Field::new(text.clone(), cursor.command_span()));
            parts.push(Part::Text(text));
        } else if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "allrequired" => all_required = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            last = Some(field.clone());
            parts.push(Part::Field(field));
        } else {
            cursor.expected("a field or a text in quotes");
            return None;
        }
    }
    parts.pop();
    match last {
        Some(target) if !parts.is_empty() => {
            Some(Command::StrCat(StrCat { span: cursor.command_span(), all_required, parts, target }))
        }
        _ => {
            cursor.missing("something to join, and a field that gets it");
            None
        }
    }
}

impl Display for StrCat {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("strcat")?;
        print::flag(out, "allrequired", self.all_required)?;
        for part in &self.parts {
            match part {
                Part::Field(field) => write!(out, " {field}")?,
                Part::Text(text) => write!(out, " {}", print::Quoted(text))?,
            }
        }
        write!(out, " {}", self.target)
    }
}
