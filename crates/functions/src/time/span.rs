//! Spans of `bin` and `timechart`, and the grid of instants that they lay over time.
//!
//! `bin _time span=5m`, `span=1w@w1`. Spans below a day count from the epoch, whatever the zone; longer ones follow the
//! calendar. A span with a snap starts anew at each of its boundaries: `span=5h@d` has its first bucket at midnight.

use chrono::{DateTime, Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::{
    SECOND,
    relative::{Boundary, Unit, add, week_start},
    zone::{local, midnight},
};

/// The distance between the starts of buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many units; at least 1.
    pub count: i64,
    /// The unit.
    pub unit: Unit,
    /// Where buckets start anew.
    pub snap: Option<Boundary>,
}

impl Span {
    /// Reads `5m`, `1mon`, `300` (seconds), `1w@w1`. The error is a short text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let unknown = || format!("`{text}` is no span: expected a number and a unit, such as `5m` or `1d`");
        let (size, snap) = match text.trim().split_once('@') {
            Some((size, snap)) => (size, Some(Boundary::parse(snap).ok_or_else(unknown)?)),
            None => (text.trim(), None),
        };
        let size = size.strip_prefix(['+', '-']).unwrap_or(size);
        let end = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
        let (digits, unit) = size.split_at(end);
        let count: i64 = match digits {
            "" if unit.is_empty() => return Err(unknown()),
            "" => 1,
            _ => digits.parse().map_err(|_| unknown())?,
        };
        let unit = if unit.is_empty() { Unit::Elapsed(SECOND) } else { Unit::parse(unit).ok_or_else(unknown)? };
        if count < 1 { Err(format!("the span `{text}` is empty")) } else { Ok(Self { count, unit, snap }) }
    }

    /// The start of the bucket of an instant. `align` is an instant at which a bucket starts; it matters below a day only.
    /// None beyond the calendar.
    pub fn start(&self, micros: i64, tz: Tz, align: Option<i64>) -> Option<i64> {
        let count = self.count.max(1);
        if let Unit::Elapsed(size) = self.unit {
            let origin = match (self.snap, align) {
                (Some(snap), _) => snap.snap(micros, tz)?,
                (None, align) => align.unwrap_or(0),
            };
            let width = size.checked_mul(count)?;
            return micros.checked_sub(micros.checked_sub(origin)?.checked_rem_euclid(width)?);
        }
        let date = local(micros, tz)?.date_naive();
        let start = match (self.unit, self.snap) {
            (Unit::Elapsed(_), _) => return None,
            (Unit::Day, Some(snap)) => {
                let origin = local(snap.snap(micros, tz)?, tz)?.date_naive();
                back(date, date.signed_duration_since(origin).num_days().checked_rem_euclid(count)?)?
            }
            (Unit::Day, None) => back(date, day_number(date)?.checked_rem_euclid(count)?)?,
            (Unit::Week, snap) => {
                let first = if let Some(Boundary::Week(day)) = snap { day } else { Weekday::Sun };
                let week = week_start(date, first)?;
                back(week, day_number(week)?.div_euclid(7).checked_rem_euclid(count)?.checked_mul(7)?)?
            }
            (Unit::Month, _) => months(date, count)?,
            (Unit::Quarter, _) => months(date, count.checked_mul(3)?)?,
            (Unit::Year, _) => months(date, count.checked_mul(12)?)?,
        };
        midnight(start, tz)
    }

    /// The start of the bucket behind the one that starts at an instant.
    pub fn next(&self, start: i64, tz: Tz, align: Option<i64>) -> Option<i64> {
        let next = add(start, self.count.max(1), self.unit, tz)?;
        match self.unit {
            Unit::Elapsed(_) if self.snap.is_none() => Some(next),
            // A day can start at another time than midnight, and a snap can cut a bucket short.
            _ => self.start(next, tz, align),
        }
    }
}

fn day_number(date: NaiveDate) -> Option<i64> {
    Some(date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive()).num_days())
}

fn back(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::try_from(days).ok()?))
}

/// The first of the group of `count` months, counted from January of year 0.
fn months(date: NaiveDate, count: i64) -> Option<NaiveDate> {
    let month = i64::from(date.year()) * 12 + i64::from(date.month0());
    let month = month.checked_sub(month.checked_rem_euclid(count)?)?;
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    NaiveDate::from_ymd_opt(year, u32::try_from(month.rem_euclid(12)).ok()? + 1, 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono_tz::Tz;

    use super::Span;
    use crate::time::{strftime, strptime};

    const CLOCK: &str = "%Y-%m-%d %H:%M:%S.%Q";

    fn check_in(tz: Tz, span: &str, time: &str, expected: &str) {
        let start = Span::parse(span).unwrap().start(strptime(time, CLOCK, 0, tz).unwrap(), tz, None).unwrap();
        assert_eq!(strftime(start, CLOCK, tz), expected, "{span} at {time} in {tz}");
    }

    /// At Thursday 2022-02-17 10:07:37.250 UTC.
    fn check(span: &str, expected: &str) {
        check_in(Tz::UTC, span, "2022-02-17 10:07:37.250", &format!("{expected}.000"));
    }

    #[test]
    fn buckets() {
        check("5m", "2022-02-17 10:05:00");
        check("300", "2022-02-17 10:05:00");
        check("1h", "2022-02-17 10:00:00");
        check("12h", "2022-02-17 00:00:00");
        check("1d", "2022-02-17 00:00:00");
        check("1w", "2022-02-13 00:00:00");
        check("1w@w1", "2022-02-14 00:00:00");
        check("1mon", "2022-02-01 00:00:00");
        check("3mon", "2022-01-01 00:00:00");
        check("1q", "2022-01-01 00:00:00");
        check("1y", "2022-01-01 00:00:00");
        check("3h@d", "2022-02-17 09:00:00");
        // Day 19040 since the epoch is a multiple of 7 as it is.
        check("7d", "2022-02-17 00:00:00");
        check("2d", "2022-02-17 00:00:00");
        check_in(Tz::UTC, "250ms", "2022-02-17 10:07:37.499", "2022-02-17 10:07:37.250");
    }

    #[test]
    fn only_days_and_longer_know_the_zone() {
        let berlin = Tz::Europe__Berlin;
        check_in(berlin, "12h", "2022-02-17 12:30:00.000", "2022-02-17 01:00:00.000");
        check_in(berlin, "1d", "2022-02-17 00:30:00.000", "2022-02-17 00:00:00.000");
        check_in(berlin, "1d", "2023-03-26 23:00:00.000", "2023-03-26 00:00:00.000");
        check_in(berlin, "1mon", "2023-03-31 23:59:59.000", "2023-03-01 00:00:00.000");
    }

    #[test]
    fn the_grid_goes_on() {
        let next = |span: &str, start: &str, tz: Tz| {
            let span = Span::parse(span).unwrap();
            let start = span.start(strptime(start, CLOCK, 0, tz).unwrap(), tz, None).unwrap();
            strftime(span.next(start, tz, None).unwrap(), CLOCK, tz)
        };
        assert_eq!(next("1d", "2023-03-26 12:00:00.000", Tz::Europe__Berlin), "2023-03-27 00:00:00.000");
        assert_eq!(next("1mon", "2023-12-26 12:00:00.000", Tz::UTC), "2024-01-01 00:00:00.000");
        assert_eq!(next("1d", "2018-11-04 12:00:00.000", Tz::America__Sao_Paulo), "2018-11-05 00:00:00.000");
        // Five hours of a day leave four at its end.
        assert_eq!(next("5h@d", "2023-01-01 21:00:00.000", Tz::UTC), "2023-01-02 00:00:00.000");
    }

    #[test]
    fn an_alignment_shifts_the_grid() {
        let start = |time: i64, align| Span::parse("12h").unwrap().start(time * 3_600_000_000, Tz::UTC, Some(align));
        let three = 3 * 3_600_000_000;
        assert_eq!(start(14, three), Some(three));
        assert_eq!(start(15, three), Some(15 * 3_600_000_000));
        assert_eq!(start(2, three), Some(-9 * 3_600_000_000));
    }

    #[test]
    fn malformed_and_far_away() {
        for text in ["", "0", "0d", "5x", "@d", "1d@x", "99999999999999999999d"] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
        for span in ["9000000000000000000h", "9000000000000000000d", "9000000000000000000y", "1mon", "1d", "7w@w1"] {
            for micros in [i64::MIN, i64::MAX] {
                let _ = Span::parse(span).unwrap().start(micros, Tz::Europe__Berlin, Some(-micros.saturating_add(1)));
            }
        }
    }
}
