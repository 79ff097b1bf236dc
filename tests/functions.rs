//! Every example of the function tables through the whole path: `| makeresults | eval r=EXPRESSION | table r`.

#![allow(clippy::unwrap_used)]

use datafusion::arrow::{
    array::{Array, AsArray},
    compute::cast,
    datatypes::{DataType, Field},
};
use speleo_engine::{Answer, Engine, Settings};
use speleo_functions::{EVAL, value::format_number};

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

#[tokio::test(flavor = "multi_thread")]
async fn examples_give_what_they_say() {
    let settings =
        Settings { now: Some("1700000000".to_owned()), timezone: Some("UTC".to_owned()), ..Settings::default() };
    let engine = Engine::open(settings).await.unwrap();
    let mut wrong = Vec::new();
    for (expression, expected) in EVAL.iter().flat_map(|family| family.iter()).flat_map(|spec| spec.examples) {
        let search = format!("| makeresults | eval r={expression} | table r");
        let outcome = engine.search(&search).await;
        let found = match &outcome.result {
            Ok(answer) => first_cell(answer),
            Err(()) => outcome
                .diagnostics
                .iter()
                .map(|one| format!("{}: {}", one.code.text(), one.message))
                .collect::<Vec<_>>()
                .join("; "),
        };
        if found != *expected {
            wrong.push(format!("{expression}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} examples differ:\n{}", wrong.len(), wrong.join("\n"));
}
