//! The matching rows of a table, collected for each combination of values.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_nested::position::array_position,
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
const TURN: &str = "__lookup_turn";
const AT: &str = "__lookup_at";
const FOUND: &str = "__lookup_found";
const PLACES: &str = "__lookup_places";

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
        let mut table = table;
        if what.table.rows > MANY {
            // Few of many rows are asked for: only these are ranked and collected.
            let keys: Vec<String> = (0..places.len()).map(key).collect();
            let asked = combinations(&input, &places, &keys)?;
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
    let combinations = combinations(&input, &places, &keys)?;
    let met = meet_table(combinations, table, pairs, what)?;
    let plan = collect(met, &keys, what)?;
    Ok((input, Matches { plan, keys: (places, keys) }))
}

/// The different combinations of the fields that the rows have.
fn combinations(input: &Relation, places: &[String], keys: &[String]) -> Result<LogicalPlan> {
    let columns = places.iter().zip(keys).map(|(place, key)| named(column(place), key));
    Ok(LogicalPlanBuilder::from(input.plan.clone()).project(columns)?.distinct()?.build()?)
}

/// Combinations beside the rows that they match, with the turn in which they do.
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
    let slots = 0..pairs.len();
    let of_table = [named(column(PLACE), AT), named(if is_timed { column(TABLE_TIME) } else { no_time.clone() }, TIME)];
    let of_table = of_table.into_iter().chain(slots.clone().map(|n| named(column(&cell(n)), &key(n))));
    let of_rows = [named(no_place, AT), named(if is_timed { column(&key(pairs.len())) } else { no_time }, TIME)];
    let of_rows = of_rows.into_iter().chain(slots.map(|n| named(column(&key(n)), &key(n))));
    let both = LogicalPlanBuilder::from(table.clone())
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
    let mut args = vec![
        lit(pairs.iter().map(letter).collect::<String>()),
        lit(i64::try_from(definition.max_matches.max(1)).unwrap_or(i64::MAX)),
        lit(definition.min_offset_secs as f64),
        lit(definition.max_offset_secs as f64),
        column(AT),
        column(TIME),
    ];
    args.extend((0..pairs.len()).map(|n| column(&key(n))));
    let found = Expr::from(WindowFunction::new(kernel::window("spl_lookup_rows")?, args))
        .window_frame(WindowFrame::new(None))
        .build()?;
    let mut columns: Vec<Expr> = (0..pairs.len()).map(|n| column(&key(n))).collect();
    if is_timed {
        columns.push(named(column(TIME), &key(pairs.len())));
    }
    let with_places = columns.iter().cloned().chain([named(column(FOUND), FOUND), named(column(FOUND), PLACES)]);
    let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
    let each = both
        .window(vec![named(found, FOUND)])?
        .filter(column(AT).is_null())?
        .project(with_places)?
        .unnest_columns_with_options(vec![Column::new_unqualified(FOUND)], drop)?;
    let joined = each
        .join(
            table,
            JoinType::Inner,
            (vec![Column::new_unqualified(FOUND)], vec![Column::new_unqualified(PLACE)]),
            None,
        )?
        .build()?;
    let turn = array_position(column(PLACES), column(FOUND), lit(1_i64));
    let columns =
        joined.schema().columns().into_iter().map(Expr::Column).chain([named(turn, TURN)]).collect::<Vec<_>>();
    Ok(LogicalPlanBuilder::from(joined).project(columns)?.build()?)
}

/// The outputs of at most `max_matches` rows for each combination: in their turns where these are known, else in the order of
/// the table.
fn collect(rows: LogicalPlan, keys: &[String], what: &Enrichment<'_>) -> Result<LogicalPlan> {
    let most = what.table.definition.max_matches.max(1);
    let mut order = Vec::new();
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
