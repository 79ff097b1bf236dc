//! The meaning of `mcollect`: rows become points of metrics. `… | mcollect index=m split=allnums host`
//!
//! A metric stands in a field `metric_name:<metric>`, the form that `mstats` reads; with `split` other fields become such ones.
//! Which fields have nothing but numbers, and which names a prefix gives, the rows of a step tell. A row without a number in any
//! metric makes no point.

use std::collections::BTreeSet;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::DataType,
    },
    logical_expr::{Expr, lit, when},
};
use speleo_functions::value::{Lists, Texts, parse_number};
use speleo_syntax::{
    Code, Diagnostic,
    command::mcollect::{MCollect, Split},
};

use super::collect;
use crate::{
    Result, Rows,
    command::rows,
    lower::{Context, Lower},
    meet::{self, TIME},
    metric::{NAME, PREFIX, VALUE},
    relation::{Relation, column, is_internal},
};

/// The source type of collected points.
const STASH: &str = "mcollect_stash";

impl Lower for MCollect {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let command = if self.of_events { "meventcollect" } else { "mcollect" };
        let input = rows(input, command, self.span)?;
        if cx.world.is_blind() {
            return Ok(input);
        }
        let (relation, found) = collect::gathered(input, cx).await?;
        let metrics = self.metrics(&relation, &found)?;
        if metrics.is_empty() && cx.world.gives_rows() {
            return Err(self.without_metrics().into());
        }
        let mut events = Vec::new();
        events.extend(collect::time(&relation, true, cx)?.map(|time| (TIME.to_owned(), time)));
        events.extend(self.dimensions(&relation, &metrics).map(|name| (name.clone(), column(&name))));
        for (name, value) in
            [("host", &self.host), ("source", &self.source), ("sourcetype", &Some(self.stash().to_owned()))]
        {
            if let Some(value) = value {
                events.retain(|(known, _)| known != name);
                events.push((name.to_owned(), lit(value.as_str())));
            }
        }
        let values: Vec<Expr> = metrics.iter().map(|metric| metric.value.clone()).collect();
        events.extend(metrics.into_iter().map(|metric| (metric.column, metric.value)));
        let points = match values.into_iter().map(Expr::is_not_null).reduce(Expr::or) {
            Some(any) => relation.clone().filter(any)?,
            None => relation.clone(),
        };
        collect::write(&self.index.node, self.index.span, events, &points, cx).await?;
        Ok(relation)
    }
}

/// A field that holds values of a metric.
struct Metric {
    /// The field of the row.
    field: String,
    /// The field of the point.
    column: String,
    value: Expr,
}

/// The parts of `mcollect`.
trait Points {
    /// The metrics of the rows.
    fn metrics(&self, relation: &Relation, found: &Rows) -> Result<Vec<Metric>>;
    /// The fields that stay as they are.
    fn dimensions(&self, relation: &Relation, metrics: &[Metric]) -> impl Iterator<Item = String>;
    /// The source type of the points.
    fn stash(&self) -> &str;
    /// What is wrong with rows that have no metric.
    fn without_metrics(&self) -> Diagnostic;
}

impl Points for MCollect {
    fn metrics(&self, relation: &Relation, found: &Rows) -> Result<Vec<Metric>> {
        let number = |name: &str| match relation.data_type(name) {
            Some(own) => meet::convert(column(name), own, &DataType::Float64),
            None => meet::null_of(&DataType::Float64),
        };
        let mut metrics = Vec::new();
        if self.split == Split::No {
            for name in relation.fields().into_iter().filter(|name| name.starts_with(PREFIX)) {
                metrics.push(Metric { value: number(&name)?, column: name.clone(), field: name });
            }
            if relation.has(NAME) && relation.has(VALUE) {
                metrics.push(Metric { value: number(VALUE)?, column: VALUE.to_owned(), field: VALUE.to_owned() });
            }
            return Ok(metrics);
        }
        let prefixes = match &self.prefix {
            Some(field) => Some((field.name.as_str(), texts_of(&field.name, found)?)),
            None => None,
        };
        for name in relation.fields() {
            let is_dimension = self.dimensions.iter().chain(&self.prefix).any(|field| field.name == name);
            let is_origin = collect::ORIGIN.contains(&name.as_str());
            if is_dimension || is_origin || is_internal(&name) {
                continue;
            }
            if self.split == Split::Numbers && !is_numeric(&name, found)? {
                continue;
            }
            match &prefixes {
                None => metrics.push(Metric { column: format!("{PREFIX}{name}"), value: number(&name)?, field: name }),
                Some((field, prefixes)) => {
                    for prefix in prefixes {
                        let own = relation.data_type(field).unwrap_or(&DataType::Null);
                        let text = meet::convert(column(field), own, &DataType::Utf8)?;
                        metrics.push(Metric {
                            field: name.clone(),
                            column: format!("{PREFIX}{prefix}.{name}"),
                            value: when(text.eq(lit(prefix.as_str())), number(&name)?).end()?,
                        });
                    }
                }
            }
        }
        Ok(metrics)
    }

    fn dimensions(&self, relation: &Relation, metrics: &[Metric]) -> impl Iterator<Item = String> {
        // With `allnums` the list only says which fields of numbers are no metrics.
        let is_every = self.dimensions.is_empty() || self.split == Split::Numbers;
        let names: Vec<String> = if is_every {
            relation.fields().into_iter().filter(|name| !is_internal(name) && name != "index").collect()
        } else {
            let named = self.dimensions.iter().map(|field| field.name.clone());
            let own = ["host", "source"].map(str::to_owned).into_iter();
            let own = own.filter(|name| self.dimensions.iter().all(|field| field.name != *name));
            named.chain(own).filter(|name| relation.has(name)).collect()
        };
        let with_name = metrics.iter().any(|metric| metric.field == VALUE).then(|| NAME.to_owned());
        let is_metric = |name: &str| metrics.iter().any(|metric| metric.field == name);
        let is_prefix = |name: &str| self.prefix.as_ref().is_some_and(|field| field.name == name);
        let mut kept: Vec<String> =
            names.into_iter().filter(|name| !is_metric(name) && !is_prefix(name) && name != NAME).collect();
        kept.extend(with_name);
        kept.into_iter()
    }

    fn stash(&self) -> &str {
        self.sourcetype.as_deref().unwrap_or(STASH)
    }

    fn without_metrics(&self) -> Diagnostic {
        let (message, help) = match self.split {
            Split::No => (
                "the rows have neither `metric_name` with `_value` nor a field `metric_name:<metric>`",
                "`split=allnums` makes a metric of each field that has nothing but numbers",
            ),
            Split::All | Split::Numbers => (
                "no field of the rows can be a metric",
                "a metric is a field of numbers that is no dimension and no field of Splunk's own",
            ),
        };
        Diagnostic::new(Code::BadValue, self.span, message).help(help)
    }
}

/// The columns of a field.
fn columns<'a>(name: &'a str, found: &'a Rows) -> impl Iterator<Item = &'a ArrayRef> {
    found.batches.iter().filter_map(move |batch| batch.column_by_name(name))
}

/// The distinct values of a field, in order.
fn texts_of(name: &str, found: &Rows) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for values in columns(name, found) {
        let texts = Texts::new(values)?;
        all.extend((0..values.len()).filter_map(|row| texts.get(row)).map(std::borrow::Cow::into_owned));
    }
    Ok(all)
}

/// Whether a field has values and all are numbers.
fn is_numeric(name: &str, found: &Rows) -> Result<bool> {
    let mut any = false;
    for values in columns(name, found) {
        if meet::is_number(values.data_type()) {
            any |= values.null_count() < values.len();
            continue;
        }
        let lists = Lists::new(values)?;
        for text in (0..values.len()).filter_map(|row| lists.get(row)).flatten() {
            if parse_number(text).is_none() {
                return Ok(false);
            }
            any = true;
        }
    }
    Ok(any)
}
