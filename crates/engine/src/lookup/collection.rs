//! Collections of the key-value store as files: JSON lines, a JSON array, or CSV. `… | outputlookup append=t key_field=host assets`
//!
//! The collection `assets` is `assets.jsonl` (or `.ndjson`, `.json`, `.csv`) in a lookup folder; one without a file is empty. Each row has a
//! key, `_key`, which a row that is written without one gets. A row whose key is there already takes that one's place.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    fs,
    hash::{Hash, Hasher},
    path::Path,
    sync::Arc,
};

use datafusion::arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use serde_json::{Map, Value};
use speleo_functions::value::ListBuilder;
use speleo_plan::{LookupWrite, Rows};

use super::{
    MULTIVALUE, name_of,
    read::{self, SEQUENCE, Table},
    write::replace,
};
use crate::{collect::objects, fault::Fault};

/// The endings of files, the first that exists counts.
pub(super) const ENDINGS: [&str; 4] = ["jsonl", "ndjson", "json", "csv"];

/// The field that names a row.
const KEY: &str = "_key";

/// The rows of a collection with the columns that its definition lists and those that the file has.
pub(super) fn read(path: Option<&Path>, columns: &[String]) -> Result<Table, Fault> {
    let objects = match path {
        Some(path) => read_objects(path)?,
        None => Vec::new(),
    };
    let mut names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut known: std::collections::HashSet<&str> = names.iter().copied().collect();
    for name in objects.iter().flat_map(Map::keys).filter(|name| !name.starts_with("__")) {
        if known.insert(name) {
            names.push(name);
        }
    }
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for name in names {
        let values = || objects.iter().map(|object| object.get(name));
        let array = if values().flatten().any(Value::is_array) { lists(values()) } else { texts(values()) };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    fields.push(Field::new(SEQUENCE, DataType::Int64, false));
    arrays.push(Arc::new(Int64Array::from_iter_values(0..objects.len() as i64)));
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|error| Fault::data(path.map_or_else(String::new, name_of), error))?;
    Ok(Table { schema, batches: vec![batch] })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a Value>>) -> ArrayRef {
    Arc::new(values.map(|value| text(value?)).collect::<StringArray>())
}

fn lists<'a>(values: impl Iterator<Item = Option<&'a Value>>) -> ArrayRef {
    let mut builder = ListBuilder::new(values.size_hint().0);
    for value in values {
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(text).for_each(|item| builder.value(&item)),
            other => other.and_then(text).iter().for_each(|item| builder.value(item)),
        }
        builder.end_row();
    }
    builder.finish()
}

/// A file's rows as objects.
fn read_objects(path: &Path) -> Result<Vec<Map<String, Value>>, Fault> {
    if is_csv(path) {
        let table = read::read(path)?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            rows.extend(objects(batch).map_err(|error| Fault::data(name_of(path), error))?);
        }
        return Ok(rows);
    }
    let bytes = fs::read(path).map_err(|error| Fault::file(path, "read", error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        match value.map_err(|error| Fault::data(name_of(path), error))? {
            Value::Object(object) => rows.push(object),
            Value::Array(items) => {
                for item in items {
                    let Value::Object(object) = item else { return Err(not_object(path, &item)) };
                    rows.push(object);
                }
            }
            other => return Err(not_object(path, &other)),
        }
    }
    Ok(rows)
}

fn not_object(path: &Path, value: &Value) -> Fault {
    let text: String = value.to_string().chars().take(40).collect();
    Fault::data(name_of(path), format!("`{text}` is no object: a collection has an object for each row"))
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

/// Writes rows to a collection, whose rows so far are in `old`.
pub(super) fn write(
    path: &Path,
    old: Option<&Path>,
    write: &LookupWrite,
    rows: &Rows,
    columns: &[String],
) -> Result<(), Fault> {
    let mut new = Vec::new();
    for batch in &rows.batches {
        new.extend(objects(batch).map_err(|error| Fault::data(name_of(path), error))?);
    }
    // A definition's list says which fields the collection has.
    let is_kept = |name: &str| name == KEY || columns.is_empty() || columns.iter().any(|column| column == name);
    for row in &mut new {
        row.retain(|name, _| is_kept(name) && (name == KEY || name == "_time" || !name.starts_with('_')));
    }
    if new.is_empty() && (write.append || !write.override_if_empty) {
        return Ok(());
    }
    let key_field = write.key_field.as_deref();
    let kept = if write.append || key_field.is_some() {
        old.map(read_objects).transpose()?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let all = joined(kept, new, key_field.unwrap_or(KEY));
    replace(path, |target| {
        if is_csv(path) {
            return write_csv(&all, target);
        }
        for row in &all {
            serde_json::to_writer(&mut *target, row)?;
            target.write_all(b"\n")?;
        }
        Ok(())
    })
}

/// Rows, of which a new one with the key of an earlier one takes its place; every row has a key in the end. Rows that were there
/// do not replace each other.
fn joined(kept: Vec<Map<String, Value>>, new: Vec<Map<String, Value>>, key: &str) -> Vec<Map<String, Value>> {
    let mut rows: Vec<Map<String, Value>> = Vec::with_capacity(kept.len() + new.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    let old = kept.len();
    for (place, mut row) in kept.into_iter().chain(new).enumerate() {
        let value = row.get(key).and_then(text);
        let known = value.as_ref().filter(|_| place >= old).and_then(|value| places.get(value)).copied();
        if let Some(old) = known.and_then(|place| rows.get_mut(place)) {
            if let (None, Some(own)) = (row.get(KEY), old.get(KEY)) {
                row.insert(KEY.to_owned(), own.clone());
            }
            *old = row;
            continue;
        }
        if row.get(KEY).and_then(text).is_none() {
            row.insert(KEY.to_owned(), Value::from(made_key(&row, rows.len())));
        }
        places.extend(value.or_else(|| row.get(key).and_then(text)).map(|value| (value, rows.len())));
        rows.push(row);
    }
    rows
}

/// A key for a row that has none: 24 digits, as the store makes them, of what the row holds and where it stands.
fn made_key(row: &Map<String, Value>, place: usize) -> String {
    let hash = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, place, Value::Object(row.clone()).to_string()).hash(&mut hasher);
        hasher.finish()
    };
    let low = u32::try_from(hash(1) & u64::from(u32::MAX)).unwrap_or_default();
    format!("{:016x}{low:08x}", hash(0))
}

fn write_csv(rows: &[Map<String, Value>], target: &mut dyn std::io::Write) -> std::io::Result<()> {
    let mut header: Vec<String> = Vec::new();
    for (name, value) in rows.iter().flatten() {
        let apart = format!("{MULTIVALUE}{name}");
        for column in [Some(name), value.is_array().then_some(&apart)].into_iter().flatten() {
            if !header.contains(column) {
                header.push(column.clone());
            }
        }
    }
    let mut writer = csv::WriterBuilder::new().from_writer(target);
    writer.write_record(&header)?;
    for row in rows {
        let cell = |column: &String| match column.strip_prefix(MULTIVALUE) {
            Some(name) => match row.get(name) {
                Some(Value::Array(items)) => {
                    let quoted = |text: String| format!("${}$", text.replace('$', "$$"));
                    items.iter().filter_map(text).map(quoted).collect::<Vec<_>>().join(";")
                }
                _ => String::new(),
            },
            None => match row.get(column) {
                Some(Value::Array(items)) => items.iter().filter_map(text).collect::<Vec<_>>().join(" "),
                value => value.and_then(text).unwrap_or_default(),
            },
        };
        writer.write_record(header.iter().map(cell))?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn rows(text: &str) -> Vec<Map<String, Value>> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_row_with_a_known_key_takes_its_place() {
        let kept = rows(r#"[{"_key": "1", "host": "a", "n": 1}, {"_key": "2", "host": "b"}]"#);
        let new = rows(r#"[{"host": "b", "n": 5}, {"host": "c"}]"#);
        let all = joined(kept, new, "host");
        assert_eq!(all.len(), 3);
        assert_eq!((&all[1]["_key"], &all[1]["n"]), (&Value::from("2"), &Value::from(5)));
        assert_eq!(all[2]["_key"].as_str().unwrap().len(), 24);
        let again = joined(all.clone(), rows(r#"[{"_key": "1", "host": "z"}]"#), KEY);
        assert_eq!((again.len(), &again[0]["host"]), (3, &Value::from("z")));
    }

    #[test]
    fn rows_that_were_there_do_not_replace_each_other() {
        let kept = rows(r#"[{"_key": "1", "host": "a", "n": 1}, {"_key": "2", "host": "a", "n": 2}]"#);
        let all = joined(kept, rows(r#"[{"host": "b"}]"#), "host");
        assert_eq!(all.iter().map(|row| row["host"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "a", "b"]);
    }

    #[test]
    fn every_form_of_file_gives_the_same_rows() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let table = read(Some(&path), &["_key".to_owned(), "more".to_owned()]).unwrap();
            let names: Vec<String> = table.schema.fields().iter().map(|field| field.name().clone()).collect();
            assert_eq!(names, ["_key", "more", "host", SEQUENCE], "{name}");
            assert_eq!(table.batches[0].num_rows(), 2, "{name}");
        };
        check("a.jsonl", "{\"_key\": \"1\", \"host\": [\"a\", \"b\"]}\n{\"_key\": 2, \"host\": \"c\"}\n");
        check("a.json", "[{\"_key\": \"1\", \"host\": [\"a\", \"b\"]}, {\"_key\": 2, \"host\": \"c\"}]");
        check("a.csv", "_key,host,__mv_host\n1,a b,$a$;$b$\n2,c,\n");
        assert_eq!(read(None, &["x".to_owned()]).unwrap().batches[0].num_rows(), 0);
        fs::write(folder.path().join("b.json"), "[1]").unwrap();
        let fault = read(Some(&folder.path().join("b.json")), &[]).err().unwrap();
        assert!(fault.message.contains("`1` is no object"), "{}", fault.message);
    }
}
