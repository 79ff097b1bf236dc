//! The meaning of `mstats` and `mcatalog`: aggregates over points of metrics. `| mstats avg(cpu.util) WHERE index=m BY host span=5m`
//!
//! Each metric that the search names becomes a field with the values of its points; from there on it is `tstats`. A wildcard
//! needs to know which metrics there are: the fields of the events say so, or for events with one metric each a named step.
//! `rate_avg` and `rate_sum` take the rate of each series first.

mod rate;

use datafusion::{
    arrow::datatypes::DataType,
    functions_nested::{array_compact::array_compact, make_array::make_array},
    logical_expr::{Expr, lit, when},
};
use speleo_functions::value::Texts;
use speleo_syntax::{
    Code, Diagnostic, Field,
    clause::{
        Aggregate, Argument, BinSpan,
        bins::{Axis, Bins as Options},
    },
    command::{chart::Chart, mstats::MStats, timechart::TimeChart},
};

use super::tstats;
use crate::{
    Result, aggregate,
    command::{bin::TIME_BIN, fillnull},
    lower::{Context, Lower},
    meet, metric,
    relation::{Relation, Shape, column, is_internal},
    span::Bins,
    table,
    union::stack,
    wildcard,
};

/// The field of `mcatalog` that lists the names of a point's dimensions.
const DIMENSIONS: &str = "_dims";

impl Lower for MStats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let name = if self.catalog { "mcatalog" } else { "mstats" };
        if self.append && !self.prestats {
            let error = Diagnostic::new(Code::BadValue, self.span, "`append=true` needs `prestats=true`");
            return Err(error.help(format!("without `prestats` write `append [ | {name} … ]`")).into());
        }
        if input.is_some() && !self.append {
            let text = format!("`{name}` makes rows and must stand first");
            return Err(Diagnostic::new(Code::Position, self.span, text).into());
        }
        let wanted = self.wanted();
        let mut points = metric::points(&self.condition, &wanted, self.span, cx).await?;
        if self.catalog {
            points = dimensions(points)?;
        }
        let dimensions = rate::dimensions(&points);
        let mut aggregates = self.named(&points, cx).await?;
        let of_series = rate::first(&aggregates).is_some();
        if let Some(rate) = rate::first(&aggregates).filter(|_| self.prestats) {
            let text = format!("`{}` cannot be prepared by `prestats`", rate.function);
            return Err(Diagnostic::new(Code::BadValue, rate.span, text).into());
        }
        if !self.catalog {
            points = metrics(points, &aggregates)?;
        }
        for field in &self.by {
            if let Some(value) = &self.fillnull_value {
                let filled = fillnull::fill(&points, &field.name, value)?;
                points = points.set(vec![(field.name.clone(), filled)])?;
            }
        }
        let width = match &self.width {
            None if self.timed && (of_series || !self.chart) => tstats::automatic(&points, cx).await?,
            width => width.clone(),
        };
        let bin = self.bin(width.as_ref(), &points, cx)?;
        let is_binned = bin.is_some();
        points = points.set(bin.map(|bin| (TIME_BIN.to_owned(), bin)).into_iter().collect())?;
        if of_series {
            let bin = is_binned.then_some(TIME_BIN);
            (points, aggregates) = rate::of_series(points, aggregates, &dimensions, bin, cx).await?;
        }
        if self.chart {
            return self.chart(aggregates, width, points, cx).await;
        }
        let mut by: Vec<Field> = Vec::with_capacity(self.by.len() + 1);
        if self.timed {
            by.push(Field::new(meet::TIME, self.span));
        }
        by.extend(self.by.iter().cloned());
        if self.prestats {
            if is_binned {
                points = points.set(vec![(meet::TIME.to_owned(), column(TIME_BIN))])?;
            }
            let parts = parts(points, &aggregates, &by)?;
            return match input {
                Some(input) => stack(input, parts),
                None => Ok(parts),
            };
        }
        let options = aggregate::Options { by: &by, all_num: false };
        let outputs = aggregate::resolve(&aggregates, &points, options, cx).await?;
        if outputs.is_empty() {
            return table::nothing();
        }
        tstats::grouped(points, &by, is_binned, &outputs)
    }
}

/// The parts of `mstats`.
trait Parts {
    /// The patterns of the metrics that are needed.
    fn wanted(&self) -> Vec<String>;
    /// The aggregations, each of one metric.
    async fn named(&self, points: &Relation, cx: &mut Context<'_>) -> Result<Vec<Aggregate>>;
    /// The bin of a point's time; none where times do not group.
    fn bin(&self, width: Option<&BinSpan>, points: &Relation, cx: &Context<'_>) -> Result<Option<Expr>>;
    /// The aggregates as a table with a column for each value of a dimension.
    async fn chart(
        &self,
        aggregates: Vec<Aggregate>,
        width: Option<BinSpan>,
        points: Relation,
        cx: &mut Context<'_>,
    ) -> Result<Relation>;
}

impl Parts for MStats {
    fn wanted(&self) -> Vec<String> {
        let of_values = |aggregate: &Aggregate| match &aggregate.argument {
            Argument::Field(field) => is_internal(&field.name) || field.name == metric::NAME,
            _ => true,
        };
        if self.catalog || self.aggregates.iter().any(of_values) || self.by.iter().any(|one| one.name == metric::NAME) {
            return metric::named(&self.condition);
        }
        let field = |aggregate: &Aggregate| match &aggregate.argument {
            Argument::Field(field) => Some(field.name.clone()),
            _ => None,
        };
        self.aggregates.iter().filter_map(field).collect()
    }

    async fn named(&self, points: &Relation, cx: &mut Context<'_>) -> Result<Vec<Aggregate>> {
        let is_pattern = |aggregate: &Aggregate| match &aggregate.argument {
            Argument::Field(field) => field.is_wildcard(),
            _ => false,
        };
        if self.catalog || !self.aggregates.iter().any(is_pattern) {
            return Ok(self.aggregates.clone());
        }
        let keys = aggregate::keys(points.clone(), [metric::NAME], false)?;
        let found = cx.world.rows("metrics", aggregate::group(keys, &[])?.finish()?).await?;
        let mut known: Vec<String> = Vec::new();
        for batch in &found.batches {
            let Some(column) = batch.columns().first() else { continue };
            let names = Texts::new(column)?;
            known.extend((0..batch.num_rows()).filter_map(|row| names.get(row).map(|name| name.into_owned())));
        }
        known.sort();
        let mut aggregates = Vec::new();
        for aggregate in &self.aggregates {
            match &aggregate.argument {
                Argument::Field(pattern) if pattern.is_wildcard() => {
                    let fitting =
                        known.iter().filter_map(|name| Some((name, wildcard::captures(&pattern.name, name)?)));
                    aggregates.extend(fitting.map(|(name, taken)| {
                        let alias = aggregate.alias.as_ref();
                        let alias = alias.map(|alias| Field::new(wildcard::fill(&alias.name, &taken), alias.span));
                        let text = format!("{}({name})", aggregate.written());
                        let argument = Argument::Field(Field::new(name.clone(), pattern.span));
                        Aggregate { argument, alias, text, ..aggregate.clone() }
                    }));
                }
                _ => aggregates.push(aggregate.clone()),
            }
        }
        Ok(aggregates)
    }

    fn bin(&self, width: Option<&BinSpan>, points: &Relation, cx: &Context<'_>) -> Result<Option<Expr>> {
        let data_type = points.data_type(meet::TIME).filter(|_| self.timed);
        let (Some(width), Some(data_type)) = (width, data_type) else { return Ok(None) };
        let bins = Bins { width, align: None, span: self.span };
        let (value, value_type) = bins.of(column(meet::TIME), data_type, cx)?;
        Ok(Some(meet::stored(meet::TIME, value, &value_type)?))
    }

    async fn chart(
        &self,
        aggregates: Vec<Aggregate>,
        width: Option<BinSpan>,
        points: Relation,
        cx: &mut Context<'_>,
    ) -> Result<Relation> {
        if aggregates.is_empty() {
            return table::nothing();
        }
        let mut axes = self.by.iter().map(|field| Axis { field: field.clone(), bins: Options::default() });
        let (span, series) = (self.span, self.series.clone());
        if self.timed {
            let bins = Options { width, ..Options::default() };
            let column = axes.next();
            let chart = TimeChart {
                span,
                aggregates,
                bins,
                column,
                series,
                partial: true,
                continuous: true,
                fixed_range: false,
            };
            return chart.lower(Some(points), cx).await;
        }
        let chart = Chart { span, aggregates, row: axes.next(), column: axes.next(), series, continuous: true };
        chart.lower(Some(points), cx).await
    }
}

/// The points with a field for each metric.
fn metrics(points: Relation, aggregates: &[Aggregate]) -> Result<Relation> {
    let mut columns = Vec::new();
    for aggregate in aggregates {
        let Argument::Field(field) = &aggregate.argument else { continue };
        if !is_internal(&field.name) && field.name != metric::NAME {
            columns.push((field.name.clone(), metric::value_of(&field.name)?));
        }
    }
    columns.dedup_by(|a, b| a.0 == b.0);
    points.set(columns)
}

/// The points with the names of their dimensions.
fn dimensions(points: Relation) -> Result<Relation> {
    let mut names = Vec::new();
    for name in points.fields() {
        if !is_internal(&name) && !matches!(name.as_str(), metric::NAME | "index") {
            names.push(when(column(&name).is_not_null(), lit(name.as_str())).end()?);
        }
    }
    let list = if names.is_empty() { meet::null_of(&meet::list_type())? } else { array_compact(make_array(names)) };
    points.set(vec![(DIMENSIONS.to_owned(), list)])
}

/// The points that have all grouping fields, with the fields that a later aggregation can ask for.
fn parts(mut points: Relation, aggregates: &[Aggregate], by: &[Field]) -> Result<Relation> {
    let mut names: Vec<&str> = Vec::new();
    let mut missing = Vec::new();
    for field in by {
        if !points.has(&field.name) {
            missing.push((field.name.clone(), meet::null_of(&DataType::Utf8)?));
        }
    }
    points = points.set(missing)?;
    for field in by {
        points = points.filter(column(&field.name).is_not_null())?;
    }
    let arguments = aggregates.iter().filter_map(|aggregate| match &aggregate.argument {
        Argument::Field(field) => Some(field.name.as_str()),
        _ => None,
    });
    for name in by.iter().map(|field| field.name.as_str()).chain(arguments).chain([meet::TIME]) {
        if points.has(name) && !names.contains(&name) {
            names.push(name);
        }
    }
    let mut parts = points.select(names.into_iter().map(|name| (name.to_owned(), column(name))).collect())?;
    parts.shape = Shape::Results;
    Ok(parts)
}
