//! `inputlookup`: reads a lookup table. `| inputlookup whitelist.csv where sender=*`

use crate::{Field, SearchExpr, Span};

/// Read the rows of a lookup table.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the rows are added to those that come in.
    pub append: bool,
    /// Whether a missing table is an error.
    pub strict: bool,
    /// How many rows to leave out at the front.
    pub start: u64,
    /// How many rows at most.
    pub max: Option<u64>,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// The `where` part, in the search language.
    pub condition: Option<SearchExpr>,
}
