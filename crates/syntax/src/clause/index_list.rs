//! Indexes by name or pattern: `index=web index=mail*`, with or without `OR` between them.

use std::fmt::{self, Display, Formatter};

use crate::{CompareOp, Field, SearchExpr, SearchExprKind, SearchValue, Span, Spanned, cursor::Cursor, print};

/// The indexes that a command names; each one more is an alternative.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexList(pub Vec<Spanned<String>>);

impl IndexList {
    /// Adds a name or a pattern.
    pub(crate) fn push(&mut self, name: Spanned<String>) {
        self.0.push(name);
    }

    /// Takes the `OR` between two indexes.
    pub(crate) fn read_or(&self, cursor: &mut Cursor) -> bool {
        !self.0.is_empty() && cursor.keyword("or").is_some()
    }

    /// The list as a condition; none where it is empty.
    pub fn condition(&self) -> Option<SearchExpr> {
        let comparison = |name: &Spanned<String>| SearchExpr {
            span: name.span,
            kind: SearchExprKind::Comparison {
                field: Field::new("index", name.span),
                op: CompareOp::Equal,
                value: SearchValue::Text { text: name.node.clone(), quoted: true },
            },
        };
        let (first, last) = (self.0.first()?, self.0.last()?);
        let span = Span { start: first.span.start, end: last.span.end };
        Some(SearchExpr { span, kind: SearchExprKind::Or(self.0.iter().map(comparison).collect()) })
    }
}

impl Display for IndexList {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|name| print::option(out, "index", Some(print::Quoted(&name.node))))
    }
}
