#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{io::Read, sync::Arc};

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};

use super::*;

/// Rows with a text and a number.
fn rows(texts: &[Option<&str>]) -> Rows {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..).take(texts.len())));
    let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let batch = RecordBatch::try_from_iter_with_nullable([("t", texts, true), ("n", numbers, true)]).unwrap();
    Rows { schema: batch.schema(), batches: vec![batch] }
}

fn order(format: FileFormat) -> FileWrite {
    FileWrite { name: "x".to_owned(), format, roll_bytes: Some(1 << 20), compression: 0, destination: None }
}

/// The files below the folder `dump` with their texts.
fn files(folder: &Path) -> Vec<(String, String)> {
    let pattern = format!("{}/dump/**/*", folder.display());
    let found = glob::glob(&pattern).unwrap().flatten().filter(|path| path.is_file());
    let named = |path: PathBuf| {
        let name = path.strip_prefix(folder.join(DUMP)).unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&path).unwrap();
        let mut text = String::new();
        if name.ends_with(".gz") {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        (name, text)
    };
    found.map(named).collect()
}

fn check(order: &FileWrite, rows: &Rows, expected: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), order, rows).unwrap();
    let found = files(folder.path());
    let found: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_form_has_its_ending() {
    let rows = rows(&[Some("a,\"<b>\""), None]);
    check(&order(FileFormat::Csv), &rows, &[("x_0.csv", "t,n\n\"a,\"\"<b>\"\"\",0\n,1\n")]);
    check(&order(FileFormat::Tsv), &rows, &[("x_0.tsv", "t\tn\n\"a,\"\"<b>\"\"\"\t0\n\t1\n")]);
    check(&order(FileFormat::Json), &rows, &[("x_0.json", "{\"t\":\"a,\\\"<b>\\\"\",\"n\":0}\n{\"n\":1}\n")]);
    check(&order(FileFormat::Raw), &rows, &[("x_0.raw", "t=\"a,\\\"<b>\\\"\" n=\"0\"\nn=\"1\"\n")]);
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<results>\n  <result>\n    \
               <field k=\"t\"><value><text>a,&quot;&lt;b&gt;&quot;</text></value></field>\n    \
               <field k=\"n\"><value><text>0</text></value></field>\n  </result>\n  <result>\n    \
               <field k=\"n\"><value><text>1</text></value></field>\n  </result>\n</results>\n";
    check(&order(FileFormat::Xml), &rows, &[("x_0.xml", xml)]);
}

#[test]
fn a_full_file_ends_and_the_next_one_begins() {
    let small = FileWrite { roll_bytes: Some(8), compression: 9, ..order(FileFormat::Csv) };
    let expected = [("x_0.csv.gz", "t,n\nab,0\n"), ("x_1.csv.gz", "t,n\ncd,1\n")];
    check(&small, &rows(&[Some("ab"), Some("cd")]), &expected);
    check(&small, &rows(&[]), &[]);
}

#[test]
fn rows_say_which_folder_they_go_to() {
    let order = FileWrite { destination: Some("t".to_owned()), ..order(FileFormat::Csv) };
    let expected = [("a/b/x_0.csv", "n\n0\n2\n"), ("x_0.csv", "n\n1\n")];
    check(
        &order,
        &rows(&[Some("a/b"), None, Some("/a//b/")]),
        &[("a/b/x_0.csv", "n\n0\n"), ("a/b/x_1.csv", "n\n2\n"), ("x_0.csv", "n\n1\n")],
    );
    check(&order, &rows(&[Some("a/b"), None, Some("a/b")]), &expected);
}

#[test]
fn nothing_is_written_outside_or_where_a_row_is_wrong() {
    for place in ["../x", "a/../..", "/..", "c:/x", "a\\b"] {
        let folder = tempfile::tempdir().unwrap();
        let order = FileWrite { destination: Some("t".to_owned()), ..order(FileFormat::Csv) };
        let fault = write(folder.path(), &order, &rows(&[Some("fine"), Some(place)])).unwrap_err();
        assert_eq!(fault.code, Code::BadValue, "{place}");
        assert_eq!(files(folder.path()), [], "{place}");
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["../x", "", ".x", "a/b"] {
        let order = FileWrite { name: name.to_owned(), ..order(FileFormat::Csv) };
        assert_eq!(write(folder.path(), &order, &rows(&[Some("a")])).unwrap_err().code, Code::BadValue, "{name}");
    }
}

#[test]
fn numbers_go_on_and_a_text_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        write(folder.path(), &order(FileFormat::Csv), &rows(&[Some("a")])).unwrap();
    }
    let names: Vec<String> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["x_0.csv", "x_1.csv"]);
    let text = FileWrite { name: "out.txt".to_owned(), roll_bytes: None, ..order(FileFormat::Raw) };
    for value in ["old", "new"] {
        write(folder.path(), &text, &rows(&[Some(value)])).unwrap();
    }
    assert_eq!(fs::read_to_string(folder.path().join("out.txt")).unwrap(), "t=\"new\" n=\"0\"\n");
    let config = FileWrite { name: "users.csv".to_owned(), ..text };
    assert_eq!(write(folder.path(), &config, &rows(&[Some("a")])).unwrap_err().code, Code::BadValue);
}
