//! The columns: one value in sixteen is missing.

use std::sync::Arc;

use datafusion::arrow::{
    array::{
        ArrayRef, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, StringViewArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use fastrand::Rng;

/// As DataFusion's scans cut them.
const BATCH: usize = 8192;
/// 2023-11-14 22:13:20 UTC.
const START: i64 = 1_700_000_000;

/// Batches of so many rows in all.
///
/// `text`, `view`: paths of some thirty characters; `text2`: every other is that of `text`, the others differ. `word`: short texts with blanks around them. `umlaut`: texts that are not ASCII.
/// `digits`, `digits2`: numbers as texts. `number`, `number2`: doubles; `unit`: from 0 to 1. `whole`, `whole2`: integers; `flags`, `flags2`: integers that have bits, none
/// below 0.
/// `time`: instants; `epoch`: the same as doubles; `date`: the same as text. `list`, `joined`: some words, as a list and as a text.
pub(crate) fn batches(rows: usize) -> Vec<RecordBatch> {
    let mut random = Rng::with_seed(11);
    let schema = Arc::new(schema());
    (0..rows)
        .step_by(BATCH)
        .map(|start| RecordBatch::try_new(schema.clone(), columns(BATCH.min(rows - start), &mut random)).unwrap())
        .collect()
}

fn schema() -> Schema {
    let field = |name: &str, data_type: DataType| Field::new(name, data_type, true);
    let list = DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)));
    Schema::new(vec![
        field("text", DataType::Utf8),
        field("text2", DataType::Utf8),
        field("view", DataType::Utf8View),
        field("word", DataType::Utf8),
        field("umlaut", DataType::Utf8),
        field("digits", DataType::Utf8),
        field("digits2", DataType::Utf8),
        field("number", DataType::Float64),
        field("number2", DataType::Float64),
        field("unit", DataType::Float64),
        field("whole", DataType::Int64),
        field("whole2", DataType::Int64),
        field("flags", DataType::Int64),
        field("flags2", DataType::Int64),
        field("time", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        field("epoch", DataType::Float64),
        field("date", DataType::Utf8),
        field("list", list),
        field("joined", DataType::Utf8),
    ])
}

fn columns(rows: usize, random: &mut Rng) -> Vec<ArrayRef> {
    let paths = column(rows, random, path);
    let others = column(rows, random, path);
    let alternating = paths.iter().zip(others).enumerate().map(|(row, (path, other))| match row % 2 {
        0 => path.clone(),
        _ => other,
    });
    let alternating = alternating.collect::<StringArray>();
    let words = column(rows, random, |random| format!("  {} ", word(random)));
    let umlauts = column(rows, random, |random| format!("Größe {} äöü", word(random)));
    let digits = || |random: &mut Rng| format!("{}.{}", random.u32(..100_000), random.u32(..100));
    let numbers = || |random: &mut Rng| (random.f64() - 0.5) * 2e6;
    let integers = || |random: &mut Rng| random.i64(-1_000_000..1_000_000);
    let flags = || |random: &mut Rng| random.i64(0..1 << 40);
    let seconds = column(rows, random, |random| START + random.i64(0..31_536_000));
    let dates = seconds.iter().map(|second| second.map(date)).collect::<Vec<_>>();
    let lists = column(rows, random, |random| (0..random.usize(1..6)).map(|_| word(random)).collect::<Vec<_>>());
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in &lists {
        builder.append_option(list.as_ref().map(|list| list.iter().map(Some)));
    }
    vec![
        Arc::new(StringArray::from(paths.clone())),
        Arc::new(alternating),
        Arc::new(StringViewArray::from_iter(paths)),
        Arc::new(StringArray::from(words)),
        Arc::new(StringArray::from(umlauts)),
        Arc::new(StringArray::from(column(rows, random, digits()))),
        Arc::new(StringArray::from(column(rows, random, digits()))),
        Arc::new(Float64Array::from(column(rows, random, numbers()))),
        Arc::new(Float64Array::from(column(rows, random, numbers()))),
        Arc::new(Float64Array::from(column(rows, random, Rng::f64))),
        Arc::new(Int64Array::from(column(rows, random, integers()))),
        Arc::new(Int64Array::from(column(rows, random, integers()))),
        Arc::new(Int64Array::from(column(rows, random, flags()))),
        Arc::new(Int64Array::from(column(rows, random, flags()))),
        Arc::new(
            seconds
                .iter()
                .map(|second| second.map(|second| second * 1_000_000))
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        ),
        Arc::new(seconds.iter().map(|second| second.map(|second| second as f64)).collect::<Float64Array>()),
        Arc::new(StringArray::from(dates)),
        Arc::new(builder.finish()),
        Arc::new(StringArray::from_iter(lists.iter().map(|list| list.as_ref().map(|list| list.join(","))))),
    ]
}

fn column<T>(rows: usize, random: &mut Rng, mut value: impl FnMut(&mut Rng) -> T) -> Vec<Option<T>> {
    (0..rows).map(|_| (random.u32(..16) > 0).then(|| value(random))).collect()
}

fn path(random: &mut Rng) -> String {
    let file = random.u32(..);
    format!("/api/v{}/{}/{file:08x}.html", random.u32(1..4), word(random))
}

fn word(random: &mut Rng) -> &'static str {
    const WORDS: [&str; 8] = ["Login", "logout", "users", "Reports", "img", "static", "Search", "session"];
    WORDS[random.usize(..WORDS.len())]
}

fn date(second: i64) -> String {
    speleo_functions::time::strftime(second * 1_000_000, "%Y-%m-%d %H:%M:%S", chrono_tz::Tz::UTC)
}
