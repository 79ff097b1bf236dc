//! JSON: making it, reading it, changing it. `eval port=json_extract(_raw, "net.ports{0}")`.
//!
//! Values are texts; results are compact and keep the order of keys. A text that is no JSON gives null.

mod edit;
mod functions;
mod object;
pub(crate) mod path;
pub(crate) mod value;
pub(crate) mod walk;
pub(crate) mod wanted;

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_err},
    logical_expr::ScalarUDF,
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

pub use self::functions::FUNCTIONS;
use self::{
    path::{Paths, Step, parse},
    value::{Jsons, native},
    walk::find,
    wanted::{Found, Wanted},
};
use super::kernel::{Arguments, Column, append_texts, boolean, booleans, kernel, list, lists, text, texts};
use crate::value::Texts;

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_json", text, checked),
        kernel("spl_json_append", text, |args| {
            change_at_paths(args, |target, path, value| {
                edit::append(target, path, &[value]);
            })
        }),
        kernel("spl_json_array", text, array),
        kernel("spl_json_array_to_mv", list, array_to_list),
        kernel("spl_json_delete", text, delete),
        kernel("spl_json_entries", text, entries),
        kernel("spl_json_extend", text, |args| {
            change_at_paths(args, |target, path, value| match value {
                Value::Array(elements) => edit::append(target, path, &elements),
                value => edit::append(target, path, &[value]),
            })
        }),
        kernel("spl_json_extract", text, |args| extract(args, parse)),
        kernel("spl_json_extract_exact", text, |args| extract(args, |key| Some(vec![Step::Key(key.to_owned())]))),
        kernel("spl_json_has_key_exact", boolean, has_key),
        kernel("spl_json_keys", text, keys),
        kernel("spl_json_object", text, object),
        kernel("spl_json_set", text, |args| {
            change_at_paths(args, |target, path, value| edit::set(target, path, &value))
        }),
        kernel("spl_json_set_exact", text, set_exact),
        kernel("spl_json_valid", boolean, |args| {
            let texts = args.texts(0)?;
            booleans(args.rows(), |row| Some(is_valid(&texts.get(row)?)))
        }),
        kernel("spl_mv_to_json_array", text, list_to_array),
        kernel("spl_tojson", text, object::to_json),
        kernel("spl_fields_json", list, object::keys_and_values),
    ]
}

fn is_valid(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn read(texts: &Column<Texts>, row: usize) -> Option<Value> {
    serde_json::from_str(&texts.get(row)?).ok()
}

fn read_object(texts: &Column<Texts>, row: usize) -> Option<Map<String, Value>> {
    serde_json::from_str(&texts.get(row)?).ok()
}

fn checked(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    texts(args.rows(), |row| values.get(row).filter(|text| is_valid(text)))
}

fn array(args: &Arguments) -> Result<ArrayRef> {
    let values = (0..args.len()).map(|index| Jsons::new(args, index)).collect::<Result<Vec<_>>>()?;
    texts(args.rows(), |row| Some(Value::Array(values.iter().map(|value| value.get(row)).collect()).to_string()))
}

/// The arguments from one on, two by two.
fn pairs<K>(args: &Arguments, start: usize, key: impl Fn(&Arguments, usize) -> Result<K>) -> Result<Vec<(K, Jsons)>> {
    if args.len().saturating_sub(start) % 2 == 1 {
        return exec_err!("a JSON function takes its keys and values in pairs");
    }
    (start..args.len()).step_by(2).map(|index| Ok((key(args, index)?, Jsons::new(args, index + 1)?))).collect()
}

/// A pair whose key is null is left out.
fn object(args: &Arguments) -> Result<ArrayRef> {
    let pairs = pairs(args, 0, Arguments::texts)?;
    texts(args.rows(), |row| {
        let entries = pairs.iter().filter_map(|(key, value)| Some((key.get(row)?.into_owned(), value.get(row))));
        Some(Value::Object(entries.collect()).to_string())
    })
}

fn change_at_paths(args: &Arguments, change: fn(&mut Value, &[Step], Value)) -> Result<ArrayRef> {
    let (targets, pairs) = (args.texts(0)?, pairs(args, 1, Paths::new)?);
    texts(args.rows(), |row| {
        let mut target = read(&targets, row)?;
        for (path, value) in &pairs {
            if let Some(path) = path.get(row) {
                change(&mut target, &path, value.get(row));
            }
        }
        Some(target.to_string())
    })
}

fn set_exact(args: &Arguments) -> Result<ArrayRef> {
    let (targets, pairs) = (args.texts(0)?, pairs(args, 1, Arguments::texts)?);
    texts(args.rows(), |row| {
        let mut target = read_object(&targets, row)?;
        for (key, value) in &pairs {
            if let Some(key) = key.get(row) {
                target.insert(key.into_owned(), value.get(row));
            }
        }
        Some(Value::Object(target).to_string())
    })
}

/// Keys are literal keys, paths of keys, or JSON arrays of those.
fn delete(args: &Arguments) -> Result<ArrayRef> {
    let (targets, keys) = (args.texts(0)?, args.texts_from(1)?);
    texts(args.rows(), |row| {
        let mut target = read(&targets, row).filter(Value::is_object)?;
        let mut remove = |key: &str| {
            let is_literal = target.get(key).is_some();
            let path = if is_literal { Some(vec![Step::Key(key.to_owned())]) } else { parse(key) };
            edit::delete(&mut target, &path.unwrap_or_default());
        };
        for key in keys.iter().filter_map(|keys| keys.get(row)) {
            match serde_json::from_str::<Vec<String>>(&key) {
                Ok(keys) => keys.iter().for_each(|key| remove(key)),
                Err(_) => remove(&key),
            }
        }
        Some(target.to_string())
    })
}

/// Without a path the whole value, with one the value there, with several an array of the values.
fn extract(args: &Arguments, read: fn(&str) -> Option<Vec<Step>>) -> Result<ArrayRef> {
    if let (2, true) = (args.len(), args.is_constant(1)) {
        return one(args, args.texts(1)?.get(0).and_then(|text| read(&text)));
    }
    let (sources, columns) = (args.texts(0)?, args.texts_from(1)?);
    let read_at = |row: usize| columns.iter().map(|column| column.get(row).and_then(|text| read(&text))).collect();
    let is_literal = (1..args.len()).all(|index| args.is_constant(index));
    let literal: Option<Vec<Option<Vec<Step>>>> = is_literal.then(|| read_at(0));
    texts(args.rows(), |row| {
        let source = sources.get(row)?;
        let from_row;
        let paths = match &literal {
            Some(paths) => paths,
            None => {
                from_row = read_at(row);
                &from_row
            }
        };
        match paths.as_slice() {
            [] => native(&serde_json::from_str(&source).ok()?),
            [path] => native(&at(&source, path.as_ref()?)?),
            paths => {
                let values = paths.iter().map(|path| path.as_ref().and_then(|path| at(&source, path)));
                is_valid(&source).then(|| Value::Array(values.map(Option::unwrap_or_default).collect()).to_string())
            }
        }
    })
}

/// The values at one path that is the same on all rows.
fn one(args: &Arguments, path: Option<Vec<Step>>) -> Result<ArrayRef> {
    let sources = args.texts(0)?;
    let way = path.map(|steps| (Wanted::path(&steps), steps));
    let mut found = Found::default();
    append_texts(args.rows(), |row, out| {
        let (Some(source), Some((wanted, steps))) = (sources.get(row), &way) else { return false };
        let value = match found.read(&source, wanted).filter(|()| !steps.contains(&Step::All)) {
            Some(()) => found.values(&source).next().and_then(|(_, value)| value).map(Cow::Borrowed),
            None => at(&source, steps).as_ref().and_then(native).map(Cow::Owned),
        };
        value.map(|value| out.push_str(&value)).is_some()
    })
}

/// The value at a path; with `{}` in it the array of all that are there.
fn at(source: &str, path: &[Step]) -> Option<Value> {
    let mut found = find(source, path)?;
    if found.is_empty() {
        return None;
    }
    Some(if path.contains(&Step::All) { Value::Array(found) } else { found.swap_remove(0) })
}

fn has_key(args: &Arguments) -> Result<ArrayRef> {
    let (objects, keys) = (args.texts(0)?, args.texts(1)?);
    booleans(args.rows(), |row| Some(read_object(&objects, row)?.contains_key(keys.get(row)?.as_ref())))
}

fn keys(args: &Arguments) -> Result<ArrayRef> {
    let objects = args.texts(0)?;
    texts(args.rows(), |row| {
        let object = read_object(&objects, row)?;
        Some(Value::Array(object.keys().map(|key| Value::from(key.as_str())).collect()).to_string())
    })
}

fn entries(args: &Arguments) -> Result<ArrayRef> {
    let objects = args.texts(0)?;
    texts(args.rows(), |row| {
        let entries = read_object(&objects, row)?.into_iter().map(|(key, value)| json!({"key": key, "value": value}));
        Some(Value::Array(entries.collect()).to_string())
    })
}

/// Whether the optional flag of a row is set.
fn flag(flags: Option<&Column<Texts>>, row: usize) -> bool {
    flags.and_then(|flags| flags.get(row)).is_some_and(|flag| flag.eq_ignore_ascii_case("true") || flag == "1")
}

fn array_to_list(args: &Arguments) -> Result<ArrayRef> {
    let (arrays, flags) = (args.texts(0)?, args.texts_from(1)?);
    lists(args.rows(), |row, builder| {
        let Some(Value::Array(elements)) = read(&arrays, row) else { return };
        let keeps_quotes = flag(flags.first(), row);
        for element in &elements {
            match element {
                Value::String(text) if !keeps_quotes => builder.value(text),
                _ => builder.value(&element.to_string()),
            }
        }
    })
}

/// Values as strings; if inferred, each read as JSON, null where it is none.
fn list_to_array(args: &Arguments) -> Result<ArrayRef> {
    let (values, flags) = (args.lists(0)?, args.texts_from(1)?);
    texts(args.rows(), |row| {
        let infers = flag(flags.first(), row);
        let values = values.get(row)?;
        let elements = values
            .map(|value| if infers { serde_json::from_str(value).unwrap_or_default() } else { Value::from(value) });
        Some(Value::Array(elements.collect()).to_string())
    })
}

#[cfg(test)]
mod tests;
