//! A text as coloured words: what an editor shows while a search is being written. `index=web | stats count by host`
//!
//! The pieces of the layout, with words taken apart and told by the command at hand; half of a search is the usual case. Absent on
//! purpose: the grammars. What a word means to its command, parsing tells.

use crate::{
    CommandSpec, Span,
    command::find,
    layout::{Piece, PieceKind, pieces},
    token,
};

/// What a piece of text is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `|`
    Pipe,
    /// A bracket or a parenthesis: which one.
    Bracket(char),
    /// The name of a command.
    Command,
    /// A word where a command stands, that is none.
    UnknownCommand,
    /// The name of a function: a word in front of a parenthesis.
    Function,
    /// A word of the command's grammar, or one that joins conditions: `BY`, `AND`.
    Keyword,
    /// The name of one of the command's options.
    Option,
    /// The left side of a comparison or an assignment.
    Field,
    /// A sign between values.
    Operator,
    /// A quoted text.
    Text,
    /// A number, a span or a relative time that begins with a digit.
    Number,
    /// A call of a macro, backticks included.
    Macro,
    /// A comment, its backticks included.
    Comment,
    /// Any other word.
    Word,
}

/// A piece of text.
#[derive(Clone, Copy)]
pub struct Token {
    /// Where it stands. Blanks are no tokens.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// The command that it belongs to; none before the first one and for unknown ones.
    pub command: Option<&'static CommandSpec>,
    /// Whether a quote, macro or comment lacks its end.
    pub open: bool,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let command = self.command.map_or("", CommandSpec::name);
        write!(f, "{:?} {}..{} of `{command}`", self.kind, self.span.start, self.span.end)
    }
}

/// The words that join conditions.
const JUNCTIONS: [&str; 4] = ["AND", "OR", "NOT", "XOR"];
/// Words of grammars that usage does not write in capitals, and those of expressions.
const SMALL_WORDS: [&str; 5] = ["sortby", "where", "in", "like", "outputnew"];

/// The pieces of a text in order. Every byte that is no blank belongs to one.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, tokens: Vec::new(), pipeline: Pipeline::default(), outer: Vec::new() };
    pieces(text).into_iter().for_each(|piece| lexer.piece(piece));
    lexer.tokens
}

/// A pipeline that is open: the text itself, or brackets within.
#[derive(Clone, Copy, Default)]
struct Pipeline {
    command: Option<&'static CommandSpec>,
    /// Whether the next word names a command: behind a pipe.
    expects: bool,
    /// Whether it stands in brackets, where the first word may name a command too.
    bracketed: bool,
    /// Whether it has begun: a word was there.
    begun: bool,
}

struct Lexer<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The innermost pipeline.
    pipeline: Pipeline,
    /// Those around it.
    outer: Vec<Pipeline>,
}

impl<'t> Lexer<'t> {
    fn piece(&mut self, piece: Piece) {
        let Piece { span, kind } = piece;
        let text = self.at(span);
        match kind {
            PieceKind::Comment => self.add(span, TokenKind::Comment, text.len() < 6 || !text.ends_with("```")),
            PieceKind::Macro => {
                self.add(span, TokenKind::Macro, text.len() < 2 || !text.ends_with('`'));
                self.begin_search();
            }
            PieceKind::Quoted => {
                let computes = self.pipeline.command.is_some_and(|spec| spec.name() != "search");
                // Single quotes name a field where expressions are, and mean nothing elsewhere.
                match text.starts_with('\'') {
                    true if computes => self.add(span, TokenKind::Field, false),
                    true => self.add(span, TokenKind::Word, false),
                    false => self.add(span, TokenKind::Text, !is_closed(text)),
                }
                self.begin_search();
            }
            PieceKind::Pipe => {
                self.add(span, TokenKind::Pipe, false);
                self.pipeline = Pipeline { expects: true, begun: true, command: None, ..self.pipeline };
            }
            PieceKind::Open('[') => {
                self.add(span, TokenKind::Bracket('['), false);
                let inner = Pipeline { bracketed: true, ..Pipeline::default() };
                self.outer.push(std::mem::replace(&mut self.pipeline, inner));
            }
            PieceKind::Close(']') => {
                if let Some(outer) = self.outer.pop() {
                    self.pipeline = outer;
                }
                self.add(span, TokenKind::Bracket(']'), false);
            }
            PieceKind::Open(sign) | PieceKind::Close(sign) => self.add(span, TokenKind::Bracket(sign), false),
            PieceKind::Comma => self.add(span, TokenKind::Operator, false),
            PieceKind::Word => self.words(span),
        }
    }

    fn at(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn add(&mut self, span: Span, kind: TokenKind, open: bool) {
        self.tokens.push(Token { span, kind, command: self.pipeline.command, open });
    }

    /// What stands between blanks, taken apart at signs: `host=web*`.
    fn words(&mut self, span: Span) {
        let mut at = span.range().start;
        while let Some(rest) = self.text.get(at..span.range().end).filter(|rest| !rest.is_empty()) {
            let length = if rest.starts_with(is_operator) {
                let length = if ["!=", "<=", ">=", "=="].iter().any(|sign| rest.starts_with(sign)) { 2 } else { 1 };
                self.add(Span::new(at, at + length), TokenKind::Operator, false);
                length
            } else {
                let length = rest.find(is_operator).unwrap_or(rest.len());
                self.word(Span::new(at, at + length));
                length
            };
            at += length;
        }
    }

    fn word(&mut self, span: Span) {
        let Pipeline { expects, bracketed, begun, .. } = self.pipeline;
        let (word, after) = (self.at(span), self.text.get(span.range().end..).unwrap_or_default());
        if expects || (!begun && (bracketed || is_leading_search(word, after))) {
            return self.command(span);
        }
        self.begin_search();
        let kind = self.kind(word, after);
        self.add(span, kind, false);
    }

    fn command(&mut self, span: Span) {
        let spec = find(&self.at(span).to_lowercase());
        self.pipeline = Pipeline { command: spec, expects: false, begun: true, ..self.pipeline };
        let kind = if spec.is_some() { TokenKind::Command } else { TokenKind::UnknownCommand };
        self.add(span, kind, false);
    }

    /// What begins a pipeline and names no command is the implied `search`.
    fn begin_search(&mut self) {
        if !self.pipeline.begun {
            let command = find("search");
            self.pipeline = Pipeline { command, begun: true, expects: false, ..self.pipeline };
            if let Some(token) = self.tokens.last_mut()
                && !matches!(token.kind, TokenKind::Bracket(_) | TokenKind::Pipe | TokenKind::Comment)
            {
                token.command = command;
            }
        }
    }

    fn kind(&self, word: &str, after: &str) -> TokenKind {
        let command = self.pipeline.command;
        let searches = command.is_none_or(|spec| spec.name() == "search");
        if JUNCTIONS.contains(&word) || (!searches && JUNCTIONS.iter().any(|one| word.eq_ignore_ascii_case(one))) {
            return TokenKind::Keyword;
        }
        if after.starts_with('(') && !searches && !word.eq_ignore_ascii_case("in") {
            return TokenKind::Function;
        }
        if let Some(spec) = command {
            if after.starts_with('=') && spec.options.iter().any(|option| word.eq_ignore_ascii_case(option)) {
                return TokenKind::Option;
            }
            let of_usage = spec.usage.split(|next: char| !next.is_alphanumeric()).any(|part| {
                part.len() > 1 && part.chars().all(|next| next.is_ascii_uppercase()) && word.eq_ignore_ascii_case(part)
            });
            let is_small = || SMALL_WORDS.iter().any(|small| word.eq_ignore_ascii_case(small));
            if of_usage || (!searches && is_small()) || (searches && word == "IN") {
                return TokenKind::Keyword;
            }
        }
        let compared = after.trim_start_matches(token::is_blank);
        if compared.starts_with(['=', '<', '>']) || compared.starts_with("!=") {
            return TokenKind::Field;
        }
        match word.trim_start_matches(['+', '-']).chars().next() {
            Some(first) if first.is_ascii_digit() => TokenKind::Number,
            _ => TokenKind::Word,
        }
    }
}

/// `search` in front of everything names the command, unless it is compared.
fn is_leading_search(word: &str, after: &str) -> bool {
    let after = after.trim_start_matches(token::is_blank);
    word.eq_ignore_ascii_case("search") && !after.starts_with(['=', '<', '>', '!'])
}

/// Whether a text in double quotes has its end.
fn is_closed(text: &str) -> bool {
    matches!(token::quoted(text), Ok((rest, inner)) if rest.is_empty() && inner.len() + 2 == text.len())
}

/// The signs that stand between values whatever the command; `-`, `+`, `*`, `/` and `.` are parts of words too.
fn is_operator(character: char) -> bool {
    matches!(character, '=' | '<' | '>' | '!')
}

#[cfg(test)]
#[path = "highlight/tests.rs"]
mod tests;
