//! Aggregates of rows and columns as a table, for `chart`, `timechart`, `xyseries` and `pivot`.
//!
//! The aggregates of all combinations come first, one row each; then each column of the table takes its own. A table with
//! columns, or whose first and last bins only the data tell, asks for the combinations by a named step, so that events are read once.
//! Where `OTHER` does not follow from the combinations that it takes together, as a percentile does not, they are read again.

use std::{collections::HashSet, sync::Arc};

use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema, TimestampMicrosecondType},
    },
    functions::core::coalesce,
    functions_aggregate::{count::count_udaf, min_max::min_udaf},
    logical_expr::{Expr, lit, when},
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
    aggregate::{self, Keys, Output},
    kernel,
    lower::Context,
    meet,
    relation::{OrderKey, Relation, column, is_internal},
    table,
    union::stack,
};

/// The column of the rows' labels, the first where there are several.
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
    /// What names the table's rows; without it there is one. Bins of time are those of the first.
    pub(crate) rows: Vec<Label>,
    /// What names its columns.
    pub(crate) column: Option<Label>,
    /// What its cells hold.
    pub(crate) measures: Measures,
    /// Which columns there are.
    pub(crate) series: &'a Series,
    /// A label of columns that has no part in the choice and stands last: that of whole rows.
    pub(crate) total: Option<&'a str>,
    /// Which rows there are besides those with data.
    pub(crate) spine: Spine,
    /// The command, for the names of steps.
    pub(crate) name: &'static str,
}

impl Table<'_> {
    /// The table.
    pub(crate) async fn lower(self, cx: &mut Context<'_>) -> Result<Relation> {
        Ok(self.lower_as(None, cx).await?.0)
    }

    /// The table with the columns that were chosen for another one, and what was chosen where it has columns.
    pub(crate) async fn lower_as(
        mut self,
        chosen: Option<Chosen>,
        cx: &mut Context<'_>,
    ) -> Result<(Relation, Option<Chosen>)> {
        if self.column.is_some() && self.series.use_other {
            self.measures.split_means();
        }
        let keys = self.keys()?;
        let grouped = self.grouped(keys.clone(), cx).await?;
        let several = self.measures.measures.len() > 1;
        let Some(label) = self.column.take() else {
            let grouped = self.whole(grouped, cx).await?;
            return Ok((self.single(grouped)?, None));
        };
        let mut rows = self.cells(grouped, cx).await?;
        let mut cells = table::of_rows("cells", &rows)?;
        let first = self.measures.measures.first().map_or(FREQUENCY, |measure| measure.place.as_str());
        let chosen = match (chosen, self.total) {
            (Some(chosen), _) => chosen,
            (None, total) => {
                let ranked = match total {
                    Some(total) => cells.clone().filter(column(COLUMN).not_eq(lit(total)))?,
                    None => cells.clone(),
                };
                select::choose(&ranked, COLUMN, first, several, self.series, &label.name, cx).await?
            }
        };
        // Columns that are not kept and not merged leave their rows behind, empty.
        let merges = chosen.has_others && self.series.use_other;
        if merges {
            let mut names: Vec<Expr> = chosen.kept.iter().map(|name| lit(name.as_str())).collect();
            if chosen.has_null {
                names.push(lit(self.series.null_text.as_str()));
            }
            names.extend(self.total.map(lit));
            cells = match self.measures.merging() {
                Some(outputs) => self.merged_cells(cells, names, outputs, cx).await?,
                None => self.grouped(merged(keys, names, &self.series.other_text)?, cx).await?,
            };
        }
        if merges || self.spine != Spine::None {
            let cells = self.continued(cells, Some(&rows), cx)?;
            rows = cx.world.rows(&format!("rows of {}", self.name), cells.finish()?).await?;
        }
        Ok((self.table(&rows, &self.names(&chosen))?, Some(chosen)))
    }

    /// The cells of a table without columns, with all its bins of time.
    async fn whole(&self, grouped: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        match self.spine {
            Spine::None => Ok(grouped),
            Spine::Range { range: TimeRange { earliest: Some(_), latest: Some(_) }, .. } => {
                self.continued(grouped, None, cx)
            }
            _ => {
                let rows = self.cells(grouped, cx).await?;
                self.continued(table::of_rows("cells", &rows)?, Some(&rows), cx)
            }
        }
    }

    /// The cells, one row for each combination of labels.
    async fn cells(&self, grouped: Relation, cx: &mut Context<'_>) -> Result<Rows> {
        cx.world.rows(&format!("cells of {}", self.name), grouped.finish()?).await
    }

    /// The rows to aggregate, with their labels.
    fn keys(&mut self) -> Result<Keys> {
        let mut relation = self.input.clone();
        let mut places = Vec::new();
        let rows = self.rows.iter().enumerate().map(|(n, label)| (label, row(n)));
        for (label, name) in rows.chain(self.column.iter().map(|label| (label, COLUMN.to_owned()))) {
            let place;
            (relation, place) = relation.hidden(&name, label.expr.clone())?;
            places.push((place, name));
        }
        let by = places.iter().map(|(place, _)| place.as_str());
        let mut keys = aggregate::keys(relation, by, self.series.dedup_split_values)?;
        for (key, (_, name)) in keys.keys.iter_mut().zip(&places) {
            key.name.clone_from(name);
        }
        Ok(keys)
    }

    /// One row for each combination of labels.
    async fn grouped(&self, keys: Keys, cx: &mut Context<'_>) -> Result<Relation> {
        let mut outputs = self.measures.outputs.clone();
        if self.column.is_some() {
            outputs.push(Output::plain(FREQUENCY, count_udaf(), vec![lit(1_i64)]));
        }
        outputs.extend(self.lows().into_iter().map(|(name, value)| Output::plain(name, min_udaf(), vec![value])));
        self.measures.derive(self.summed(keys, &outputs)?, cx).await
    }

    /// The cells with those of all columns that are not kept as one; `outputs` take them together.
    async fn merged_cells(
        &self,
        cells: Relation,
        kept: Vec<Expr>,
        mut outputs: Vec<Output>,
        cx: &mut Context<'_>,
    ) -> Result<Relation> {
        outputs.extend(self.smallest_lows());
        let places = self.row_places();
        let keys = aggregate::keys(cells, places.iter().map(String::as_str).chain([COLUMN]), false)?;
        let keys = merged(keys, kept, &self.series.other_text)?;
        self.measures.derive(self.summed(keys, &outputs)?, cx).await
    }

    /// One row for each key, in the table's order.
    fn summed(&self, keys: Keys, outputs: &[Output]) -> Result<Relation> {
        let mut grouped = aggregate::group(keys, outputs)?;
        self.sort_by_lows(&mut grouped);
        Ok(grouped)
    }

    /// The cells with one more row for each bin of time that should be there; `rows` are the cells where they are known.
    fn continued(&self, cells: Relation, rows: Option<&Rows>, cx: &Context<'_>) -> Result<Relation> {
        let (range, align) = match self.spine {
            Spine::None => return Ok(cells),
            Spine::Data { align } => (TimeRange::default(), align),
            Spine::Range { range, align } => (range, align),
        };
        let Some(width) = self.rows.first().and_then(|row| row.width.as_ref()) else { return Ok(cells) };
        let data = match (range.earliest, range.latest) {
            (Some(earliest), Some(latest)) => Some((earliest, latest.saturating_sub(1))),
            _ => rows.and_then(bounds),
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
    fn names(&self, chosen: &Chosen) -> Vec<String> {
        let mut names = chosen.kept.clone();
        if chosen.has_null {
            names.push(self.series.null_text.clone());
        }
        if chosen.has_others && self.series.use_other && !names.contains(&self.series.other_text) {
            names.push(self.series.other_text.clone());
        }
        names.extend(self.total.map(str::to_owned));
        names
    }

    /// One row for each label of rows, a column for each label of columns and measure.
    fn table(&self, cells: &Rows, labels: &[String]) -> Result<Relation> {
        let measures = &self.measures.measures;
        let table = table::of_rows("table", &gather::gather(cells, (&self.row_places(), COLUMN), measures, labels)?)?;
        let mut columns = self.row_columns()?;
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
            outputs.push(Output::plain(measure.place.clone(), kernel::aggregate("spl_first")?, args));
        }
        outputs.extend(self.smallest_lows());
        let places = self.row_places();
        let keys = aggregate::keys(cells, places.iter().map(String::as_str), false)?;
        let grouped = self.summed(keys, &outputs)?;
        let mut columns = self.row_columns()?;
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

    /// The places of the rows' labels.
    fn row_places(&self) -> Vec<String> {
        (0..self.rows.len()).map(row).collect()
    }

    /// The columns of the rows' labels.
    fn row_columns(&self) -> Result<Vec<(String, Expr)>> {
        let stored = |(n, label): (usize, &Label)| {
            Ok((label.name.clone(), meet::stored(&label.name, column(&row(n)), &label.data_type)?))
        };
        self.rows.iter().enumerate().map(stored).collect()
    }

    /// The numbers behind labels of numbers in bins, and where the grouped rows hold the smallest of a bin.
    fn lows(&self) -> Vec<(String, Expr)> {
        let of_row = |(n, label): (usize, &Label)| Some((format!("{LOW}{n}"), label.low.clone()?));
        self.rows.iter().enumerate().filter_map(of_row).collect()
    }

    /// The smallest of several grouped rows' smallest.
    fn smallest_lows(&self) -> impl Iterator<Item = Output> {
        self.lows().into_iter().map(|(name, _)| {
            let low = column(&name);
            Output::plain(name, min_udaf(), vec![low])
        })
    }

    /// Puts those numbers before the labels in the order of grouped rows, which is that of their keys.
    fn sort_by_lows(&self, grouped: &mut Relation) {
        for (n, _) in self.rows.iter().enumerate().rev().filter(|(_, label)| label.low.is_some()) {
            grouped.order.insert(n.min(grouped.order.len()), OrderKey::ascending(format!("{LOW}{n}")));
        }
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

/// The place of the labels of the n-th name of rows.
fn row(n: usize) -> String {
    if n == 0 { ROW.to_owned() } else { format!("{ROW}{n}") }
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
