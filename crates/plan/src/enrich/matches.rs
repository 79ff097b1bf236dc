//! The matching rows of a table, collected for each combination of values.

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    functions_nested::{position::array_position, string::string_to_array},
    functions_window::row_number::row_number_udwf,
    logical_expr::{
        Expr, ExprFunctionExt, JoinType, LogicalPlan, LogicalPlanBuilder, WindowFrame, expr::WindowFunction, lit,
    },
};
use speleo_knowledge::MatchKind;

use super::{Enrichment, Pair, folded};
use crate::{
    Result, kernel,
    lower::Context,
    meet,
    relation::{Relation, SEQUENCE, column, named},
};

/// True where a row matched.
pub(super) const MATCHED: &str = "__lookup_matched";

const TABLE_TIME: &str = "__lookup_table_time";
const ROW_TIME: &str = "__lookup_row_time";
const RANK: &str = "__lookup_rank";
const PLACE: &str = "__lookup_place";
const TURN: &str = "__lookup_turn";

/// The collected matches.
pub(super) struct Matches {
    /// One row for each combination: its key columns, the outputs, and `MATCHED`.
    pub(super) plan: LogicalPlan,
    /// The key columns of the rows, and those of `plan` that they equal.
    pub(super) keys: (Vec<String>, Vec<String>),
}

/// The column of the n-th output.
pub(super) fn value(n: usize) -> String {
    format!("__lookup_out{n}")
}

fn key(n: usize) -> String {
    format!("__lookup_key{n}")
}

fn cell(n: usize) -> String {
    format!("__lookup_cell{n}")
}

/// The matches of the rows' combinations; the rows come back with the hidden columns that the keys need.
pub(super) fn of(
    input: Relation,
    pairs: &[Pair],
    what: &Enrichment<'_>,
    cx: &Context<'_>,
) -> Result<(Relation, Matches)> {
    let definition = &what.table.definition;
    let table = crate::table::scan(what.name, what.table)?;
    let mut columns = vec![named(column(SEQUENCE), PLACE)];
    for (n, pair) in pairs.iter().enumerate() {
        let text = column(&pair.column);
        let data_type = table.data_type(&pair.column).cloned().unwrap_or(DataType::Utf8);
        columns.push(named(folded(meet::utf8(text, &data_type), definition), &cell(n)));
    }
    for (n, (name, _)) in what.outputs.iter().enumerate() {
        columns.push(named(column(name), &value(n)));
    }
    if let Some(field) = &definition.time_field {
        columns.push(named(time(field, &definition.time_format, cx)?, TABLE_TIME));
    }
    let table = LogicalPlanBuilder::from(table.plan).project(columns)?.build()?;
    let is_plain = pairs.iter().all(|pair| pair.kind == MatchKind::Exact && !pair.is_list);
    let cells: Vec<String> = (0..pairs.len()).map(cell).collect();
    if is_plain && definition.time_field.is_none() {
        let places = pairs.iter().map(|pair| pair.place.clone()).collect();
        let plan = collect(table, &cells, what, false)?;
        return Ok((input, Matches { plan, keys: (places, cells) }));
    }
    let mut input = input;
    let mut places: Vec<String> = pairs.iter().map(|pair| pair.place.clone()).collect();
    if definition.time_field.is_some() {
        let time = match input.data_type(meet::TIME) {
            Some(data_type) => meet::convert(column(meet::TIME), data_type, &DataType::Float64)?,
            None => meet::null_of(&DataType::Float64)?,
        };
        let place;
        (input, place) = input.hidden("lookup_in", time)?;
        places.push(place);
    }
    let keys: Vec<String> = (0..places.len()).map(key).collect();
    let combinations = places.iter().zip(&keys).map(|(place, key)| named(column(place), key));
    let combinations = LogicalPlanBuilder::from(input.plan.clone()).project(combinations)?.distinct()?.build()?;
    let met = meet_table(combinations, table, pairs, what)?;
    let plan = collect(met, &keys, what, definition.time_field.is_some())?;
    Ok((input, Matches { plan, keys: (places, keys) }))
}

/// Combinations beside the rows that they match, with the turn of the value that does where a field has several.
fn meet_table(
    combinations: LogicalPlan,
    table: LogicalPlan,
    pairs: &[Pair],
    what: &Enrichment<'_>,
) -> Result<LogicalPlan> {
    let definition = &what.table.definition;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut conditions = Vec::new();
    let mut turn = None;
    for (n, pair) in pairs.iter().enumerate() {
        if pair.kind == MatchKind::Exact && !pair.is_list {
            left.push(Column::new_unqualified(key(n)));
            right.push(Column::new_unqualified(cell(n)));
            continue;
        }
        let own = if pair.is_list {
            string_to_array(column(&key(n)), lit("\u{0}"), lit(datafusion::scalar::ScalarValue::Utf8(None)))
        } else {
            column(&key(n))
        };
        if pair.kind == MatchKind::Exact {
            turn = turn.or(Some(array_position(own.clone(), column(&cell(n)), lit(1_i64))));
        }
        conditions.push(match pair.kind {
            MatchKind::Exact => kernel::call("spl_eq", vec![own, column(&cell(n)), lit("text")])?,
            MatchKind::Wildcard => {
                kernel::call("spl_wildcard", vec![own, column(&cell(n)), lit(!definition.case_sensitive)])?
            }
            MatchKind::Cidr => kernel::call("spl_cidrmatch", vec![column(&cell(n)), own])?,
        });
    }
    let mut builder = LogicalPlanBuilder::from(combinations);
    if definition.time_field.is_some() {
        builder = builder.project(renamed_time(pairs.len()))?;
        let age = column(ROW_TIME) - column(TABLE_TIME);
        conditions.push(age.clone().gt_eq(lit(definition.min_offset_secs as f64)));
        conditions.push(age.lt_eq(lit(definition.max_offset_secs as f64)));
    }
    let condition = conditions.into_iter().reduce(Expr::and);
    let joined = if left.is_empty() {
        builder.join_on(table, JoinType::Inner, condition)?
    } else {
        builder.join(table, JoinType::Inner, (left, right), condition)?
    };
    let joined = joined.build()?;
    let Some(turn) = turn else { return Ok(joined) };
    let columns =
        joined.schema().columns().into_iter().map(Expr::Column).chain([named(turn, TURN)]).collect::<Vec<_>>();
    Ok(LogicalPlanBuilder::from(joined).project(columns)?.build()?)
}

/// The last key is the row's time: it serves as a key and in the condition.
fn renamed_time(count: usize) -> Vec<Expr> {
    let mut columns: Vec<Expr> = (0..=count).map(|n| column(&key(n))).collect();
    columns.push(named(column(&key(count)), ROW_TIME));
    columns
}

/// The outputs of at most `max_matches` rows for each combination: in the order of the values that match, then of the table.
fn collect(rows: LogicalPlan, keys: &[String], what: &Enrichment<'_>, by_time: bool) -> Result<LogicalPlan> {
    let most = what.table.definition.max_matches.max(1);
    let mut order = Vec::new();
    if by_time {
        order.push(column(TABLE_TIME).sort(false, false));
    }
    if rows.schema().has_column_with_unqualified_name(TURN) {
        order.push(column(TURN).sort(true, false));
    }
    order.push(column(PLACE).sort(true, false));
    let rank = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .partition_by(keys.iter().map(|key| column(key)).collect())
        .order_by(order)
        .window_frame(WindowFrame::new(Some(true)))
        .build()?;
    let within = column(RANK).lt_eq(lit(u64::try_from(most).unwrap_or(u64::MAX)));
    let ranked = LogicalPlanBuilder::from(rows).window(vec![named(rank, RANK)])?.filter(within)?;
    let mut outputs = Vec::with_capacity(what.outputs.len() + 1);
    for n in 0..what.outputs.len() {
        let function = if most == 1 { "spl_first" } else { "spl_list" };
        let rank = datafusion::logical_expr::cast(column(RANK), DataType::Int64);
        let call =
            crate::aggregate::Call { function: kernel::aggregate(function)?, args: vec![column(&value(n)), rank] };
        outputs.push(named(call.aggregate(), &value(n)));
    }
    let count = crate::aggregate::Call {
        function: datafusion::functions_aggregate::count::count_udaf(),
        args: vec![lit(1_i64)],
    };
    outputs.push(named(count.aggregate(), MATCHED));
    Ok(ranked.aggregate(keys.iter().map(|key| column(key)), outputs)?.build()?)
}

/// The table's time as epoch seconds.
fn time(field: &str, format: &str, cx: &Context<'_>) -> Result<Expr> {
    let cell = column(field);
    if format == "%s" {
        return Ok(kernel::call("spl_num", vec![cell])?);
    }
    let zone = lit(cx.world.timezone().name());
    Ok(kernel::call("spl_strptime", vec![cell, lit(format), zone, lit(cx.world.now())])?)
}
