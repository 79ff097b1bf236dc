//! Sort keys: `-count`, `+str(subject)`, `ip(src)`.

use crate::{Field, Span};

/// One key of `sort` or of `dedup … sortby`.
#[derive(Debug, Clone)]
pub struct SortKey {
    /// Where it stands.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// Whether a `-` stands before it.
    pub descending: bool,
    /// How values compare.
    pub kind: SortKind,
}

/// Positions do not count.
impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.descending == other.descending && self.kind == other.kind
    }
}

/// How the values of a sort key compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKind {
    /// Numbers by size, then addresses, then texts by bytes.
    Auto,
    /// `str(f)`: by bytes.
    Text,
    /// `num(f)`: by size; what is no number counts as missing.
    Number,
    /// `ip(f)`: by address.
    Ip,
}
