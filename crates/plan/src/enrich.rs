//! A lookup as joins: the matching rows of a table for each combination of the fields. `lookup nets.csv net AS ip OUTPUT zone`
//!
//! Exact matches group the table by its key columns and join once. Where a definition matches by wildcard, address block or time,
//! or a field has several values, the distinct combinations of the rows' fields meet the table first, and their matches join
//! back.

mod matches;
#[cfg(test)]
mod tests;

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    functions::{core::coalesce, string::expr_fn::lower},
    functions_nested::make_array::make_array,
    logical_expr::{Expr, JoinType, LogicalPlanBuilder, lit, when},
};
use speleo_knowledge::{LookupDefinition, MatchKind};

use crate::{
    LookupTable, Result, field,
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// What a lookup adds, and by what.
pub(crate) struct Enrichment<'a> {
    /// The table.
    pub(crate) table: &'a LookupTable,
    /// Its name.
    pub(crate) name: &'a str,
    /// Columns of the table and the fields that they must match.
    pub(crate) inputs: Vec<(String, String)>,
    /// Columns of the table and the fields that get their values.
    pub(crate) outputs: Vec<(String, String)>,
    /// Whether a field keeps the value that it has.
    pub(crate) keep: bool,
    /// Which rows are looked up; none is all. The others get what rows without a match get.
    pub(crate) only: Option<Expr>,
}

/// One pair of a table's column and a field, ready to be compared.
pub(super) struct Pair {
    /// The table's column.
    pub(super) column: String,
    /// How they are compared.
    pub(super) kind: MatchKind,
    /// The hidden column of the rows that holds the field as text; several values joined.
    pub(super) place: String,
    /// Whether the field has several values.
    pub(super) is_list: bool,
}

/// Adds the table's fields to each row; rows and their order stay.
pub(crate) fn enrich(mut input: Relation, what: &Enrichment<'_>, cx: &Context<'_>) -> Result<Relation> {
    let definition = &what.table.definition;
    let mut pairs = Vec::with_capacity(what.inputs.len());
    for (column, name) in &what.inputs {
        let Some((value, data_type)) = field::find(name, &input) else { return without(input, what) };
        let is_list = meet::is_list(&data_type);
        let text =
            if is_list { meet::whole(value, &data_type) } else { meet::convert(value, &data_type, &DataType::Utf8)? };
        let place;
        let text = folded(meet::utf8(text, &data_type), definition);
        // Null matches nothing.
        let text = match &what.only {
            Some(condition) => when(condition.clone(), text).end()?,
            None => text,
        };
        (input, place) = input.hidden("lookup_in", text)?;
        let kind =
            definition.match_types.iter().find(|(name, _)| name == column).map_or(MatchKind::Exact, |(_, kind)| *kind);
        pairs.push(Pair { column: column.clone(), kind, place, is_list });
    }
    let (input, found) = matches::of(input, &pairs, what, cx)?;
    let (left, right) = found.keys;
    let keys = |names: &[String]| names.iter().map(Column::new_unqualified).collect::<Vec<_>>();
    let plan = LogicalPlanBuilder::from(input.plan)
        .join(found.plan, JoinType::Left, (keys(&left), keys(&right)), None)?
        .build()?;
    let joined = Relation { plan, order: input.order, shape: input.shape };
    let mut columns = Vec::with_capacity(what.outputs.len());
    for (n, (_, target)) in what.outputs.iter().enumerate() {
        let place = matches::value(n);
        let data_type = joined.data_type(&place).cloned().unwrap_or(DataType::Utf8);
        let value = defaulted(column(&place), &data_type, definition)?;
        columns.push((target.clone(), chosen(&joined, target, value, &data_type, what.keep)?));
    }
    joined.set(columns)
}

/// The value, or the definition's default where no row matched.
fn defaulted(value: Expr, data_type: &DataType, definition: &LookupDefinition) -> Result<Expr> {
    if definition.min_matches == 0 {
        return Ok(value);
    }
    let text = definition.default_match.as_str();
    let default = if meet::is_list(data_type) {
        make_array(vec![lit(text); definition.min_matches.min(definition.max_matches).max(1)])
    } else {
        lit(text)
    };
    Ok(when(column(matches::MATCHED).is_null(), default).otherwise(value)?)
}

/// What the field holds afterwards.
fn chosen(relation: &Relation, target: &str, value: Expr, data_type: &DataType, keep: bool) -> Result<Expr> {
    match relation.data_type(target) {
        Some(old_type) if keep => {
            let common = meet::meet(old_type, data_type);
            let old = meet::convert(column(target), old_type, &common)?;
            Ok(coalesce().call(vec![old, meet::convert(value, data_type, &common)?]))
        }
        _ => meet::stored(target, value, data_type),
    }
}

/// No row has one of the fields: nothing matches.
fn without(input: Relation, what: &Enrichment<'_>) -> Result<Relation> {
    let definition = &what.table.definition;
    let mut columns = Vec::with_capacity(what.outputs.len());
    for (_, target) in &what.outputs {
        let value = match definition.min_matches {
            0 => meet::null_of(&DataType::Utf8)?,
            _ => lit(definition.default_match.as_str()),
        };
        columns.push((target.clone(), chosen(&input, target, value, &DataType::Utf8, what.keep)?));
    }
    input.set(columns)
}

/// A text as the definition compares it.
pub(super) fn folded(text: Expr, definition: &LookupDefinition) -> Expr {
    if definition.case_sensitive { text } else { lower(text) }
}
