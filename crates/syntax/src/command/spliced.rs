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
    /// The texts around the brackets, one more than there are brackets; one blank for several.
    pub texts: Vec<String>,
    /// The searches in its brackets, in order.
    pub searches: Vec<Search>,
}

/// Keeps the text, and reads the searches in brackets.
pub(crate) fn parse(cursor: &mut Cursor) -> Command {
    let (name, span) = (cursor.command_name(), cursor.command_span());
    let place = Span::new(span.start as usize, cursor.position());
    let (mut texts, mut searches) = (Vec::new(), Vec::new());
    while let Some(at) = structure::next_bracket(cursor.rest()) {
        let before = layout::squeeze(cursor.rest().get(..at).unwrap_or_default().trim());
        cursor.go(cursor.position() + at);
        let Some(search) = cursor.bracket(Place::Bracket) else { break };
        texts.push(before);
        searches.push(search);
    }
    texts.push(layout::squeeze(cursor.rest().trim()));
    cursor.go(cursor.end());
    Command::Spliced(Spliced { span, name: Spanned { span: place, node: name.to_owned() }, texts, searches })
}

impl Spliced {
    /// The command with a text in the place of each bracket.
    pub fn with(&self, answers: &[impl AsRef<str>]) -> String {
        let mut whole = self.name.node.clone();
        let mut answers = answers.iter();
        for text in &self.texts {
            add(&mut whole, text);
            if let Some(answer) = answers.next() {
                add(&mut whole, answer.as_ref());
            }
        }
        whole
    }
}

/// Adds a text behind a blank; a value stands next to its `=`.
fn add(whole: &mut String, text: &str) {
    if !text.is_empty() {
        if !whole.ends_with('=') {
            whole.push(' ');
        }
        whole.push_str(text);
    }
}

impl Display for Spliced {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let searches: Vec<String> = self.searches.iter().map(|search| format!("[{search}]")).collect();
        out.write_str(&self.with(&searches))
    }
}
