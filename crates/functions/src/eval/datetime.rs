//! The family `datetime`, and the kernels of `bin`.
//!
//! `eval day=strftime(_time, "%F"), week=relative_time(now(), "-7d@d")`. Calendar and conversions are in [`crate::time`];
//! no function takes a time zone from the search, lowering appends it.

mod bin;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::TimestampMicrosecondType,
    },
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};

use self::bin::{bin_log, bin_number, bin_time, text_as_first, timestamp};
use super::kernel::{Arguments, append_texts, kernel, number, numbers, text, volatile_kernel};
use crate::{
    Ambient, EvalSpec, Kernel, Kind, Returns,
    time::{Format, Modifier, Writer, micros, zone},
};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["now"],
        min_args: 0,
        max_args: Some(0),
        args: &[],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Form,
        usage: "now()",
        summary: "The start of the search in epoch seconds, the same on all rows.",
        examples: &[("if(now()>0,1,0)", "1"), ("now()-now()", "0")],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["relative_time"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        returns: Returns::Always(Kind::Number),
        ambient: &[Ambient::Timezone],
        kernel: Kernel::Call("spl_relative_time"),
        usage: "relative_time(epoch, modifier)",
        summary: "The time moved by a relative time such as `-1d@d`, in epoch seconds; null where either is none.",
        differs: &["The result shows without the six decimals that Splunk writes."],
        examples: &[
            (r#"relative_time(1645092037,"@d")"#, "1645056000"),
            (r#"relative_time(1645092037,"-7d")"#, "1644487237"),
            (r#"relative_time(1645092037,"-1h@h")"#, "1645088400"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["strftime"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        returns: Returns::Always(Kind::Text),
        ambient: &[Ambient::Timezone],
        kernel: Kernel::Call("spl_strftime"),
        usage: "strftime(epoch, format)",
        summary: "The time as text, in the time zone of the search; null where it is no number.",
        examples: &[
            (r#"strftime(0,"%Y-%m-%d %H:%M:%S")"#, "1970-01-01 00:00:00"),
            (r#"strftime(1534159353,"%H:%M")"#, "11:22"),
            (r#"strftime(1521467703.049,"%Y-%m-%dT%H:%M:%S.%Q")"#, "2018-03-19T13:55:03.049"),
            (r#"strftime(null(),"%F")"#, "null"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["strptime"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        returns: Returns::Always(Kind::Number),
        ambient: &[Ambient::Timezone, Ambient::Now],
        kernel: Kernel::Call("spl_strptime"),
        usage: "strptime(text, format)",
        summary: "The epoch seconds of a time written in a format; null where the text does not fit or names no day.",
        differs: &["The result shows without the six decimals that Splunk writes."],
        examples: &[
            (r#"strptime("2018-08-13 11:22:33","%Y-%m-%d %H:%M:%S")"#, "1534159353"),
            (r#"strptime("1534143600","%s")"#, "1534143600"),
            (r#"strptime("2018-08-13T11:22:33.250+02:00","%Y-%m-%dT%H:%M:%S.%3N%:z")"#, "1534152153.25"),
            (r#"strptime("bogus","%Y-%m-%d")"#, "null"),
            (r#"strptime("2018-08","%Y-%m")"#, "null"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["time"],
        min_args: 0,
        max_args: Some(0),
        args: &[],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_time"),
        usage: "time()",
        summary: "The wall clock at the moment that the row is computed, in epoch seconds with microseconds.",
        examples: &[("if(time()>1700000000,1,0)", "1")],
        ..EvalSpec::NEW
    },
];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_relative_time", number, relative_time),
        kernel("spl_strftime", text, strftime),
        kernel("spl_strptime", number, strptime),
        volatile_kernel("spl_time", number, time),
        kernel("spl_bin_time", timestamp, bin_time),
        kernel("spl_bin_number", text_as_first, bin_number),
        kernel("spl_bin_log", text_as_first, bin_log),
    ]
}

fn timezone(args: &Arguments, index: usize) -> Result<Tz> {
    zone(&args.literal(index)?).map_err(|error| exec_datafusion_err!("{error}"))
}

/// The text of an argument if it is a constant.
fn constant(args: &Arguments, index: usize) -> Result<Option<String>> {
    Ok(if args.is_constant(index) { args.texts(index)?.get(0).map(|text| text.into_owned()) } else { None })
}

fn relative_time(args: &Arguments) -> Result<ArrayRef> {
    let (times, modifiers, tz) = (args.numbers(0)?, args.texts(1)?, timezone(args, 2)?);
    let literal = match constant(args, 1)? {
        // A token of a dashboard or a macro that got no value: the text may well become a modifier.
        Some(text) if text.contains(['$', '`']) => None,
        Some(text) => Some(Modifier::parse(&text).map_err(|error| exec_datafusion_err!("{error}"))?),
        None => None,
    };
    numbers(args.rows(), |row| {
        let time = micros(times.get(row)?)?;
        let moved = match &literal {
            Some(modifier) => modifier.apply(time, tz),
            None => Modifier::parse(&modifiers.get(row)?).ok()?.apply(time, tz),
        };
        moved.map(|micros| micros as f64 / 1e6)
    })
}

fn strftime(args: &Arguments) -> Result<ArrayRef> {
    let tz = timezone(args, 2)?;
    let Some(format) = constant(args, 1)?.map(|text| Format::new(&text)) else {
        let (times, formats) = (args.numbers(0)?, args.texts(1)?);
        return append_texts(args.rows(), |row, out| {
            let time = times.get(row).and_then(micros);
            time.zip(formats.get(row)).is_some_and(|(time, text)| Format::new(&text).write(time, tz, out))
        });
    };
    let mut writer = Writer::new(&format, tz);
    let instants = args.array(0)?.as_primitive_opt::<TimestampMicrosecondType>();
    if let Some(instants) = instants.filter(|_| !args.is_constant(0)) {
        let time = |row: usize| instants.is_valid(row).then(|| instants.value(row));
        return append_texts(args.rows(), |row, out| time(row).is_some_and(|time| writer.write(time, out)));
    }
    let times = args.numbers(0)?;
    append_texts(args.rows(), |row, out| times.get(row).and_then(micros).is_some_and(|time| writer.write(time, out)))
}

fn strptime(args: &Arguments) -> Result<ArrayRef> {
    let (texts, formats, tz) = (args.texts(0)?, args.texts(1)?, timezone(args, 2)?);
    let now = args.literal(3)?;
    let now = now.parse().map_err(|_| exec_datafusion_err!("`{now}` is no start of a search"))?;
    let literal = constant(args, 1)?.map(|text| Format::new(&text));
    numbers(args.rows(), |row| {
        let text = texts.get(row)?;
        let found = match &literal {
            Some(format) => format.parse(&text, now, tz),
            None => Format::new(&formats.get(row)?).parse(&text, now, tz),
        };
        found.map(|micros| micros as f64 / 1e6)
    })
}

#[expect(clippy::disallowed_methods, reason = "the function is the wall clock")]
fn time(args: &Arguments) -> Result<ArrayRef> {
    numbers(args.rows(), |_| {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        Some(elapsed.as_micros() as f64 / 1e6)
    })
}

#[cfg(test)]
mod tests;
