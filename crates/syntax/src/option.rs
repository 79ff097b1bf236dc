//! Options of commands: `span=5m`, `keepempty = t`, `delim=", "`.
//!
//! Which options a command has is in its row of [`COMMANDS`](crate::COMMANDS); the grammars only say what they mean.

use crate::{Code, Diagnostic, Field, Span, Spanned, clause::BinSpan, cursor::Cursor, nearest, token};

/// One `name=value`.
pub(crate) struct Choice {
    /// The name in lower case.
    pub(crate) name: Spanned<String>,
    /// The value, quotes and escapes undone.
    pub(crate) value: Spanned<String>,
}

impl Choice {
    /// The name and the value.
    fn span(&self) -> Span {
        self.name.span.to(self.value.span)
    }

    /// The value as the name of a field.
    pub(crate) fn field(&self) -> Field {
        Field::new(self.value.node.clone(), self.value.span)
    }
}

impl Cursor<'_> {
    /// Takes an option. Unknown names are the caller's to report, with [`unknown_option`](Self::unknown_option).
    pub(crate) fn option(&mut self) -> Option<Choice> {
        self.option_called(token::option_name)
    }

    /// The same where names are the author's, such as `2xx` of a range.
    pub(crate) fn free_option(&mut self) -> Option<Choice> {
        self.option_called(token::free_name)
    }

    fn option_called(&mut self, name: fn(&str) -> token::Token<'_>) -> Option<Choice> {
        let start = self.position();
        let name = self.token(name);
        let (Some(name), Some(_)) = (name, self.symbol("=")) else {
            self.go(start);
            return None;
        };
        if self.rest().starts_with('=') {
            self.go(start);
            return None;
        }
        let name = Spanned { span: name.span, node: name.node.to_lowercase() };
        let value = match self.token(token::quoted) {
            Some(value) => Spanned { span: value.span, node: token::unescape(value.node) },
            None => self.bare_value(),
        };
        if value.span.start == value.span.end && self.peek() == Some('[') {
            self.expected("a value");
        } else if value.span.start == value.span.end {
            let message = format!("expected a value after `{}=`", name.node);
            self.fail(Diagnostic::new(Code::BadValue, name.span, message));
        }
        Some(Choice { name, value })
    }

    /// A value without quotes: up to a blank. A comma at its end separates.
    fn bare_value(&mut self) -> Spanned<String> {
        self.skip_blanks();
        let start = self.position();
        let rest = self.rest();
        let length = rest.find(|next| token::is_blank(next) || matches!(next, '[' | ']')).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or_default();
        let value = if value.len() > 1 { value.trim_end_matches(',') } else { value };
        self.go(start + value.len());
        Spanned { span: self.span_from(start), node: value.to_string() }
    }

    /// Reports an option that the command does not have.
    pub(crate) fn unknown_option(&mut self, option: &Choice) {
        let known = self.spec.map_or(&[][..], |spec| spec.options);
        let name = option.name.node.as_str();
        let message = format!("`{}` has no option `{name}`", self.command_name());
        let diagnostic = Diagnostic::new(Code::UnknownOption, option.name.span, message);
        let diagnostic = match nearest::nearest(name, known.iter().copied()) {
            Some(near) => diagnostic.edit(format!("the nearest name is `{near}`"), option.name.span, near),
            None if known.is_empty() => diagnostic.help("it has no options"),
            None => diagnostic.help(format!("it has {}", known.join(", "))),
        };
        self.report(diagnostic);
    }

    fn bad_value(&mut self, option: &Choice, expected: &str) {
        let message = format!("`{}` takes {expected}, not `{}`", option.name.node, option.value.node);
        self.report(Diagnostic::new(Code::BadValue, option.span(), message));
    }

    /// The value as a truth value: `t true 1 yes y`, `f false 0 no n`, any case.
    pub(crate) fn boolean(&mut self, option: &Choice) -> bool {
        match option.value.node.to_lowercase().as_str() {
            "t" | "true" | "1" | "yes" | "y" => true,
            "f" | "false" | "0" | "no" | "n" => false,
            _ => {
                self.bad_value(option, "`true` or `false`");
                false
            }
        }
    }

    /// The value as a whole number that is not negative.
    pub(crate) fn unsigned(&mut self, option: &Choice) -> u64 {
        option.value.node.parse().unwrap_or_else(|_| {
            self.bad_value(option, "a whole number");
            0
        })
    }

    /// The value as a whole number that is not below `least`.
    pub(crate) fn at_least(&mut self, option: &Choice, least: u64) -> u64 {
        let number = self.unsigned(option);
        if number < least && option.value.node.parse::<u64>().is_ok() {
            self.bad_value(option, &format!("a whole number from {least}"));
        }
        number
    }

    /// The value as a whole number from `least` to `most`.
    pub(crate) fn between(&mut self, option: &Choice, least: u64, most: u64) -> u64 {
        match option.value.node.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.bad_value(option, &format!("a whole number from {least} to {most}"));
                least
            }
        }
    }

    /// The value as a finite number.
    pub(crate) fn number(&mut self, option: &Choice) -> f64 {
        match option.value.node.parse::<f64>() {
            Ok(number) if number.is_finite() => number,
            _ => {
                self.bad_value(option, "a number");
                0.0
            }
        }
    }

    /// The value as the width of a bin.
    pub(crate) fn bin_span(&mut self, option: &Choice) -> Option<BinSpan> {
        let width = BinSpan::read(&option.value.node);
        match width {
            None => self.bad_value(option, "a span such as `5m`, `1d` or `10`"),
            Some(BinSpan::Time { count: ..1, snap: None, .. }) => self.bad_value(option, "a span above 0"),
            _ => {}
        }
        width
    }
}
