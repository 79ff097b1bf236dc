//! The meaning of `dedup`: the first rows of each combination of values. `dedup 2 host user sortby -_time`
//!
//! "First" is the order of arrival, newest first for events. Texts are compared as they are; several values count as one
//! text. A combination becomes a window partition, its rows get numbers.

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::sum::sum_udaf,
    functions_window::{lead_lag::lag_udwf, row_number::row_number_udwf},
    logical_expr::{Expr, ExprFunctionExt, Operator, WindowFrame, binary_expr, expr::WindowFunction, lit, when},
};
use speleo_syntax::command::dedup::Dedup;

use crate::{
    Result,
    command::{rows, sort},
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, named, windows},
};

/// Names of helper columns; both are gone after the command.
const ROW: &str = "__dedup_row";
const RUN: &str = "__dedup_run";
const CHANGED: &str = "__dedup_changed";

impl Lower for Dedup {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = sort::by_keys(rows(input, "dedup", self.span)?, &self.sort_by, false)?;
        let names: Vec<String> = self.fields.iter().map(|field| field.name.clone()).collect();
        let complete = complete(&input, &names);
        let mut input = match (self.keep_empty, self.keep_events) {
            (false, false) => input.filter(complete.clone())?,
            _ => input,
        };
        let mut partition: Vec<Expr> = names
            .iter()
            .filter_map(|name| input.data_type(name).map(|data_type| meet::whole(column(name), data_type)))
            .collect();
        if self.consecutive {
            input = runs(input, &partition)?;
            partition = vec![column(RUN)];
        }
        let number = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
            .partition_by(partition)
            .order_by(input.sort_exprs())
            .window_frame(WindowFrame::new(Some(true)))
            .build()?;
        input.plan = windows(input.plan, vec![named(number, ROW)])?;
        let first = column(ROW).lt_eq(lit(self.count));
        let kept = if self.keep_empty { complete.clone().is_not_true().or(first) } else { complete.and(first) };
        let shown = input.fields();
        if !self.keep_events {
            let columns = shown.into_iter().map(|name| (name.clone(), column(&name))).collect();
            return input.filter(kept)?.select(columns);
        }
        let mut columns = Vec::with_capacity(shown.len());
        for name in shown {
            let mut expr = column(&name);
            if names.contains(&name) {
                let data_type = input.data_type(&name).cloned().unwrap_or(DataType::Utf8);
                expr = when(kept.clone(), expr).otherwise(meet::null_of(&data_type)?)?;
            }
            columns.push((name, expr));
        }
        input.select(columns)
    }
}

/// Whether a row has all of the fields.
fn complete(relation: &Relation, names: &[String]) -> Expr {
    names
        .iter()
        .map(|name| if relation.has(name) { column(name).is_not_null() } else { lit(false) })
        .reduce(Expr::and)
        .unwrap_or_else(|| lit(true))
}

/// Numbers the runs of equal neighbours.
fn runs(mut relation: Relation, keys: &[Expr]) -> Result<Relation> {
    let order = relation.sort_exprs();
    let frame = WindowFrame::new(Some(true));
    let mut previous = Vec::with_capacity(keys.len());
    for (n, key) in keys.iter().enumerate() {
        let lag = Expr::from(WindowFunction::new(lag_udwf(), vec![key.clone()]))
            .order_by(order.clone())
            .window_frame(frame.clone())
            .build()?;
        previous.push(named(lag, &format!("{CHANGED}{n}")));
    }
    let changed = keys
        .iter()
        .enumerate()
        .map(|(n, key)| binary_expr(key.clone(), Operator::IsDistinctFrom, column(&format!("{CHANGED}{n}"))))
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false));
    if !previous.is_empty() {
        relation.plan = windows(relation.plan, previous)?;
    }
    let step = when(changed, lit(1_i64)).otherwise(lit(0_i64))?;
    let (mut relation, step) = relation.hidden("dedup_step", step)?;
    let run =
        Expr::from(WindowFunction::new(sum_udaf(), vec![column(&step)])).order_by(order).window_frame(frame).build()?;
    relation.plan = windows(relation.plan, vec![named(run, RUN)])?;
    Ok(relation)
}
