//! Random tables against the plainest program that could be right.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array};

use super::driver;
use crate::value::ListBuilder;

struct Table {
    /// The values, key and group of each row, and whether the filter keeps it.
    rows: Vec<(Vec<String>, i64, usize, bool)>,
}

impl Table {
    fn random(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let groups = random.usize(1..=9);
        let mut keys: Vec<i64> = (0..random.i64(0..60)).collect();
        random.shuffle(&mut keys);
        let rows = keys.into_iter().map(|key| {
            let values =
                (0..random.usize(0..=3)).map(|_| random.choice(["a", "B", "1", "01", "é", "zz"]).unwrap().to_owned());
            (values.collect(), key, random.usize(0..groups), random.u8(0..4) > 0)
        });
        Self { rows: rows.collect() }
    }

    fn run(&self, kernel: &str, with_key: bool) -> Vec<String> {
        let mut values = ListBuilder::new(self.rows.len());
        for (row, ..) in &self.rows {
            row.iter().for_each(|value| values.value(value));
            values.end_row();
        }
        let mut columns: Vec<ArrayRef> = vec![values.finish()];
        if with_key {
            columns.push(Arc::new(Int64Array::from_iter_values(self.rows.iter().map(|row| row.1))));
        }
        let groups: Vec<usize> = self.rows.iter().map(|row| row.2).collect();
        let filter: BooleanArray = self.rows.iter().map(|row| Some(row.3)).collect();
        driver::run(kernel, &columns, &groups, Some(&filter))
    }

    /// The values of a group, by key.
    fn values(&self, group: usize) -> Vec<&str> {
        let mut rows: Vec<_> = self.rows.iter().filter(|row| row.2 == group && row.3).collect();
        rows.sort_by_key(|row| row.1);
        rows.into_iter().flat_map(|row| row.0.iter().map(String::as_str)).collect()
    }

    fn expect(&self, answers: Vec<String>, model: impl Fn(Vec<&str>) -> String) {
        for (group, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer, model(self.values(group)), "group {group}");
        }
    }
}

fn show<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    if values.is_empty() { "null".to_owned() } else { format!("[{}]", values.join(", ")) }
}

#[test]
fn random_tables() {
    for seed in 0..12 {
        let table = Table::random(seed);
        table.expect(table.run("spl_count", false), |values| values.len().to_string());
        table.expect(table.run("spl_dc", false), |values| BTreeSet::from_iter(values).len().to_string());
        table.expect(table.run("spl_estdc", false), |values| BTreeSet::from_iter(values).len().to_string());
        table.expect(table.run("spl_values", false), |values| show(BTreeSet::from_iter(values)));
        table.expect(table.run("spl_list", true), |values| show(values));
        table.expect(table.run("spl_mode", false), |values| {
            let mut counts = BTreeMap::<_, usize>::new();
            values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
            most.map_or("null", |(value, _)| value).to_owned()
        });
    }
}
