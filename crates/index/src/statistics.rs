//! What the log says of a file's values, so that searches leave files out without opening them.

use deltalake_core::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute,
    datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType},
};
use serde_json::{Map, Value, json};

/// Texts longer than this are left out: Delta cuts them, and a cut text is no bound.
const MOST_TEXT: usize = 32;

/// The statistics of a file in Delta's form.
pub(crate) fn of(events: &RecordBatch) -> String {
    let (mut least, mut greatest, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (field, column) in events.schema().fields().iter().zip(events.columns()) {
        if matches!(column.data_type(), DataType::List(_)) {
            continue;
        }
        nulls.insert(field.name().clone(), json!(column.null_count()));
        if let Some((min, max)) = bounds(column) {
            least.insert(field.name().clone(), min);
            greatest.insert(field.name().clone(), max);
        }
    }
    json!({"numRecords": events.num_rows(), "minValues": least, "maxValues": greatest, "nullCount": nulls}).to_string()
}

fn bounds(column: &ArrayRef) -> Option<(Value, Value)> {
    match column.data_type() {
        DataType::Timestamp(..) => {
            let column = column.as_primitive::<TimestampMicrosecondType>();
            Some((json!(show_time(compute::min(column)?)), json!(show_time(compute::max(column)?))))
        }
        DataType::Int64 => {
            let column = column.as_primitive::<Int64Type>();
            Some((json!(compute::min(column)?), json!(compute::max(column)?)))
        }
        DataType::Float64 => {
            let column = column.as_primitive::<Float64Type>();
            // JSON has no other numbers, and where one is NaN the bounds say nothing.
            let is_plain = column.iter().flatten().all(f64::is_finite);
            is_plain.then(|| Some((json!(compute::min(column)?), json!(compute::max(column)?))))?
        }
        DataType::Utf8 => {
            let column = column.as_string::<i32>();
            let (min, max) = (compute::min_string(column)?, compute::max_string(column)?);
            (min.len() <= MOST_TEXT && max.len() <= MOST_TEXT).then(|| (json!(min), json!(max)))
        }
        _ => None,
    }
}

/// A time as Delta writes it: cut to milliseconds.
fn show_time(micros: i64) -> String {
    let time = deltalake_core::arrow::temporal_conversions::timestamp_us_to_datetime(micros);
    time.map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// Epoch microseconds of a time in the log.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    deltalake_core::arrow::compute::kernels::cast_utils::string_to_timestamp_nanos(text)
        .ok()
        .map(|nanos| nanos.div_euclid(1000))
}
