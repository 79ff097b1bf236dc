//! The meaning of `dbinspect`: the files of indexes, with what they hold. `| dbinspect index=web`
//!
//! What a file holds is counted by a step for each index: the upper bits of `__seq` are the file's number.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray},
        datatypes::Int64Type,
    },
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
    },
    logical_expr::{bitwise_shift_right, cast, lit},
};
use speleo_functions::time::strftime;
use speleo_syntax::{Code, Diagnostic, command::dbinspect::DbInspect};

use super::eventcount::SERVER;
use crate::{
    Holding, IndexFile, Result,
    aggregate::Call,
    lower::{Context, Lower},
    meet::TIME,
    relation::{Relation, SEQUENCE, aggregate, column, named},
    source, table,
};

/// How Splunk writes `modTime`.
const FORMAT: &str = "%m/%d/%Y:%H:%M:%S";

/// The state of all files: they are neither written to now nor put away.
const STATE: &str = "warm";

/// Bits of `__seq` below the number of the file.
const PLACE_BITS: i64 = 44;

/// A file, and what is in it.
struct Bucket {
    index: String,
    number: i64,
    file: IndexFile,
    holds: Option<Holding>,
}

impl Lower for DbInspect {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`dbinspect` makes rows and must stand first");
            return Err(error.into());
        }
        let mut buckets = Vec::new();
        let wanted = !self.corrupt_only && self.state.as_ref().is_none_or(|state| state.eq_ignore_ascii_case(STATE));
        if wanted && !cx.world.is_blind() {
            for index in source::listed(&self.indexes, self.span, cx)? {
                let files = cx.world.files(&index).await?;
                let is_known = files.iter().all(|file| file.holds.is_some());
                let mut held = if is_known { HashMap::new() } else { held(&index, cx).await? };
                for (number, file) in (0..).zip(files) {
                    let holds = file.holds.or_else(|| held.remove(&number));
                    buckets.push(Bucket { index: index.clone(), number, file, holds });
                }
            }
        }
        let format = self.time_format.as_deref().unwrap_or(FORMAT);
        rows(&buckets, |micros| strftime(micros, format, cx.world.timezone()))
    }
}

/// What the files of an index hold, by their numbers.
pub(super) async fn held(index: &str, cx: &Context<'_>) -> Result<HashMap<i64, Holding>> {
    let mut held = HashMap::new();
    let Some(events) = source::whole(index, cx).await? else { return Ok(held) };
    let number = named(bitwise_shift_right(column(SEQUENCE), lit(PLACE_BITS)), "number");
    let call = |function, args| Call { function, args }.aggregate();
    let micros = || cast(column(TIME), datafusion::arrow::datatypes::DataType::Int64);
    let calls = vec![
        named(call(count_udaf(), vec![lit(1_i64)]), "count"),
        named(call(min_udaf(), vec![micros()]), "first"),
        named(call(max_udaf(), vec![micros()]), "last"),
    ];
    let plan = aggregate(events.plan, vec![number], calls)?;
    let found = cx.world.rows(&format!("files of {index}"), plan).await?;
    for batch in &found.batches {
        let columns: Vec<_> =
            batch.columns().iter().filter_map(|array| array.as_primitive_opt::<Int64Type>()).collect();
        let [number, count, first, last] = columns.as_slice() else { continue };
        for row in 0..batch.num_rows() {
            let seconds = |array: &Int64Array| array.is_valid(row).then(|| array.value(row).div_euclid(1_000_000));
            let holds = Holding { events: count.value(row), first: seconds(first), last: seconds(last) };
            held.insert(number.value(row), holds);
        }
    }
    Ok(held)
}

/// The files as rows.
fn rows(buckets: &[Bucket], shown: impl Fn(i64) -> String) -> Result<Relation> {
    let texts = |of: &dyn Fn(&Bucket) -> Option<String>| -> ArrayRef {
        Arc::new(buckets.iter().map(of).collect::<StringArray>())
    };
    let numbers =
        |of: &dyn Fn(&Bucket) -> Option<i64>| -> ArrayRef { Arc::new(buckets.iter().map(of).collect::<Int64Array>()) };
    let megabytes: ArrayRef = Arc::new(
        buckets.iter().map(|bucket| Some(bucket.file.bytes as f64 / f64::from(1 << 20))).collect::<Float64Array>(),
    );
    let bytes = |bucket: &Bucket| i64::try_from(bucket.file.bytes).ok();
    table::of_columns(
        "dbinspect",
        vec![
            ("bucketId", texts(&|bucket| Some(format!("{}~{}~{SERVER}", bucket.index, bucket.number)))),
            ("endEpoch", numbers(&|bucket| bucket.holds.and_then(|holds| holds.last))),
            ("eventCount", numbers(&|bucket| Some(bucket.holds.map_or(0, |holds| holds.events)))),
            ("id", numbers(&|bucket| Some(bucket.number))),
            ("index", texts(&|bucket| Some(bucket.index.clone()))),
            ("modTime", texts(&|bucket| bucket.file.modified.map(&shown))),
            ("path", texts(&|bucket| Some(bucket.file.path.clone()))),
            ("rawSize", numbers(&bytes)),
            ("sizeOnDiskMB", megabytes),
            ("splunk_server", texts(&|_| Some(SERVER.to_owned()))),
            ("startEpoch", numbers(&|bucket| bucket.holds.and_then(|holds| holds.first))),
            ("state", texts(&|_| Some(STATE.to_owned()))),
        ],
    )
}
