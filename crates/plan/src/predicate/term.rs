//! Terms and phrases that the raw event must hold: `"login failed" TERM(10.0.0.1)`.

use datafusion::logical_expr::{Expr, lit};
use speleo_functions::words::is_word;
use speleo_syntax::{SearchExpr, SearchExprKind};

use super::{Lowering, unknown};
use crate::{Result, kernel, relation::column};

impl Lowering<'_, '_> {
    /// Whether `_raw` holds a text; `mode` is `term`, `phrase`, `TERM` or `CASE`. Rows without `_raw` hold none, and the
    /// bare `*` holds on every row.
    pub(super) fn term(&self, text: &str, mode: &str) -> Result<Expr> {
        if mode == "term" && !text.is_empty() && text.bytes().all(|byte| byte == b'*') {
            return Ok(lit(true));
        }
        if !self.relation.has("_raw") {
            return Ok(unknown());
        }
        Ok(kernel::call("spl_search_term", vec![column("_raw"), lit(text), lit(mode)])?)
    }
}

/// The words that a condition asks of the raw event, in lower case and each once: those of its terms and phrases, unless they are
/// not wanted. `*` is any run of characters.
pub(crate) fn words(expr: &SearchExpr) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => rest.extend(parts.iter().rev()),
            SearchExprKind::Term { text, .. }
            | SearchExprKind::TermDirective(text)
            | SearchExprKind::CaseDirective(text) => {
                let text = text.to_lowercase();
                let found = text.split(|next| !is_word(next) && next != '*').filter(|word| word.contains(is_word));
                for word in found {
                    if !words.iter().any(|known| known == word) {
                        words.push(word.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    words
}
