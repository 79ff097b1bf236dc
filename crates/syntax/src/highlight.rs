//! A text as coloured words: what an editor shows while a search is being written. `index=web | stats count by host`
//!
//! One pass that knows quotes, brackets, pipes, macros and the words of the command at hand, and takes any text: half of a
//! search is the usual case. Absent on purpose: the grammars. What a word means to its command, parsing tells.

use crate::{COMMANDS, CommandSpec, Span, token};

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
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), pipeline: Pipeline::default(), outer: Vec::new() };
    lexer.run();
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
    at: usize,
    tokens: Vec<Token>,
    /// The innermost pipeline.
    pipeline: Pipeline,
    /// Those around it.
    outer: Vec<Pipeline>,
}

impl<'t> Lexer<'t> {
    fn run(&mut self) {
        while let Some(first) = self.rest().chars().next() {
            match first {
                _ if token::is_blank(first) => self.at += first.len_utf8(),
                '`' if self.rest().starts_with("```") => self.until("```", TokenKind::Comment),
                '`' => self.until("`", TokenKind::Macro),
                '"' => self.quoted(),
                '\'' => self.apostrophe(),
                '|' => {
                    self.push(1, TokenKind::Pipe);
                    self.pipeline = Pipeline { expects: true, begun: true, command: None, ..self.pipeline };
                }
                '[' => {
                    self.push(1, TokenKind::Bracket(first));
                    let inner = Pipeline { bracketed: true, ..Pipeline::default() };
                    self.outer.push(std::mem::replace(&mut self.pipeline, inner));
                }
                ']' => {
                    if let Some(outer) = self.outer.pop() {
                        self.pipeline = outer;
                    }
                    self.push(1, TokenKind::Bracket(first));
                }
                '(' | ')' => self.push(1, TokenKind::Bracket(first)),
                _ if is_operator(first) => self.operator(),
                _ => self.word(),
            }
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, length: usize, kind: TokenKind) {
        self.add(length, kind, false);
    }

    fn add(&mut self, length: usize, kind: TokenKind, open: bool) {
        let span = Span::new(self.at, self.at + length);
        self.tokens.push(Token { span, kind, command: self.pipeline.command, open });
        self.at += length;
    }

    /// What ends with its own beginning: comments and macros.
    fn until(&mut self, mark: &str, kind: TokenKind) {
        let inner = self.rest().get(mark.len()..).unwrap_or_default();
        let end = if kind == TokenKind::Macro { end_of_macro(inner) } else { inner.find(mark) };
        let length = end.map_or(self.rest().len(), |end| end + 2 * mark.len());
        self.add(length, kind, end.is_none());
        if kind == TokenKind::Macro {
            self.begin_search();
        }
    }

    fn quoted(&mut self) {
        let (rest, _) = token::quoted(self.rest()).unwrap_or(("", ""));
        let length = self.rest().len() - rest.len();
        let text = self.rest().get(..length).unwrap_or_default();
        let open = length < 2 || !text.ends_with('"') || is_escaped(text);
        self.add(length, TokenKind::Text, open);
        self.begin_search();
    }

    /// A name in single quotes, where expressions are; elsewhere a part of a word.
    fn apostrophe(&mut self) {
        let inner = self.rest().get(1..).unwrap_or_default();
        let end =
            inner.find(['\'', '|', '\n']).filter(|end| inner.get(*end..).is_some_and(|end| end.starts_with('\'')));
        let command = self.pipeline.command;
        match end {
            Some(end) if command.is_some_and(|spec| spec.name() != "search") => self.push(end + 2, TokenKind::Field),
            _ => self.word(),
        }
    }

    fn operator(&mut self) {
        let length = match self.rest().get(..2) {
            Some("!=" | "<=" | ">=" | "==") => 2,
            _ => 1,
        };
        self.push(length, TokenKind::Operator);
    }

    fn word(&mut self) {
        let Pipeline { expects, bracketed, begun, .. } = self.pipeline;
        let is_end = |next: char| {
            token::is_blank(next) || is_operator(next) || matches!(next, '|' | '[' | ']' | '(' | ')' | '"' | '`')
        };
        let rest = self.rest();
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let length = rest.get(first..).and_then(|rest| rest.find(is_end)).map_or(rest.len(), |end| end + first);
        let word = rest.get(..length).unwrap_or_default();
        if expects || (!begun && (bracketed || self.is_leading_search(word, length))) {
            return self.command(word);
        }
        self.begin_search();
        let kind = self.kind(word, rest.get(length..).unwrap_or_default());
        self.push(length, kind);
    }

    /// `search` in front of everything names the command, unless it is compared.
    fn is_leading_search(&self, word: &str, length: usize) -> bool {
        let after = self.rest().get(length..).unwrap_or_default().trim_start_matches(token::is_blank);
        word.eq_ignore_ascii_case("search") && !after.starts_with(['=', '<', '>', '!'])
    }

    fn command(&mut self, word: &str) {
        let name = word.to_lowercase();
        let spec = find(&name);
        self.pipeline = Pipeline { command: spec, expects: false, begun: true, ..self.pipeline };
        let kind = if spec.is_some() { TokenKind::Command } else { TokenKind::UnknownCommand };
        self.push(word.len(), kind);
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

/// The signs that stand between values whatever the command; `-`, `+`, `*`, `/` and `.` are parts of words too.
fn is_operator(character: char) -> bool {
    matches!(character, '=' | '<' | '>' | '!' | ',')
}

fn find(name: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|spec| spec.names.contains(&name))
}

/// Where the backtick is that ends a macro: one in a quoted argument does not.
fn end_of_macro(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '`' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether the last character of a quoted text has an odd number of backslashes before it.
fn is_escaped(text: &str) -> bool {
    let body = text.strip_suffix('"').unwrap_or(text);
    !(body.len() - body.trim_end_matches('\\').len()).is_multiple_of(2)
}

#[cfg(test)]
#[path = "highlight/tests.rs"]
mod tests;
