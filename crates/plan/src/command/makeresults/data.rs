//! Inline data of `makeresults`. `| makeresults format=csv data="a,b\n1,2"`

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    scalar::ScalarValue,
};
use serde_json::Value;
use speleo_functions::value::{format_number, list_type};
use speleo_syntax::{Code, Diagnostic, Spanned, command::makeresults::DataFormat};

use crate::{
    Result, meet,
    relation::{HIDDEN, OrderKey, Relation, SEQUENCE, column, named},
};

/// A cell before its column's type is known.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Absent,
    Number(f64),
    Text(String),
    List(Vec<String>),
}

/// Columns in order, and rows of as many cells.
#[derive(Debug, Default)]
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The place of a column, which is added where it is new.
    fn place(&mut self, name: &str) -> usize {
        self.names.iter().position(|own| own == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn add(&mut self, cells: impl IntoIterator<Item = (String, Cell)>) {
        let mut row = Vec::new();
        for (name, cell) in cells {
            let place = self.place(&name);
            if row.len() <= place {
                row.resize(place + 1, Cell::Absent);
            }
            if let Some(old) = row.get_mut(place) {
                *old = cell;
            }
        }
        self.rows.push(row);
    }
}

/// The rows that the text holds; those of JSON carry the time `now` and their own text.
pub(super) fn rows(format: DataFormat, text: &Spanned<String>, now: Expr) -> Result<Relation> {
    let table = match format {
        DataFormat::Csv => csv(&text.node),
        DataFormat::Json => json(&text.node),
    };
    let table = table.map_err(|reason| {
        Diagnostic::new(Code::Data, text.span, "the data of `makeresults` cannot be read").label(reason)
    })?;
    let relation = plan(&table)?;
    if format == DataFormat::Csv || relation.has(meet::TIME) {
        return Ok(relation);
    }
    let mut columns = vec![(meet::TIME.to_owned(), now)];
    columns.extend(relation.fields().into_iter().map(|name| (name.clone(), column(&name))));
    relation.select(columns)
}

fn csv(text: &str) -> std::result::Result<Table, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> =
        reader.headers().map_err(|error| error.to_string())?.iter().map(|name| name.trim().to_owned()).collect();
    let mut table = Table { names: names.clone(), rows: Vec::new() };
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let cells = names.iter().zip(&record).map(|(name, cell)| {
            (name.clone(), if cell.is_empty() { Cell::Absent } else { Cell::Text(cell.to_owned()) })
        });
        table.add(cells);
    }
    Ok(table)
}

fn json(text: &str) -> std::result::Result<Table, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Value::Array(items) = value else { return Err("expected an array of objects".to_owned()) };
    let mut table = Table { names: vec!["_raw".to_owned()], rows: Vec::new() };
    for item in items {
        let raw = item.to_string();
        let Value::Object(fields) = item else { return Err("expected an array of objects".to_owned()) };
        let cells = fields.into_iter().map(|(name, value)| (name, cell(value)));
        table.add(std::iter::once(("_raw".to_owned(), Cell::Text(raw))).chain(cells));
    }
    Ok(table)
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Absent,
        Value::String(text) => Cell::Text(text),
        Value::Number(number) => number.as_f64().map_or(Cell::Absent, Cell::Number),
        Value::Array(items) => {
            let texts: Vec<String> = items.into_iter().filter_map(|item| text(cell(item))).collect();
            if texts.is_empty() { Cell::Absent } else { Cell::List(texts) }
        }
        other => Cell::Text(other.to_string()),
    }
}

fn text(cell: Cell) -> Option<String> {
    match cell {
        Cell::Absent => None,
        Cell::Number(number) => Some(format_number(number)),
        Cell::Text(text) => Some(text),
        Cell::List(texts) => Some(texts.join(" ")),
    }
}

/// The table as a plan: a column of numbers alone is numeric, one with several values a list, any other text.
fn plan(table: &Table) -> Result<Relation> {
    let mut types = vec![DataType::Null; table.names.len()];
    for row in &table.rows {
        for (cell, data_type) in row.iter().zip(&mut types) {
            *data_type = meet::meet(data_type, &cell_type(cell));
        }
    }
    for data_type in &mut types {
        if *data_type == DataType::Null {
            *data_type = DataType::Utf8;
        }
    }
    let is_empty = table.rows.is_empty();
    let mut rows: Vec<Vec<Expr>> = Vec::with_capacity(table.rows.len().max(1));
    for (n, row) in table.rows.iter().enumerate() {
        let mut cells = vec![lit(i64::try_from(n).unwrap_or(i64::MAX))];
        for (place, data_type) in types.iter().enumerate() {
            cells.push(lit(scalar(row.get(place).cloned().unwrap_or(Cell::Absent), data_type)?));
        }
        rows.push(cells);
    }
    if is_empty {
        let mut cells = vec![lit(0_i64)];
        for data_type in &types {
            cells.push(meet::null_of(data_type)?);
        }
        rows.push(cells);
    }
    let names = std::iter::once(SEQUENCE).chain(table.names.iter().map(String::as_str));
    let columns = names.enumerate().map(|(n, name)| named(column(&format!("column{}", n + 1)), name));
    let columns: Vec<Expr> = columns.filter(|expr| !hides(expr)).collect();
    let mut builder = LogicalPlanBuilder::values(rows)?;
    if is_empty {
        builder = builder.filter(lit(false))?;
    }
    Ok(Relation::results(builder.project(columns)?.build()?, vec![OrderKey::ascending(SEQUENCE)]))
}

/// Whether a column of the data would take a hidden name.
fn hides(expr: &Expr) -> bool {
    matches!(expr, Expr::Alias(alias) if alias.name.starts_with(HIDDEN) && alias.name != SEQUENCE)
}

fn cell_type(cell: &Cell) -> DataType {
    match cell {
        Cell::Absent => DataType::Null,
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => DataType::Int64,
        Cell::Number(_) => DataType::Float64,
        Cell::Text(_) => DataType::Utf8,
        Cell::List(_) => list_type(),
    }
}

fn scalar(cell: Cell, data_type: &DataType) -> Result<ScalarValue> {
    Ok(match (cell, data_type) {
        (Cell::Absent, data_type) => ScalarValue::try_from(data_type)?,
        (Cell::Number(number), DataType::Int64) => ScalarValue::Int64(Some(number as i64)),
        (Cell::Number(number), DataType::Float64) => ScalarValue::Float64(Some(number)),
        (cell, DataType::Utf8) => ScalarValue::Utf8(text(cell)),
        (Cell::List(texts), _) => list(texts),
        (cell, _) => text(cell).map_or(ScalarValue::try_from(data_type)?, |text| list(vec![text])),
    })
}

fn list(texts: Vec<String>) -> ScalarValue {
    let values: Vec<ScalarValue> = texts.into_iter().map(|text| ScalarValue::Utf8(Some(text))).collect();
    ScalarValue::List(ScalarValue::new_list_nullable(&values, &DataType::Utf8))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_of_later_objects_become_columns() {
        let table = json(r#"[{"a":1,"t":["x",2]},{"b":null,"a":"z"}]"#).unwrap();
        assert_eq!(table.names, ["_raw", "a", "t", "b"]);
        assert_eq!(table.rows[0][1..], [Cell::Number(1.0), Cell::List(vec!["x".into(), "2".into()])]);
        assert_eq!(table.rows[1][1], Cell::Text("z".into()));
        assert!(json("{}").is_err());
    }

    #[test]
    fn an_empty_cell_is_no_value() {
        let table = csv("a,b\n1,\n2,x\n").unwrap();
        assert_eq!(table.rows[0], [Cell::Text("1".into()), Cell::Absent]);
        assert_eq!(table.rows[1], [Cell::Text("2".into()), Cell::Text("x".into())]);
    }
}
