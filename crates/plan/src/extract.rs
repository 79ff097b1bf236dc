//! Commands that make a field of whatever a text holds: `spath`, `extract`, `xmlkv`.
//!
//! Which fields there are depends on the data: a named step asks for their names before the columns are planned.

use datafusion::{
    common::{Column, NullHandling, UnnestOptions},
    functions::core::coalesce,
    logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, lit},
};
use speleo_functions::{eval::fields::SEVERAL, value::Texts};

use crate::{
    Result, kernel,
    lower::Context,
    meet,
    relation::{Relation, column, named},
};

/// What becomes of a field that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays where it has a value.
    Stays,
    /// It gives way where the text has a value.
    GivesWay,
}

/// What becomes of several values of a name in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeated {
    /// The first counts.
    First,
    /// The last counts.
    Last,
    /// All count.
    All,
}

/// Adds a field for each name in `fields`, an expression of names and values by turns.
pub(crate) async fn all_fields(
    relation: Relation,
    fields: Expr,
    existing: Existing,
    repeated: Repeated,
    command: &str,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let (relation, place) = relation.hidden("fields", fields)?;
    let mut columns = Vec::new();
    let named = kernel::call("spl_fields_names", vec![column(&place)])?;
    for (name, several) in names(&relation, named, command, cx).await? {
        let which = match repeated {
            Repeated::All if several => "all",
            Repeated::Last => "last",
            _ => "first",
        };
        let value = kernel::call("spl_fields_value", vec![column(&place), lit(name.as_str()), lit(which)])?;
        let value = beside(&relation, &name, value, existing)?;
        columns.push((name, value));
    }
    relation.set(columns)
}

/// The value that a text gives to a field, beside the one that it has already.
pub(crate) fn beside(relation: &Relation, name: &str, value: Expr, existing: Existing) -> Result<Expr> {
    let value_type = value.get_type(relation.plan.schema())?;
    let Some(old_type) = relation.data_type(name) else { return meet::stored(name, value, &value_type) };
    let common = meet::meet(old_type, &value_type);
    let new = meet::convert(value, &value_type, &common)?;
    let old = meet::convert(column(name), old_type, &common)?;
    let both = match existing {
        Existing::Stays => vec![old, new],
        Existing::GivesWay => vec![new, old],
    };
    meet::stored(name, coalesce().call(both), &common)
}

/// The names of which an expression gives each row's, marked; in alphabetical order, and whether any row has several values of it.
pub(crate) async fn names(
    relation: &Relation,
    marked: Expr,
    command: &str,
    cx: &mut Context<'_>,
) -> Result<Vec<(String, bool)>> {
    let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
    let plan = LogicalPlanBuilder::from(relation.plan.clone())
        .project(vec![named(marked, "name")])?
        .unnest_column_with_options(Column::new_unqualified("name"), drop)?
        .distinct()?
        .build()?;
    let rows = cx.world.rows(&format!("fields of {command}"), plan).await?;
    let mut names: Vec<(String, bool)> = Vec::new();
    for batch in &rows.batches {
        let Some(values) = batch.columns().first() else { continue };
        let texts = Texts::new(values)?;
        for text in (0..batch.num_rows()).filter_map(|row| texts.get(row)) {
            let several = text.starts_with(SEVERAL);
            let Some(name) = text.get(1..).filter(|name| !name.starts_with(crate::relation::HIDDEN)) else { continue };
            match names.iter_mut().find(|(own, _)| own == name) {
                Some((_, any)) => *any |= several,
                None => names.push((name.to_owned(), several)),
            }
        }
    }
    names.sort();
    Ok(names)
}
