//! Every example of the function tables through the whole path: `| makeresults | eval r=EXPRESSION | table r`.

#![allow(clippy::unwrap_used)]

use datafusion::arrow::{
    array::{Array, AsArray},
    compute::cast,
    datatypes::{DataType, Field},
};
use speleo_engine::{Answer, Engine, Settings};
use speleo_functions::{STATS, eval, value::format_number};

/// The first cell as the tables write results: `null`, `[a, b]`, or the text.
fn first_cell(answer: &Answer) -> String {
    let array = answer.batches.iter().find(|batch| batch.num_rows() > 0).unwrap().column(0);
    if array.is_null(0) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Float64 => format_number(array.as_primitive::<datafusion::arrow::datatypes::Float64Type>().value(0)),
        DataType::Timestamp(..) => {
            let micros = cast(array, &DataType::Int64).unwrap();
            format_number(micros.as_primitive::<datafusion::arrow::datatypes::Int64Type>().value(0) as f64 / 1e6)
        }
        kind if kind.is_list() => {
            let texts = cast(array, &DataType::List(Field::new("item", DataType::Utf8, true).into())).unwrap();
            let values = texts.as_list::<i32>().value(0);
            let values: Vec<_> = values.as_string::<i32>().iter().flatten().collect();
            format!("[{}]", values.join(", "))
        }
        _ => cast(array, &DataType::Utf8).unwrap().as_string::<i32>().value(0).to_owned(),
    }
}

/// An engine that knows the bundled lookups, in UTC, at a fixed time.
async fn engine() -> Engine {
    let settings = Settings {
        now: Some("1700000000".to_owned()),
        timezone: Some("UTC".to_owned()),
        lookups: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/lookups").into()),
        ..Settings::default()
    };
    Engine::open(settings).await.unwrap()
}

/// What a search gives, or its errors.
async fn found(engine: &Engine, search: &str) -> String {
    let outcome = engine.search(search).await;
    match &outcome.result {
        Ok(answer) => first_cell(answer),
        Err(()) => {
            let errors = outcome.diagnostics.iter().map(|one| format!("{}: {}", one.code.text(), one.message));
            errors.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Runs pairs of a search and its result.
async fn check(cases: impl Iterator<Item = (String, &'static str)>) {
    let engine = engine().await;
    let mut wrong = Vec::new();
    for (search, expected) in cases {
        let found = found(&engine, &search).await;
        if found != expected {
            wrong.push(format!("{search}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} examples differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn eval_examples_give_what_they_say() {
    let fields: String = eval::EXAMPLE_FIELDS
        .iter()
        .map(|(name, values)| format!("| eval {name}=split(\"{}\", \",\") ", values.join(",")))
        .collect();
    let examples = eval::functions().flat_map(|spec| spec.examples);
    check(
        examples.map(|(expression, expected)| {
            (format!("| makeresults {fields}| eval r={expression} | table r"), *expected)
        }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_examples_give_what_they_say() {
    let examples = STATS.iter().flat_map(|family| family.iter()).flat_map(|spec| spec.examples);
    check(examples.map(|(rows, call, expected)| {
        let rows = rows.replace(' ', "\n");
        (format!("| makeresults format=csv data=\"{rows}\" | {call} | table r"), *expected)
    }))
    .await;
}
