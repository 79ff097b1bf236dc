//! Rows as JSON objects and back, for commands: `tojson`, `fromjson`.

use datafusion::{arrow::array::ArrayRef, common::Result};
use serde_json::{Number, Value};

use super::is_valid;
use crate::eval::kernel::{Arguments, lists, write_texts};

/// What a value becomes.
#[derive(Clone, Copy)]
enum Type {
    Auto,
    Bool,
    Json,
    None,
    Num,
    Str,
}

impl Type {
    fn new(name: &str) -> Self {
        match name {
            "auto" => Type::Auto,
            "bool" => Type::Bool,
            "json" => Type::Json,
            "num" => Type::Num,
            "str" => Type::Str,
            _ => Type::None,
        }
    }

    /// Writes a value; false where it is not of the type.
    fn write(self, text: &str, out: &mut String) -> bool {
        let is_number = || serde_json::from_str::<Number>(text).is_ok();
        let literal = match self {
            Type::Auto if matches!(text, "true" | "false" | "null") || is_number() => Some(text),
            Type::Auto if text.starts_with(['{', '[']) && is_valid(text) => Some(text),
            Type::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "1" | "yes" | "y" => Some("true"),
                "false" | "f" | "0" | "no" | "n" => Some("false"),
                _ => return false,
            },
            Type::Json if is_valid(text) => Some(text),
            Type::None if is_number() => Some(text),
            Type::Num if is_number() => Some(text),
            Type::Json | Type::Num => return false,
            Type::Auto | Type::None | Type::Str => None,
        };
        match literal {
            Some(literal) => out.push_str(literal),
            None => out.push_str(&Value::from(text).to_string()),
        }
        true
    }
}

/// `spl_tojson(fill_null, name, type, value, …)`.
pub(super) fn to_json(args: &Arguments) -> Result<ArrayRef> {
    let fill_null = args.literal(0)? == "true";
    let mut fields = Vec::with_capacity(args.len() / 3);
    for place in (1..args.len().saturating_sub(2)).step_by(3) {
        let key = Value::from(args.literal(place)?).to_string();
        fields.push((key, Type::new(&args.literal(place + 1)?), args.lists(place + 2)?));
    }
    let mut items = String::new();
    write_texts(args.rows(), |row, out| {
        out.push('{');
        for (key, json_type, values) in &fields {
            items.clear();
            let mut count = 0;
            for value in values.get(row).into_iter().flatten() {
                let length = items.len();
                if count > 0 {
                    items.push(',');
                }
                if json_type.write(value, &mut items) {
                    count += 1;
                } else if fill_null {
                    items.push_str("null");
                    count += 1;
                } else {
                    items.truncate(length);
                }
            }
            if count == 0 && !fill_null {
                continue;
            }
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(key);
            out.push(':');
            match count {
                0 => out.push_str("null"),
                1 => out.push_str(&items),
                _ => {
                    out.push('[');
                    out.push_str(&items);
                    out.push(']');
                }
            }
        }
        out.push('}');
        true
    })
}

/// `spl_fields_json(text, prefix)`: the keys of an object and their values by turns.
pub(super) fn keys_and_values(args: &Arguments) -> Result<ArrayRef> {
    let (objects, prefix) = (args.texts(0)?, args.literal(1)?);
    lists(args.rows(), |row, out| {
        let Some(object) = super::read_object(&objects, row) else { return };
        for (key, value) in object {
            let values = match value {
                Value::Array(values) => values,
                other => vec![other],
            };
            let name = format!("{prefix}{key}");
            for value in values {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                out.value(&name);
                out.value(&text);
            }
        }
    })
}
