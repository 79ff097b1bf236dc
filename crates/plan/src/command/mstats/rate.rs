//! `rate_avg` and `rate_sum`: the rate of each time series, then the mean or the sum of these. `| mstats rate_sum(net.bytes) WHERE index=m BY host span=1m`
//!
//! A series is a metric with one value of every dimension, `host` among them; where an event was read from, `index`, `source` and
//! `sourcetype`, tells no series apart. A window over the series gives its rate, which stands at one of its points; an ordinary
//! aggregation does the rest.

use datafusion::logical_expr::{WindowFrame, lit, when};
use speleo_syntax::{
    Field,
    clause::{Aggregate, Argument},
};

use crate::{
    Result,
    aggregate::{self, attach_windows},
    lower::Context,
    meet, metric,
    relation::{Relation, column, is_internal},
    window::{self, Window},
};

/// The functions, and what makes them of the rates.
const FUNCTIONS: [(&str, &str); 2] = [("rate_avg", "avg"), ("rate_sum", "sum")];

/// Fields that tell no series apart.
const ORIGIN: [&str; 4] = [metric::NAME, "index", "source", "sourcetype"];

/// What makes the function of the rates of series; none where it is none of theirs.
fn of_rates(aggregate: &Aggregate) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(name, _)| *name == aggregate.function).map(|(_, own)| *own)
}

/// The first of the aggregations that need series.
pub(super) fn first(aggregates: &[Aggregate]) -> Option<&Aggregate> {
    aggregates.iter().find(|aggregate| of_rates(aggregate).is_some())
}

/// The names of the dimensions.
pub(super) fn dimensions(points: &Relation) -> Vec<String> {
    let is_dimension = |name: &String| !is_internal(name) && !ORIGIN.contains(&name.as_str());
    points.fields().into_iter().filter(is_dimension).collect()
}

/// Gives the points a field for each rate that the aggregations need, and aggregations of these fields. In a `bin` of time a
/// series has a rate of its own.
pub(super) async fn of_series(
    mut points: Relation,
    mut aggregates: Vec<Aggregate>,
    dimensions: &[String],
    bin: Option<&str>,
    cx: &mut Context<'_>,
) -> Result<(Relation, Vec<Aggregate>)> {
    let mut partition = Vec::with_capacity(dimensions.len() + 1);
    for name in dimensions {
        if let Some(data_type) = points.data_type(name) {
            partition.push(meet::whole(column(name), data_type));
        }
    }
    partition.extend(bin.map(column));
    let one = Window { partition: partition.clone(), order: points.sort_exprs(), frame: WindowFrame::new(Some(true)) };
    let whole = Window { partition, order: Vec::new(), frame: WindowFrame::new(None) };
    for aggregate in &mut aggregates {
        let (Some(function), Argument::Field(metric)) = (of_rates(aggregate), &aggregate.argument) else { continue };
        let name = format!("rate of {}", metric.name);
        if !points.has(&name) {
            let rate = Aggregate {
                function: "rate".to_owned(),
                alias: Some(Field::new(name.clone(), aggregate.span)),
                ..aggregate.clone()
            };
            let options = aggregate::Options { by: &[], all_num: false };
            let outputs = aggregate::resolve(std::slice::from_ref(&rate), &points, options, cx).await?;
            points = attach_windows(points, &whole, None, &outputs)?;
            let (numbered, number) = window::add_one(points, "point", one.number()?)?;
            let rate = when(number.eq(lit(1_u64)), column(&name)).end()?;
            points = numbered.set(vec![(name.clone(), rate)])?;
        }
        let alias = aggregate.alias.clone().unwrap_or_else(|| Field::new(aggregate.text.clone(), aggregate.span));
        let argument = Argument::Field(Field::new(name, metric.span));
        *aggregate = Aggregate { function: function.to_owned(), argument, alias: Some(alias), ..aggregate.clone() };
    }
    Ok((points, aggregates))
}
