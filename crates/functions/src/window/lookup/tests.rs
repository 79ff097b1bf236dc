#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{borrow::Cow, sync::Arc};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};

use super::{Column, index::Index, rows};
use crate::{
    eval::search::{cidr::Cidr, glob::matches_once},
    value::Texts,
    window::whole::Columns,
};

/// A table of cells, combinations of values, and the places found for each combination.
fn check(kinds: &str, most: i64, table: &[&[&str]], combinations: &[&[&str]], expected: &[&[i64]]) {
    let timed = |_: usize| None;
    assert_eq!(
        found(kinds, most, table, combinations, timed),
        expected.iter().map(|list| list.to_vec()).collect::<Vec<_>>()
    );
}

fn found(
    kinds: &str,
    most: i64,
    table: &[&[&str]],
    combinations: &[&[&str]],
    time: impl Fn(usize) -> Option<f64>,
) -> Vec<Vec<i64>> {
    let all: Vec<&[&str]> = table.iter().chain(combinations).copied().collect();
    let count = all.len();
    let place = |n: usize| (n < table.len()).then_some(n as i64);
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec![kinds; count])),
        Arc::new(Int64Array::from(vec![most; count])),
        Arc::new(Float64Array::from(vec![0.0; count])),
        Arc::new(Float64Array::from(vec![100.0; count])),
        Arc::new((0..count).map(place).collect::<Int64Array>()),
        Arc::new((0..count).map(&time).collect::<Float64Array>()),
    ];
    for n in 0..kinds.len() {
        columns.push(Arc::new(all.iter().map(|row| Some(row[n]).filter(|cell| *cell != "-")).collect::<StringArray>()));
    }
    // Of each row its place is the output.
    columns.push(Arc::new((0..count).map(|n| Some(n.to_string())).collect::<StringArray>()));
    let lists = rows(&Columns(&columns), count).unwrap();
    let lists = lists.as_list::<i32>();
    let places = |row: usize| -> Vec<i64> {
        if lists.is_null(row) {
            return Vec::new();
        }
        let outputs = lists.value(row);
        assert_eq!(outputs.len(), 1);
        let places = outputs.as_list::<i32>().value(0);
        places.as_string::<i32>().iter().map(|place| place.unwrap().parse().unwrap()).collect()
    };
    assert!((0..table.len()).all(|row| lists.is_null(row)));
    (table.len()..count).map(places).collect()
}

#[test]
fn patterns_match_in_the_order_of_the_table() {
    let table: &[&[&str]] =
        &[&["*.evil.com"], &["*evil*"], &["good.com"], &["www.*"], &["*"], &["a*c*e"], &["-"], &[""]];
    check(
        "w",
        10,
        table,
        &[&["www.evil.com"], &["good.com"], &["abcde"], &["-"]],
        &[&[0, 1, 3, 4], &[2, 4], &[4, 5], &[]],
    );
    check("w", 2, table, &[&["www.evil.com"]], &[&[0, 1]]);
}

#[test]
fn blocks_of_both_families_hold_their_addresses() {
    let table: &[&[&str]] =
        &[&["10.0.0.0/8"], &["2001:db8::/32"], &["10.1.0.0/16"], &["0.0.0.0/0"], &["nonsense"], &["10.1.2.3"]];
    let asked: &[&[&str]] = &[&["10.1.2.3"], &["2001:db8::5"], &["192.0.2.1"], &["word"]];
    check("c", 10, table, asked, &[&[0, 2, 3, 5], &[1], &[3], &[]]);
}

#[test]
fn all_columns_must_match() {
    let table: &[&[&str]] =
        &[&["ann", "10.*", "10.0.0.0/8"], &["bob", "10.*", "10.0.0.0/8"], &["ann", "*", "0.0.0.0/0"]];
    check("ewc", 10, table, &[&["ann", "10.1", "10.1.1.1"], &["bob", "11", "10.1.1.1"]], &[&[0, 2], &[]]);
}

#[test]
fn of_several_values_each_has_its_turn() {
    let table: &[&[&str]] = &[&["a"], &["b"], &["a"]];
    check("E", 10, table, &[&["b\0a"], &["c\0a"]], &[&[1, 0, 2], &[0, 2]]);
}

#[test]
fn the_latest_row_before_the_event_comes_first() {
    let table: &[&[&str]] = &[&["a"], &["a"], &["a"], &["a"]];
    let times = [10.0, 50.0, 200.0, -60.0, 60.0];
    assert_eq!(found("e", 5, table, &[&["a"]], |n| times.get(n).copied()), [[1, 0]]);
}

/// What the index finds for a value is little, whatever the size of the table, and holds all that matches.
#[test]
fn an_index_compares_few_rows_of_many() {
    let count = 20_000;
    let cells: Vec<String> = (0..count)
        .map(|n| match n % 4 {
            0 => format!("host{n}.example.com"),
            1 => format!("*.site{n}.org"),
            2 => format!("http://p{n}/*"),
            _ => format!("*/path{n}/*.exe"),
        })
        .collect();
    let texts: ArrayRef = Arc::new(StringArray::from(cells.clone()));
    let columns = [Column::new('w', Texts::new(&texts).unwrap()).unwrap()];
    let table: Vec<usize> = (0..count).collect();
    let index = Index::new(&columns, &table);
    for value in ["host400.example.com", "www.site401.org", "http://p402/index", "x/path403/a.exe", "nothing"] {
        let mut found = Vec::new();
        index.candidates(&[vec![Cow::Borrowed(value)]], &mut found);
        let matching: Vec<usize> = table.iter().copied().filter(|n| matches_once(value, &cells[*n], false)).collect();
        assert!(matching.iter().all(|row| found.contains(row)), "{value}: {found:?}");
        assert!(found.len() <= 10, "{value}: {} rows", found.len());
    }
    let blocks: Vec<String> = (0..count).map(|n| format!("10.{}.{}.0/{}", n / 256, n % 256, 20 + n % 10)).collect();
    let texts: ArrayRef = Arc::new(StringArray::from(blocks.clone()));
    let columns = [Column::new('c', Texts::new(&texts).unwrap()).unwrap()];
    let index = Index::new(&columns, &table);
    for value in ["10.3.7.9", "10.70.1.1", "11.0.0.1"] {
        let mut found = Vec::new();
        index.candidates(&[vec![Cow::Borrowed(value)]], &mut found);
        let holds = |n: &usize| Cidr::parse(&blocks[*n]).unwrap().contains(value);
        assert_eq!(found, table.iter().copied().filter(holds).collect::<Vec<_>>(), "{value}");
    }
}
