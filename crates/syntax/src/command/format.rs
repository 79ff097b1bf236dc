//! `format`: turns rows into the text of a search condition. `format "(" "(" "OR" ")" "OR" ")"`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, cursor::Cursor, print, token};

/// Turn the rows into one row with the field `search`.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// `mvsep=`.
    pub mv_separator: String,
    /// `maxresults=`; 0 is all.
    pub max_results: u64,
    /// Row prefix, column prefix, column separator, column end, row separator, row end.
    pub parts: [String; 6],
    /// `emptystr=`.
    pub empty_text: String,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["format"],
    kind: Kind::Transforming,
    summary: "turns rows into the text of a search condition",
    usage: "format [mvsep=<text>] [maxresults=<count>] [<six texts>] [emptystr=<text>]",
    options: &["emptystr", "maxresults", "mvsep"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut mv_separator, mut max_results, mut empty_text) = ("OR".to_string(), 0, "NOT ( )".to_string());
    let mut texts = Vec::new();
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "emptystr" => empty_text = option.value.node,
                "maxresults" => max_results = cursor.unsigned(&option),
                "mvsep" => mv_separator = option.value.node,
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(text) = cursor.token(token::quoted) {
            texts.push(token::unescape(text.node));
        } else {
            break;
        }
    }
    let count = texts.len();
    let parts = match (<[String; 6]>::try_from(texts), count) {
        (Ok(parts), _) => parts,
        (Err(_), 0) => DEFAULT.map(String::from),
        (Err(_), count) => {
            let span = cursor.command_span();
            let message = format!("`format` takes six texts or none, not {count}");
            cursor.fail(Diagnostic::new(Code::MissingArgument, span, message));
            return None;
        }
    };
    Some(Command::Format(Format { span: cursor.command_span(), mv_separator, max_results, parts, empty_text }))
}

/// Row prefix, column prefix, column separator, column end, row separator, row end.
const DEFAULT: [&str; 6] = ["(", "(", "AND", ")", "OR", ")"];

impl Display for Format {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("format")?;
        print::option(out, "mvsep", Some(print::Quoted(&self.mv_separator)).filter(|_| self.mv_separator != "OR"))?;
        print::option(out, "maxresults", Some(self.max_results).filter(|&count| count != 0))?;
        if self.parts != DEFAULT {
            for part in &self.parts {
                write!(out, " {}", print::Quoted(part))?;
            }
        }
        print::option(out, "emptystr", Some(print::Quoted(&self.empty_text)).filter(|_| self.empty_text != "NOT ( )"))
    }
}
