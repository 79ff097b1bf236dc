//! `outputlookup`: writes rows to a lookup table. `outputlookup append=t seen.csv`

use crate::{Field, Span};

/// Write the rows to a lookup table and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputLookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// Whether to add to the table; its columns stay.
    pub append: bool,
    /// Whether no rows make an empty file.
    pub create_empty: bool,
    /// Whether no rows clear the table.
    pub override_if_empty: bool,
    /// How many rows at most.
    pub max: Option<u64>,
    /// Rows with an equal key are replaced.
    pub key_field: Option<Field>,
    /// Whether `output_format=splunk_mv_csv` is written.
    pub multivalue_columns: bool,
}
