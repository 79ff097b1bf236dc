//! Aggregations: `sum(bytes) AS total`, `count(eval(status>399))`, `perc95(x)`.

mod grammar;
mod print;

use crate::{Expr, Field, Span};

/// One aggregation of `stats` and its kin.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// Where it stands, alias included.
    pub span: Span,
    /// The function in lower case: `count`, `c`, `perc95`.
    pub function: String,
    /// Where the function's name stands.
    pub function_span: Span,
    /// What it is applied to.
    pub argument: Argument,
    /// The name after `AS`; may hold wildcards.
    pub alias: Option<Field>,
    /// The default name of the output: the call without quotes, `sum(bytes)`, the function in the case in which it is written;
    /// an `eval(…)` stays as written. Empty where there is an alias.
    pub text: String,
}

impl Aggregate {
    /// Takes the name after `AS`: the default name is no one's.
    pub(crate) fn rename(&mut self, alias: Field) {
        self.alias = Some(alias);
        self.text.clear();
    }

    /// The function as written, which the output's default name keeps: `Count`.
    pub fn written(&self) -> &str {
        match self.text.get(..self.function.len()) {
            Some(written) if written.eq_ignore_ascii_case(&self.function) => written,
            _ => &self.function,
        }
    }
}

/// Positions do not count.
impl PartialEq for Aggregate {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function && self.argument == other.argument && self.alias == other.alias
    }
}

/// What an aggregation is applied to.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// Nothing: `count`; any other function means every field.
    None,
    /// A field; may hold wildcards.
    Field(Field),
    /// `eval(expr)`.
    Eval(Expr),
    /// `PREFIX(text)` of `tstats`.
    Prefix(String),
    /// `sparkline(agg, span)`.
    Sparkline(Option<Box<Aggregate>>, Option<super::BinSpan>),
}
