//! Terms and phrases that the raw event must hold: `"login failed" TERM(10.0.0.1)`.

use datafusion::logical_expr::{Expr, lit};

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
