//! Events as the suite's, few and always the same, in four Parquet files: four tasks read them.

use std::{fs::File, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema},
    },
    parquet::{arrow::ArrowWriter, file::properties::WriterProperties},
};
use speleo_engine::{Engine, IndexSetting, Settings};

/// So many events.
const EVENTS: i64 = 24_000;
/// In so many files.
const FILES: i64 = 4;
/// The start of the month that they are of, in seconds since the epoch.
const START: i64 = 1_767_225_600;
/// So many rows are written together, that a file has several groups of them.
const ROWS: usize = 2_000;

/// A number for an event and a purpose, without an order that shows.
fn mix(event: i64, purpose: i64) -> i64 {
    let mixed = (event * 64 + purpose).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
    (mixed ^ (mixed >> 29)).wrapping_mul(0x5851_F42D_4C95_7F2D).unsigned_abs().cast_signed() >> 8
}

fn one_of<'a>(values: &[&'a str], number: i64) -> &'a str {
    values[usize::try_from(number).unwrap() % values.len()]
}

fn texts(events: &[i64], text: impl Fn(i64) -> String) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(events.iter().map(|event| text(*event))))
}

fn url(event: i64) -> String {
    format!("/app/{}/item?id={}", mix(event, 8) % 300, mix(event, 10) % 1_000)
}

/// Some events as rows. Two follow each other at one time each, so that their places decide which is newer.
fn rows(events: &[i64]) -> RecordBatch {
    let numbers = |number: &dyn Fn(i64) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(events.iter().map(|event| number(*event))))
    };
    let method = |event| one_of(&["GET", "GET", "POST"], mix(event, 12));
    let agent = |event| one_of(&["Mozilla/5.0", "curl/8.1", "python-requests/2.31"], mix(event, 13));
    let status = |event| [200, 200, 200, 404, 500][usize::try_from(mix(event, 6)).unwrap() % 5];
    let src = |event| format!("10.{}.{}.{}", mix(event, 3) % 100, mix(event, 4) % 10, mix(event, 5) % 100);
    let times = events.iter().map(|event| (START + event / 2 * 2 * 30 * 86_400 / EVENTS) * 1_000_000);
    let columns: [(&str, ArrayRef); 11] = [
        ("_time", Arc::new(TimestampMicrosecondArray::from_iter_values(times))),
        ("host", texts(events, |event| format!("web{}", mix(event, 1) % 20))),
        ("user", texts(events, |event| format!("user{}", mix(event, 2) % 5_000))),
        ("src", texts(events, src)),
        ("session", texts(events, |event| format!("s{}", event / 2 + 70_000))),
        ("status", numbers(&status)),
        ("bytes", numbers(&|event| mix(event, 7) % 100_000)),
        ("url", texts(events, url)),
        ("action", texts(events, |event| one_of(&["allowed", "blocked", "dropped", "unknown"], mix(event, 11)).into())),
        ("method", texts(events, |event| method(event).into())),
        (
            "_raw",
            texts(events, |event| {
                let rare = if event % 977 == 0 { " rareerror" } else { "" };
                let (src, user, url) = (src(event), mix(event, 2) % 5_000, url(event));
                format!("{src} - user{user} \"{} {url}\" {} {}{rare}", method(event), status(event), agent(event))
            }),
        ),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), true)).collect();
    assert_eq!(fields[0].data_type(), &DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Microsecond, None));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.map(|(_, values)| values).to_vec()).unwrap()
}

/// Writes them, and the table of users.
fn write(folder: &Path) {
    for file in 0..FILES {
        let events: Vec<i64> = (file * EVENTS / FILES..(file + 1) * EVENTS / FILES).collect();
        let rows = rows(&events);
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(ROWS)).build();
        let target = File::create(folder.join(format!("web-{file}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(target, rows.schema(), Some(properties)).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
    }
    let people = (0..5_000).map(|number| format!("user{number},department{},{number}\n", number % 40));
    std::fs::create_dir(folder.join("lookups")).unwrap();
    std::fs::write(
        folder.join("lookups/people.csv"),
        format!("user,department,number\n{}", people.collect::<String>()),
    )
    .unwrap();
}

/// An engine over them; they are gone with the folder.
pub(crate) async fn engine() -> (Engine, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let index = IndexSetting {
        name: "web".into(),
        path: folder.path().join("*.parquet").to_string_lossy().into_owned(),
        ..IndexSetting::default()
    };
    let settings = Settings {
        indexes: vec![index],
        lookups: Some(folder.path().join("lookups")),
        now: Some((START + 40 * 86_400).to_string()),
        timezone: Some("UTC".into()),
        ..Settings::default()
    };
    (Engine::open(settings).await.unwrap(), folder)
}
