//! Random tables against the plainest program that could be right.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::array::{
        ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray,
    },
    logical_expr::TypeSignature,
};

use super::driver;
use crate::{stats::kernels, value::ListBuilder};

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
        self.run_with(kernel, with_key, None)
    }

    fn run_with(&self, kernel: &str, with_key: bool, option: Option<&str>) -> Vec<String> {
        let mut values = ListBuilder::new(self.rows.len());
        for (row, ..) in &self.rows {
            row.iter().for_each(|value| values.value(value));
            values.end_row();
        }
        let mut columns: Vec<ArrayRef> = vec![values.finish()];
        if with_key {
            columns.push(Arc::new(Int64Array::from_iter_values(self.rows.iter().map(|row| row.1))));
        }
        if let Some(option) = option {
            columns.push(Arc::new(StringArray::from(vec![option; self.rows.len()])));
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

/// Each key is a bin of its own; the axis has some of them and one that no row falls into.
#[test]
fn random_sparklines() {
    for seed in 0..12 {
        let mut table = Table::random(seed);
        // Without a row there is no literal to take the axis from.
        table.rows.push((vec!["7".to_owned()], 99, 0, true));
        let axis = [99, 5, 1000, 0, 17];
        let text = axis.map(|bin: i64| bin.to_string()).join(",");
        for (function, model) in [("count", count as fn(&[String]) -> Option<String>), ("min", least)] {
            let kernel = format!("spl_sparkline_{function}");
            for (group, answer) in table.run_with(&kernel, true, Some(&text)).into_iter().enumerate() {
                let cell = |bin: &i64| {
                    let row = table.rows.iter().find(|row| row.1 == *bin && row.2 == group && row.3);
                    row.and_then(|row| model(&row.0)).unwrap_or_else(|| "0".to_owned())
                };
                let expected = axis.iter().map(cell).collect::<Vec<_>>().join(", ");
                assert_eq!(answer, format!("[##__SPARKLINE__##, {expected}]"), "{kernel}, group {group}");
            }
        }
    }
}

fn count(values: &[String]) -> Option<String> {
    Some(values.len().to_string())
}

/// The least of the texts that [`Table::random`] draws: 1 and 01 are one number, of which the smaller text wins.
fn least(values: &[String]) -> Option<String> {
    let order = ["01", "1", "7", "B", "a", "zz", "é"];
    order.into_iter().find(|text| values.iter().any(|value| value == text)).map(str::to_owned)
}

/// Columns of every type, with nulls; texts that are numbers and others.
fn columns(rows: usize, random: &mut fastrand::Rng) -> Vec<ArrayRef> {
    let mut some = |values: &[i64]| -> Vec<Option<i64>> {
        (0..rows).map(|_| random.choice(values).copied().filter(|value| *value >= 0)).collect()
    };
    let numbers = some(&[-1, 1, 2, 5, 10, 300]);
    let halves = some(&[-1, 0, 3, 4, 7]).into_iter().map(|value| value.map(|value| value as f64 / 2.0));
    let words = some(&[-1, 0, 1, 2, 3, 4, 5, 6]).into_iter();
    let words: Vec<Option<&str>> =
        words.map(|word| word.map(|word| ["1", "1.0", "x", "", "2.5", "007", "10"][word as usize])).collect();
    let mut lists = ListBuilder::new(rows);
    for (row, word) in words.iter().enumerate() {
        words[row..].iter().take(row % 4).chain([word]).flatten().for_each(|word| lists.value(word));
        lists.end_row();
    }
    vec![
        Arc::new(TimestampMicrosecondArray::from(numbers.clone()).with_timezone("UTC")),
        Arc::new(Int64Array::from(numbers)),
        Arc::new(halves.collect::<Float64Array>()),
        Arc::new(words.into_iter().collect::<StringViewArray>()),
        lists.finish(),
    ]
}

/// Whatever the type, and with keys that repeat: pieces, phases and frames make no difference.
#[test]
fn every_kernel_in_every_way() {
    for seed in 0..2 {
        let mut random = fastrand::Rng::with_seed(seed);
        let rows = random.usize(10..40);
        let groups: Vec<usize> = (0..rows).map(|_| random.usize(0..4)).collect();
        let filter: BooleanArray = (0..rows).map(|_| Some(random.u8(0..5) > 0)).collect();
        let keys: ArrayRef = Arc::new((0..rows).map(|_| Some(random.i64(0..15))).collect::<Int64Array>());
        let percent: ArrayRef = Arc::new(Float64Array::from(vec![90.0; rows]));
        let axis: ArrayRef = Arc::new(StringArray::from(vec!["3,7,1,20"; rows]));
        for (column, function) in columns(rows, &mut random)
            .iter()
            .flat_map(|column| kernels().into_iter().map(move |function| (column, function)))
        {
            let name = function.name();
            let arguments = match function.signature().type_signature {
                TypeSignature::Any(3) => vec![Arc::clone(column), Arc::clone(&keys), Arc::clone(&axis)],
                TypeSignature::Any(2) if name.ends_with("perc") => vec![Arc::clone(column), Arc::clone(&percent)],
                TypeSignature::Any(2) => vec![Arc::clone(column), Arc::clone(&keys)],
                _ => vec![Arc::clone(column)],
            };
            driver::run(name, &arguments, &groups, Some(&filter));
        }
    }
}
