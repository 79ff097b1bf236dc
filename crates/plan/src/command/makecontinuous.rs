//! The meaning of `makecontinuous`: a row for each bin, also for those without data. `makecontinuous _time span=10m`
//!
//! The field's values become their bins; the range of bins follows from the data, by a named step, and `start` and `end`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, RecordBatch},
        datatypes::{DataType, Field as ArrowField, Schema},
    },
    common::Column,
    error::DataFusionError,
    logical_expr::{JoinType, LogicalPlanBuilder, lit},
};
use speleo_syntax::{
    Code, Diagnostic,
    clause::{BinSpan, bins::Bins},
    command::makecontinuous::MakeContinuous,
};

use super::chart::{
    axis::{self, Label},
    pivot,
};
use crate::{
    Result, Rows,
    aggregate::Input,
    command::{bin, rows},
    kernel,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{OrderKey, Relation, column},
    table,
    union::stack,
};

const MICROS: f64 = 1e6;
/// How many bins at most.
const MOST: f64 = 1e6;
/// What finds the first edge in the label of a bin of numbers.
const FIRST_EDGE: &str = r"^(-?[^-]+)-.*$";
/// The column of a bin's beginning.
const START: &str = "start";

impl Lower for MakeContinuous {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "makecontinuous", self.span)?;
        let name = self.field.as_ref().map_or(TIME, |field| field.name.as_str());
        let value = Input::field(&input, name)?;
        let Some((low, high)) = bin::range(name, &input, &value.expr, &value.data_type, cx).await? else {
            return Ok(input);
        };
        let low = self.bins.start.map_or(low, |start| start.min(low));
        // The end belongs to no bin, as that of a time range; the data's last value does.
        let high = self.bins.end.filter(|end| *end > high).map_or(high, f64::next_down);
        let mut bins = self.bins.clone();
        let is_time = meet::is_time(&value.data_type);
        let width = bins.width.get_or_insert_with(|| axis::automatic(&self.bins, (low, high), is_time)).clone();
        let label = Label::binned(name, &bins, value, &input, self.span, cx).await?;
        let starts = starts(&width, low, high, is_time || meet::is_time(&label.data_type), label.align, cx);
        let starts = starts.ok_or_else(|| {
            Diagnostic::new(Code::BadValue, self.span, format!("the span makes more than {MOST} bins"))
        })?;
        let spine = spine(name, &bins, starts, meet::is_time(&label.data_type), self, cx).await?;
        let binned = input.set(vec![(name.to_owned(), meet::stored(name, label.expr, &label.data_type)?)])?;
        let missing = without(spine, &binned, name)?;
        let mut all = stack(binned, missing)?;
        let mut place = name.to_owned();
        if !all.data_type(name).is_some_and(|own| meet::is_time(own) || meet::is_number(own)) {
            let low = kernel::call("spl_replace", vec![column(name), lit(FIRST_EDGE), lit(r"\1")])?;
            (all, place) = all.hidden("bin", kernel::call("spl_num", vec![low])?)?;
        }
        all.order.insert(0, OrderKey::ascending(place));
        Ok(all)
    }
}

/// The beginnings of all bins, times in seconds; none where there are too many.
fn starts(
    width: &BinSpan,
    low: f64,
    high: f64,
    is_time: bool,
    align: Option<i64>,
    cx: &Context<'_>,
) -> Option<Vec<f64>> {
    if is_time {
        let (first, last) = ((low * MICROS) as i64, (high * MICROS) as i64);
        let starts = pivot::starts(width, first, last, cx.world.timezone(), align)?;
        return Some(starts.into_iter().map(|start| start as f64 / MICROS).collect());
    }
    let BinSpan::Number(width) = width else { return Some(Vec::new()) };
    let (first, last) = ((low / width).floor(), (high / width).floor());
    if !width.is_normal() || last - first > MOST {
        return None;
    }
    let mut starts = Vec::new();
    let mut number = first;
    while number <= last {
        starts.push(number * width);
        number += 1.0;
    }
    Some(starts)
}

/// Rows with nothing but the bins.
async fn spine(
    name: &str,
    bins: &Bins,
    starts: Vec<f64>,
    is_time: bool,
    command: &MakeContinuous,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let schema = Arc::new(Schema::new(vec![ArrowField::new(START, DataType::Float64, true)]));
    let values = Arc::new(Float64Array::from(starts)) as ArrayRef;
    let batch = RecordBatch::try_new(schema.clone(), vec![values]).map_err(DataFusionError::from)?;
    let spine = table::of_rows("bins", &Rows { schema, batches: vec![batch] })?;
    let value = if is_time {
        meet::timestamp(column(START))
    } else {
        let input = Input { expr: column(START), data_type: DataType::Float64 };
        Label::binned(name, bins, input, &spine, command.span, cx).await?.expr
    };
    let own = if is_time { meet::time_type() } else { DataType::Utf8 };
    spine.select(vec![(name.to_owned(), meet::stored(name, value, &own)?)])
}

/// The bins that no row has.
fn without(spine: Relation, binned: &Relation, name: &str) -> Result<Relation> {
    let taken = binned.clone().select(vec![("taken".to_owned(), column(name))])?;
    let on = (vec![Column::new_unqualified(name)], vec![Column::new_unqualified("taken")]);
    let plan = LogicalPlanBuilder::from(spine.plan).join(taken.plan, JoinType::LeftAnti, on, None)?.build()?;
    Ok(Relation { plan, order: spine.order, shape: spine.shape })
}
