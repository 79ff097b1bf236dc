//! `unsupported`: a command that is valid SPL and that speleo cannot run yet. `typer`

mod rows;

pub(crate) use rows::{ROW_COUNT, ROWS};

use std::fmt::{self, Display, Formatter};

use crate::{Command, Search, Span, Spanned, cursor::Cursor, layout, parser::Place};

/// A command that is valid SPL and has no rows here yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's name.
    pub name: Spanned<String>,
    /// The text after it, one blank for several.
    pub args: String,
    /// Subsearches in its arguments, so that `check` reads them too.
    pub subsearches: Vec<Search>,
}

/// Whether the command may stand behind a pipe although it makes rows: `mstats append=t`, `inputcsv append=t`.
pub(crate) fn may_follow(command: &Unsupported) -> bool {
    command.args.split_whitespace().any(|word| {
        let word = word.to_lowercase();
        word.strip_prefix("append=").is_some_and(|value| matches!(value, "t" | "true" | "1" | "yes" | "y"))
    })
}

/// The command's name and the text of its arguments, which are not read yet.
pub(super) fn verbatim(cursor: &Cursor) -> (Spanned<String>, String) {
    let start = cursor.command_span().start as usize;
    let written = cursor.text().get(start..cursor.position()).unwrap_or_default();
    let name = Spanned { span: Span::new(start, start + written.len()), node: cursor.command_name().to_string() };
    (name, layout::squeeze(cursor.rest().trim()))
}

/// Keeps the text, and reads the searches in brackets.
fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (name, args) = verbatim(cursor);
    let mut subsearches = Vec::new();
    while let Some(at) = crate::structure::next_bracket(cursor.rest()) {
        cursor.go(cursor.position() + at);
        match cursor.bracket(Place::Bracket) {
            Some(search) => subsearches.push(search),
            None => break,
        }
    }
    cursor.go(cursor.end());
    Some(Command::Unsupported(Unsupported { span: cursor.command_span(), name, args, subsearches }))
}

impl Display for Unsupported {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(&self.name.node)?;
        if self.args.is_empty() { Ok(()) } else { write!(out, " {}", self.args) }
    }
}
