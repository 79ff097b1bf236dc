//! The boolean language of `search`: the tree and its parser.

pub(crate) mod grammar;
mod print;
pub(crate) mod time_modifier;
mod value;

use crate::{Field, Search, Span};

/// A search expression with its place in the text.
#[derive(Debug, Clone)]
pub struct SearchExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: SearchExprKind,
}

/// Positions do not count: printing and parsing again gives an equal tree.
impl PartialEq for SearchExpr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The forms of a search expression. Splunk's rule: `NOT` binds tightest, then `OR`, then `AND`.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchExprKind {
    /// No condition: every event.
    All,
    /// No event: the text `NOT ( )` that an empty subsearch leaves.
    Nothing,
    /// All of these; written side by side or with `AND`.
    And(Vec<SearchExpr>),
    /// Any of these.
    Or(Vec<SearchExpr>),
    /// Not this.
    Not(Box<SearchExpr>),
    /// `field=value` and its kin. Also `index=`, `sourcetype=`, `nodename=`, `tag=`, `eventtype=`.
    Comparison {
        /// The left side.
        field: Field,
        /// The operator.
        op: CompareOp,
        /// The right side, always a literal.
        value: SearchValue,
    },
    /// `field IN (a, b*)`, `field NOT IN (…)`.
    In {
        /// The left side.
        field: Field,
        /// The candidates; wildcards and CIDR blocks allowed.
        values: Vec<SearchValue>,
        /// Whether `NOT` stands before `IN`.
        negated: bool,
    },
    /// A bare word or a phrase that `_raw` must hold; may have wildcards.
    Term {
        /// The text without quotes.
        text: String,
        /// Whether it was quoted: a phrase.
        quoted: bool,
    },
    /// `TERM(text)`: a whole segment between major breakers.
    TermDirective(String),
    /// `CASE(text)`: a term compared case-sensitively.
    CaseDirective(String),
    /// `earliest=-1d`, `latest<@d` and the older forms; `name` in lower case.
    TimeModifier {
        /// The modifier.
        name: String,
        /// The operator as written; all bound the same side.
        op: CompareOp,
        /// The time text.
        value: SearchValue,
    },
    /// `[search …]`: replaced by the condition that its rows make.
    Subsearch(Box<Search>),
    /// A part that could not be read; a diagnostic says why.
    Error,
}

/// Comparison operators of the search language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`, `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `field::value`: exact match of an indexed field.
    Indexed,
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchValue {
    /// A bare word or quoted text, quotes and escapes undone; `*` is a wildcard in both.
    Text {
        /// The text.
        text: String,
        /// Whether it was quoted.
        quoted: bool,
    },
    /// `field=CASE(Bob)`: compared case-sensitively.
    Case(String),
    /// `field=TERM(10.0.0.1)`: as `Text`.
    Term(String),
    /// `field=[search … | return $x]`: replaced by the returned text.
    Subsearch(Box<Search>),
}
