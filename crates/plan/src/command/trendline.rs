//! The meaning of `trendline`: averages that move with the rows. `trendline sma5(bytes) AS smooth`
//!
//! A row without a number takes no part and gets no average; nor do the first rows, for which there are too few before.

use std::ops::{Add, Mul};

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::{average::avg_udaf, sum::sum_udaf},
    logical_expr::{Expr, cast, lit, when},
};
use speleo_syntax::command::trendline::{Average, Trend, Trendline};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Trendline {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut relation = rows(input, "trendline", self.span)?;
        for trend in &self.trends {
            let Some((value, data_type)) = field::resolve(&trend.field, &relation, cx) else { continue };
            let number = meet::convert(value, &data_type, &DataType::Float64)?;
            relation = average(relation, trend, number)?;
        }
        Ok(relation)
    }
}

fn average(relation: Relation, trend: &Trend, number: Expr) -> Result<Relation> {
    let target = match &trend.alias {
        Some(alias) => alias.name.clone(),
        None => format!("{}{}({})", trend.average.name(), trend.period, trend.field.name),
    };
    let (relation, number) = relation.hidden("number", number)?;
    let number = column(&number);
    let present = vec![number.clone().is_not_null()];
    let so_far = Window::so_far(&relation).within(present.clone());
    let (relation, place) = window::add_one(relation, "place", so_far.number()?)?;
    let last = Window::last(&relation, trend.period).within(present);
    let place_number = cast(place.clone(), DataType::Float64);
    let (relation, value) = match trend.average {
        Average::Simple => window::add_one(relation, "mean", last.apply(avg_udaf(), vec![number.clone()])?)?,
        Average::Exponential => {
            let smooth = kernel::window("spl_ema")?;
            let alpha = 2.0 / (trend.period as f64 + 1.0);
            window::add_one(relation, "mean", so_far.apply(smooth, vec![number.clone(), lit(alpha)])?)?
        }
        Average::Weighted => {
            // The weight of the k-th row is k - (n - period): the sum of k·x less a multiple of the sum of x.
            let sum = last.apply(sum_udaf(), vec![number.clone()])?;
            let (relation, product) = relation.hidden("product", place_number.clone().mul(number.clone()))?;
            let weighted = last.apply(sum_udaf(), vec![column(&product)])?;
            let (relation, places) = window::add(relation, "sum", vec![sum, weighted])?;
            let [sum, weighted] = places.as_slice() else { return Ok(relation) };
            let period = trend.period as f64;
            let before = place_number.add(lit(-period));
            let value = (column(weighted) - before * column(sum)) / lit(period * (period + 1.0) / 2.0);
            (relation, value)
        }
    };
    let enough = number.is_not_null().and(place.gt_eq(lit(trend.period)));
    let value = meet::stored(&target, when(enough, value).end()?, &DataType::Float64)?;
    relation.set(vec![(target, value)])
}
