#![allow(clippy::unwrap_used)]

use chrono_tz::Tz;
use datafusion::arrow::util::pretty::pretty_format_batches;

use super::*;
use crate::{IndexSetting, session, source::Misfit};

/// Reads a file of JSON lines, with the fields of another where they are given: its rows and fields, or none where they do not fit.
async fn read_lines(text: &str, guess: Option<Arc<Fields>>) -> Option<(String, Arc<Fields>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    std::fs::write(&path, text).unwrap();
    let zone = Zone { timezone: Tz::UTC, now: 1_700_000_000_000_000 };
    let setting = IndexSetting {
        name: "a".into(),
        path: path.to_string_lossy().into(),
        source: Some("a".into()),
        ..IndexSetting::default()
    };
    let (pieces, _) = Files::find(&[setting]).unwrap().pieces(zone, &Arc::default());
    let session = session::open(None).unwrap();
    let read = read(&pieces, guess, &session, zone).await.unwrap();
    let mut shown = String::new();
    for table in read.tables {
        match session.read_table(table).unwrap().collect().await {
            Ok(batches) => shown.push_str(&pretty_format_batches(&batches).unwrap().to_string()),
            Err(error) => {
                assert!(Misfit::is_reason(&error), "{error}");
                return None;
            }
        }
    }
    Some((shown, read.fields))
}

const KNOWN: &str =
    r#"{"_time":1700000000,"n":1,"f":1.5,"t":"x","l":["x","y"],"o":{"p":1},"i":[{"s":"z"}],"host":"h"}"#;

#[tokio::test]
async fn fields_of_other_events_serve_where_they_fit() {
    let (_, known) = read_lines(KNOWN, None).await.unwrap();
    let fits = [
        KNOWN,
        r#"{"n":-7,"f":3,"t":5,"l":"one","o":{"p":2}}"#,
        r#"{"t":1.50,"l":[1.5,"a"],"o.p":3,"i":[{"s":1},{"s":2}]}"#,
        r#"{"_time":"2024-03-10T12:00:00Z","t":true,"t":"again"}"#,
        r#"{"n":null,"x":null,"y":{},"z":[],"o":{"q":null},"i":[{"u":[]}]}"#,
    ];
    for text in fits {
        // A line with all fields makes columns of the same types.
        let text = format!("{KNOWN}\n{text}\n");
        let (expected, _) = read_lines(&text, None).await.unwrap();
        let found = read_lines(&text, Some(Arc::clone(&known))).await;
        if text.contains("again") {
            // A key that comes twice is looked at as if it did not fit.
            assert!(found.is_none(), "{text}");
        } else {
            assert_eq!(found.map(|(rows, _)| rows), Some(expected), "{text}");
        }
    }
}

#[tokio::test]
async fn events_that_do_not_fit_are_told_apart() {
    let (_, known) = read_lines(KNOWN, None).await.unwrap();
    let misfits = [
        r#"{"n":"x"}"#,
        r#"{"n":1.5}"#,
        r#"{"n":true}"#,
        r#"{"n":[1]}"#,
        r#"{"n":18446744073709551615}"#,
        r#"{"f":"x"}"#,
        r#"{"f":9007199254740993}"#,
        r#"{"f":1e300}"#,
        r#"{"t":["x"]}"#,
        r#"{"x":1}"#,
        r#"{"x":{"y":1}}"#,
        r#"{"x":[[{"y":1}]]}"#,
        r#"{"o":5}"#,
        r#"{"o":{"q":1}}"#,
        r#"{"o":{"p":{"r":1}}}"#,
        r#"{"o":[{"p":1}]}"#,
        r#"{"i":[{"u":1}]}"#,
        "no event",
        r#"{"n":1"#,
    ];
    for text in misfits {
        let text = format!("{KNOWN}\n{text}\n{KNOWN}\n");
        assert!(read_lines(&text, Some(Arc::clone(&known))).await.is_none(), "{text}");
    }
}

#[tokio::test]
async fn names_that_are_no_columns_are_no_guess() {
    let text = r#"{"__x":1,"n":1}"#;
    let (expected, known) = read_lines(text, None).await.unwrap();
    assert_eq!(read_lines(text, Some(known)).await.unwrap().0, expected);
}
