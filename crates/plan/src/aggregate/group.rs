//! Groups: rows with equal values of the BY fields. `stats count BY host, tag`
//!
//! A row without one of the fields belongs to no group; empty text is a value. A row with several values of a field belongs to
//! the group of each, with several such fields to every combination.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_nested::set_ops::array_distinct,
    logical_expr::{Expr, LogicalPlanBuilder, WindowFrame, lit, when},
};

use super::{Input, Output};
use crate::{
    Result, kernel, meet,
    relation::{self, OrderKey, Relation, column, named},
    table,
    window::Window,
};

/// A grouping field.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// The name that it has in the output.
    pub(crate) name: String,
    /// The column that holds it.
    pub(crate) column: String,
}

/// Rows ready to be grouped.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// The rows that belong to a group, once for each.
    pub(crate) relation: Relation,
    /// The grouping fields in order.
    pub(crate) keys: Vec<Key>,
}

/// Brings rows into groups by the fields `by`; `distinct` counts equal values of one row once.
pub(crate) fn keys<'a>(mut relation: Relation, by: impl IntoIterator<Item = &'a str>, distinct: bool) -> Result<Keys> {
    let mut keys: Vec<Key> = Vec::new();
    for name in by {
        if keys.iter().any(|key| key.name == name) {
            continue;
        }
        let input = Input::field(&relation, name)?;
        let mut place = name.to_owned();
        if meet::is_list(&input.data_type) {
            let values = if distinct { array_distinct(input.expr) } else { input.expr };
            (relation, place) = relation.hidden("by", values)?;
            let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
            relation.plan = LogicalPlanBuilder::from(relation.plan)
                .unnest_column_with_options(Column::new_unqualified(&place), drop)?
                .build()?;
        } else if !relation.has(name) {
            (relation, place) = relation.hidden("by", input.expr)?;
        }
        keys.push(Key { name: name.to_owned(), column: place });
    }
    // A key that every row has need not be looked at: it may be dear to compute.
    let schema = relation.plan.schema();
    let may_lack =
        |key: &&Key| schema.field_with_unqualified_name(&key.column).map_or(true, |field| field.is_nullable());
    let lacking = keys.iter().filter(may_lack).map(|key| column(&key.column).is_not_null());
    if let Some(complete) = lacking.reduce(Expr::and) {
        relation = relation.filter(complete)?;
    }
    Ok(Keys { relation, keys })
}

/// One row for each group, or one for all rows where there are no keys; in the order of the keys.
///
/// Where there is nothing to compute either (`stats sum(x*)` and no such field) there is no row.
pub(crate) fn group(Keys { relation, keys }: Keys, outputs: &[Output]) -> Result<Relation> {
    let mut calls = Vec::new();
    for output in outputs {
        for call in &output.calls {
            calls.push(named(call.clone().aggregate(), &place(calls.len())));
        }
    }
    if keys.is_empty() && calls.is_empty() {
        return table::nothing();
    }
    let plan = relation::aggregate(relation.plan, keys.iter().map(|key| column(&key.column)).collect(), calls)?;
    let grouped = Relation::results(plan, Vec::new());

    let mut columns = Vec::with_capacity(keys.len() + outputs.len());
    let mut order = Vec::with_capacity(keys.len());
    let mut hidden = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        let value = column(&key.column);
        columns.push(named(value.clone(), &key.name));
        if grouped
            .data_type(&key.column)
            .is_some_and(|data_type| meet::is_number(data_type) || meet::is_time(data_type))
        {
            order.push(OrderKey::ascending(&key.name));
        } else {
            let name = format!("__key{n}");
            hidden.push(named(kernel::call("spl_sort_key", vec![value, lit("auto")])?, &name));
            order.push(OrderKey::ascending(name));
        }
    }
    for (name, value) in values(&grouped, outputs)? {
        columns.push(named(value, &name));
    }
    columns.extend(hidden);
    let plan = relation::project(grouped.plan, columns)?;
    Ok(Relation::results(plan, order))
}

/// Adds the aggregates of its group to each row; rows without one of the fields get none. The order stays.
pub(crate) fn attach(relation: Relation, by: &[&str], outputs: &[Output]) -> Result<Relation> {
    let Partition { keys, complete } = partition(&relation, by)?;
    let window = Window { partition: keys, order: Vec::new(), frame: WindowFrame::new(None) };
    attach_windows(relation, &window, complete, outputs)
}

/// What tells the groups of rows apart that stay single rows.
pub(crate) struct Partition {
    /// The fields as one thing each.
    pub(crate) keys: Vec<Expr>,
    /// Whether a row has all of them; none where there are none.
    pub(crate) complete: Option<Expr>,
}

/// The groups that the fields `by` make.
pub(crate) fn partition(relation: &Relation, by: &[&str]) -> Result<Partition> {
    let mut keys = Vec::with_capacity(by.len());
    let mut complete = None::<Expr>;
    for name in by {
        let input = Input::field(relation, name)?;
        let present = input.expr.clone().is_not_null();
        complete = Some(match complete {
            Some(others) => others.and(present),
            None => present,
        });
        keys.push(meet::whole(input.expr, &input.data_type));
    }
    Ok(Partition { keys, complete })
}

/// Adds aggregates over a window to each row for which `complete` is true.
pub(crate) fn attach_windows(
    mut relation: Relation,
    window: &Window,
    complete: Option<Expr>,
    outputs: &[Output],
) -> Result<Relation> {
    let mut windows = Vec::new();
    for output in outputs {
        for call in &output.calls {
            let call = window.apply(call.function.clone(), call.args.clone())?;
            windows.push(named(call, &place(windows.len())));
        }
    }
    if !windows.is_empty() {
        relation.plan = relation::windows(relation.plan, windows)?;
    }
    let mut columns = values(&relation, outputs)?;
    if let Some(complete) = complete {
        for (_, value) in &mut columns {
            *value = when(complete.clone(), value.clone()).end()?;
        }
    }
    relation.set(columns)
}

/// The outputs' names and values from the columns of their calls.
fn values(relation: &Relation, outputs: &[Output]) -> Result<Vec<(String, Expr)>> {
    let mut next = 0;
    let mut columns = Vec::with_capacity(outputs.len());
    for output in outputs {
        let places: Vec<String> = (next..next + output.calls.len()).map(place).collect();
        next += output.calls.len();
        let results: Vec<Expr> = places.iter().map(|name| column(name)).collect();
        let data_type = places.first().and_then(|name| relation.data_type(name)).cloned().unwrap_or(DataType::Utf8);
        columns.push((output.name.clone(), meet::stored(&output.name, output.value(&results)?, &data_type)?));
    }
    Ok(columns)
}

/// The column of the n-th call.
fn place(n: usize) -> String {
    format!("__call{n}")
}
