//! The kernel of the command `reltime`: `spl_reltime(epoch seconds, now in microseconds)` as `5 days ago`.
//!
//! The largest unit that fits once counts, rounded down; months have 30 days and years 365. A time ahead of now is `in 5 days`.

use std::{fmt::Write, sync::Arc};

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};

use super::kernel::{Arguments, kernel, text, write_texts};

const UNITS: [(f64, &str); 7] = [
    (31_536_000.0, "year"),
    (2_592_000.0, "month"),
    (604_800.0, "week"),
    (86_400.0, "day"),
    (3_600.0, "hour"),
    (60.0, "minute"),
    (1.0, "second"),
];

/// The kernel.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_reltime", text, reltime)]
}

fn reltime(args: &Arguments) -> Result<ArrayRef> {
    let (times, now) = (args.numbers(0)?, args.numbers(1)?);
    write_texts(args.rows(), |row, buffer| {
        let (Some(time), Some(now)) = (times.get(row), now.get(row)) else { return false };
        write_age(now / 1_000_000.0 - time, buffer).is_ok()
    })
}

fn write_age(age: f64, out: &mut String) -> std::fmt::Result {
    let seconds = age.abs();
    let Some((unit, name)) = UNITS.iter().find(|(unit, _)| seconds >= *unit) else {
        return out.write_str("now");
    };
    let count = (seconds / unit).floor();
    let plural = if count > 1.0 { "s" } else { "" };
    if age < 0.0 { write!(out, "in {count} {name}{plural}") } else { write!(out, "{count} {name}{plural} ago") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::write_age;

    #[test]
    fn the_largest_unit_counts() {
        for (age, expected) in [
            (0.4, "now"),
            (1.0, "1 second ago"),
            (5_400.0, "1 hour ago"),
            (5.5 * 86_400.0, "5 days ago"),
            (800.0 * 86_400.0, "2 years ago"),
            (-90.0, "in 1 minute"),
        ] {
            let mut text = String::new();
            write_age(age, &mut text).unwrap();
            assert_eq!(text, expected, "{age}");
        }
    }
}
