//! Every aggregate kernel against the nearest that DataFusion has.
//!
//! `cargo bench -p speleo-functions --bench aggregates [NAME…]`; `ROWS=1000000` makes it short, and
//! `MOST_GROUPS=1000` leaves out the million, which takes most of the time and memory. Both sides are whole plans over
//! the same table in memory, partial and final phase, on one thread: no groups, a thousand, a million.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails has nothing to clean up")]

mod paired;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    datasource::MemTable,
    functions_aggregate::expr_fn::{
        approx_distinct, approx_percentile_cont, array_agg, avg, count, count_distinct, max, median, min,
        percentile_cont, stddev, stddev_pop, sum, var_pop, var_sample,
    },
    functions_aggregate::first_last::{first_value_udaf, last_value_udaf},
    logical_expr::{Expr, ExprFunctionExt, expr_fn::col, lit, try_cast},
    physical_plan::{ExecutionPlan, execute_stream_partitioned},
    prelude::{DataFrame, SessionConfig, SessionContext},
};
use futures::StreamExt;
use speleo_functions::stats::kernels;

/// A kernel and what it is compared with.
struct Case {
    name: &'static str,
    ours: Expr,
    theirs: Theirs,
}

enum Theirs {
    Aggregate(Expr),
    /// The most frequent value: counted by group and value, then the first in the order of counts.
    Mode,
}

fn kernel(name: &str, arguments: Vec<Expr>) -> Expr {
    kernels().into_iter().find(|function| function.name() == name).unwrap().call(arguments)
}

/// `text`: 10,000 distinct texts. `digits`: numbers as texts. `number`: doubles. `key`: whole numbers that grow.
fn cases() -> Vec<Case> {
    let [text, digits, number, key] = ["text", "digits", "number", "key"].map(|name| move || col(name));
    let by_key = || vec![key().sort(true, false)];
    let first = |value: Expr| first_value_udaf().call(vec![value]).order_by(by_key()).build().unwrap();
    let last = |value: Expr| last_value_udaf().call(vec![value]).order_by(by_key()).build().unwrap();
    let as_number = || try_cast(digits(), DataType::Float64);
    let percentile = |value: Expr| percentile_cont(value.sort(true, false), lit(0.95));
    let approximate = |value: Expr| approx_percentile_cont(value.sort(true, false), lit(0.95), None);
    let one = |name: &'static str, value: Expr, theirs: Expr| Case {
        name,
        ours: kernel(name.split(' ').next().unwrap_or_default(), vec![value]),
        theirs: Theirs::Aggregate(theirs),
    };
    let two = |name: &'static str, value: Expr, second: Expr, theirs: Expr| Case {
        name,
        ours: kernel(name.split(' ').next().unwrap_or_default(), vec![value, second]),
        theirs: Theirs::Aggregate(theirs),
    };
    vec![
        one("spl_count text", text(), count(text())),
        one("spl_dc text", text(), count_distinct(text())),
        one("spl_dc number", key(), count_distinct(key())),
        one("spl_estdc text", text(), approx_distinct(text())),
        one("spl_estdc_error text", text(), approx_distinct(text())),
        one("spl_values text", text(), array_agg(text()).distinct().build().unwrap()),
        two("spl_list text", text(), key(), array_agg(text()).order_by(by_key()).build().unwrap()),
        Case { name: "spl_mode text", ours: kernel("spl_mode", vec![text()]), theirs: Theirs::Mode },
        one("spl_min text", text(), min(text())),
        one("spl_max text", text(), max(text())),
        one("spl_min digits", digits(), min(as_number())),
        one("spl_max number", number(), max(number())),
        two("spl_first text", text(), key(), first(text())),
        two("spl_last text", text(), key(), last(text())),
        two("spl_first number", number(), key(), first(number())),
        two("spl_last number", number(), key(), last(number())),
        one("spl_sum number", number(), sum(number())),
        one("spl_sum digits", digits(), sum(as_number())),
        one("spl_avg number", number(), avg(number())),
        one("spl_avg digits", digits(), avg(as_number())),
        one("spl_sumsq number", number(), sum(number() * number())),
        one("spl_stdev number", number(), stddev(number())),
        one("spl_stdevp number", number(), stddev_pop(number())),
        one("spl_var number", number(), var_sample(number())),
        one("spl_varp number", number(), var_pop(number())),
        one("spl_range number", number(), max(number()) - min(number())),
        two("spl_perc number", number(), lit(95.0), approximate(number())),
        two("spl_upperperc number", number(), lit(95.0), approximate(number())),
        two("spl_exactperc number", number(), lit(95.0), percentile(number())),
        two("spl_perc median", number(), lit(50.0), median(number())),
        two("spl_perc digits", digits(), lit(95.0), approximate(as_number())),
        // A rate sees every reading in the order of time, since any of them may be a reset.
        two("spl_rate number", number(), key(), array_agg(number()).order_by(by_key()).build().unwrap()),
        two("spl_rate ends", number(), key(), last(number()) - first(number())),
    ]
}

const BATCH: usize = 8192;
const GROUPS: [(&str, usize); 2] = [("thousand", 1_000), ("million", 1_000_000)];

fn table(rows: usize) -> MemTable {
    let mut random = fastrand::Rng::with_seed(7);
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    let schema = Arc::new(Schema::new(vec![
        field("thousand", DataType::Int64),
        field("million", DataType::Int64),
        field("text", DataType::Utf8),
        field("digits", DataType::Utf8),
        field("number", DataType::Float64),
        field("key", DataType::Int64),
    ]));
    let mut batch = |start: usize| {
        let places = start..(start + BATCH).min(rows);
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (_, groups) in GROUPS {
            columns.push(Arc::new(Int64Array::from_iter_values(places.clone().map(|_| random.i64(0..groups as i64)))));
        }
        let texts = places.clone().map(|_| format!("user{:05}", random.u32(0..10_000)));
        columns.push(Arc::new(StringArray::from_iter_values(texts)));
        let digits = places.clone().map(|_| random.u32(0..100_000).to_string());
        columns.push(Arc::new(StringArray::from_iter_values(digits)));
        columns.push(Arc::new(Float64Array::from_iter_values(places.clone().map(|_| random.f64() * 1e6))));
        columns.push(Arc::new(Int64Array::from_iter_values(places.map(|row| row as i64))));
        RecordBatch::try_new(Arc::clone(&schema), columns).unwrap()
    };
    let batches: Vec<RecordBatch> = (0..rows).step_by(BATCH).map(&mut batch).collect();
    let (front, back) = batches.split_at(batches.len() / 2);
    MemTable::try_new(Arc::clone(&schema), vec![front.to_vec(), back.to_vec()]).unwrap()
}

/// The plan of an aggregation; planning is not timed.
struct Query {
    context: SessionContext,
    frame: DataFrame,
}

impl Query {
    async fn plan(&self) -> Arc<dyn ExecutionPlan> {
        self.frame.clone().create_physical_plan().await.unwrap()
    }

    async fn run(&self, plan: Arc<dyn ExecutionPlan>) -> usize {
        let mut rows = 0;
        for stream in execute_stream_partitioned(plan, self.context.task_ctx()).unwrap() {
            let mut stream = stream;
            while let Some(batch) = stream.next().await {
                rows += batch.unwrap().num_rows();
            }
        }
        rows
    }
}

fn grouped(frame: &DataFrame, group: Option<&str>, theirs: &Theirs) -> DataFrame {
    let keys: Vec<Expr> = group.iter().map(|name| col(*name)).collect();
    match theirs {
        Theirs::Aggregate(expr) => frame.clone().aggregate(keys, vec![expr.clone().alias("answer")]).unwrap(),
        Theirs::Mode => {
            let mut inner = keys.clone();
            inner.push(col("text"));
            let counted = frame.clone().aggregate(inner, vec![count(lit(1)).alias("frequency")]).unwrap();
            let most = last_value_udaf().call(vec![col("text")]).order_by(vec![col("frequency").sort(true, false)]);
            counted.aggregate(keys, vec![most.build().unwrap().alias("answer")]).unwrap()
        }
    }
}

fn main() {
    let rows = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(10_000_000);
    let most = std::env::var("MOST_GROUPS").ok().and_then(|groups| groups.parse().ok()).unwrap_or(1_000_000);
    let wanted = paired::wanted();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut config = SessionConfig::new().with_target_partitions(2);
    // Without this, `percentile_cont` of DataFusion 55.2 panics where groups are many.
    config.options_mut().execution.skip_partial_aggregation_probe_ratio_threshold = 1.0;
    let context = SessionContext::new_with_config(config);
    let frame = context.read_table(Arc::new(table(rows))).unwrap();
    println!("{rows} rows\n{:<24} {:>8} {:>10} {:>10} {:>6}", "kernel", "groups", "ours ms", "theirs ms", "ratio");
    for case in cases().iter().filter(|case| wanted(case.name)) {
        let groupings = [(None, 1), (Some("thousand"), 1_000), (Some("million"), 1_000_000_usize)];
        for (group, label) in groupings.into_iter().filter(|(_, groups)| *groups <= most) {
            let query = |frame| Query { context: context.clone(), frame };
            let ours = query(grouped(&frame, group, &Theirs::Aggregate(case.ours.clone())));
            let theirs = query(grouped(&frame, group, &case.theirs));
            let run = |query: &Query| {
                runtime.block_on(async { query.run(query.plan().await).await });
            };
            let pair = paired::compare(|| run(&ours), || run(&theirs));
            println!("{:<24} {label:>8} {pair}", case.name);
        }
    }
}
