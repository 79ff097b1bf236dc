//! Rows of two relations one after the other. `append [search index=b]`
//!
//! Columns meet by name: the first's, then those that only the second has; types meet as in `meet`. The order is a hidden block
//! number, then each side's own order.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, LogicalPlanBuilder, expr::Alias, lit},
};

use crate::{
    Result,
    aggregate::arrival_key,
    meet,
    relation::{HIDDEN, OrderKey, Relation, column, project},
};

/// The rows of `first`, then those of `second`.
pub(crate) fn stack(first: Relation, second: Relation) -> Result<Relation> {
    let mut names = first.fields();
    names.extend(second.fields().into_iter().filter(|name| !first.has(name)));
    let mut left = Vec::new();
    let mut right = Vec::new();
    for name in &names {
        let common = match (first.data_type(name), second.data_type(name)) {
            (Some(a), Some(b)) => meet::meet(a, b),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => DataType::Utf8,
        };
        left.push(aliased(side(&first, name, &common)?, name));
        right.push(aliased(side(&second, name, &common)?, name));
    }
    let block = format!("{HIDDEN}block");
    left.push(aliased(lit(0_i64), &block));
    right.push(aliased(lit(1_i64), &block));
    let mut order = vec![OrderKey::ascending(block)];
    for (n, key) in first.order.iter().enumerate() {
        carry(&first, key, &format!("{HIDDEN}first{n}"), &mut left, &mut right, &mut order)?;
    }
    for (n, key) in second.order.iter().enumerate() {
        carry(&second, key, &format!("{HIDDEN}second{n}"), &mut right, &mut left, &mut order)?;
    }
    let right = project(second.plan, right)?;
    let plan = LogicalPlanBuilder::from(project(first.plan, left)?).union(right)?.build()?;
    let stacked = Relation { plan, order, shape: first.shape };
    // One computed key instead of several columns: below a union DataFusion takes a block's number for a constant of the
    // whole, and its plan then fails its own check of orders.
    let key = arrival_key(&stacked)?;
    let (mut stacked, place) = stacked.hidden("place", key)?;
    stacked.order = vec![OrderKey::ascending(place)];
    let columns = names.into_iter().map(|name| (name.clone(), column(&name))).collect();
    stacked.select(columns)
}

/// A column of one side in the common type.
fn side(relation: &Relation, name: &str, common: &DataType) -> Result<Expr> {
    match relation.data_type(name) {
        Some(own) => meet::convert(column(name), own, common),
        None => meet::null_of(common),
    }
}

/// Adds an order column of one side; the other side has none.
fn carry(
    relation: &Relation,
    key: &OrderKey,
    name: &str,
    own: &mut Vec<Expr>,
    other: &mut Vec<Expr>,
    order: &mut Vec<OrderKey>,
) -> Result<()> {
    let data_type = relation.data_type(&key.column).cloned().unwrap_or(DataType::Null);
    own.push(aliased(column(&key.column), name));
    other.push(aliased(meet::null_of(&data_type)?, name));
    order.push(OrderKey { column: name.to_owned(), ..key.clone() });
    Ok(())
}

/// A named column without the name of the table that it came from: the two sides must look the same.
fn aliased(expr: Expr, name: &str) -> Expr {
    Expr::Alias(Alias::new(expr, None::<&str>, name))
}
