//! Places in the source text.

/// A half-open range of byte offsets in the text that was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range as indices of a string.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and the text that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub node: T,
}

/// A field's name as written, quotes removed. May hold `*` where the position allows wildcards.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where the name stands.
    pub span: Span,
    /// The name without quotes.
    pub name: String,
}

/// Two fields are the same when their names are: positions do not count, so that printing and parsing again
/// gives an equal tree.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Field {
    /// A field of that name.
    pub fn new(name: impl Into<String>, span: Span) -> Self {
        Self { span, name: name.into() }
    }

    /// Whether the name holds a wildcard.
    pub fn is_wildcard(&self) -> bool {
        self.name.contains('*')
    }
}
