//! `unsupported`: a command that is valid SPL and that speleo cannot run yet. `cluster t=0.9`

mod rows;

pub(crate) use rows::{ROW_COUNT, ROWS};

use rows::Needs;
use std::fmt::{self, Display, Formatter};

use crate::{Command, Search, Span, Spanned, cursor::Cursor, parser::Place};

/// A command that is valid SPL and has no rows here yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's name.
    pub name: Spanned<String>,
    /// The text after it.
    pub args: String,
    /// Subsearches in its arguments, so that `check` reads them too.
    pub subsearches: Vec<Search>,
}

/// Whether the command may stand behind a pipe although it makes rows: `mstats append=t`, `inputcsv append=t`, `union`.
pub(crate) fn may_follow(command: &Unsupported) -> bool {
    let name = command.name.node.as_str();
    let appends = command.args.split_whitespace().any(|word| {
        let word = word.to_lowercase();
        word.strip_prefix("append=").is_some_and(|value| matches!(value, "t" | "true" | "1" | "yes" | "y"))
    });
    matches!(name, "union") || appends
}

/// Keeps the text, and reads the searches in brackets. The brackets of `foreach` hold a template, those of
/// `appendpipe` go on with the rows outside.
fn parse(cursor: &mut Cursor) -> Option<Command> {
    let name = cursor.command_name();
    let start = cursor.command_span().start as usize;
    let written = cursor.text().get(start..cursor.position()).unwrap_or_default();
    let name_span = Span::new(start, start + written.len());
    let args = cursor.rest().trim().to_string();
    let place = match name {
        "appendpipe" => Some(Place::Continuation),
        "foreach" => None,
        _ => Some(Place::Bracket),
    };
    let mut subsearches = Vec::new();
    if let Some(place) = place {
        while let Some(at) = crate::structure::next_bracket(cursor.rest()) {
            cursor.go(cursor.position() + at);
            match cursor.bracket(place) {
                Some(search) => subsearches.push(search),
                None => break,
            }
        }
    }
    cursor.go(cursor.end());
    let brackets = if place.is_none() { usize::from(args.contains('[')) } else { subsearches.len() };
    let lacks = match rows::needs(name) {
        Needs::Nothing => None,
        Needs::Arguments => args.is_empty().then_some("arguments"),
        Needs::Brackets(1) => (brackets == 0).then_some("a search in brackets"),
        Needs::Brackets(count) => (brackets < count).then_some("two searches in brackets"),
    };
    if let Some(lacks) = lacks {
        cursor.missing(lacks);
    }
    let name = Spanned { span: name_span, node: name.to_string() };
    Some(Command::Unsupported(Unsupported { span: cursor.command_span(), name, args, subsearches }))
}

impl Display for Unsupported {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(&self.name.node)?;
        if self.args.is_empty() { Ok(()) } else { write!(out, " {}", self.args) }
    }
}
