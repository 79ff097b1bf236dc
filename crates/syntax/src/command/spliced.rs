//! A command with a search in brackets where its text is expected. `sort [| inputlookup order.csv | return $keys]`
//!
//! Splunk puts the text that the search returns in the bracket's place before it reads the command. So the command has no tree
//! before the search ran; [`Spliced::with`] gives its text then. Conditions and expressions are not here: their grammars
//! have a place for a bracket.

use std::fmt::{self, Display, Formatter};

use crate::{Command, Search, Span, Spanned, cursor::Cursor, layout, parser::Place, structure};

/// A command that is read when its brackets have run.
#[derive(Debug, Clone, PartialEq)]
pub struct Spliced {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's canonical name.
    pub name: Spanned<String>,
    /// The text after it, one blank for several.
    pub args: String,
    /// The searches in its brackets, in order.
    pub searches: Vec<Search>,
}

/// Keeps the text, and reads the searches in brackets.
pub(crate) fn parse(cursor: &mut Cursor) -> Command {
    let (name, span) = (cursor.command_name(), cursor.command_span());
    let place = Span::new(span.start as usize, cursor.position());
    let args = layout::squeeze(cursor.rest().trim());
    let mut searches = Vec::new();
    while let Some(at) = structure::next_bracket(cursor.rest()) {
        cursor.go(cursor.position() + at);
        match cursor.bracket(Place::Bracket) {
            Some(search) => searches.push(search),
            None => break,
        }
    }
    cursor.go(cursor.end());
    Command::Spliced(Spliced { span, name: Spanned { span: place, node: name.to_owned() }, args, searches })
}

impl Spliced {
    /// The command with a text in the place of each bracket.
    pub fn with<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> String {
        let mut whole = format!("{} ", self.name.node);
        let mut rest = self.args.as_str();
        for text in texts {
            let Some(at) = structure::next_bracket(rest) else { break };
            let (before, bracket) = rest.split_at_checked(at).unwrap_or((rest, ""));
            whole.push_str(before);
            whole.push_str(text);
            rest = bracket.get(structure::partner(bracket) + 1..).unwrap_or_default();
        }
        whole.push_str(rest);
        whole
    }
}

impl Display for Spliced {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{} {}", self.name.node, self.args)
    }
}
