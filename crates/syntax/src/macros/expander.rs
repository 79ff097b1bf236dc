//! The walk over the text: quotes, comments, calls.

use super::{Expansion, MacroDefinition, Macros, call};
use crate::{Code, Diagnostic, Span, nearest};

/// How deep macros may call macros.
const MAX_DEPTH: usize = 100;

/// How long the text may grow: two macros that call two each grow without bound otherwise.
const MAX_LENGTH: usize = 16 << 20;

/// How many calls one search may make: macros that call two each and stand for nothing grow no text.
const MAX_CALLS: usize = 10_000;

/// Strips comments and expands macros, recursively. What cannot be expanded is reported and left out.
pub fn expand(text: &str, macros: &dyn Macros) -> (Expansion, Vec<Diagnostic>) {
    let mut expander = Expander {
        macros,
        out: Expansion::default(),
        diagnostics: Vec::new(),
        open: Vec::new(),
        no_break_space: false,
        calls: 0,
        stopped: false,
    };
    if u32::try_from(text.len()).is_ok() {
        expander.walk(text, None);
    } else {
        expander.diagnostics.push(Diagnostic::unplaced(Code::TooDeep, "the search is longer than 4 GiB"));
    }
    (expander.out, expander.diagnostics)
}

struct Expander<'a> {
    macros: &'a dyn Macros,
    out: Expansion,
    diagnostics: Vec<Diagnostic>,
    /// The calls that are being expanded, to find one that calls itself.
    open: Vec<(String, usize)>,
    no_break_space: bool,
    calls: usize,
    /// Whether a limit was reached; nothing is expanded from then on.
    stopped: bool,
}

impl Expander<'_> {
    /// Adds `text`, which is what the user wrote, or what the call at `call` stands for.
    fn walk(&mut self, text: &str, call: Option<Span>) {
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.find(['"', '\\', '`', '\u{a0}']).unwrap_or(rest.len());
            let (plain, rest) = rest.split_at(plain);
            self.add(plain, at, call);
            at += plain.len();
            let span = |length: usize| call.unwrap_or(Span::new(at, at + length));
            at += if rest.starts_with("```") {
                let (length, closed) = until(rest, 3, "```");
                if !closed {
                    self.unclosed(span(3), "the comment is never closed");
                    self.out.break_here();
                }
                self.out.replace(" ", span(length));
                length
            } else if rest.starts_with('`') {
                let length = call_length(rest);
                let inner = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                if rest.get(..length).is_some_and(|whole| whole.len() > 1 && whole.ends_with('`')) {
                    self.call(inner, span(length));
                } else {
                    self.unclosed(span(1), "the backtick is never closed");
                    self.out.break_here();
                }
                length
            } else if rest.starts_with('\u{a0}') {
                let length = '\u{a0}'.len_utf8();
                self.out.replace(" ", span(length));
                if !self.no_break_space {
                    self.no_break_space = true;
                    let message = "a no-break space is read as a blank; text copied from a web page often has them";
                    self.diagnostics.push(Diagnostic::new(Code::NoBreakSpace, span(length), message));
                }
                length
            } else if rest.starts_with('"') {
                let length = quoted_length(rest);
                self.add(rest.get(..length).unwrap_or_default(), at, call);
                length
            } else {
                // A backslash and what it protects; nothing at the end of the text.
                let length = if rest.starts_with("\\\"") || rest.starts_with("\\\\") { 2 } else { rest.len().min(1) };
                self.add(rest.get(..length).unwrap_or_default(), at, call);
                length
            };
        }
    }

    fn add(&mut self, text: &str, at: usize, call: Option<Span>) {
        match call {
            None => self.out.copy(text, at),
            Some(_) if text.is_empty() => {}
            Some(span) => self.out.replace(text, span),
        }
    }

    fn unclosed(&mut self, span: Span, message: &str) {
        self.diagnostics.push(Diagnostic::new(Code::UnbalancedQuote, span, message).label("opened here"));
    }

    fn fail(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.out.break_here();
    }

    /// Expands the call whose text, without backticks, is `inner`.
    fn call(&mut self, inner: &str, span: Span) {
        self.calls += 1;
        if self.open.len() >= MAX_DEPTH || self.out.text.len() > MAX_LENGTH || self.calls > MAX_CALLS {
            if !self.stopped {
                self.stopped = true;
                self.fail(Diagnostic::new(Code::TooDeep, span, "the macros grow too deep or too long"));
            }
            return;
        }
        let Some(mut call) = call::read(inner) else {
            let message = format!("`{}` does not name a macro", inner.trim());
            return self.fail(Diagnostic::new(Code::UnknownMacro, span, message).named(inner.trim()));
        };
        let arity = call.args.len();
        let Some(definition) = self.macros.find(&call.name, arity) else {
            let blanks = inner.len() - inner.trim_start().len();
            return self.unknown(&call.name, arity, span, blanks);
        };
        call.args = call::by_name(&definition.args, call.args);
        let key = (call.name, arity);
        if self.open.contains(&key) {
            let message = format!("the macro `{}` calls itself", key.0);
            return self.fail(Diagnostic::new(Code::TooDeep, span, message));
        }
        if !self.valid(&definition, &key.0, &call.args, span) {
            return;
        }
        // Two quotes alone, and arguments that go nowhere: so apps define `comment(1)`.
        let is_nothing = arity > 0 && definition.definition.trim() == "\"\"";
        let body = if is_nothing { "" } else { definition.definition.as_str() };
        let text = call::substitute(body, &definition.args, &call.args);
        let text = if definition.is_eval && !is_nothing {
            match self.macros.evaluate(&text) {
                Ok(text) => text.unwrap_or_default(),
                Err(message) => {
                    let message = format!("the macro `{}` cannot be evaluated: {message}", key.0);
                    return self.fail(Diagnostic::new(Code::Knowledge, span, message));
                }
            }
        } else {
            text
        };
        let number = self.out.open_call(key.0.clone(), call.args, self.open.len(), span);
        self.open.push(key);
        self.out.replace("", span);
        self.walk(&text, Some(span));
        self.open.pop();
        self.out.close_call(number);
    }

    /// Checks the arguments; a boolean verdict or a text that says what is wrong.
    fn valid(&mut self, definition: &MacroDefinition, name: &str, args: &[String], span: Span) -> bool {
        let Some(validation) = definition.validation.as_deref().filter(|text| !text.trim().is_empty()) else {
            return true;
        };
        let refused = match self.macros.evaluate(&call::substitute(validation, &definition.args, args)) {
            Ok(None) => return true,
            Ok(Some(verdict)) => match verdict.to_lowercase().as_str() {
                "true" | "1" => return true,
                "false" | "0" => {
                    definition.error_message.clone().unwrap_or_else(|| format!("`{name}` refuses its arguments"))
                }
                _ => verdict,
            },
            Err(message) => format!("the arguments of `{name}` cannot be checked: {message}"),
        };
        self.fail(Diagnostic::new(Code::BadValue, span, refused));
        false
    }

    /// Reports a macro that is not defined; its name stands behind the backtick and so many bytes of blanks.
    fn unknown(&mut self, name: &str, arity: usize, span: Span, blanks: usize) {
        if name == "comment" {
            // The old way to write a comment; in Splunk everybody defines it as nothing.
            return self.out.replace(" ", span);
        }
        if name.ends_with("_filter") && arity == 0 {
            let command = self.out.text.trim_end().ends_with('|');
            self.out.replace(if command { "search *" } else { "*" }, span);
            let message = format!("the macro `{name}` is not defined and lets every row pass");
            self.diagnostics.push(Diagnostic::new(Code::FilterMacro, span, message));
            return;
        }
        let names = self.macros.names();
        let with = match arity {
            0 => String::new(),
            1 => " with 1 argument".to_string(),
            _ => format!(" with {arity} arguments"),
        };
        let message = format!("there is no macro `{name}`{with}");
        let diagnostic = Diagnostic::new(Code::UnknownMacro, span, message).named(name);
        let diagnostic = if names.contains(&name) {
            diagnostic.help("it exists with another number of arguments")
        } else {
            match nearest::nearest(name, names.iter().copied()) {
                Some(near) if self.open.is_empty() => {
                    let start = span.start as usize + 1 + blanks;
                    let edit = Span::new(start, start + name.len());
                    diagnostic.edit(format!("the nearest name is `{near}`"), edit, near)
                }
                Some(near) => diagnostic.help(format!("the nearest name is `{near}`")),
                None => diagnostic,
            }
        };
        self.fail(diagnostic);
    }
}

/// How long the text up to and with `end` is, behind the first `skip` bytes; the rest where there is no end.
fn until(text: &str, skip: usize, end: &str) -> (usize, bool) {
    match text.get(skip..).and_then(|rest| rest.find(end)) {
        Some(at) => (skip + at + end.len(), true),
        None => (text.len(), false),
    }
}

/// How long the quoted text at the start is, quotes included.
pub(crate) fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, next) in text.char_indices().skip(1) {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the call at the start is, backticks included; a backtick in quotes does not end it.
pub(crate) fn call_length(text: &str) -> usize {
    let mut at = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with('"') {
            at += quoted_length(rest);
        } else if rest.starts_with('`') {
            return at + 1;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
