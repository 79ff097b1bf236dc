//! Aggregates of rows and columns as a table, for `chart`, `timechart` and `xyseries`.
//!
//! The aggregates of all combinations come first, one row each; then each column of the table takes its own. A table with
//! columns asks for the combinations by a named step, so that events are read once unless `OTHER` has to be computed.

use std::{collections::HashSet, sync::Arc};

use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema, TimestampMicrosecondType},
    },
    functions::core::coalesce,
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
    },
    logical_expr::{Expr, LogicalPlanBuilder, lit, when},
};
use speleo_functions::time;
use speleo_syntax::{
    Code, Diagnostic,
    clause::{BinSpan, series::Series},
};

use super::{
    axis::Label,
    gather,
    measure::{Measure, Measures},
    select::{self, Chosen},
};
use crate::{
    Result, Rows, TimeRange,
    aggregate::{self, Call, Finish, Keys, Output},
    kernel,
    lower::Context,
    meet,
    relation::{OrderKey, Relation, column, is_internal, named},
    table,
    union::stack,
};

/// The column of the rows' labels.
const ROW: &str = "row";
/// The column of the columns' labels.
const COLUMN: &str = "column";
/// The column that tells how many rows a combination has.
pub(crate) const FREQUENCY: &str = "frequency";
/// The column of the smallest number of a bin.
const LOW: &str = "low";
/// How many bins of time a table may have.
const MOST_BINS: usize = 1_000_000;

/// Which bins of time have a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spine {
    /// Those with data.
    None,
    /// All from the first with data to the last.
    Data {
        /// An instant at which a bin starts.
        align: Option<i64>,
    },
    /// All of a range of time; where a side is open, data bounds it.
    Range {
        /// The range.
        range: TimeRange,
        /// An instant at which a bin starts.
        align: Option<i64>,
    },
}

/// A table before it is aggregated.
pub(crate) struct Table<'a> {
    /// The rows to aggregate.
    pub(crate) input: Relation,
    /// What names the table's rows; without it there is one.
    pub(crate) row: Option<Label>,
    /// What names its columns.
    pub(crate) column: Option<Label>,
    /// What its cells hold.
    pub(crate) measures: Measures,
    /// Which columns there are.
    pub(crate) series: &'a Series,
    /// Which rows there are besides those with data.
    pub(crate) spine: Spine,
    /// The command, for the names of steps.
    pub(crate) name: &'static str,
}

impl Table<'_> {
    /// The table.
    pub(crate) async fn lower(mut self, cx: &mut Context<'_>) -> Result<Relation> {
        let keys = self.keys()?;
        let grouped = self.grouped(keys.clone(), cx).await?;
        let several = self.measures.measures.len() > 1;
        let Some(label) = self.column.take() else {
            let grouped = self.continued(grouped, None, cx).await?;
            return self.single(grouped);
        };
        let mut rows = cx.world.rows(&format!("cells of {}", self.name), grouped.finish()?).await?;
        let mut cells = table::of_rows("cells", &rows)?;
        let first = self.measures.measures.first().map_or(FREQUENCY, |measure| measure.place.as_str());
        let chosen = select::choose(&cells, COLUMN, first, several, self.series, &label.name, cx).await?;
        // Columns that are not kept and not merged leave their rows behind, empty.
        let merges = chosen.has_others && self.series.use_other;
        if merges {
            let mut names: Vec<Expr> = chosen.kept.iter().map(|name| lit(name.as_str())).collect();
            if chosen.has_null {
                names.push(lit(self.series.null_text.as_str()));
            }
            cells = self.grouped(merged(keys, names, &self.series.other_text)?, cx).await?;
        }
        if merges || self.spine != Spine::None {
            let cells = self.continued(cells, Some(&rows), cx).await?;
            rows = cx.world.rows(&format!("rows of {}", self.name), cells.finish()?).await?;
        }
        self.table(&rows, &self.names(chosen))
    }

    /// The rows to aggregate, with their labels.
    fn keys(&mut self) -> Result<Keys> {
        let mut relation = self.input.clone();
        let mut places = Vec::new();
        for (label, name) in [(&self.row, ROW), (&self.column, COLUMN)] {
            if let Some(label) = label {
                let place;
                (relation, place) = relation.hidden(name, label.expr.clone())?;
                places.push((place, name));
            }
        }
        let by = places.iter().map(|(place, _)| place.as_str());
        let mut keys = aggregate::keys(relation, by, self.series.dedup_split_values)?;
        for (key, (_, name)) in keys.keys.iter_mut().zip(&places) {
            (*name).clone_into(&mut key.name);
        }
        Ok(keys)
    }

    /// One row for each combination of labels.
    async fn grouped(&self, keys: Keys, cx: &mut Context<'_>) -> Result<Relation> {
        let mut outputs = self.measures.outputs.clone();
        let one = |name: &str, call: Call| Output { name: name.to_owned(), calls: vec![call], finish: Finish::Plain };
        if self.column.is_some() {
            outputs.push(one(FREQUENCY, Call { function: count_udaf(), args: vec![lit(1_i64)] }));
        }
        if let Some(low) = self.row.as_ref().and_then(|row| row.low.clone()) {
            outputs.push(one(LOW, Call { function: min_udaf(), args: vec![low] }));
        }
        let mut grouped = aggregate::group(keys, &outputs)?;
        if grouped.has(LOW) {
            grouped.order.insert(0, OrderKey::ascending(LOW));
        }
        self.measures.derive(grouped, cx).await
    }

    /// The cells with one more row for each bin of time that should be there; `rows` are the cells where they are known.
    async fn continued(&self, cells: Relation, rows: Option<&Rows>, cx: &mut Context<'_>) -> Result<Relation> {
        let (range, align) = match self.spine {
            Spine::None => return Ok(cells),
            Spine::Data { align } => (TimeRange::default(), align),
            Spine::Range { range, align } => (range, align),
        };
        let Some(width) = self.row.as_ref().and_then(|row| row.width.as_ref()) else { return Ok(cells) };
        let data = match (range.earliest, range.latest, rows) {
            (Some(earliest), Some(latest), _) => Some((earliest, latest.saturating_sub(1))),
            (_, _, Some(rows)) => bounds(rows),
            (_, _, None) => asked_bounds(&cells, cx).await?,
        };
        let Some((first, last)) = data else { return Ok(cells) };
        let first = range.earliest.map_or(first, |earliest| earliest.min(first));
        let last = range.latest.map_or(last, |latest| latest.saturating_sub(1).max(last));
        let starts = starts(width, first, last, cx.world.timezone(), align).ok_or_else(|| {
            Diagnostic::unplaced(Code::BadValue, format!("the span makes more than {MOST_BINS} bins"))
        })?;
        let mut all = stack(cells, spine(starts)?)?;
        all.order.insert(0, OrderKey::ascending(ROW));
        Ok(all)
    }

    /// The names of the columns with their labels, the most significant order first.
    fn names(&self, chosen: Chosen) -> Vec<String> {
        let mut names = chosen.kept;
        if chosen.has_null {
            names.push(self.series.null_text.clone());
        }
        if chosen.has_others && self.series.use_other && !names.contains(&self.series.other_text) {
            names.push(self.series.other_text.clone());
        }
        names
    }

    /// One row for each label of rows, a column for each label of columns and measure.
    fn table(&self, cells: &Rows, labels: &[String]) -> Result<Relation> {
        let measures = &self.measures.measures;
        let table = table::of_rows("table", &gather::gather(cells, (ROW, COLUMN), measures, labels)?)?;
        let mut columns = self.row_column()?;
        let mut taken: HashSet<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        for (n, (measure, label)) in
            measures.iter().flat_map(|one| labels.iter().map(move |label| (one, label))).enumerate()
        {
            let name = unused(self.title(measure, label), &taken);
            taken.insert(name.clone());
            columns.push((name, column(&gather::cell(n))));
        }
        table.select(columns)
    }

    /// One row for each label of rows, a column for each measure. Several rows of one label are a cell and a bin of time.
    fn single(&self, cells: Relation) -> Result<Relation> {
        let mut outputs: Vec<Output> = Vec::new();
        for measure in &self.measures.measures {
            let args = vec![column(&measure.place), lit(0_i64)];
            let call = Call { function: kernel::aggregate("spl_first")?, args };
            outputs.push(Output { name: measure.place.clone(), calls: vec![call], finish: Finish::Plain });
        }
        let is_binned = cells.has(LOW);
        if is_binned {
            let call = Call { function: min_udaf(), args: vec![column(LOW)] };
            outputs.push(Output { name: LOW.to_owned(), calls: vec![call], finish: Finish::Plain });
        }
        let keys = aggregate::keys(cells, self.row.iter().map(|_| ROW), false)?;
        let mut grouped = aggregate::group(keys, &outputs)?;
        if is_binned {
            grouped.order.insert(0, OrderKey::ascending(LOW));
        }
        let mut columns = self.row_column()?;
        for measure in &self.measures.measures {
            let value = column(&measure.place);
            let value = match grouped.data_type(&measure.place) {
                Some(DataType::Int64) if measure.is_count => coalesce().call(vec![value, lit(0_i64)]),
                Some(DataType::Float64) if measure.is_count => coalesce().call(vec![value, lit(0.0)]),
                _ => value,
            };
            let taken = columns.iter().map(|(name, _)| name.clone()).collect();
            columns.push((unused(measure.name.clone(), &taken), value));
        }
        grouped.select(columns)
    }

    /// The column of the rows' labels.
    fn row_column(&self) -> Result<Vec<(String, Expr)>> {
        let of_row = |row: &Label| Ok((row.name.clone(), meet::stored(&row.name, column(ROW), &row.data_type)?));
        self.row.iter().map(of_row).collect()
    }

    /// The name of a column.
    fn title(&self, measure: &Measure, label: &str) -> String {
        let label = if is_internal(label) { format!("VALUE{label}") } else { label.to_owned() };
        match &self.series.format {
            Some(format) => format.replace("$AGG$", &measure.name).replace("$VAL$", &label),
            None if self.measures.measures.len() == 1 => label,
            None => format!("{}{}{label}", measure.name, self.series.separator),
        }
    }
}

/// The name, with a number behind it where it is taken: a value can be called as the field of the rows.
fn unused(name: String, taken: &HashSet<String>) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let numbered = |n: &usize| !taken.contains(&format!("{name}_{n}"));
    (1..=taken.len() + 1).find(numbered).map_or(name.clone(), |n| format!("{name}_{n}"))
}

/// The rows with one label for all columns that are not kept.
fn merged(mut keys: Keys, kept: Vec<Expr>, other: &str) -> Result<Keys> {
    if let Some(key) = keys.keys.iter_mut().find(|key| key.name == COLUMN) {
        let own = column(&key.column);
        let label = when(own.clone().in_list(kept, false), own).otherwise(lit(other))?;
        (keys.relation, key.column) = keys.relation.hidden("series", label)?;
    }
    Ok(keys)
}

/// The first and the last time of cells that are known.
fn bounds(rows: &Rows) -> Option<(i64, i64)> {
    let mut found: Option<(i64, i64)> = None;
    for batch in &rows.batches {
        let times = batch.column_by_name(ROW)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        for time in times.iter().flatten() {
            found = Some(found.map_or((time, time), |(low, high)| (low.min(time), high.max(time))));
        }
    }
    found
}

/// The same of cells that a step has to be asked for.
async fn asked_bounds(cells: &Relation, cx: &mut Context<'_>) -> Result<Option<(i64, i64)>> {
    let call = |function| Call { function, args: vec![column(ROW)] };
    let plan = LogicalPlanBuilder::from(cells.plan.clone())
        .aggregate(
            Vec::<Expr>::new(),
            vec![named(call(min_udaf()).aggregate(), "low"), named(call(max_udaf()).aggregate(), "high")],
        )?
        .build()?;
    let rows = cx.world.rows("first and last bin of time", plan).await?;
    let Some(batch) = rows.batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
    let first = |array: &ArrayRef| {
        let times = array.as_primitive_opt::<TimestampMicrosecondType>()?;
        times.iter().next().flatten()
    };
    let [low, high] = batch.columns() else { return Ok(None) };
    Ok(first(low).zip(first(high)))
}

/// The starts of all bins from one instant to another; none where there are too many.
pub(crate) fn starts(width: &BinSpan, first: i64, last: i64, tz: Tz, align: Option<i64>) -> Option<Vec<i64>> {
    let text = match width {
        BinSpan::Number(seconds) if seconds.fract() != 0.0 => format!("{}us", (seconds * 1e6) as i64),
        width => width.to_string(),
    };
    let Ok(span) = time::Span::parse(&text) else { return Some(Vec::new()) };
    let mut starts = Vec::new();
    let mut next = span.start(first, tz, align);
    while let Some(start) = next.filter(|start| *start <= last) {
        if starts.len() >= MOST_BINS {
            return None;
        }
        starts.push(start);
        next = span.next(start, tz, align).filter(|next| *next > start);
    }
    Some(starts)
}

/// Rows with nothing but a time.
fn spine(starts: Vec<i64>) -> Result<Relation> {
    let times = TimestampMicrosecondArray::from(starts).with_timezone("UTC");
    let schema = Arc::new(Schema::new(vec![Field::new(ROW, times.data_type().clone(), true)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(times) as ArrayRef])
        .map_err(datafusion::error::DataFusionError::from)?;
    table::of_rows("bins", &Rows { schema, batches: vec![batch] })
}
