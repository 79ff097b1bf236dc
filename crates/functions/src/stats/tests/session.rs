//! The kernels inside DataFusion: two phases over several partitions, windows, and little memory.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray},
        compute::{concat_batches, sort_to_indices, take_record_batch},
        datatypes::{DataType, Field, Int64Type, Schema},
        util::pretty::pretty_format_batches,
    },
    common::{DataFusionError, Result, ScalarValue, assert_batches_eq},
    datasource::MemTable,
    execution::{memory_pool::FairSpillPool, runtime_env::RuntimeEnvBuilder},
    logical_expr::{
        Expr, ExprFunctionExt, WindowFrame, WindowFrameBound, WindowFrameUnits, expr::WindowFunction, expr_fn::col, lit,
    },
    physical_plan::{ExecutionPlan, collect},
    prelude::{DataFrame, SessionConfig, SessionContext},
};

use super::driver;
use crate::stats::kernels;

fn call(kernel: &str, arguments: Vec<Expr>) -> Expr {
    kernels().into_iter().find(|function| function.name() == kernel).expect("kernel").call(arguments)
}

/// Rows `k`, `x`, `n` in partitions of several batches.
fn table(rows: usize, keys: usize, texts: usize) -> MemTable {
    let schema = Arc::new(Schema::new(vec![
        Field::new("k", DataType::Int64, true),
        Field::new("x", DataType::Utf8, true),
        Field::new("n", DataType::Int64, true),
    ]));
    let batch = |start: usize| {
        let places = || start..(start + 1000).min(rows);
        let key: ArrayRef = Arc::new(Int64Array::from_iter_values(places().map(|row| (row * 7919 % keys) as i64)));
        let text: ArrayRef = Arc::new(
            places().map(|row| (row % 11 != 0).then(|| format!("text {}", row % texts))).collect::<StringArray>(),
        );
        let number: ArrayRef = Arc::new(Int64Array::from_iter_values(places().map(|row| row as i64)));
        RecordBatch::try_new(Arc::clone(&schema), vec![key, text, number]).unwrap()
    };
    let batches: Vec<RecordBatch> = (0..rows).step_by(1000).map(batch).collect();
    let partitions = (0..4).map(|part| batches.iter().skip(part).step_by(4).cloned().collect()).collect();
    MemTable::try_new(schema, partitions).unwrap()
}

fn session(table: MemTable, memory: Option<usize>) -> DataFrame {
    let mut config = SessionConfig::new().with_target_partitions(4).with_batch_size(1000);
    config.options_mut().execution.skip_partial_aggregation_probe_rows_threshold = 2000;
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(bytes) = memory {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(bytes)));
    }
    let context = SessionContext::new_with_config_rt(config, runtime.build_arc().unwrap());
    context.read_table(Arc::new(table)).unwrap()
}

fn all_kernels() -> Vec<Expr> {
    let (x, n) = (|| col("x"), || col("n"));
    let mut exprs = Vec::new();
    for kernel in ["count", "dc", "values", "mode", "min", "max", "estdc", "estdc_error"] {
        exprs.push(call(&format!("spl_{kernel}"), vec![x()]).alias(kernel));
    }
    for kernel in ["first", "last", "list"] {
        exprs.push(call(&format!("spl_{kernel}"), vec![x(), n()]).alias(kernel));
    }
    for kernel in ["sum", "sumsq", "avg", "stdev", "stdevp", "var", "varp", "range"] {
        exprs.push(call(&format!("spl_{kernel}"), vec![n()]).alias(kernel));
    }
    for kernel in ["perc", "exactperc", "upperperc"] {
        exprs.push(call(&format!("spl_{kernel}"), vec![n(), lit(95.0)]).alias(kernel));
    }
    exprs.push(call("spl_value_counts", vec![x(), lit(3_i64)]).alias("value_counts"));
    exprs.push(call("spl_rate", vec![n(), n()]).alias("rate"));
    for kernel in super::SPARKLINES {
        let value = if ["min", "max", "dc"].contains(&kernel) { x() } else { n() };
        let sparkline = format!("spl_sparkline_{kernel}");
        exprs.push(call(&sparkline, vec![value, n() % lit(4), lit("3,0,2")]).alias(sparkline));
    }
    assert_eq!(exprs.len(), kernels().len());
    exprs
}

#[track_caller]
fn assert_same(left: &RecordBatch, right: &RecordBatch) {
    assert_eq!(left.num_columns(), right.num_columns());
    left.columns().iter().zip(right.columns()).for_each(|(left, right)| driver::assert_same(left, right));
}

fn whole(batches: &[RecordBatch]) -> RecordBatch {
    concat_batches(&batches[0].schema(), batches).unwrap()
}

#[tokio::test]
async fn two_phases() -> Result<()> {
    let aggregates = vec![
        call("spl_count", vec![col("x")]).alias("count"),
        call("spl_dc", vec![col("x")]).alias("dc"),
        call("spl_values", vec![col("x")]).alias("values"),
        call("spl_first", vec![col("x"), col("n")]).alias("first"),
        call("spl_last", vec![col("x"), col("n")]).alias("last"),
        call("spl_perc", vec![col("n"), lit(50.0)]).alias("median"),
        call("spl_sum", vec![col("n")]).alias("sum"),
        call("spl_sum", vec![col("n")]).filter(col("x").is_not_null()).build()?.alias("kept"),
    ];
    let frame = session(table(9000, 3, 2), None);
    let plan = frame.clone().aggregate(vec![col("k")], aggregates.clone())?.create_physical_plan().await?;
    let shape = datafusion::physical_plan::displayable(plan.as_ref()).indent(false).to_string();
    assert!(shape.contains("mode=Partial") && shape.contains("mode=Final"), "{shape}");

    // Of the rows 0, 3, 6, … those divisible by 33 have no text: 273 of 3000. The sum of the rows is
    // 3 · (2999 · 3000 / 2), that of the dropped ones 33 · (272 · 273 / 2).
    let one_key = frame.clone().filter(col("k").eq(lit(0)))?.aggregate(vec![], aggregates.clone())?.collect().await?;
    let expected = [
        "+-------+----+------------------+--------+--------+--------+------------+------------+",
        "| count | dc | values           | first  | last   | median | sum        | kept       |",
        "+-------+----+------------------+--------+--------+--------+------------+------------+",
        "| 2727  | 2  | [text 0, text 1] | text 1 | text 1 | 4498.5 | 13495500.0 | 12270276.0 |",
        "+-------+----+------------------+--------+--------+--------+------------+------------+",
    ];
    assert_batches_eq!(expected, &one_key);
    let grouped = frame.aggregate(vec![col("k")], aggregates)?.filter(col("k").eq(lit(0)))?;
    assert_batches_eq!(expected, &grouped.drop_columns(&["k"])?.collect().await?);
    Ok(())
}

/// Partial aggregation gives up on many groups and passes rows on as states.
#[tokio::test]
async fn many_groups() -> Result<()> {
    let frame = session(table(12_000, 9_000, 4_000), None);
    let sorted = |frame: DataFrame| frame.sort(vec![col("k").sort(true, false)]);
    let grouped = sorted(frame.clone().aggregate(vec![col("k")], all_kernels())?)?.collect().await?;
    let ordered = frame.sort(vec![col("k").sort(true, false)])?.aggregate(vec![col("k")], all_kernels())?;
    let ordered = sorted(ordered)?.collect().await?;
    assert_eq!(whole(&grouped).num_rows(), 9_000);
    assert_same(&whole(&grouped), &whole(&ordered));
    let counts = whole(&grouped).column_by_name("count").unwrap().as_primitive::<Int64Type>().clone();
    assert_eq!(counts.iter().flatten().sum::<i64>(), 12_000 - 1091);
    Ok(())
}

#[tokio::test]
async fn windows() -> Result<()> {
    let over = |kernel: Expr| match kernel {
        Expr::AggregateFunction(function) => {
            Expr::from(WindowFunction::new(function.func, function.params.args)).partition_by(vec![col("k")]).build()
        }
        other => Ok(other),
    };
    let frame = session(table(3000, 3, 2), None);
    let windows = vec![
        over(call("spl_values", vec![col("x")]))?.alias("values"),
        over(call("spl_dc", vec![col("x")]))?.alias("dc"),
        over(call("spl_last", vec![col("n"), col("n")]))?.alias("last"),
        over(call("spl_perc", vec![col("n"), lit(50.0)]))?.alias("median"),
    ];
    let rows = frame.clone().window(windows)?.filter(col("n").lt(lit(2)))?.sort(vec![col("n").sort(true, false)])?;
    let expected = [
        "+---+--------+---+------------------+----+------+--------+",
        "| k | x      | n | values           | dc | last | median |",
        "+---+--------+---+------------------+----+------+--------+",
        "| 0 |        | 0 | [text 0, text 1] | 2  | 2997 | 1498.5 |",
        "| 2 | text 1 | 1 | [text 0, text 1] | 2  | 2998 | 1499.5 |",
        "+---+--------+---+------------------+----+------+--------+",
    ];
    assert_batches_eq!(expected, &rows.collect().await?);

    Ok(())
}

/// A running window asks the same accumulator after each row, a moving one takes rows back.
#[tokio::test]
async fn frames() -> Result<()> {
    let over = |kernel: &str, column: &str, start: Option<u64>| {
        let Expr::AggregateFunction(function) = call(kernel, vec![col(column)]) else { unreachable!() };
        let start = WindowFrameBound::Preceding(ScalarValue::UInt64(start));
        let frame = WindowFrame::new_bounds(WindowFrameUnits::Rows, start, WindowFrameBound::CurrentRow);
        let window = Expr::from(WindowFunction::new(function.func, function.params.args));
        window.order_by(vec![col("n").sort(true, false)]).window_frame(frame).build()
    };
    let windows = vec![
        over("spl_dc", "x", None)?.alias("running"),
        over("spl_values", "x", Some(1))?.alias("moving"),
        over("spl_max", "k", Some(1))?.alias("greatest"),
    ];
    let frame = session(table(3000, 5, 2), None);
    let rows = frame.window(windows)?.sort(vec![col("n").sort(true, false)])?.limit(0, Some(5))?;
    let expected = [
        "+---+--------+---+---------+------------------+----------+",
        "| k | x      | n | running | moving           | greatest |",
        "+---+--------+---+---------+------------------+----------+",
        "| 0 |        | 0 | 0       |                  | 0        |",
        "| 4 | text 1 | 1 | 1       | [text 1]         | 4        |",
        "| 3 | text 0 | 2 | 2       | [text 0, text 1] | 4        |",
        "| 2 | text 1 | 3 | 2       | [text 0, text 1] | 3        |",
        "| 1 | text 0 | 4 | 2       | [text 0, text 1] | 2        |",
        "+---+--------+---+---------+------------------+----------+",
    ];
    assert_batches_eq!(expected, &rows.collect().await?);
    Ok(())
}

fn spills(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let own = plan.metrics().and_then(|metrics| metrics.spill_count()).unwrap_or(0);
    own + plan.children().into_iter().map(spills).sum::<usize>()
}

/// With little memory a search spills and answers the same; with less it says that it has too little.
#[tokio::test]
async fn little_memory() -> Result<()> {
    let run = |memory| async move {
        let frame = session(table(10_000, 2_500, 3_500), memory);
        let aggregates = all_kernels().into_iter().filter(|kernel| {
            ["values", "dc", "mode", "first", "list", "perc", "avg", "max"]
                .contains(&kernel.schema_name().to_string().as_str())
        });
        let frame = frame.aggregate(vec![col("k")], aggregates.collect())?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await?;
        let batch = whole(&collect(Arc::clone(&plan), task).await?);
        let order = sort_to_indices(batch.column(0), None, None)?;
        Ok::<_, DataFusionError>((take_record_batch(&batch, &order)?, spills(&plan)))
    };
    let (expected, spilled) = run(None).await?;
    assert_eq!(spilled, 0);
    let is_refused = |error: &DataFusionError| matches!(error.find_root(), DataFusionError::ResourcesExhausted(_));
    // How much the cores hold at one time depends on who is faster: the least that suffices is not always the same.
    let mut little = run(Some(3 << 20)).await;
    if little.as_ref().err().is_some_and(is_refused) {
        little = run(Some(4 << 20)).await;
    }
    let (batch, spilled) = little?;
    assert!(spilled > 0);
    assert_same(&batch, &expected);
    let refused = run(Some(100 << 10)).await.err();
    assert!(refused.as_ref().is_some_and(is_refused));
    Ok(())
}

/// A single group cannot spill: it must be refused, not grow.
#[tokio::test]
async fn one_big_group() -> Result<()> {
    let frame = session(table(400_000, 3, 400_000), Some(2 << 20));
    let error = frame.aggregate(vec![], vec![call("spl_list", vec![col("x"), col("n")])])?.collect().await;
    let error = error.err().map(|error| matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)));
    assert_eq!(error, Some(true));
    Ok(())
}

#[tokio::test]
async fn nothing_to_count() -> Result<()> {
    let frame = session(table(1000, 3, 2), None).filter(col("k").eq(lit(-1)))?;
    let batch = whole(&frame.aggregate(vec![], all_kernels())?.collect().await?);
    for name in ["count", "dc", "estdc"] {
        assert_eq!(batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(0), 0, "{name}");
    }
    for name in ["values", "sum", "first", "min", "perc", "rate", "list", "mode"] {
        assert!(
            batch.column_by_name(name).unwrap().is_null(0),
            "{name}: {}",
            pretty_format_batches(std::slice::from_ref(&batch))?
        );
    }
    Ok(())
}
