//! Relative times: `-7d@w1`, `+2mon`, `@d+8h`.
//!
//! The parts apply from left to right. Offsets up to hours are elapsed time; days, weeks, months, quarters and years keep
//! the wall clock, and a day that a month lacks becomes its last one. A snap goes back to a boundary of the calendar.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Offset, Weekday};
use chrono_tz::Tz;

use super::{
    SECOND,
    zone::{instant, local, midnight},
};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Elapsed time, in microseconds: everything up to hours.
    Elapsed(i64),
    /// Calendar days.
    Day,
    /// Calendar weeks, from Sunday on unless a day is given.
    Week,
    /// Calendar months.
    Month,
    /// Three months, from January on.
    Quarter,
    /// Calendar years.
    Year,
}

impl Unit {
    /// The unit of a spelling; case is ignored, and `m` is always minutes.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "us" => Self::Elapsed(1),
            "ms" => Self::Elapsed(1_000),
            "cs" => Self::Elapsed(10_000),
            "ds" => Self::Elapsed(100_000),
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Elapsed(SECOND),
            "m" | "min" | "mins" | "minute" | "minutes" => Self::Elapsed(60 * SECOND),
            "h" | "hr" | "hrs" | "hour" | "hours" => Self::Elapsed(3600 * SECOND),
            "d" | "day" | "days" => Self::Day,
            "w" | "week" | "weeks" => Self::Week,
            "mon" | "month" | "months" => Self::Month,
            "q" | "qtr" | "qtrs" | "quarter" | "quarters" => Self::Quarter,
            "y" | "yr" | "yrs" | "year" | "years" => Self::Year,
            _ => return None,
        })
    }
}

/// The start of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// Of any unit; a week starts on Sunday.
    Of(Unit),
    /// Of a week that starts on another day.
    Week(Weekday),
}

impl Boundary {
    /// `d`, `mon`, `w1`, …; nothing below a second.
    pub fn parse(text: &str) -> Option<Self> {
        const DAYS: [Weekday; 8] = [
            Weekday::Sun,
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        if let Some(number) = text.strip_prefix(['w', 'W']).and_then(|digits| digits.parse::<usize>().ok()) {
            return DAYS.get(number).map(|day| Self::Week(*day));
        }
        let unit = Unit::parse(text)?;
        (!matches!(unit, Unit::Elapsed(micros) if micros < SECOND)).then_some(Self::Of(unit))
    }

    /// The latest boundary at or before an instant; none beyond the calendar.
    pub fn snap(self, micros: i64, tz: Tz) -> Option<i64> {
        let time = local(micros, tz)?;
        let date = time.date_naive();
        let start = match self {
            Self::Of(Unit::Elapsed(unit)) => {
                let offset = i64::from(time.offset().fix().local_minus_utc()).checked_mul(SECOND)?;
                let wall = micros.checked_add(offset)?;
                return wall.checked_sub(wall.checked_rem_euclid(unit)?)?.checked_sub(offset);
            }
            Self::Of(Unit::Day) => date,
            Self::Of(Unit::Week) => week_start(date, Weekday::Sun)?,
            Self::Week(day) => week_start(date, day)?,
            Self::Of(Unit::Month) => date.with_day(1)?,
            Self::Of(Unit::Quarter) => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1)?,
            Self::Of(Unit::Year) => NaiveDate::from_ymd_opt(date.year(), 1, 1)?,
        };
        midnight(start, tz)
    }
}

/// The first day of a date's week.
pub(super) fn week_start(date: NaiveDate, first: Weekday) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::from(date.weekday().days_since(first))))
}

/// An instant moved by a number of units; none beyond the calendar.
pub fn add(micros: i64, count: i64, unit: Unit, tz: Tz) -> Option<i64> {
    if count == 0 {
        return Some(micros);
    }
    if let Unit::Elapsed(size) = unit {
        return micros.checked_add(count.checked_mul(size)?);
    }
    let time = local(micros, tz)?.naive_local();
    let (date, clock): (NaiveDate, NaiveTime) = (time.date(), time.time());
    let date = match unit {
        Unit::Elapsed(_) | Unit::Day => add_days(date, count)?,
        Unit::Week => add_days(date, count.checked_mul(7)?)?,
        Unit::Month => add_months(date, count)?,
        Unit::Quarter => add_months(date, count.checked_mul(3)?)?,
        Unit::Year => add_months(date, count.checked_mul(12)?)?,
    };
    instant(date.and_time(clock), tz)
}

fn add_days(date: NaiveDate, count: i64) -> Option<NaiveDate> {
    let days = Days::new(count.unsigned_abs());
    if count < 0 { date.checked_sub_days(days) } else { date.checked_add_days(days) }
}

fn add_months(date: NaiveDate, count: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    if count < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) }
}

/// A parsed relative time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Offset(i64, Unit),
    Snap(Boundary),
}

impl Modifier {
    /// Reads a relative time; `now` may stand in front. The error is a short text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let mut rest = trimmed.strip_prefix("now").unwrap_or(trimmed);
        rest = rest.strip_prefix("()").unwrap_or(rest);
        let mut parts = Vec::new();
        while let Some(sign) = rest.chars().next() {
            if !matches!(sign, '+' | '-' | '@') {
                return Err(format!("`{text}` is no relative time: expected `+`, `-` or `@` at `{rest}`"));
            }
            let body = &rest[1..];
            let end = body.find(['+', '-', '@']).unwrap_or(body.len());
            let (body, behind) = body.split_at(end);
            parts.push(part(sign, body.trim()).ok_or_else(|| no_unit(text, body))?);
            rest = behind;
        }
        if parts.is_empty() && trimmed.is_empty() {
            Err("the relative time is empty".to_owned())
        } else {
            Ok(Self { parts })
        }
    }

    /// The instant that it names, seen from another one; none beyond the calendar.
    pub fn apply(&self, micros: i64, tz: Tz) -> Option<i64> {
        self.parts.iter().try_fold(micros, |micros, part| match *part {
            Part::Offset(count, unit) => add(micros, count, unit, tz),
            Part::Snap(boundary) => boundary.snap(micros, tz),
        })
    }
}

fn part(sign: char, body: &str) -> Option<Part> {
    if sign == '@' {
        return Boundary::parse(body).map(Part::Snap);
    }
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (digits, unit) = body.split_at(end);
    let count: i64 = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    Some(Part::Offset(if sign == '-' { -count } else { count }, Unit::parse(unit)?))
}

/// What is wrong with a part without a unit.
fn no_unit(text: &str, body: &str) -> String {
    let unit = body.trim().trim_start_matches(|next: char| next.is_ascii_digit());
    if unit.is_empty() {
        format!("`{text}` lacks a time unit: s, m, h, d, w, mon, q and y are")
    } else {
        format!("`{unit}` is no time unit: s, m, h, d, w, mon, q and y are")
    }
}

#[cfg(test)]
mod tests;
