#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, Float64Array, Int64Array, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray},
    datatypes::{Field, Schema},
};

use super::*;

fn order() -> LookupWrite {
    LookupWrite {
        table: "t.csv".to_owned(),
        append: false,
        create_empty: false,
        override_if_empty: true,
        key_field: None,
        multivalue_columns: false,
    }
}

fn rows(columns: Vec<(&str, ArrayRef)>) -> Rows {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    Rows { schema, batches: vec![batch] }
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn pairs(pairs: &[(&str, &str)]) -> Rows {
    let side = |values: Vec<&str>| text(&values.into_iter().map(Some).collect::<Vec<_>>());
    rows(vec![
        ("k", side(pairs.iter().map(|pair| pair.0).collect())),
        ("v", side(pairs.iter().map(|pair| pair.1).collect())),
    ])
}

/// Writes over `old` and returns what the file holds; none where there is none.
fn after(old: Option<&str>, order: &LookupWrite, rows: &Rows) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    if let Some(old) = old {
        std::fs::write(&path, old).unwrap();
    }
    write(&path, order, rows).unwrap();
    let shown = |entry: &std::fs::DirEntry| entry.file_name() != FORMER;
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap()).filter(shown);
    assert!(files.count() <= 1, "a temporary file was left");
    let former = folder.path().join(FORMER);
    let new = std::fs::read_to_string(&path).ok();
    if new.as_deref() != old {
        let kept = std::fs::read_to_string(former.join("t.csv")).ok();
        assert_eq!(kept.as_deref(), old, "what was replaced is kept");
    }
    let left = std::fs::read_dir(&former).map_or(0, |entries| entries.count());
    assert!(left <= 1, "a temporary folder was left");
    new
}

#[test]
fn values_are_written_as_spl_prints_them() {
    let mut list = ListBuilder::new(StringBuilder::new());
    list.append_value([Some("a"), Some("b$")]);
    list.append_null();
    let time = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_500_000), None]).with_timezone("UTC");
    let rows = rows(vec![
        ("_time", Arc::new(time)),
        ("_raw", text(&[Some("raw"), None])),
        ("__seq", Arc::new(Int64Array::from(vec![1, 2]))),
        ("n", Arc::new(Float64Array::from(vec![2.0, 0.1]))),
        ("t", text(&[Some("x, \"y\""), None])),
        ("m", Arc::new(list.finish())),
    ]);
    let single = after(Some("old\n1\n"), &order(), &rows).unwrap();
    assert_eq!(single, "_time,n,t,m\n1700000000.5,2,\"x, \"\"y\"\"\",a b$\n,0.1,,\n");
    let several = after(None, &LookupWrite { multivalue_columns: true, ..order() }, &rows).unwrap();
    assert_eq!(several.lines().next().unwrap(), "_time,n,t,m,__mv_m");
    assert!(several.lines().nth(1).unwrap().ends_with(",a b$,$a$;$b$$$"));
}

#[test]
fn added_rows_keep_the_columns_of_the_table() {
    let add = LookupWrite { append: true, ..order() };
    assert_eq!(after(Some("v,w\n1,2\n"), &add, &pairs(&[("a", "b")])).unwrap(), "v,w\n1,2\nb,\n");
    assert_eq!(after(None, &add, &pairs(&[("a", "b")])).unwrap(), "k,v\na,b\n");
    assert_eq!(after(Some("v,w\n1,2\n"), &add, &pairs(&[])).unwrap(), "v,w\n1,2\n");
}

#[test]
fn an_equal_key_replaces_the_row_in_its_place() {
    let upsert = LookupWrite { append: true, key_field: Some("k".to_owned()), ..order() };
    let written = after(Some("k,v\na,1\nb,2\n"), &upsert, &pairs(&[("b", "3"), ("c", "4"), ("a", "5"), ("c", "6")]));
    assert_eq!(written.unwrap(), "k,v\na,5\nb,3\nc,6\n");
}

#[test]
fn no_rows_clear_keep_or_empty_the_table() {
    let none = pairs(&[]);
    assert_eq!(after(Some("k\n1\n"), &order(), &none), None);
    assert_eq!(after(None, &order(), &none), None);
    let create = LookupWrite { create_empty: true, ..order() };
    assert_eq!(after(Some("k\n1\n"), &create, &none).unwrap(), "");
    let keep = LookupWrite { override_if_empty: false, create_empty: true, ..order() };
    assert_eq!(after(Some("k\n1\n"), &keep, &none).unwrap(), "k\n1\n");
}

#[test]
fn a_folder_that_is_gone_is_an_error() {
    let fault = write(Path::new("/nowhere/at/all/t.csv"), &order(), &pairs(&[("a", "b")])).unwrap_err();
    assert_eq!(fault.code, Code::File);
}

#[test]
fn compressed_tables_are_replaced_but_not_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv.gz");
    write(&path, &order(), &pairs(&[("a", "b")])).unwrap();
    assert_eq!(read_cells(&path).unwrap().rows, [["a", "b"]]);
    let add = LookupWrite { append: true, ..order() };
    assert_eq!(write(&path, &add, &pairs(&[("a", "b")])).unwrap_err().code, Code::UnsupportedForm);
}
