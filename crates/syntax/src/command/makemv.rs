//! `makemv`: one text as several values. `makemv delim="," recipients`, `makemv tokenizer="(\d+)" codes`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Split a field into several values.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeMv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What makes the values.
    pub pieces: Pieces,
    /// Whether the joined form stays what the field flattens to.
    pub set_sv: bool,
    /// The field.
    pub field: Field,
}

/// How `makemv` finds the values in a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Pieces {
    /// What stands between delimiters.
    Between {
        /// The delimiter, one or more characters; a blank where none is written.
        delim: Option<String>,
        /// Whether empty values stay.
        allow_empty: bool,
    },
    /// The first group of each match of a regular expression.
    Matches(Spanned<String>),
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["makemv"],
    kind: Kind::Streaming,
    summary: "splits a value into several",
    usage: "makemv [delim=<text> | tokenizer=<regex>] [allowempty=<bool>] [setsv=<bool>] <field>",
    options: &["allowempty", "delim", "setsv", "tokenizer"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut delim, mut tokenizer, mut allow_empty, mut set_sv) = (None, None, false, false);
    let field = cursor.one_field("a field", |cursor, option| match option.name.node.as_str() {
        "delim" => delim = Some(option.value.node.clone()),
        "tokenizer" => tokenizer = Some(option.value.clone()),
        "allowempty" => allow_empty = cursor.boolean(option),
        "setsv" => set_sv = cursor.boolean(option),
        _ => cursor.unknown_option(option),
    })?;
    let pieces = match tokenizer {
        Some(regex) => Pieces::Matches(regex),
        None => Pieces::Between { delim, allow_empty },
    };
    Some(Command::MakeMv(MakeMv { span: cursor.command_span(), pieces, set_sv, field }))
}

impl Display for MakeMv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("makemv")?;
        match &self.pieces {
            Pieces::Between { delim, allow_empty } => {
                print::option(out, "delim", delim.as_deref().map(print::Quoted))?;
                print::flag(out, "allowempty", *allow_empty)?;
            }
            Pieces::Matches(regex) => print::option(out, "tokenizer", Some(print::Quoted(&regex.node)))?,
        }
        print::flag(out, "setsv", self.set_sv)?;
        write!(out, " {}", self.field)
    }
}
