//! Expressions in the place of columns: how one over an operator's rows reads those of another operator.

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_expr::{PhysicalExpr, expressions::Column},
};

/// The expression with `other` of each column in that one's place; none leaves it as it is.
///
/// # Errors
/// Where a part does not take its parts anew.
pub(crate) fn substituted(
    expr: &Arc<dyn PhysicalExpr>,
    other: impl Fn(&Column) -> Option<Arc<dyn PhysicalExpr>>,
) -> Result<Arc<dyn PhysicalExpr>> {
    // From the leaves up: what is put in is not looked at again.
    let put_in = |part: Arc<dyn PhysicalExpr>| {
        Ok(match part.downcast_ref::<Column>().and_then(&other) {
            Some(other) => Transformed::yes(other),
            None => Transformed::no(part),
        })
    };
    Arc::clone(expr).transform_up(put_in).data()
}
