//! Time as SPL counts it: relative times, spans, and the conversions of `strftime` and `strptime`.
//!
//! `earliest=-1d@d latest=now`, `span=1mon`, `%Y-%m-%dT%H:%M:%S.%3N%:z`. An instant is microseconds since the epoch; days and
//! longer units are those of a time zone's calendar. Nothing here reads a clock.

mod conversion;
mod format;
mod parse;
mod recognise;
mod relative;
mod span;
mod writer;
mod zone;

pub use chrono_tz::Tz;

pub use conversion::Format;
pub use recognise::{recognise, recognise_within};
pub use relative::{Boundary, Modifier, Unit, add};
pub use span::Span;
pub use writer::Writer;
pub use zone::zone;

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// The instant that a text names: `now`, epoch seconds, a relative time such as `-1d@d`, or an absolute time. That one
/// is in `format`, by default `%m/%d/%Y:%H:%M:%S`, or in ISO 8601. The leading `rt` of real-time searches is ignored.
pub fn parse_time(text: &str, now: i64, tz: Tz, format: Option<&str>) -> Result<i64, String> {
    let text = text.trim();
    if let Some(format) = format
        && let Some(found) = Format::new(format).parse_all(text, now, tz)
    {
        return Ok(found);
    }
    let relative_text = text.strip_prefix("rt").unwrap_or(text);
    if matches!(relative_text, "now" | "now()") || text == "rt" {
        return Ok(now);
    }
    if relative_text.starts_with(['+', '-', '@']) {
        return relative(now, relative_text, tz);
    }
    if text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some(seconds) = crate::value::parse_number(text)
    {
        return micros(seconds).ok_or_else(|| format!("the time `{text}` is out of range"));
    }
    let absolute = ["%m/%d/%Y:%H:%M:%S", "%m/%d/%Y:%H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%Y-%m-%d"];
    absolute
        .iter()
        .find_map(|format| Format::new(format).parse_all(text, now, tz))
        .or_else(|| recognise::iso(text, now, tz))
        .ok_or_else(|| {
            format!(
                "`{text}` is no time: expected `now`, `-1d@d`, epoch seconds or `{}`",
                format.unwrap_or(absolute[0])
            )
        })
}

/// The instant that a relative time such as `-1d@d` names, seen from another one.
pub fn relative(now: i64, modifier: &str, tz: Tz) -> Result<i64, String> {
    Modifier::parse(modifier)?.apply(now, tz).ok_or_else(|| format!("the time `{modifier}` is out of range"))
}

/// An instant as text. Instants beyond the calendar give no text.
pub fn strftime(micros: i64, format: &str, tz: Tz) -> String {
    let mut out = String::new();
    Format::new(format).write(micros, tz, &mut out);
    out
}

/// The instant that a text names in a format; none where it does not fit. Text behind it is ignored.
pub fn strptime(text: &str, format: &str, now: i64, tz: Tz) -> Option<i64> {
    Format::new(format).parse(text, now, tz)
}

/// Epoch seconds as an instant, rounded to microseconds; none where it is no number or beyond the calendar.
pub fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() <= zone::LAST as f64).then_some(micros as i64)
}
