//! Every eval kernel that DataFusion has something near to, against that.
//!
//! `cargo bench -p speleo-functions --bench functions [NAME…]`; `ROWS=1000000` makes it short. Both sides are one expression over
//! the same batches. Absent are functions for which DataFusion has no match: JSON, digests, `printf`, CIDR, `urldecode`;
//! and those that become DataFusion's own expressions: `if`, `case`, `coalesce`, `+`, comparisons of numbers.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails has nothing to clean up")]

mod paired;

#[path = "functions/cases.rs"]
mod cases;
#[path = "functions/data.rs"]
mod data;

use std::hint::black_box;

use datafusion::{
    arrow::array::RecordBatch,
    common::{DFSchema, ToDFSchema},
    logical_expr::Expr,
    physical_expr::PhysicalExpr,
    prelude::SessionContext,
};

/// The rows of the table; the batches are as many as needed of a million different rows.
const ROWS: usize = 10_000_000;
const DIFFERENT: usize = 1 << 20;

fn main() {
    let rows = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS);
    let context = SessionContext::new();
    let wanted = paired::wanted();
    let cases: Vec<_> = cases::all(&context).into_iter().filter(|case| wanted(case.name)).collect();
    println!("{:<34} {:>10} {:>10} {:>6}   {rows} rows", "function", "ours ms", "theirs ms", "ratio");
    let batches = data::batches(rows.min(DIFFERENT));
    let schema = batches.first().unwrap().schema().to_dfschema().unwrap();
    let times = rows.div_ceil(DIFFERENT);
    for case in cases {
        let ours = physical(&context, case.ours, &schema);
        let theirs = physical(&context, case.theirs, &schema);
        let pair = paired::compare(|| run(ours.as_ref(), &batches, times), || run(theirs.as_ref(), &batches, times));
        println!("{:<34} {pair}   {}", case.name, cases::remark(case.name));
    }
}

fn physical(context: &SessionContext, expr: Expr, schema: &DFSchema) -> std::sync::Arc<dyn PhysicalExpr> {
    context.create_physical_expr(expr, schema).unwrap()
}

fn run(expr: &dyn PhysicalExpr, batches: &[RecordBatch], times: usize) {
    for batch in std::iter::repeat_n(batches, times).flatten() {
        black_box(expr.evaluate(batch).unwrap());
    }
}
