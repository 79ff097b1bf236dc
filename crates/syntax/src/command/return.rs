//! `return`: turns rows into the text of a search condition, by fields. `return 3 ip`

use crate::{Field, Span};

/// Turn the first rows into one row with the field `search`.
#[derive(Debug, Clone, PartialEq)]
pub struct Return {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows.
    pub count: u64,
    /// What to return of each.
    pub items: Vec<ReturnItem>,
}

/// One item of `return`.
#[derive(Debug, Clone, PartialEq)]
pub enum ReturnItem {
    /// `field`: `field="value"`.
    Field(Field),
    /// `alias=field`: `alias="value"`.
    Alias(Field, Field),
    /// `$field`: the bare value.
    Value(Field),
}
