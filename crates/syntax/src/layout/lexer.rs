//! The pieces of a text with macros and comments, none lost: `` a "b | c" `m(x)` ```note``` [ | ``
//!
//! What is one piece here agrees with the expansion of macros and with the structure of pipelines.

use crate::{macros, structure, token};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whatever stands between blanks, quotes, brackets and commas: `host=web*`.
    Word,
    /// In double or single quotes.
    Quoted,
    /// Between triple backticks.
    Comment,
    /// A call between backticks.
    Macro,
    /// `|`
    Pipe,
    /// `,`
    Comma,
    /// `(` or `[`
    Open(char),
    /// `)` or `]`
    Close(char),
}

/// A piece and what stands before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) start: usize,
    /// Whether a blank, or a comment, which is read as one, stands before it.
    pub(super) space: bool,
    /// How many line breaks stand before it.
    pub(super) breaks: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// What the expansion turns into a blank counts as one.
fn is_blank(character: char) -> bool {
    token::is_blank(character) || character == '\u{a0}'
}

/// The pieces of the text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_blank);
        let blank = rest.get(..rest.len() - trimmed.len()).unwrap_or_default();
        at += blank.len();
        let Some((kind, length)) = token(trimmed, tokens.last().filter(|_| blank.is_empty())) else { return tokens };
        let after_comment = tokens.last().is_some_and(|last| last.kind == Kind::Comment);
        tokens.push(Token {
            kind,
            text: trimmed.get(..length).unwrap_or_default(),
            start: at,
            space: !blank.is_empty() || after_comment || kind == Kind::Comment,
            breaks: blank.matches('\n').count(),
        });
        at += length;
    }
}

/// The piece at the start, and its length; `last` touches it.
fn token(text: &str, last: Option<&Token>) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    Some(match first {
        '"' => (Kind::Quoted, macros::quoted_length(text)),
        '`' if text.starts_with("```") => {
            let length = text.get(3..).and_then(|rest| rest.find("```")).map_or(text.len(), |at| at + 6);
            (Kind::Comment, length)
        }
        '`' => (Kind::Macro, macros::call_length(text)),
        '|' if !text.get(1..).is_some_and(structure::is_token_filter) => (Kind::Pipe, 1),
        ',' => (Kind::Comma, 1),
        '(' | '[' => (Kind::Open(first), 1),
        ')' | ']' => (Kind::Close(first), 1),
        '\'' if !last.is_some_and(|last| last.text.ends_with(token::is_name)) => match single_quoted(text) {
            Some(length) => (Kind::Quoted, length),
            None => (Kind::Word, word(text)),
        },
        _ => (Kind::Word, word(text)),
    })
}

/// How long the name in single quotes is. These quotes protect nothing: what they hold must be whole.
fn single_quoted(text: &str) -> Option<usize> {
    let inner = text.get(1..)?;
    let end = inner.find('\'')?;
    let name = inner.get(..end)?;
    (!name.contains('`') && structure::is_whole(name)).then_some(end + 2)
}

fn word(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    let mut last = None;
    while let Some((at, next)) = characters.next() {
        let rest = text.get(at + next.len_utf8()..).unwrap_or_default();
        match next {
            '\\' if rest.starts_with(['"', '|', '[', ']', '\\']) => drop(characters.next()),
            '|' if structure::is_token_filter(rest) => {}
            '"' | '`' | '|' | ',' | '(' | ')' | '[' | ']' => return at,
            // A quote behind a letter is an apostrophe.
            '\'' if at > 0
                && !last.is_some_and(token::is_name)
                && single_quoted(text.get(at..).unwrap_or_default()).is_some() =>
            {
                return at;
            }
            _ if is_blank(next) => return at,
            _ => {}
        }
        last = Some(next);
    }
    text.len()
}
