//! What window functions of one node say together.

use std::sync::Arc;

use datafusion::{
    physical_expr::{LexOrdering, PhysicalExpr, window::WindowExpr},
    physical_expr_common::sort_expr::OrderingRequirements,
};

/// Every expression that they read: arguments, keys and order.
pub(super) fn expressions(functions: &[Arc<dyn WindowExpr>]) -> impl Iterator<Item = Arc<dyn PhysicalExpr>> {
    functions.iter().flat_map(|function| {
        let all = function.all_expressions();
        all.args.into_iter().chain(all.partition_by_exprs).chain(all.order_by_exprs)
    })
}

/// The order of their rows, which is that of the first; none where it does not matter.
pub(super) fn order(functions: &[Arc<dyn WindowExpr>]) -> Option<OrderingRequirements> {
    LexOrdering::new(functions.first()?.order_by().iter().cloned()).map(OrderingRequirements::from)
}

/// Whether two have the same keys.
pub(super) fn same_keys(one: &Arc<dyn WindowExpr>, other: &Arc<dyn WindowExpr>) -> bool {
    let (own, theirs) = (one.partition_by(), other.partition_by());
    own.len() == theirs.len() && own.iter().zip(theirs).all(|(own, their)| own == their)
}
