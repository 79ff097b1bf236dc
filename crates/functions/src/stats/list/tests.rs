//! Lists against the plainest program that could be right: all rows in one vector, sorted when somebody asks.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::VecDeque, sync::Arc};

use datafusion::arrow::array::{
    Array, BinaryArray, BooleanArray, Float64Array, ListArray, StringArray, TimestampMicrosecondArray,
};
use fastrand::Rng;

use super::*;
use crate::value::{ListBuilder, epoch, format_number};

/// What values are.
const VALUES: [&str; 5] = ["whole numbers", "doubles", "times", "texts", "lists"];
/// What keys are, and in which order they come.
const KEYS: [&str; 4] = ["number", "pair", "pair with nulls", "text"];
const ORDERS: [&str; 6] = ["rising", "falling", "two files", "two files, falling", "any", "equal"];

/// A key: none where the row does not count, else what its order is.
type Key = Option<Vec<i64>>;

#[derive(Debug, Clone)]
struct Row {
    group: usize,
    key: Key,
    texts: Vec<String>,
}

/// The rows of each group, of which the first are forgotten.
#[derive(Default)]
struct Model {
    groups: VecDeque<Vec<Row>>,
}

impl Model {
    fn add(&mut self, rows: &[Row], total: usize) {
        self.groups.resize(total.max(self.groups.len()), Vec::new());
        for row in rows.iter().filter(|row| row.key.is_some() && !row.texts.is_empty()) {
            self.groups[row.group].push(row.clone());
        }
    }

    fn lists(&self, count: usize) -> Vec<Option<Vec<String>>> {
        let list = |group: usize| {
            let mut rows = self.groups.get(group).cloned().unwrap_or_default();
            rows.sort_by(|a, b| (&a.key, &a.texts).cmp(&(&b.key, &b.texts)));
            (!rows.is_empty()).then(|| rows.into_iter().flat_map(|row| row.texts).collect())
        };
        (0..count).map(list).collect()
    }
}

/// Keys in one of the orders: the first number tells which row, the second how often it was there.
fn keys(order: &str, kind: &str, count: usize, from: i64, random: &mut Rng) -> Vec<Key> {
    // Far from each other where two files take turns, so that parts of them look like one order.
    let far = 1_i64 << 40;
    let number = |row: usize, random: &mut Rng| {
        let row = row as i64;
        let file = row / 5 % 2;
        match order {
            "rising" => from + row,
            "falling" => -from - row,
            "two files" => from + row + file * far,
            "two files, falling" => -from - row - file * far,
            "any" => random.i64(-far..far),
            _ => random.i64(0..4),
        }
    };
    let mut keys: Vec<Key> = (0..count).map(|row| Some(vec![number(row, random), random.i64(0..3)])).collect();
    for key in &mut keys {
        if kind == "number" {
            key.as_mut().unwrap().pop();
        }
        if order != "rising" && random.u8(0..12) == 0 {
            *key = None;
        }
    }
    keys
}

/// A column of keys: two numbers are bytes of the same order, as `spl_order_key` makes them.
fn key_column(keys: &mut [Key], kind: &str, random: &mut Rng) -> ArrayRef {
    if kind == "number" {
        return Arc::new(keys.iter().map(|key| key.as_ref().map(|key| key[0])).collect::<Int64Array>());
    }
    let bytes = |number: i64| {
        let mut bytes = vec![1];
        bytes.extend((number as u64 ^ 1 << 63).to_be_bytes());
        bytes
    };
    let column = keys.iter_mut().map(|key| {
        let key = key.as_mut()?;
        if kind == "text" {
            // What is compared first is the same where the numbers are; the rest differs in its length.
            let mut all = bytes(key[0]);
            all.extend(vec![7; 16 + key[1] as usize]);
            return Some(all);
        }
        let mut all: Vec<u8> = key.iter().flat_map(|number| bytes(*number)).collect();
        if kind == "pair with nulls" && random.bool() {
            // A null has another mark, and comes last.
            key[1] = i64::MAX;
            all[9] = 2;
            all[10..].fill(0);
        }
        Some(all)
    });
    Arc::new(column.collect::<BinaryArray>())
}

/// Values, and their texts.
fn values(kind: &str, count: usize, random: &mut Rng) -> (ArrayRef, Vec<Vec<String>>) {
    let numbers: Vec<Option<i64>> = (0..count)
        .map(|_| match random.u8(0..10) {
            0 => None,
            1 => Some(random.i64(..)),
            _ => Some(random.i64(-5..2_000)),
        })
        .collect();
    let show = |text: &dyn Fn(i64) -> String| {
        numbers.iter().map(|number| number.iter().map(|number| text(*number)).collect()).collect()
    };
    match kind {
        "whole numbers" => (Arc::new(Int64Array::from(numbers.clone())), show(&|number| number.to_string())),
        "doubles" => {
            let column = numbers.iter().map(|number| number.map(|number| number as f64 / 4.0));
            (Arc::new(column.collect::<Float64Array>()), show(&|number| format_number(number as f64 / 4.0)))
        }
        "times" => {
            let column = TimestampMicrosecondArray::from(numbers.clone()).with_timezone("UTC");
            (Arc::new(column), show(&|number| format_number(epoch(number))))
        }
        "texts" => {
            let column = numbers.iter().map(|number| number.map(|number| format!("é{number}")));
            (Arc::new(column.collect::<StringArray>()), show(&|number| format!("é{number}")))
        }
        _ => {
            let lists: Vec<Vec<String>> = numbers
                .iter()
                .map(|number| (0..number.unwrap_or(0).rem_euclid(4)).map(|n| format!("v{n}")).collect())
                .collect();
            let mut builder = ListBuilder::new(count);
            for list in &lists {
                list.iter().for_each(|text| builder.value(text));
                builder.end_row();
            }
            (builder.finish(), lists)
        }
    }
}

fn found(lists: &ArrayRef) -> Vec<Option<Vec<String>>> {
    let lists: &ListArray = lists.as_list();
    let list = |group: usize| {
        let texts = lists.is_valid(group).then(|| lists.value(group))?;
        Some(texts.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect())
    };
    (0..lists.len()).map(list).collect()
}

/// One run: batches come, states of others are merged, groups are asked for and forgotten.
fn run(order: &str, kind: &str, value: impl Fn(&mut Rng) -> &'static str, random: &mut Rng) {
    let key_type = if kind == "number" { DataType::Int64 } else { DataType::Binary };
    let (mut listing, mut model) = (Listing::new(key_type.clone()), Model::default());
    let (mut total, mut from) = (0, 0);
    for _ in 0..random.usize(1..9) {
        let count = random.usize(0..70);
        total += random.usize(1..6);
        let groups: Vec<usize> = (0..count).map(|_| random.usize(0..total)).collect();
        let mut keys = keys(order, kind, count, from, random);
        let key_column = key_column(&mut keys, kind, random);
        from += count as i64;
        let (column, texts) = values(value(random), count, random);
        let filter: Option<BooleanArray> =
            random.bool().then(|| (0..count).map(|_| Some(random.u8(0..5) > 0)).collect());
        let rows: Vec<Row> = (0..count)
            .filter(|row| filter.as_ref().is_none_or(|filter| filter.value(*row)))
            .map(|row| Row { group: groups[row], key: keys[row].clone(), texts: texts[row].clone() })
            .collect();
        model.add(&rows, total);
        let rows = Rows::grouped(&groups, filter.as_ref(), total);
        if random.u8(0..4) == 0 {
            let mut other = Listing::new(key_type.clone());
            other.update(&[column, key_column], &rows).unwrap();
            let own: Vec<usize> = (0..total).collect();
            listing.merge(&other.state(total).unwrap(), &Rows::grouped(&own, None, total)).unwrap();
        } else {
            listing.update(&[column, key_column], &rows).unwrap();
        }
        if random.u8(0..3) == 0 {
            let count = random.usize(0..total + 2);
            assert_eq!(found(&listing.evaluate(count).unwrap()), model.lists(count), "{order}, {kind}");
        }
        if random.u8(0..3) == 0 {
            let count = random.usize(0..=total);
            let mut other = Listing::new(key_type.clone());
            let own: Vec<usize> = (0..count).collect();
            other.merge(&listing.state(count).unwrap(), &Rows::grouped(&own, None, count)).unwrap();
            assert_eq!(found(&other.evaluate(count).unwrap()), model.lists(count), "{order}, {kind}");
        }
        while total > 1 && random.u8(0..3) == 0 {
            let count = random.usize(0..total);
            listing.forget(count).unwrap();
            model.groups.drain(..count);
            total -= count;
            let count = random.usize(0..=total);
            assert_eq!(found(&listing.evaluate(count).unwrap()), model.lists(count), "{order}, {kind}");
        }
    }
    assert_eq!(found(&listing.evaluate(total + 1).unwrap()), model.lists(total + 1), "{order}, {kind}");
}

/// Whatever the keys are and in which order they come, for each kind of values, and several kinds in turn.
#[test]
fn lists_are_those_of_the_model() {
    for (seed, order) in ORDERS.iter().enumerate() {
        for kind in KEYS {
            let mut random = Rng::with_seed(seed as u64);
            for _ in 0..8 {
                for value in VALUES {
                    run(order, kind, |_| value, &mut random);
                }
                run(order, kind, |random| random.choice(VALUES).unwrap(), &mut random);
            }
        }
    }
}

/// A listing of numbers by one group or another, with keys that a function gives.
fn numbers(key: impl Fn(i64) -> i64) -> Listing {
    let mut listing = Listing::new(DataType::Int64);
    for start in (0..400).step_by(40) {
        let rows = start..start + 40;
        let groups: Vec<usize> = rows.clone().map(|row| row as usize % 3).collect();
        let keys: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.clone().map(&key)));
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(rows));
        listing.update(&[column, keys], &Rows::grouped(&groups, None, 3)).unwrap();
    }
    listing.evaluate(3).unwrap();
    listing
}

/// What an order is called, and the key of each row.
type Way = (&'static str, fn(i64) -> i64);

/// Rows in the order of files need no comparison: forwards, backwards, of two cores in turn, and cut anywhere.
#[test]
fn orders_of_files_are_seen() {
    let ways: [Way; 6] = [
        ("rising", |row| row),
        ("falling", |row| -row),
        ("two in turn", |row| row + row / 12 % 2 * 10_000),
        ("two in turn, falling", |row| -row - row / 12 % 2 * 10_000),
        ("two in turn, one each way", |row| if row / 12 % 2 == 0 { row } else { -row }),
        ("batches the other way round", |row| row % 40 - row / 40 * 40),
    ];
    for (name, key) in ways {
        assert!(numbers(key).rows.sees_an_order(), "{name}");
    }
    let others: [Way; 3] =
        [("equal", |row| row / 2), ("equal, far apart", |row| row % 399), ("none", |row| row * 7_919 % 401)];
    for (name, key) in others {
        assert!(!numbers(key).rows.sees_an_order(), "{name}");
    }
}

/// What is said to be held is what a row needs: a number, a key of two numbers and a group, each of four bytes.
#[test]
fn rows_are_held_in_little_room() {
    let mut listing = Listing::new(DataType::Binary);
    let rows = 4_000;
    let mut keys: Vec<Key> = (0..rows).map(|row| Some(vec![1_700_000_000_000_000 + row, row])).collect();
    let keys = key_column(&mut keys, "pair", &mut Rng::with_seed(0));
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let groups: Vec<usize> = (0..rows as usize).collect();
    listing.update(&[column, keys], &Rows::grouped(&groups, None, groups.len())).unwrap();
    // Batches are small here: what a batch needs itself is a part of it.
    let bytes = listing.size() / groups.len();
    assert!((16..=40).contains(&bytes), "{bytes}");
}

/// Lists of many groups, of which the first are forgotten in steps.
#[test]
fn groups_are_forgotten_across_blocks() {
    let rows = 6_000_usize;
    let group = |row: usize| row * 7 % 1_999;
    let mut expected: Vec<Vec<String>> = vec![Vec::new(); 1_999];
    // Later rows have smaller keys: lists are the other way round.
    for row in (0..rows).rev() {
        expected[group(row)].push(format!("text {row}"));
    }
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("text {row}"))));
    let keys: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| -(row as i64))));
    let mut listing = Listing::new(DataType::Int64);
    let groups: Vec<usize> = (0..rows).map(group).collect();
    listing.update(&[texts, keys], &Rows::grouped(&groups, None, 1_999)).unwrap();
    for forgotten in [0, 300, 512, 12, 800] {
        listing.forget(forgotten).unwrap();
        expected.drain(..forgotten);
        let left = expected.len();
        let found = listing.evaluate(left).unwrap();
        let found = found.as_list::<i32>();
        for (group, expected) in expected.iter().enumerate() {
            let own = found.value(group);
            assert_eq!(own.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), *expected, "{group} of {left}");
        }
        // Fewer groups than there are, and what another one makes of their state.
        let state = listing.state(left / 2).unwrap();
        let mut other = Listing::new(DataType::Int64);
        let all: Vec<usize> = (0..left / 2).collect();
        other.merge(&state, &Rows::grouped(&all, None, left / 2)).unwrap();
        assert_eq!(other.evaluate(left / 2).unwrap().as_list::<i32>(), &found.slice(0, left / 2));
    }
    assert!(listing.evaluate(expected.len() + 1).unwrap().is_null(expected.len()));
}
