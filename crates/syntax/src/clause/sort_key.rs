//! Sort keys: `-count`, `+str(subject)`, `ip(src)`.

use std::fmt::{self, Display, Formatter};

use crate::{Field, Span, cursor::Cursor, token};

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

impl Cursor<'_> {
    /// Takes a sort key: a sign, and a field or `str(f)`, `num(f)`, `ip(f)`, `auto(f)`.
    pub(crate) fn sort_key(&mut self) -> Option<SortKey> {
        self.skip_blanks();
        let start = self.position();
        let descending = self.symbol("-").is_some();
        if !descending {
            self.symbol("+");
        }
        self.skip_blanks();
        let place = self.position();
        let kind = match self.token(token::word).map(|word| word.node.to_lowercase()).as_deref() {
            Some("auto") => Some(SortKind::Auto),
            Some("str") => Some(SortKind::Text),
            Some("num") => Some(SortKind::Number),
            Some("ip") => Some(SortKind::Ip),
            _ => None,
        };
        let (field, kind) = match (kind, self.rest().starts_with('(')) {
            (Some(kind), true) => {
                let open = self.symbol("(")?;
                let field = self.field();
                self.close(open);
                (field, kind)
            }
            _ => {
                self.go(place);
                (self.field(), SortKind::Auto)
            }
        };
        let Some(field) = field else {
            self.expected("a field to sort by");
            return None;
        };
        Some(SortKey { span: self.span_from(start), field, descending, kind })
    }
}

impl Display for SortKey {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        if self.descending {
            out.write_str("-")?;
        }
        match self.kind {
            SortKind::Auto => write!(out, "{}", self.field),
            SortKind::Text => write!(out, "str({})", self.field),
            SortKind::Number => write!(out, "num({})", self.field),
            SortKind::Ip => write!(out, "ip({})", self.field),
        }
    }
}
