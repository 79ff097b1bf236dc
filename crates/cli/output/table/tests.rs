#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::arrow::array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};

use super::{FITTED_BY, Table};
use crate::output::{Form, Page, highlight::Terms, screen::Screen};

const SCREEN: Screen = Screen { width: 40, height: 24, colour: false };

fn texts(name: &str, values: &[Option<&str>]) -> RecordBatch {
    let column: ArrayRef = Arc::new(values.iter().copied().collect::<StringArray>());
    RecordBatch::try_from_iter_with_nullable([(name, column, true)]).unwrap()
}

fn page(rows: &RecordBatch, screen: Option<Screen>) -> Page {
    Page { schema: rows.schema(), timezone: Tz::UTC, screen, terms: Terms::default(), shares: None }
}

/// The lines of a table whose rows come in these parts, without its frame.
fn lines(parts: &[RecordBatch], screen: Option<Screen>) -> Vec<String> {
    let mut table = Table::new(page(&parts[0], screen));
    let mut out = Vec::new();
    table.begin(&mut out).unwrap();
    parts.iter().for_each(|rows| table.rows(rows, &mut out).unwrap());
    table.finish(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[3..lines.len() - 1].to_vec()
}

#[test]
fn rows_that_come_late_keep_to_the_widths() {
    let first = texts("a", &vec![Some("12345"); FITTED_BY]);
    let late = texts("a", &[Some("1234567")]);
    let on_screen = lines(&[first.clone(), late.clone()], Some(SCREEN));
    assert_eq!(on_screen.last().unwrap(), "│ 1234… │");
    // Where nobody looks on nothing is lost.
    let in_pipe = lines(&[first, late], None);
    assert_eq!(in_pipe[FITTED_BY..], ["│ 1234567 │"]);
}

#[test]
fn rows_are_written_as_soon_as_the_table_is_fitted() {
    let rows = texts("a", &vec![Some("x"); FITTED_BY - 1]);
    let mut table = Table::new(page(&rows, None));
    let mut out = Vec::new();
    table.rows(&rows, &mut out).unwrap();
    assert!(out.is_empty());
    table.rows(&rows.slice(0, 1), &mut out).unwrap();
    assert_eq!(String::from_utf8_lossy(&out).lines().count(), 3 + FITTED_BY);
    assert!(table.waiting.is_empty());
}

#[test]
fn long_texts_are_wrapped_where_rows_are_few_and_cut_where_they_are_many() {
    let text = "0123456789 ".repeat(20);
    let few = texts("a", &[Some(&text)]);
    let wrapped = lines(&[few], Some(SCREEN));
    assert_eq!(wrapped.len(), 3);
    assert!(wrapped[2].ends_with("… │"), "{wrapped:?}");
    let many = texts("a", &[Some(text.as_str()); 30]);
    assert_eq!(lines(&[many], Some(SCREEN)).len(), 30);
}

#[test]
fn several_values_stand_below_each_other() {
    let values: Vec<Option<String>> = (0..30).map(|n| Some(n.to_string())).collect();
    let field =
        Arc::new(datafusion::arrow::datatypes::Field::new("item", datafusion::arrow::datatypes::DataType::Utf8, true));
    let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths([30]);
    let list: ArrayRef =
        Arc::new(ListArray::new(field, offsets, Arc::new(values.iter().cloned().collect::<StringArray>()), None));
    let rows = RecordBatch::try_from_iter([("m", list)]).unwrap();
    let on_screen = lines(std::slice::from_ref(&rows), Some(SCREEN));
    assert_eq!((on_screen.len(), on_screen[20].as_str()), (21, "│ +… │"), "as wide as the values");
    assert_eq!(lines(&[rows], None).len(), 30);
}

#[test]
fn no_value_is_quiet_and_numbers_stand_to_the_right() {
    let rows = texts("a", &[None, Some("")]);
    assert_eq!(lines(std::slice::from_ref(&rows), Some(SCREEN)), ["│ ∅ │", "│   │"]);
    assert_eq!(lines(&[rows], None), ["│   │", "│   │"]);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![5, 500]));
    let rows = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    assert_eq!(lines(&[rows], Some(SCREEN)), ["│   5 │", "│ 500 │"]);
}

#[test]
fn columns_without_room_leave_a_mark() {
    let column = |_: usize| -> ArrayRef { Arc::new(StringArray::from(vec!["0123456789"])) };
    let names = ["a", "b", "c", "d", "e", "f"];
    let rows = RecordBatch::try_from_iter(names.iter().enumerate().map(|(n, name)| (*name, column(n)))).unwrap();
    let mut table = Table::new(page(&rows, Some(SCREEN)));
    let mut out = Vec::new();
    table.rows(&rows, &mut out).unwrap();
    table.finish(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    // Three columns of 8 and what is around them are 34 wide, and 4 are for the mark.
    assert_eq!(table.hidden(), ["d", "e", "f"]);
    assert!(text.lines().all(|line| line.chars().count() <= SCREEN.width), "{text}");
    assert!(text.lines().nth(1).unwrap().ends_with("┆ … │"), "{text}");
}
