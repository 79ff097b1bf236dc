//! Between JSON texts and values: `eval port=tomv("[80, 443]")`.

use datafusion::{arrow::array::ArrayRef, common::Result};
use serde_json::Value;

use super::super::kernel::{Arguments, lists, texts};

/// `spl_toarray(x)`: a JSON array stays as it is, several values become one. A value that is JSON itself goes in as such.
pub(super) fn to_array(args: &Arguments) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    texts(args.rows(), |row| {
        let values = values.get(row)?;
        let mut first_two = values.clone();
        let (first, second) = (first_two.next()?, first_two.next());
        if second.is_none() {
            return super::super::informational::is_json(first, '[').then(|| first.to_owned());
        }
        let items = values.map(|value| serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)));
        Some(Value::Array(items.collect()).to_string())
    })
}

/// `spl_tomv(x)`: the elements of a JSON array as values, texts in their quotes. Several values stay as they are; one
/// value that is no array gives null.
pub(super) fn to_list(args: &Arguments) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    lists(args.rows(), |row, builder| {
        let Some(values) = values.get(row) else { return };
        let mut first_two = values.clone();
        match (first_two.next(), first_two.next()) {
            (Some(only), None) => {
                let elements: Vec<Value> = serde_json::from_str(only).unwrap_or_default();
                elements.iter().for_each(|element| builder.value(&element.to_string()));
            }
            _ => values.for_each(|value| builder.value(value)),
        }
    })
}

/// `spl_toobject(x)`: a JSON object without needless blanks.
pub(super) fn to_object(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    texts(args.rows(), |row| {
        let value: Value = serde_json::from_str(&values.get(row)?).ok()?;
        value.is_object().then(|| value.to_string())
    })
}
