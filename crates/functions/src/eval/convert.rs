//! The kernels of the command `convert`: `convert dur2sec(delay), memk(*_size)`.
//!
//! Each value of a list is converted for itself. What does not have the form that a kernel reads stays as it is; only
//! `spl_convert_num` drops it. None of these is an eval function.

use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};

use super::kernel::{Arguments, kernel, lists, text_or_list, write_texts};
use crate::{
    time::{Format, micros, zone},
    value::{format_number, parse_number},
};

/// The kernels of `convert`.
///
/// `spl_convert_ctime(x, format, timezone)`, `spl_convert_mktime(x, format, timezone, now)`, and with the value alone
/// `spl_convert_auto`, `_dur2sec`, `_memk`, `_mstime`, `_num`, `_rmcomma`, `_rmunit`.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_convert_auto", text_or_list, |args| numbers(args, auto)),
        kernel("spl_convert_ctime", text_or_list, ctime),
        kernel("spl_convert_dur2sec", text_or_list, |args| numbers(args, duration)),
        kernel("spl_convert_memk", text_or_list, |args| numbers(args, kilobytes)),
        kernel("spl_convert_mktime", text_or_list, mktime),
        kernel("spl_convert_mstime", text_or_list, |args| numbers(args, minutes)),
        kernel("spl_convert_num", text_or_list, num),
        kernel("spl_convert_rmcomma", text_or_list, remove_commas),
        kernel("spl_convert_rmunit", text_or_list, |args| numbers(args, leading)),
    ]
}

/// Writes each value into an empty buffer; where that gives false, there is no value.
fn each(args: &Arguments, mut write: impl FnMut(&str, &mut String) -> bool) -> Result<ArrayRef> {
    let field = args.field(0)?;
    if field.is_list() {
        let mut buffer = String::new();
        return lists(args.rows(), |row, out| {
            field.each(row, |value| {
                buffer.clear();
                if write(value, &mut buffer) {
                    out.value(&buffer);
                }
            });
        });
    }
    write_texts(args.rows(), |row, out| {
        let mut found = false;
        field.each(row, |value| found = write(value, out));
        found
    })
}

/// Converts to numbers; what does not fit stays.
fn numbers(args: &Arguments, read: fn(&str) -> Option<f64>) -> Result<ArrayRef> {
    each(args, |value, out| {
        match read(value) {
            Some(number) => out.push_str(&format_number(number)),
            None => out.push_str(value),
        }
        true
    })
}

fn num(args: &Arguments) -> Result<ArrayRef> {
    each(args, |value, out| auto(value).map(|number| out.push_str(&format_number(number))).is_some())
}

fn remove_commas(args: &Arguments) -> Result<ArrayRef> {
    each(args, |value, out| {
        out.extend(value.split(','));
        true
    })
}

fn ctime(args: &Arguments) -> Result<ArrayRef> {
    let (format, tz) = (Format::new(&args.literal(1)?), timezone(args)?);
    let write =
        |number: Option<f64>, out: &mut String| number.and_then(micros).is_some_and(|time| format.write(time, tz, out));
    if args.field(0)?.is_list() {
        return each(args, |value, out| {
            if !write(parse_number(value), out) {
                out.clear();
                out.push_str(value);
            }
            true
        });
    }
    // Numbers and times are not put into text first.
    let (times, texts) = (args.numbers(0)?, args.texts(0)?);
    write_texts(args.rows(), |row, out| {
        if write(times.get(row), out) {
            return true;
        }
        out.clear();
        texts.get(row).map(|text| out.push_str(&text)).is_some()
    })
}

fn mktime(args: &Arguments) -> Result<ArrayRef> {
    let (format, tz) = (Format::new(&args.literal(1)?), timezone(args)?);
    let now = args.literal(3)?;
    let now = now.parse().map_err(|_| exec_datafusion_err!("`{now}` is no start of a search"))?;
    each(args, |value, out| {
        match format.parse(value, now, tz) {
            Some(time) => out.push_str(&format_number(time as f64 / 1e6)),
            None => out.push_str(value),
        }
        true
    })
}

fn timezone(args: &Arguments) -> Result<Tz> {
    zone(&args.literal(2)?).map_err(|error| exec_datafusion_err!("{error}"))
}

/// A number in one of the forms that are read without a format.
fn auto(text: &str) -> Option<f64> {
    parse_number(text)
        .or_else(|| duration(text))
        .or_else(|| minutes(text))
        .or_else(|| kilobytes(text))
        .or_else(|| thousands(text))
}

/// `[D+]HH:MM:SS` in seconds; the seconds may have a fraction.
fn duration(text: &str) -> Option<f64> {
    let (days, clock) = match text.split_once('+') {
        Some((days, clock)) => (digits(days)?, clock),
        None => (0.0, text),
    };
    let (hours, rest) = clock.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    Some(((days * 24.0 + digits(hours)?) * 60.0 + digits(minutes)?) * 60.0 + decimal(seconds)?)
}

/// `[MM:]SS.sss` in seconds.
fn minutes(text: &str) -> Option<f64> {
    match text.split_once(':') {
        Some((minutes, seconds)) => Some(digits(minutes)? * 60.0 + decimal(seconds)?),
        None => decimal(text),
    }
}

/// A size such as `10k`, `3m` or `1.5g` in kilobytes, which it is in without a letter.
fn kilobytes(text: &str) -> Option<f64> {
    let number = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let factor = match text.get(number.len()..)? {
        "" | "k" | "K" => 1.0,
        "m" | "M" => 1024.0,
        "g" | "G" => 1024.0 * 1024.0,
        _ => return None,
    };
    Some(decimal(number)? * factor)
}

/// A number whose whole part is grouped by commas: `1,234,567.89`.
fn thousands(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = unsigned.split('.').next()?;
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3 && digits(group).is_some());
    if grouped { parse_number(&text.replace(',', "")) } else { None }
}

/// The number that a text begins with: `329.45abc`, `-0.54e2abc`.
fn leading(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let signed = |from: usize| from + usize::from(matches!(bytes.get(from), Some(b'+' | b'-')));
    let start = signed(0);
    let mut end = start + run(start);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + run(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = signed(end + 1);
        let count = run(exponent);
        end = if count > 0 { exponent + count } else { end };
    }
    parse_number(text.get(..end)?)
}

/// Digits only.
fn digits(text: &str) -> Option<f64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Digits, which may have a point.
fn decimal(text: &str) -> Option<f64> {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::kernel::testing::{check, integers, lists, literal, texts, times};

    #[test]
    fn durations_become_seconds() {
        check(
            "spl_convert_dur2sec",
            &[texts(&["1+02:03:04", "00:10:15", "10:15", "a:b:c", "", "null", "1+1+0:0:0"])],
            &["93784", "615", "10:15", "a:b:c", "", "null", "1+1+0:0:0"],
        );
        check("spl_convert_mstime", &[texts(&["01:30.500", "45.25", ".", "x"])], &["90.5", "45.25", ".", "x"]);
    }

    #[test]
    fn sizes_become_kilobytes() {
        check(
            "spl_convert_memk",
            &[texts(&["100m", "512k", "1.5M", "2g", "7", "7kb", "-1k", "é"])],
            &["102400", "512", "1536", "2097152", "7", "7kb", "-1k", "é"],
        );
    }

    #[test]
    fn units_and_commas_go() {
        check(
            "spl_convert_rmunit",
            &[texts(&["329.45abc", "-0.54e2abc", "2e", "5 KB", "KB", "é5", ".5s"])],
            &["329.45", "-54", "2", "5", "KB", "é5", "0.5"],
        );
        check("spl_convert_rmcomma", &[texts(&["1,234,567.89", "a,b", "null"])], &["1234567.89", "ab", "null"]);
    }

    #[test]
    fn auto_keeps_what_num_drops() {
        let values = ["12", "1,234.5", "12,34", "329aa", "00:01:00", "10k"];
        check("spl_convert_auto", &[texts(&values)], &["12", "1234.5", "12,34", "329aa", "60", "10"]);
        check("spl_convert_num", &[texts(&values)], &["12", "1234.5", "null", "null", "60", "10"]);
        check("spl_convert_num", &[lists(&[&["1", "x", "2k"], &["x"]])], &["[1, 2]", "null"]);
    }

    #[test]
    fn times_are_written_and_read() {
        let arguments = || [literal("%Y-%m-%d %H:%M"), literal("Europe/Berlin")];
        let [format, zone] = arguments();
        check(
            "spl_convert_ctime",
            &[texts(&["0", "soon", "null"]), format, zone],
            &["1970-01-01 01:00", "soon", "null"],
        );
        let [format, zone] = arguments();
        check("spl_convert_ctime", &[integers(&[60]), format, zone], &["1970-01-01 01:01"]);
        let [format, zone] = arguments();
        check("spl_convert_ctime", &[times(&[60_000_000]), format, zone], &["1970-01-01 01:01"]);
        let [format, zone] = arguments();
        check("spl_convert_ctime", &[lists(&[&["0", "x"]]), format, zone], &["[1970-01-01 01:00, x]"]);
        let [format, zone] = arguments();
        check("spl_convert_mktime", &[texts(&["1970-01-01 01:01", "x"]), format, zone, literal("0")], &["60", "x"]);
    }
}
