//! The kernel of the `lookup` function: a lookup table's rows, and the values that select one.
//! `lookup("users.csv", json_object("id", uid), json_array("name"))`
//!
//! `spl_lookup('table', uid)`: a kernel has no access to tables, so the table comes with the call, as a text that is read once.
//! Definitions that are bound in time are not for it.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    kernel::{Arguments, kernel, text, texts},
    search::{cidr::Cidr, glob::Glob},
};
use crate::cache::Cache;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_lookup", text, lookup)]
}

/// How a column is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// As text.
    Exact,
    /// The cell is a pattern with `*`.
    Wildcard,
    /// The cell is an address block.
    Cidr,
}

/// The part of a lookup table that a call needs, in the table's order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    /// How each of the compared columns is compared.
    pub comparisons: Vec<Comparison>,
    /// Whether upper and lower case differ.
    pub case_sensitive: bool,
    /// The most rows that may match.
    pub most: usize,
    /// What the fields have where no row matches; none leaves the result null.
    pub default: Option<String>,
    /// The names of the fields of the result.
    pub outputs: Vec<String>,
    /// The compared cells of each row, then its cells for the result. An empty cell is null.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Table {
    /// The text that a call takes as its first argument.
    ///
    /// # Errors
    /// None that this type can cause; writing JSON may fail in general.
    pub fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| exec_datafusion_err!("{error}"))
    }
}

/// A cell that is compared with values.
#[derive(Debug)]
enum Cell {
    /// Nothing equals an empty cell or a broken address block.
    Nothing,
    Text(String),
    Pattern(Glob),
    Block(Cidr),
}

impl Cell {
    fn new(cell: Option<&str>, comparison: Comparison, case_sensitive: bool) -> Self {
        match (cell, comparison) {
            (None, _) => Self::Nothing,
            (Some(text), Comparison::Exact) => Self::Text(folded(text, case_sensitive)),
            (Some(text), Comparison::Wildcard) => Self::Pattern(Glob::new(text, case_sensitive)),
            (Some(text), Comparison::Cidr) => Cidr::parse(text).map_or(Self::Nothing, Self::Block),
        }
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Text(text) => text == value,
            Self::Pattern(pattern) => pattern.matches(value),
            Self::Block(block) => block.contains(value),
        }
    }
}

/// A table ready for searching.
struct Prepared {
    table: Table,
    /// The compared cells of each row.
    cells: Vec<Vec<Cell>>,
    /// The place of a column that is compared as text, and the rows by its cell.
    index: Option<(usize, HashMap<String, Vec<usize>>)>,
}

impl Prepared {
    fn new(text: &str) -> Result<Self, String> {
        let table: Table = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let cells: Vec<Vec<Cell>> = table.rows.iter().map(|row| prepare(row, &table)).collect();
        let place = table.comparisons.iter().position(|comparison| *comparison == Comparison::Exact);
        let index = place.map(|place| {
            let mut rows: HashMap<String, Vec<usize>> = HashMap::new();
            for (row, cells) in cells.iter().enumerate() {
                if let Some(Cell::Text(text)) = cells.get(place) {
                    rows.entry(text.clone()).or_default().push(row);
                }
            }
            (place, rows)
        });
        Ok(Self { table, cells, index })
    }

    /// The rows that the values select, in the table's order.
    fn find(&self, values: &[String]) -> Vec<usize> {
        let fits = |row: &usize| {
            let cells = self.cells.get(*row).map(Vec::as_slice).unwrap_or_default();
            cells.len() == values.len() && cells.iter().zip(values).all(|(cell, value)| cell.matches(value))
        };
        match &self.index {
            Some((place, rows)) => {
                let candidates = values.get(*place).and_then(|value| rows.get(value)).map(Vec::as_slice);
                candidates.unwrap_or_default().iter().copied().filter(fits).take(self.table.most).collect()
            }
            None => (0..self.cells.len()).filter(fits).take(self.table.most).collect(),
        }
    }

    /// The result for rows that were found; none where there are none.
    fn show(&self, found: &[usize]) -> Option<Value> {
        let mut object = Map::new();
        let default = if found.is_empty() { Some(self.table.default.as_ref()?) } else { None };
        for (place, name) in self.table.outputs.iter().enumerate() {
            let cell = |row: &usize| {
                let cell = self.table.rows.get(*row)?.get(self.table.comparisons.len() + place)?;
                cell.clone().map(Value::String)
            };
            let mut values: Vec<Value> = found.iter().filter_map(cell).collect();
            values.extend(default.map(|text| Value::String(text.clone())));
            let value = if values.len() > 1 { Value::Array(values) } else { values.pop().unwrap_or(Value::Null) };
            object.insert(name.clone(), value);
        }
        Some(Value::Object(object))
    }
}

fn prepare(row: &[Option<String>], table: &Table) -> Vec<Cell> {
    let compared = table.comparisons.iter().zip(row);
    compared.map(|(comparison, cell)| Cell::new(cell.as_deref(), *comparison, table.case_sensitive)).collect()
}

fn folded(text: &str, case_sensitive: bool) -> String {
    if case_sensitive { text.to_owned() } else { text.to_lowercase() }
}

/// The fields of the matching rows as a JSON object: a text where one row matches, an array where several do. Null where a
/// value is missing or has several values, or nothing matches.
fn lookup(args: &Arguments) -> Result<ArrayRef> {
    static TABLES: Cache<String, Prepared> = Cache::new(8);
    let table = args.literal(0)?;
    let table = TABLES.get(table.as_str(), Prepared::new).map_err(|error| exec_datafusion_err!("{error}"))?;
    let inputs = args.texts_from(1)?;
    let mut known: HashMap<Vec<String>, Option<String>> = HashMap::new();
    texts(args.rows(), |row| {
        let values = inputs.iter().map(|input| Some(folded(&input.get(row)?, table.table.case_sensitive)));
        let values: Vec<String> = values.collect::<Option<_>>()?;
        let show = |values: &Vec<String>| table.show(&table.find(values)).map(|value| value.to_string());
        match known.get(&values) {
            Some(shown) => shown.clone(),
            None => {
                let shown = show(&values);
                known.insert(values, shown.clone());
                shown
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Comparison, Table};
    use crate::eval::kernel::testing::{check, literal, texts};

    fn table(comparisons: &[Comparison], rows: &[&[&str]]) -> Table {
        let cell = |cell: &&str| (!cell.is_empty()).then(|| (*cell).to_owned());
        Table {
            comparisons: comparisons.to_vec(),
            case_sensitive: true,
            most: 100,
            default: None,
            outputs: vec!["n".to_owned()],
            rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        }
    }

    #[test]
    fn rows_that_match() {
        let rows: &[&[&str]] = &[&["1", "ann"], &["2", "bob"], &["2", "cid"], &["3", ""], &["A", "upper"]];
        let mut table = table(&[Comparison::Exact], rows);
        let values = texts(&["1", "2", "3", "4", "null", "a"]);
        check(
            "spl_lookup",
            &[literal(&table.to_text().unwrap()), values.clone()],
            &["{\"n\":\"ann\"}", "{\"n\":[\"bob\",\"cid\"]}", "{\"n\":null}", "null", "null", "null"],
        );
        (table.case_sensitive, table.most, table.default) = (false, 1, Some("none".to_owned()));
        check(
            "spl_lookup",
            &[literal(&table.to_text().unwrap()), values],
            &["{\"n\":\"ann\"}", "{\"n\":\"bob\"}", "{\"n\":null}", "{\"n\":\"none\"}", "null", "{\"n\":\"upper\"}"],
        );
    }

    #[test]
    fn patterns_and_blocks() {
        let rows: &[&[&str]] = &[&["10.0.0.0/8", "web*", "in"], &["::/0", "*", "six"], &["broken", "*", "never"]];
        let table = table(&[Comparison::Cidr, Comparison::Wildcard], rows).to_text().unwrap();
        let args = [literal(&table), texts(&["10.1.1.1", "10.1.1.1", "::1"]), texts(&["web1", "db", "x"])];
        check("spl_lookup", &args, &["{\"n\":\"in\"}", "null", "{\"n\":\"six\"}"]);
    }
}
