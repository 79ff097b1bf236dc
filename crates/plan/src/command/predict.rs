//! The meaning of `predict`: how a time series goes on. `timechart count | predict count future_timespan=12`
//!
//! The rows are a named step: how many there are, and the time between two of them, make the rows after them. Each series adds
//! its predictions and two bounds; the algorithms are those of `speleo_functions::series`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray, new_null_array},
        compute::{concat, concat_batches},
        datatypes::{DataType, Field, Schema, TimestampMicrosecondType},
    },
    error::DataFusionError,
    logical_expr::Expr,
};
use speleo_functions::{
    series::{self, Prediction},
    value::Numbers,
};
use speleo_syntax::{
    Field as Name,
    command::predict::{Algorithm, Bound, Predict},
};

use crate::{
    Result, Rows,
    command::rows,
    field,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{Relation, column},
    table,
};

impl Lower for Predict {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "predict", self.span)?;
        for (field, _) in &self.series {
            field::resolve(field, &input, cx);
        }
        self.correlate.iter().for_each(|field| _ = field::resolve(field, &input, cx));
        let outputs: Vec<(String, Expr)> =
            input.fields().into_iter().map(|name| (name.clone(), column(&name))).collect();
        let plan = input.sorted(None)?.select(outputs)?.finish()?;
        let found = cx.world.rows("rows to predict from", plan).await?;
        table::of_rows("predicted", &self.predicted(&found)?)
    }
}

/// The parts of `predict`.
trait Parts {
    /// The rows with their predictions, and those after them.
    fn predicted(&self, found: &Rows) -> Result<Rows>;
    /// The predictions of a series.
    fn one(&self, place: usize, all: &Used) -> Vec<Prediction>;
}

/// The numbers that are used.
struct Used {
    series: Vec<Vec<Option<f64>>>,
    /// The series that others are predicted with, with the numbers that were held back.
    other: Vec<Option<f64>>,
    /// How many bins after the used ones.
    future: usize,
}

impl Parts for Predict {
    fn predicted(&self, found: &Rows) -> Result<Rows> {
        let batch = concat_batches(&found.schema, &found.batches).map_err(DataFusionError::from)?;
        let count = batch.num_rows();
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let used = count.saturating_sub(size(self.hold_back));
        // Without any row there is no bin to go on from.
        let future = if used == 0 { 0 } else { size(self.future) };
        let more = future.saturating_sub(count - used);
        let numbers = |name: &str| -> Result<Vec<Option<f64>>> {
            let name = if batch.column_by_name(name).is_some() { name } else { name.trim_end_matches("{}") };
            Ok(match batch.column_by_name(name) {
                Some(array) => {
                    let numbers = Numbers::new(array)?;
                    (0..count).map(|row| numbers.get(row).filter(|number| number.is_finite())).collect()
                }
                None => vec![None; count],
            })
        };
        let mut all = Used { series: Vec::new(), other: Vec::new(), future };
        for (field, _) in &self.series {
            let mut series = numbers(&field.name)?;
            series.truncate(used);
            all.series.push(series);
        }
        if let Some(other) = &self.correlate {
            all.other = numbers(&other.name)?;
        }
        let mut columns = longer(&batch, more)?;
        for (place, (field, alias)) in self.series.iter().enumerate() {
            if self.suppress.as_ref().is_some_and(|suppressed| suppressed.name == field.name) {
                continue;
            }
            let mut predictions = self.one(place, &all);
            predictions.resize(count + more, None);
            let name = alias.as_ref().map_or_else(|| format!("prediction({})", field.name), |name| name.name.clone());
            let bound = |bound: &Bound, stem: &str, sign: f64| {
                let own = |bound: &Name| bound.name.clone();
                let title = bound.name.as_ref().map_or_else(|| format!("{stem}{}({name})", bound.percent), own);
                let away = sign * series::quantile(bound.percent as f64);
                let values = predictions.iter().map(|one| one.map(|(value, variance)| value + away * variance.sqrt()));
                (title, values.collect::<Float64Array>())
            };
            let (lower, upper) = (bound(&self.lower, "lower", -1.0), bound(&self.upper, "upper", 1.0));
            let values = predictions.iter().map(|one| one.map(|(value, _)| value)).collect::<Float64Array>();
            for (name, values) in [(name.clone(), values), lower, upper] {
                let values: ArrayRef = Arc::new(values);
                match columns.iter_mut().find(|(own, _)| *own == name) {
                    Some((_, old)) => *old = values,
                    None => columns.push((name, values)),
                }
            }
        }
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(DataFusionError::from)?;
        Ok(Rows { schema, batches: vec![batch] })
    }

    fn one(&self, place: usize, all: &Used) -> Vec<Prediction> {
        let none = Vec::new();
        let own = all.series.get(place).unwrap_or(&none);
        let period = self.period.map(|period| usize::try_from(period).unwrap_or(usize::MAX).min(own.len().max(1)));
        let alone = |algorithm| series::predict(own, all.future, algorithm, period);
        match self.algorithm {
            Algorithm::Ll => alone(series::Algorithm::Level),
            Algorithm::Llt => alone(series::Algorithm::Trend),
            Algorithm::Llp => alone(series::Algorithm::Periodic),
            Algorithm::Llp5 => alone(series::Algorithm::Both),
            Algorithm::Llb => series::given(own, &all.other, all.future),
            Algorithm::BiLl => {
                let other = all.series.get(1 - place.min(1)).unwrap_or(&none);
                series::bivariate(own, other, all.future).0
            }
        }
    }
}

/// The columns with rows added, which have a time and nothing else.
fn longer(batch: &RecordBatch, more: usize) -> Result<Vec<(String, ArrayRef)>> {
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        let added = match array.as_primitive_opt::<TimestampMicrosecondType>() {
            Some(times) if field.name() == TIME => times_after(times, more, array.data_type()),
            _ => new_null_array(array.data_type(), more),
        };
        let all = concat(&[array.as_ref(), added.as_ref()]).map_err(DataFusionError::from)?;
        columns.push((field.name().clone(), all));
    }
    Ok(columns)
}

/// The times that follow, as far apart as the last two.
fn times_after(times: &TimestampMicrosecondArray, count: usize, data_type: &DataType) -> ArrayRef {
    let mut known = times.iter().rev().flatten();
    let (Some(last), Some(before)) = (known.next(), known.next()) else {
        return new_null_array(data_type, count);
    };
    let width = last.saturating_sub(before);
    let next = |number: usize| last.saturating_add(width.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX)));
    let times = TimestampMicrosecondArray::from_iter_values((1..=count).map(next));
    match meet::time_type() {
        DataType::Timestamp(_, zone) if meet::is_time(data_type) => Arc::new(times.with_timezone_opt(zone)),
        _ => new_null_array(data_type, count),
    }
}
