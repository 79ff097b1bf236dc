//! The place in the text that is being read, and the diagnostics found so far.
//!
//! A cursor sees one segment of a pipeline at a time (`dedup host`), so no parser can run past a pipe. The first
//! error of a segment abandons it: whatever follows it there would only repeat the same news.

use nom::Parser;

use crate::{Code, CommandSpec, Diagnostic, Span, Spanned, structure, token};

/// How deep parentheses, brackets and signs may nest. Published searches stay below 20; the limit keeps the stack
/// safe, also of whoever walks the tree.
pub(crate) const MAX_DEPTH: usize = 100;

/// The input of every parser.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    position: usize,
    end: usize,
    depth: usize,
    failed: bool,
    command_start: usize,
    /// The command whose arguments are being read.
    pub(crate) spec: Option<&'static CommandSpec>,
    /// What was found so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether a grammar gave up at a search in brackets.
    pub(crate) met_bracket: bool,
    /// The canonical names of the commands so far, those in brackets too.
    pub(crate) commands: Vec<&'static str>,
}

/// What a cursor goes back to after a bracket.
pub(crate) struct Frame {
    position: usize,
    end: usize,
    failed: bool,
    command_start: usize,
    spec: Option<&'static CommandSpec>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            end: text.len(),
            depth: 0,
            failed: false,
            command_start: 0,
            spec: None,
            diagnostics: Vec::new(),
            met_bracket: false,
            commands: Vec::new(),
        }
    }

    /// The whole text, also what lies outside the segment.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// What is left of the segment.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.position..self.end).unwrap_or_default()
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Moves to a place in the segment, which a caller got from [`position`](Self::position) or from its structure.
    pub(crate) fn go(&mut self, position: usize) {
        self.position = position.min(self.end);
    }

    /// Narrows the cursor to a segment; [`restore`](Self::restore) undoes it.
    pub(crate) fn narrow(&mut self, start: usize, end: usize) -> Frame {
        let frame = Frame {
            position: self.position,
            end: self.end,
            failed: self.failed,
            command_start: self.command_start,
            spec: self.spec,
        };
        self.position = start;
        self.end = end;
        self.failed = false;
        self.command_start = start;
        frame
    }

    pub(crate) fn restore(&mut self, frame: Frame) {
        self.position = frame.position;
        self.end = frame.end;
        self.failed = frame.failed;
        self.command_start = frame.command_start;
        self.spec = frame.spec;
    }

    /// Says where the command begins, for [`command_span`](Self::command_span).
    pub(crate) fn begin_command(&mut self, start: usize, spec: &'static CommandSpec) {
        self.command_start = start;
        self.spec = Some(spec);
        self.commands.push(spec.name());
    }

    /// The command's whole text, without blanks at the end.
    pub(crate) fn command_span(&self) -> Span {
        let text = self.text.get(self.command_start..self.end).unwrap_or_default();
        Span::new(self.command_start, self.command_start + text.trim_end().len())
    }

    /// The command's canonical name, for messages.
    pub(crate) fn command_name(&self) -> &'static str {
        self.spec.and_then(|spec| spec.names.first().copied()).unwrap_or("search")
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches(token::is_blank).len();
    }

    /// Skips blanks and commas, which separate list items alike.
    pub(crate) fn skip_separators(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(|character| token::is_blank(character) || character == ',');
        self.position += rest.len() - trimmed.len();
    }

    /// Whether nothing but blanks is left; skips them.
    pub(crate) fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.position >= self.end
    }

    /// Takes `symbol` after blanks.
    pub(crate) fn symbol(&mut self, symbol: &str) -> Option<Span> {
        self.skip_blanks();
        let start = self.position;
        self.rest().starts_with(symbol).then(|| {
            self.position += symbol.len();
            Span::new(start, self.position)
        })
    }

    /// Takes the last thing that a list may end with, or fails at the opening parenthesis.
    pub(crate) fn close(&mut self, open: Span) {
        if self.symbol(")").is_some() {
            return;
        }
        let found = self.here();
        if found.start == found.end {
            self.fail(
                Diagnostic::new(Code::UnbalancedBracket, open, "the parenthesis is never closed")
                    .label("opened here")
                    .also(found, "expected `)` here"),
            );
        } else {
            let message = format!("expected `)`, found {}", self.found());
            self.fail(Diagnostic::new(Code::Syntax, found, message).also(open, "to close this"));
        }
    }

    /// Takes a keyword after blanks: any case, and no name goes on behind it.
    pub(crate) fn keyword(&mut self, word: &str) -> Option<Span> {
        let span = self.peek_keyword(word)?;
        self.position = span.end as usize;
        Some(span)
    }

    /// The keyword that comes next, if it is `word`. Skips blanks.
    pub(crate) fn peek_keyword(&mut self, word: &str) -> Option<Span> {
        self.skip_blanks();
        let rest = self.rest();
        let head = rest.get(..word.len())?;
        let tail = rest.get(word.len()..)?;
        // `by*` and `as{}` are names.
        let goes_on = |next: char| next.is_alphanumeric() || "_.=-:*{@/#%".contains(next);
        let ends = !tail.starts_with(goes_on);
        (ends && head.eq_ignore_ascii_case(word)).then(|| Span::new(self.position, self.position + word.len()))
    }

    /// Takes a token after blanks; moves only where it matches.
    pub(crate) fn token<T>(
        &mut self,
        mut parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
    ) -> Option<Spanned<T>> {
        self.skip_blanks();
        let start = self.position;
        let (rest, node) = parser.parse(self.rest()).ok()?;
        self.position = self.end - rest.len();
        Some(Spanned { span: Span::new(start, self.position), node })
    }

    /// Takes a token that begins right here, without blanks before it.
    pub(crate) fn token_here<T>(
        &mut self,
        mut parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
    ) -> Option<T> {
        let (rest, node) = parser.parse(self.rest()).ok()?;
        self.position = self.end - rest.len();
        Some(node)
    }

    /// From `start` to what was read last.
    pub(crate) fn span_from(&self, start: usize) -> Span {
        let text = self.text.get(start..self.position).unwrap_or_default();
        Span::new(start, start + text.trim_end().len())
    }

    /// The next word or quoted text, or the end of the text before it.
    pub(crate) fn here(&mut self) -> Span {
        if self.at_end() {
            let end = self.text.get(..self.end).unwrap_or_default().trim_end().len();
            return Span::new(end, end);
        }
        let rest = self.rest();
        if let Ok((after, _)) = token::quoted(rest) {
            return Span::new(self.position, self.end - after.len());
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let word = rest.len() - rest.trim_start_matches(token::is_name).len();
        Span::new(self.position, self.position + word.max(first))
    }

    /// What comes next, in words.
    pub(crate) fn found(&mut self) -> String {
        let span = self.here();
        match self.text.get(span.range()) {
            Some(text) if !text.is_empty() => format!("`{text}`"),
            _ => "the end".to_string(),
        }
    }

    /// Adds a diagnostic and goes on.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.failed {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds an error and gives the rest of the segment up.
    pub(crate) fn fail(&mut self, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.failed = true;
        self.position = self.end;
    }

    /// Whether the segment was given up.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// Fails with "expected …, found …" at what comes next.
    ///
    /// Where a search in brackets or the token of a dashboard stands, the search may well be right: its text is not known
    /// before it runs.
    pub(crate) fn expected(&mut self, what: &str) {
        let span = self.here();
        if self.peek() == Some('[') {
            self.met_bracket = true;
            let message = format!("a search in brackets is not supported here in `{}`", self.command_name());
            return self.fail(Diagnostic::new(Code::UnsupportedForm, span, message));
        }
        if let Some(token) = dashboard_token(self.rest()) {
            let span = Span::new(self.position, self.position + token.len());
            let message = format!("the token `{token}` of a dashboard has no value here");
            let help = format!("`--set {}=…` gives it one", token.trim_matches('$'));
            return self.fail(Diagnostic::new(Code::UnsupportedForm, span, message).help(help));
        }
        let read = self.text.get(self.command_start..self.position).unwrap_or_default();
        if self.peek() == Some(')') && structure::is_balanced(read) {
            return self.fail(Diagnostic::new(Code::UnbalancedBracket, span, "the parenthesis closes nothing"));
        }
        let message = format!("expected {what}, found {}", self.found());
        let diagnostic = Diagnostic::new(Code::Syntax, span, message);
        let comment = ["//", "/*"].iter().any(|opening| self.rest().starts_with(opening));
        self.fail(if comment {
            diagnostic.help("a comment stands between three backticks on each side")
        } else {
            diagnostic
        });
    }

    /// Fails because the command lacks an argument.
    pub(crate) fn missing(&mut self, what: &str) {
        let span = self.command_span();
        let message = format!("`{}` needs {what}", self.command_name());
        self.fail(Diagnostic::new(Code::MissingArgument, span, message));
    }

    /// Fails because the command lacks a search in brackets. One in parentheses was meant to be it.
    pub(crate) fn missing_search(&mut self) {
        let span = self.command_span();
        let message = format!("`{}` needs a search in brackets", self.command_name());
        let diagnostic = Diagnostic::new(Code::MissingArgument, span, message);
        self.skip_blanks();
        let start = self.position;
        let inside = self.rest().trim_end().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        self.fail(match inside {
            Some(inside) => {
                let place = Span::new(start, start + inside.len() + 2);
                diagnostic.edit("put brackets", place, format!("[{inside}]"))
            }
            None => diagnostic,
        });
    }

    /// One level deeper; false, and the segment given up, where that is too deep.
    pub(crate) fn enter(&mut self) -> bool {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.here();
            self.fail(too_deep(span));
            return false;
        }
        true
    }

    /// One level up again.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

/// The token of a dashboard at the start: `$host$`.
fn dashboard_token(text: &str) -> Option<&str> {
    let length = text.strip_prefix('$')?.find('$').filter(|&length| length > 0)?;
    let token = text.get(..length + 2)?;
    let valid = |next: char| token::is_name(next) || matches!(next, '$' | '.' | ':' | '-');
    token.chars().all(valid).then_some(token)
}

/// The error for too much nesting.
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, span, format!("nested more than {MAX_DEPTH} levels deep"))
}
