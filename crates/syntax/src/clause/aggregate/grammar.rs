//! Reading aggregations. `count, sum(bytes) AS total dc(eval(lower(user)))`

use super::{Aggregate, Argument};
use crate::{Code, Diagnostic, Field, Span, clause::BinSpan, cursor::Cursor, eval, token};

/// The names of stats functions, only to find the place of a missing blank: `AS first_seenvalues(x)`.
const FUNCTIONS: &[&str] = &[
    "avg",
    "c",
    "count",
    "dc",
    "distinct_count",
    "earliest",
    "earliest_time",
    "estdc",
    "estdc_error",
    "first",
    "last",
    "latest",
    "latest_time",
    "list",
    "max",
    "mean",
    "median",
    "min",
    "mode",
    "range",
    "rate",
    "sparkline",
    "stdev",
    "stdevp",
    "sum",
    "sumsq",
    "values",
    "var",
    "varp",
];

impl Cursor<'_> {
    /// Takes at least one aggregation or fails, up to the end, to one of the keywords or to an option.
    pub(crate) fn aggregates(&mut self, stops: &[&str]) -> Vec<Aggregate> {
        let mut aggregates: Vec<Aggregate> = Vec::new();
        self.skip_separators();
        if self.at_option() || self.at_keyword(stops) {
            self.expected("an aggregation such as `count` or `sum(field)`");
        }
        loop {
            self.skip_separators();
            if self.at_end() || self.at_keyword(stops) || self.at_option() {
                return aggregates;
            }
            // `values(x), AS y` is written now and then.
            if let Some(last) = aggregates.last_mut().filter(|last| last.alias.is_none())
                && let Some(alias) = self.alias()
            {
                last.rename(alias);
                continue;
            }
            let Some(mut aggregate) = self.call() else { return aggregates };
            if let Some(alias) = self.alias() {
                let alias = self.split_alias(alias);
                aggregate.rename(alias);
            } else {
                self.check_alias(&aggregate, stops);
            }
            aggregate.span = self.span_from(aggregate.span.start as usize);
            aggregates.push(aggregate);
        }
    }

    /// `dc(user) users by host` lacks an `AS`: no function is called `users`.
    fn check_alias(&mut self, aggregate: &Aggregate, stops: &[&str]) {
        let start = self.position();
        let word = self.token(token::word);
        let call = self.rest().starts_with(|next: char| !token::is_blank(next) && next != ',');
        self.go(start);
        let Some(word) = word.filter(|word| !call && !is_function(word.node)) else { return };
        let keywords = ["by", "from", "over", "where", "groupby"];
        if keywords.iter().chain(stops).any(|keyword| word.node.eq_ignore_ascii_case(keyword)) {
            return;
        }
        if ["group", "order"].iter().any(|keyword| word.node.eq_ignore_ascii_case(keyword)) {
            let span = Span { end: word.span.end, ..word.span };
            let message = format!("there is no `{} BY`", word.node.to_uppercase());
            let diagnostic = Diagnostic::new(Code::Syntax, span, message);
            return self.fail(if word.node.eq_ignore_ascii_case("group") {
                let gap = Span { start: aggregate.span.end, end: word.span.end };
                diagnostic.edit("`BY` alone groups", gap, "")
            } else {
                diagnostic.help("the command `sort` orders rows")
            });
        }
        let message = format!("expected `AS` before the name `{}`", word.node);
        let at = Span { end: word.span.start, ..word.span };
        let diagnostic = Diagnostic::new(Code::Syntax, word.span, message).also(aggregate.span, "the aggregation");
        let diagnostic = diagnostic.edit("`AS` gives the aggregation its name", at, "AS ");
        self.fail(diagnostic.edit("`BY` groups by the values of a field", at, "BY "));
    }

    fn at_option(&mut self) -> bool {
        let start = self.position();
        let found = self.token(token::option_name).is_some() && self.symbol("=").is_some();
        self.go(start);
        found
    }

    /// An alias that goes on into a call lacks a blank: `first_seenvalues(x)` is `first_seen values(x)`. The cursor
    /// goes back to the function's name.
    fn split_alias(&mut self, alias: Field) -> Field {
        let Some((name, _)) = alias.name.split_once('(').filter(|_| !self.text_at(alias.span).starts_with(['"', '\'']))
        else {
            return alias;
        };
        let lower = name.to_ascii_lowercase();
        let function = FUNCTIONS
            .iter()
            .filter(|function| lower.len() > function.len() && lower.ends_with(**function))
            .max_by_key(|function| function.len());
        let Some(function) = function else { return alias };
        let cut = name.len() - function.len();
        let at = alias.span.start as usize + cut;
        let message = format!("a blank is missing before `{function}(`");
        let label = Span::new(at, at + function.len());
        let help = format!("read as `{} {function}(…)`", name.get(..cut).unwrap_or_default());
        self.report(Diagnostic::new(Code::MissingBlank, label, message).edit(help, Span::new(at, at), " "));
        self.go(at);
        Field::new(name.get(..cut).unwrap_or_default(), Span::new(alias.span.start as usize, at))
    }

    fn text_at(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// Takes `function(argument)` or a bare function.
    pub(crate) fn call(&mut self) -> Option<Aggregate> {
        let Some(name) = self.token(function_name) else {
            self.expected("an aggregation such as `count` or `sum(field)`");
            return None;
        };
        let start = name.span.start as usize;
        let function = name.node.to_ascii_lowercase();
        let argument = match self.symbol("(") {
            Some(open) => {
                if !self.rest().contains(')') {
                    self.go(self.end());
                    self.close(open);
                    return None;
                }
                let argument = self.argument(&function)?;
                self.close(open);
                argument
            }
            None => Argument::None,
        };
        let span = self.span_from(start);
        let text = match &argument {
            Argument::None => name.node.to_string(),
            Argument::Field(field) => format!("{}({})", name.node, field.name),
            // The inner text stays as it is, blanks included.
            _ => self.text_at(span).to_string(),
        };
        Some(Aggregate { span, function, function_span: name.span, argument, alias: None, text })
    }

    fn argument(&mut self, function: &str) -> Option<Argument> {
        self.skip_blanks();
        if self.peek() == Some(')') {
            return Some(Argument::None);
        }
        if function == "sparkline" {
            return self.sparkline();
        }
        // An expression of aggregations: `chart eval(sum(a)/sum(b)) BY host`.
        if function == "eval" && matches!(self.command_name(), "chart" | "sichart" | "sitimechart" | "timechart") {
            return Some(Argument::Eval(eval::grammar::expr(self)));
        }
        let start = self.position();
        let word = self.token(token::word).map(|word| word.node.to_lowercase());
        if let (Some("eval" | "prefix"), Some(open)) = (word.as_deref(), self.symbol("(")) {
            let argument = if word.as_deref() == Some("eval") {
                Argument::Eval(eval::grammar::expr(self))
            } else {
                Argument::Prefix(self.prefix_text())
            };
            self.close(open);
            return Some(argument);
        }
        self.go(start);
        let field = self.argument_field();
        if self.peek() != Some(')') && !self.at_end() {
            let end = self.text_at(Span::new(start, self.end())).find(')').map_or(self.end(), |length| start + length);
            let span = Span::new(start, end);
            let text = self.text_at(span).trim().to_string();
            let message = format!("`{function}` takes a field; an expression needs `eval(…)`");
            if text.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("distinct ")) {
                let diagnostic = Diagnostic::new(Code::Syntax, span, "`DISTINCT` is no part of an aggregation");
                self.fail(diagnostic.help("`dc(field)` counts different values"));
                return None;
            }
            let edit = format!("eval({text})");
            self.fail(Diagnostic::new(Code::Syntax, span, message).edit("write `eval(…)` around it", span, edit));
            return None;
        }
        field.map(Argument::Field)
    }

    /// The field in the parentheses of a call: bare names may hold anything but blanks here.
    fn argument_field(&mut self) -> Option<Field> {
        let field = self.field();
        self.skip_blanks();
        if field.is_none() {
            self.expected("a field");
        }
        field
    }

    /// The text in `PREFIX(…)`, which may end in `=`.
    pub(crate) fn prefix_text(&mut self) -> String {
        if let Some(text) = self.token(token::quoted) {
            return token::unescape(text.node);
        }
        self.skip_blanks();
        let rest = self.rest();
        let length = rest.find(')').unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        self.go(self.position() + length);
        text.trim_end_matches(token::is_blank).to_string()
    }

    fn sparkline(&mut self) -> Option<Argument> {
        let aggregate = self.call()?;
        let mut width = None;
        if self.symbol(",").is_some() {
            let rest = self.rest();
            let length = rest.find(')').unwrap_or(rest.len());
            let text = rest.get(..length).unwrap_or_default().trim_matches(token::is_blank);
            width = BinSpan::read(text);
            if width.is_none() {
                self.expected("a span such as `5m`");
                return None;
            }
            self.go(self.position() + length);
        }
        Some(Argument::Sparkline(Some(Box::new(aggregate)), width))
    }
}

/// Whether the word can be a function without parentheses.
fn is_function(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let percentile = ["exactperc", "upperperc", "perc", "p", "per_"].iter().any(|start| lower.starts_with(start));
    FUNCTIONS.contains(&lower.as_str()) || percentile
}

/// The name of a stats function: `perc98.5` has a point.
fn function_name(input: &str) -> token::Token<'_> {
    use nom::{
        Parser, bytes::complete::take_while, character::complete::satisfy, combinator::recognize, sequence::pair,
    };
    let rest = |next: char| token::is_name(next) || next == '.';
    recognize(pair(satisfy(|first| first.is_alphabetic() || first == '_'), take_while(rest))).parse(input)
}
