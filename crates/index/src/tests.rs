//! An index from its making to its cleaning.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use deltalake_core::{
    arrow::{
        array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{Int64Type, TimestampMicrosecondType},
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use object_store::ObjectStoreExt;

use crate::{DAY, Index, Origin, Problem, Progress, SEQUENCE, STRUCTURED, TIME};

const DAY_MICROS: i64 = 86_400_000_000;

fn place(folder: &tempfile::TempDir) -> String {
    folder.path().join("web").to_string_lossy().into_owned()
}

/// Events with these times in microseconds; the name of each is its number.
fn events(times: &[Option<i64>]) -> RecordBatch {
    let names = times.iter().enumerate().map(|(place, _)| format!("event {place}"));
    batch(vec![
        (TIME, Arc::new(TimestampMicrosecondArray::from(times.to_vec()).with_timezone("UTC")) as ArrayRef),
        ("_raw", Arc::new(StringArray::from_iter_values(names))),
        ("__hidden", Arc::new(Int64Array::from_iter_values(0..times.len() as i64))),
        ("index", Arc::new(StringArray::from(vec!["other"; times.len()]))),
    ])
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

/// All batches of an index's files, in the order of their days.
async fn stored(index: &Index) -> Vec<RecordBatch> {
    let mut parts = index.parts().unwrap();
    parts.sort_by(|a, b| a.day.cmp(&b.day));
    let mut batches = Vec::new();
    for part in parts {
        let bytes = index.store().get(&part.path).await.unwrap().bytes().await.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
        batches.extend(reader.map(|batch| batch.unwrap()));
    }
    batches
}

async fn rows(index: &Index) -> usize {
    stored(index).await.iter().map(RecordBatch::num_rows).sum()
}

#[tokio::test]
async fn events_lie_by_day_newest_first_in_the_order_of_their_arrival() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let times = [Some(5), Some(DAY_MICROS + 1), None, Some(7), Some(5), Some(-1)];
    let appended = index.append(&[events(&times)], &[]).await.unwrap();
    assert_eq!((appended.rows, appended.files, appended.version), (6, 4, 1));
    let mut days: Vec<_> = index.parts().unwrap().into_iter().map(|part| (part.day, part.rows)).collect();
    days.sort();
    let day = |text: &str| Some(text.to_owned());
    let expected =
        [(None, Some(1)), (day("1969-12-31"), Some(1)), (day("1970-01-01"), Some(3)), (day("1970-01-02"), Some(1))];
    assert_eq!(days, expected);
    let batches = stored(&index).await;
    let raw: Vec<_> = batches[2].column_by_name("_raw").unwrap().as_string::<i32>().iter().flatten().collect();
    assert_eq!(raw, ["event 3", "event 0", "event 4"]);
    assert!(batches.iter().all(|batch| batch.column_by_name("index").is_none()), "an index knows its name");
    assert!(batches.iter().all(|batch| batch.column_by_name(DAY).is_none()), "the day stands in the log");
}

#[tokio::test]
async fn bounds_of_times_hold_all_events() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    index.append(&[events(&[Some(1_234_567), Some(7_654_321)])], &[]).await.unwrap();
    let part = &index.parts().unwrap()[0];
    assert!(part.earliest.unwrap() <= 1_234_567 && part.earliest.unwrap() > 1_230_000, "{part:?}");
    assert!(part.latest.unwrap() >= 7_654_321 && part.latest.unwrap() < 7_660_000, "{part:?}");
}

#[tokio::test]
async fn the_log_tells_where_events_are_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let from = |sourcetypes: Vec<&str>, structured: Option<i64>| {
        let rows = sourcetypes.len();
        let text = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
        batch(vec![
            (TIME, Arc::new(TimestampMicrosecondArray::from(vec![1; rows]).with_timezone("UTC")) as ArrayRef),
            ("host", text(vec!["h"; rows])),
            ("sourcetype", text(sourcetypes)),
            (STRUCTURED, Arc::new(Int64Array::from(vec![structured; rows]))),
        ])
    };
    index.append(&[from(vec!["b", "a", "b"], None), from(vec!["c"], Some(1))], &[]).await.unwrap();
    let origin = |sourcetype: &str, structured: bool| Origin {
        source: None,
        host: Some("h".to_owned()),
        sourcetype: Some(sourcetype.to_owned()),
        structured,
    };
    let expected = vec![origin("a", false), origin("b", false), origin("c", true)];
    assert_eq!(Index::open(&place(&folder)).await.unwrap().parts().unwrap()[0].origins, Some(expected.clone()));
    index.append(&[from(vec!["a"], None)], &[]).await.unwrap();
    index.compact().await.unwrap();
    assert_eq!(index.parts().unwrap()[0].origins, Some(expected), "those of a compacted file are told as well");
    let many: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    index.append(&[from(many.iter().map(String::as_str).collect(), None)], &[]).await.unwrap();
    assert!(index.parts().unwrap().iter().any(|part| part.origins.is_none()), "too many are not listed");
}

#[tokio::test]
async fn numbers_of_events_grow_from_one_addition_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    for _ in 0..3 {
        index.append(&[events(&[Some(1), Some(1)]), events(&[Some(1)])], &[]).await.unwrap();
    }
    let numbers: Vec<i64> = stored(&index)
        .await
        .iter()
        .flat_map(|batch| batch.column_by_name(SEQUENCE).unwrap().as_primitive::<Int64Type>().values().to_vec())
        .collect();
    let distinct: BTreeSet<i64> = numbers.iter().copied().collect();
    assert_eq!((numbers.len(), distinct.len()), (9, 9), "{numbers:?}");
}

#[tokio::test]
async fn new_fields_and_other_types_are_kept_beside_the_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let with = |column: ArrayRef| {
        let time = TimestampMicrosecondArray::from(vec![1; column.len()]).with_timezone("UTC");
        batch(vec![(TIME, Arc::new(time) as ArrayRef), ("a{}.Status code", column)])
    };
    index.append(&[with(Arc::new(Int64Array::from(vec![404])))], &[]).await.unwrap();
    index.append(&[with(Arc::new(StringArray::from(vec!["gone"])))], &[]).await.unwrap();
    let both = [with(Arc::new(Int64Array::from(vec![1]))), with(Arc::new(Float64Array::from(vec![0.5])))];
    index.append(&both, &[]).await.unwrap();
    let opened = Index::open(&place(&folder)).await.unwrap();
    let field = |column: &&crate::Column| column.field == "a{}.Status code";
    let names: Vec<_> = opened.columns().iter().filter(field).map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a%7B%7D.Status%20code", "a%7B%7D.Status%20code~text", "a%7B%7D.Status%20code~float"]);
    assert_eq!(rows(&opened).await, 4);
}

#[tokio::test]
async fn an_input_is_added_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let progress = |place| [Progress { input: "app.log".to_owned(), place }];
    assert_eq!(index.progress("app.log").await.unwrap(), None);
    let mut other = Index::open(&place(&folder)).await.unwrap();
    index.append(&[events(&[Some(1)])], &progress(10)).await.unwrap();
    // The other one does not know yet, and is told when it commits.
    let error = other.append(&[events(&[Some(1)])], &progress(10)).await.unwrap_err();
    assert_eq!(error.problem, Problem::Exists, "{error}");
    assert_eq!(other.progress("app.log").await.unwrap(), Some(10));
    other.append(&[events(&[Some(2)])], &progress(20)).await.unwrap();
    assert_eq!(rows(&Index::open(&place(&folder)).await.unwrap()).await, 2);
    let files = std::fs::read_dir(folder.path().join("web/_day=1970-01-01")).unwrap().count();
    assert_eq!(files, 2, "what was written in vain is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_with_fields_of_their_own_do_not_hinder_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(&folder);
    Index::create(&place).await.unwrap();
    let writers = (0..4).map(|writer| {
        let place = place.clone();
        tokio::spawn(async move {
            let mut index = Index::open(&place).await.unwrap();
            for round in 0..3 {
                let time = TimestampMicrosecondArray::from(vec![1]).with_timezone("UTC");
                let name = format!("field{writer}.{round}");
                let shared: ArrayRef = match writer % 2 {
                    0 => Arc::new(Int64Array::from(vec![round])),
                    _ => Arc::new(StringArray::from(vec!["text"])),
                };
                let columns = vec![
                    (TIME, Arc::new(time) as ArrayRef),
                    (name.as_str(), Arc::new(Int64Array::from(vec![round])) as ArrayRef),
                    ("shared", shared),
                ];
                index.append(&[batch(columns)], &[]).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let index = Index::open(&place).await.unwrap();
    assert_eq!((rows(&index).await, index.version().unwrap()), (12, 12));
    let own = index.columns().iter().filter(|column| column.field.starts_with("field")).count();
    let shared: Vec<_> = index.columns().iter().filter(|column| column.field == "shared").collect();
    assert_eq!((own, shared.len()), (12, 2), "{shared:?}");
}

#[tokio::test]
async fn a_compaction_keeps_every_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    for time in [3, DAY_MICROS, 1, 2] {
        index.append(&[events(&[Some(time)])], &[]).await.unwrap();
    }
    let compacted = index.compact().await.unwrap();
    assert_eq!((compacted.before, compacted.after, compacted.passed_over), (3, 1, 0));
    let batches = stored(&Index::open(&place(&folder)).await.unwrap()).await;
    let times: Vec<i64> = batches
        .iter()
        .flat_map(|batch| {
            batch.column_by_name(TIME).unwrap().as_primitive::<TimestampMicrosecondType>().values().to_vec()
        })
        .collect();
    assert_eq!(times, [3, 2, 1, DAY_MICROS]);
    assert_eq!(index.compact().await.unwrap(), crate::Compacted::default(), "nothing is left to do");
}

#[tokio::test]
async fn a_compaction_gives_way_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    for time in [1, 2] {
        index.append(&[events(&[Some(time)])], &[]).await.unwrap();
    }
    let mut other = index.clone();
    other.retain(2000).await.unwrap();
    let compacted = index.compact().await.unwrap();
    assert_eq!((compacted.after, compacted.passed_over), (0, 1));
    assert_eq!(rows(&index).await, 0);
}

#[tokio::test]
async fn what_is_old_leaves_and_is_deleted_after_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    index.append(&[events(&[Some(1), Some(2 * DAY_MICROS), None])], &[]).await.unwrap();
    let retained = index.retain(DAY_MICROS).await.unwrap();
    assert_eq!((retained.files, retained.rows), (1, 1));
    assert_eq!(rows(&index).await, 2);
    let orphan = folder.path().join("web/_day=1970-01-01/stopped.parquet");
    std::fs::write(&orphan, "x").unwrap();
    assert_eq!(index.clean(Duration::from_secs(3600)).await.unwrap().files, 0);
    assert_eq!(index.clean(Duration::ZERO).await.unwrap().files, 2);
    assert!(!orphan.exists());
    assert_eq!(rows(&index).await, 2);
}

#[tokio::test]
async fn places_without_an_index_are_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Index::open(&place(&folder)).await.unwrap_err().problem, Problem::Missing);
    Index::create(&place(&folder)).await.unwrap();
    assert_eq!(Index::create(&place(&folder)).await.unwrap_err().problem, Problem::Exists);
    assert!(Index::is_at(&folder.path().join("web")) && !Index::is_at(folder.path()));
}

#[tokio::test]
async fn columns_of_other_types_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let wrong = batch(vec![("x", Arc::new(deltalake_core::arrow::array::BooleanArray::from(vec![true])) as ArrayRef)]);
    assert_eq!(index.append(&[wrong], &[]).await.unwrap_err().problem, Problem::Events);
    assert_eq!(index.version().unwrap(), 0);
}

#[tokio::test]
async fn what_fails_behind_a_commit_does_not_take_the_commit_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let log = folder.path().join("web/_delta_log");
    // Every twentieth version a checkpoint is due; here it cannot be written.
    let checkpoint = log.join("_last_checkpoint");
    std::fs::create_dir_all(checkpoint.join("in the way")).unwrap();
    for time in 1..=21 {
        let appended = index.append(&[events(&[Some(time)])], &[]).await;
        assert!(appended.is_ok(), "{time}: {appended:?}");
    }
    std::fs::remove_dir_all(&checkpoint).unwrap();
    assert_eq!(rows(&Index::open(&place(&folder)).await.unwrap()).await, 21);
}

#[tokio::test]
async fn two_compactions_at_once_keep_each_event_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    for time in 0..4 {
        index.append(&[events(&[Some(time), Some(time + 10)])], &[]).await.unwrap();
    }
    // Both know the same files; while one puts them together, the other has begun.
    let (mut one, mut other) = (index.clone(), Index::open(&place(&folder)).await.unwrap());
    assert_eq!(one.compact().await.unwrap().after, 1);
    let second = other.compact().await.unwrap();
    assert_eq!((second.after, second.passed_over), (0, 1));
    let index = Index::open(&place(&folder)).await.unwrap();
    assert_eq!((index.parts().unwrap().len(), rows(&index).await), (1, 8));
    // And it can be done again later.
    let mut index = index;
    index.append(&[events(&[Some(1)])], &[]).await.unwrap();
    assert_eq!(index.compact().await.unwrap().after, 1);
    assert_eq!(rows(&index).await, 9);
}

#[tokio::test]
async fn what_is_noted_of_files_stays_and_files_can_be_chosen_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(&place(&folder)).await.unwrap();
    let tag = |value: usize| std::collections::HashMap::from([("test.unit".to_owned(), value.to_string())]);
    // Every twenty versions the log is summed up: notes must survive that.
    for unit in 0..21 {
        let staged = vec![
            index.stage_empty().await.unwrap().tagged(&tag(unit)),
            index.stage(&[events(&[Some(unit as i64), Some(DAY_MICROS)])]).await.unwrap().tagged(&tag(unit)),
        ];
        index.publish(staged, &[]).await.unwrap();
    }
    let mut index = Index::open(&place(&folder)).await.unwrap();
    let units: BTreeSet<String> = index.parts().unwrap().iter().map(|part| part.tags["test.unit"].clone()).collect();
    assert_eq!((index.parts().unwrap().len(), units.len()), (21 * 3, 21));
    assert_eq!(index.parts().unwrap().iter().filter(|part| part.rows == Some(0)).count(), 21);
    let removed = index.remove(|part| part.tags["test.unit"] == "7").await.unwrap();
    assert_eq!((removed.files, removed.rows), (3, 2));
    assert_eq!(index.remove(|part| part.tags["test.unit"] == "7").await.unwrap().files, 0);
    assert_eq!(rows(&Index::open(&place(&folder)).await.unwrap()).await, 40);
}
