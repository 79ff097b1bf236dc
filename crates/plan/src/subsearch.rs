//! Brackets: `[search index=a | fields src]` as a condition, or as text.

use std::collections::HashMap;

use speleo_syntax::{Expr, Span};

use crate::{Result, lower::Context};

/// What the brackets of an eval expression returned, by their place: an expression, or none where nothing is known.
pub(crate) type Texts = HashMap<Span, Option<Expr>>;

/// Runs the brackets of an eval expression.
pub(crate) async fn texts(_ast: &Expr, _cx: &mut Context<'_>) -> Result<Texts> {
    Ok(Texts::new())
}
