//! The matching rows of a table, collected for each combination of values.

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    functions_nested::extract::array_element,
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
const TIME: &str = "__lookup_time";
const RANK: &str = "__lookup_rank";
const PLACE: &str = "__lookup_place";
const FOUND: &str = "__lookup_found";

/// The number of rows from which on a table is not ranked as a whole.
const MANY: usize = 100_000;

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
        let places: Vec<String> = pairs.iter().map(|pair| pair.place.clone()).collect();
        let of_table: Vec<&str> = pairs.iter().map(|pair| pair.column.as_str()).collect();
        if what.table.is_unique(&of_table, definition.case_sensitive) {
            // Each combination has one row at most: there is nothing to collect.
            let there = crate::predicate::all(cells.iter().map(|cell| column(cell).is_not_null()).collect());
            let outputs = (0..what.outputs.len()).map(|n| column(&value(n)));
            let columns = cells.iter().map(|cell| column(cell)).chain(outputs).chain([named(lit(1_i64), MATCHED)]);
            let plan = LogicalPlanBuilder::from(table).filter(there)?.project(columns)?.build()?;
            return Ok((input, Matches { plan, keys: (places, cells) }));
        }
        let mut table = table;
        if what.table.rows() > MANY {
            // Few of many rows are asked for: only these are ranked and collected.
            let keys: Vec<String> = (0..places.len()).map(key).collect();
            let asked = combinations(&input, &places, &keys, what)?;
            let on = |names: &[String]| names.iter().map(Column::new_unqualified).collect::<Vec<_>>();
            table = LogicalPlanBuilder::from(asked)
                .join(table, JoinType::RightSemi, (on(&keys), on(&cells)), None)?
                .build()?;
        }
        let plan = collect(table, &cells, what)?;
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
    let combinations = combinations(&input, &places, &keys, what)?;
    let plan = meet_table(combinations, table, pairs, what)?;
    Ok((input, Matches { plan, keys: (places, keys) }))
}

/// The different combinations of the fields that the rows have. One that lacks a field matches nothing.
fn combinations(input: &Relation, places: &[String], keys: &[String], what: &Enrichment<'_>) -> Result<LogicalPlan> {
    let columns = places.iter().zip(keys).map(|(place, key)| named(column(place), key));
    let is_there = places.iter().map(|place| column(place).is_not_null());
    let condition = crate::predicate::all(what.only.iter().cloned().chain(is_there).collect());
    Ok(LogicalPlanBuilder::from(input.plan.clone()).filter(condition)?.project(columns)?.distinct()?.build()?)
}

/// Combinations beside what the rows that they match hold.
///
/// Both meet in one kernel that puts the table into an index once.
fn meet_table(
    combinations: LogicalPlan,
    table: LogicalPlan,
    pairs: &[Pair],
    what: &Enrichment<'_>,
) -> Result<LogicalPlan> {
    let definition = &what.table.definition;
    let is_timed = definition.time_field.is_some();
    let no_place = meet::null_of(&DataType::Int64)?;
    let no_time = meet::null_of(&DataType::Float64)?;
    let mut types = Vec::with_capacity(what.outputs.len());
    for n in 0..what.outputs.len() {
        types.push(table.schema().field_with_unqualified_name(&value(n))?.data_type().clone());
    }
    let slots = 0..pairs.len();
    let time = if is_timed { column(TABLE_TIME) } else { no_time.clone() };
    let of_table = [named(column(PLACE), PLACE), named(time, TIME)].into_iter();
    let of_table = of_table.chain(slots.clone().map(|n| named(column(&cell(n)), &key(n))));
    let of_table = of_table.chain((0..types.len()).map(|n| column(&value(n))));
    let time = if is_timed { column(&key(pairs.len())) } else { no_time };
    let mut of_rows = vec![named(no_place, PLACE), named(time, TIME)];
    of_rows.extend(slots.clone().map(|n| column(&key(n))));
    for (n, data_type) in types.iter().enumerate() {
        of_rows.push(named(meet::null_of(data_type)?, &value(n)));
    }
    let both = LogicalPlanBuilder::from(table)
        .project(of_table)?
        .union(LogicalPlanBuilder::from(combinations).project(of_rows)?.build()?)?;
    let letter = |pair: &Pair| {
        let letter = match pair.kind {
            MatchKind::Exact => 'e',
            MatchKind::Wildcard => 'w',
            MatchKind::Cidr => 'c',
        };
        if pair.is_list { letter.to_ascii_uppercase() } else { letter }
    };
    let most = definition.max_matches.max(1);
    let mut args = vec![
        lit(pairs.iter().map(letter).collect::<String>()),
        lit(i64::try_from(most).unwrap_or(i64::MAX)),
        lit(definition.min_offset_secs as f64),
        lit(definition.max_offset_secs as f64),
        column(PLACE),
        column(TIME),
    ];
    args.extend(slots.clone().map(|n| column(&key(n))).chain((0..types.len()).map(|n| column(&value(n)))));
    let found = Expr::from(WindowFunction::new(kernel::window("spl_lookup_rows")?, args))
        .window_frame(WindowFrame::new(None))
        .build()?;
    let mut columns: Vec<Expr> = slots.map(|n| column(&key(n))).collect();
    if is_timed {
        columns.push(named(column(TIME), &key(pairs.len())));
    }
    for (n, data_type) in types.iter().enumerate() {
        let values = array_element(column(FOUND), lit(i64::try_from(n + 1).unwrap_or(i64::MAX)));
        let is_single = most == 1 && !meet::is_list(data_type);
        columns.push(named(if is_single { array_element(values, lit(1_i64)) } else { values }, &value(n)));
    }
    columns.push(named(lit(true), MATCHED));
    let matching = column(PLACE).is_null().and(column(FOUND).is_not_null());
    Ok(both.window(vec![named(found, FOUND)])?.filter(matching)?.project(columns)?.build()?)
}

/// The outputs of at most `max_matches` rows for each combination, in the order of the table.
fn collect(rows: LogicalPlan, keys: &[String], what: &Enrichment<'_>) -> Result<LogicalPlan> {
    let most = what.table.definition.max_matches.max(1);
    let rank = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .partition_by(keys.iter().map(|key| column(key)).collect())
        .order_by(vec![column(PLACE).sort(true, false)])
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
