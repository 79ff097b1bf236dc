//! `lookup`: adds fields from a lookup table. `lookup users.csv id AS uid OUTPUT name`

use crate::{Field, Span};

/// Add the fields of matching rows of a lookup table.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// What must be equal.
    pub inputs: Vec<Mapping>,
    /// What is added; empty means every other column.
    pub outputs: Vec<Mapping>,
    /// Whether existing values are overwritten.
    pub output: Output,
}

/// A column of the table and the field of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The column of the table.
    pub column: Field,
    /// The field of the event; the same name where no `AS` is written.
    pub field: Field,
}

/// What happens to fields that exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// No clause: all other columns, as `OUTPUT`.
    Implied,
    /// `OUTPUT`: they are overwritten.
    Overwrite,
    /// `OUTPUTNEW`: rows that have them keep them.
    New,
}
