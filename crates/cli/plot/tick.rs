//! Steps of the calendar: where the bins of a timeline begin, and which times an axis names.
//!
//! ```text
//! 22:00  23:00  00:00  01:00      the second line says a date where a day begins
//! Jun 13        Jun 14
//! ```
//!
//! Days, weeks (from Monday) and months begin at midnight of the zone; up to an hour, steps are counted on and on, so that the hour
//! that comes twice in autumn has its own bins.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use Step::{Micros as Of, Months as OfMonths};

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many microseconds; whole days are days of the zone.
    Micros(i64),
    /// So many months.
    Months(u32),
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// What bins may be; each begins where one of those before it does.
const BINS: &[Step] = &[
    Of(1),
    Of(10),
    Of(100),
    Of(1_000),
    Of(10_000),
    Of(100_000),
    Of(SECOND),
    Of(5 * SECOND),
    Of(10 * SECOND),
    Of(30 * SECOND),
    Of(MINUTE),
    Of(5 * MINUTE),
    Of(10 * MINUTE),
    Of(30 * MINUTE),
    Of(HOUR),
    Of(3 * HOUR),
    Of(6 * HOUR),
    Of(12 * HOUR),
    Of(DAY),
    Of(WEEK),
    OfMonths(1),
    OfMonths(3),
    OfMonths(12),
    OfMonths(60),
    OfMonths(120),
    OfMonths(600),
    OfMonths(1200),
    OfMonths(12_000),
    OfMonths(120_000),
    OfMonths(1_200_000),
];

/// Between these an axis may also count in other steps.
const TICKS: &[Step] = &[
    Of(2 * SECOND),
    Of(20 * SECOND),
    Of(2 * MINUTE),
    Of(15 * MINUTE),
    Of(20 * MINUTE),
    Of(2 * HOUR),
    Of(4 * HOUR),
    Of(2 * DAY),
    Of(2 * WEEK),
    OfMonths(2),
    OfMonths(6),
    OfMonths(24),
];

impl Step {
    /// The least step of a bin of which `most` cover a range.
    pub(crate) fn of_bins(first: i64, last: i64, most: usize, timezone: Tz) -> Self {
        let fits = |step: &&Step| {
            // Rough first: the exact number takes a walk.
            let rough = (last as f64 - first as f64) / step.micros() as f64;
            rough <= most as f64 && step.edges(first, last, timezone).len() <= most + 1
        };
        BINS.iter().find(fits).or(BINS.last()).copied().unwrap_or(Of(DAY))
    }

    /// The least step that gives an axis `most` names.
    fn of_ticks(first: i64, last: i64, most: usize) -> Self {
        let fits = |step: &&Step| (last as f64 - first as f64) / step.micros() as f64 <= most as f64;
        let least = BINS.iter().chain(TICKS).filter(fits).min_by_key(|step| step.micros());
        least.or(BINS.last()).copied().unwrap_or(Of(DAY))
    }

    /// About how long it is.
    fn micros(self) -> i64 {
        match self {
            Of(micros) => micros,
            OfMonths(months) => i64::from(months) * 30 * DAY,
        }
    }

    /// The boundaries of the steps that cover a range, from the one at or before `first` to the one after `last`.
    pub(crate) fn edges(self, first: i64, last: i64, timezone: Tz) -> Vec<i64> {
        let mut edges = vec![self.floor(first, timezone)];
        while let Some(&edge) = edges.last()
            && edge <= last
        {
            // Past the end of the calendar a step goes nowhere.
            edges.push(self.next(edge, timezone).max(edge.saturating_add(1)));
            if edge == i64::MAX {
                break;
            }
        }
        edges
    }

    fn floor(self, at: i64, timezone: Tz) -> i64 {
        let Some(local) = local(at, timezone) else { return at };
        let date = local.date_naive();
        let floored = match self {
            Of(step) if step <= HOUR => {
                let offset = i64::from(local.offset().fix().local_minus_utc()) * SECOND;
                return (at + offset).div_euclid(step) * step - offset;
            }
            Of(step) if step < DAY => {
                let midnight = date.and_time(NaiveTime::MIN);
                let since = (local.naive_local() - midnight).num_microseconds().unwrap_or(0);
                Some(midnight + TimeDelta::microseconds(since / step * step))
            }
            Of(step) => {
                // The first day of the calendar was a Monday.
                let days = (i64::from(date.num_days_from_ce()) - 1).rem_euclid(step / DAY);
                date.checked_sub_days(Days::new(days.unsigned_abs())).map(NaiveDateTime::from)
            }
            OfMonths(step) => {
                let months = i64::from(date.year()) * 12 + i64::from(date.month0());
                let months = months.div_euclid(i64::from(step)) * i64::from(step);
                let year = i32::try_from(months.div_euclid(12)).unwrap_or_default();
                let month = u32::try_from(months.rem_euclid(12)).unwrap_or_default() + 1;
                NaiveDate::from_ymd_opt(year, month, 1).map(NaiveDateTime::from)
            }
        };
        floored.and_then(|naive| instant(naive, timezone)).unwrap_or(at).min(at)
    }

    /// The boundary after this one.
    fn next(self, edge: i64, timezone: Tz) -> i64 {
        let following = match self {
            Of(step) if step <= HOUR => return edge.saturating_add(step),
            Of(step) => local(edge, timezone)
                .and_then(|local| local.naive_local().checked_add_signed(TimeDelta::microseconds(step))),
            OfMonths(step) => {
                local(edge, timezone).and_then(|local| local.naive_local().checked_add_months(Months::new(step)))
            }
        };
        let following = following.and_then(|naive| instant(naive, timezone));
        // Where the clock was put forward over a boundary, the next one may be a little before the whole step.
        following.map_or_else(|| edge.saturating_add(self.micros()), |next| self.floor(next, timezone).max(edge + 1))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match *self {
            OfMonths(months) if months % 12 == 0 => (i64::from(months / 12), "year"),
            OfMonths(months) => (i64::from(months), "month"),
            Of(WEEK) => (1, "week"),
            Of(micros) => {
                let units =
                    [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"), (1000, "millisecond")];
                let unit = units.into_iter().find(|(unit, _)| micros % unit == 0).unwrap_or((1, "microsecond"));
                (micros / unit.0, unit.1)
            }
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

fn local(micros: i64, timezone: Tz) -> Option<DateTime<Tz>> {
    DateTime::<Utc>::from_timestamp_micros(micros).map(|time| time.with_timezone(&timezone))
}

/// The instant at which clocks of the zone show this; where none does, the first one after the gap.
fn instant(naive: NaiveDateTime, timezone: Tz) -> Option<i64> {
    let quarters = (0..=16).filter_map(|quarters| naive.checked_add_signed(TimeDelta::minutes(15 * quarters)));
    let mut instants = quarters.filter_map(|naive| timezone.from_local_datetime(&naive).earliest());
    instants.next().map(|time| time.timestamp_micros())
}

/// A time that an axis names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeTick {
    /// Epoch seconds.
    pub(crate) at: f64,
    /// What stands at the axis.
    pub(crate) label: String,
    /// What stands below, where it is not as at the tick before.
    pub(crate) below: Option<String>,
}

/// The times to name between two instants (epoch seconds), `most` at most.
pub(crate) fn time_ticks(first: f64, last: f64, most: usize, timezone: Tz) -> Vec<TimeTick> {
    let (first, last) = ((first * 1e6).round() as i64, (last * 1e6).round() as i64);
    let step = Step::of_ticks(first, last, most.max(1));
    let (upper, lower) = match step {
        Of(step) if step < 1000 => ("%H:%M:%S%.6f", "%b %-d"),
        Of(step) if step < SECOND => ("%H:%M:%S%.3f", "%b %-d"),
        Of(step) if step < MINUTE => ("%H:%M:%S", "%b %-d"),
        Of(step) if step < DAY => ("%H:%M", "%b %-d"),
        Of(_) => ("%b %-d", "%Y"),
        OfMonths(step) if step < 12 => ("%b", "%Y"),
        OfMonths(_) => ("%Y", ""),
    };
    let mut ticks: Vec<TimeTick> = Vec::new();
    let mut before = String::new();
    for edge in step.edges(first, last, timezone) {
        let Some(time) = local(edge, timezone).filter(|_| (first..=last).contains(&edge)) else { continue };
        let below = time.format(lower).to_string();
        let is_new = below != before;
        before.clone_from(&below);
        let label = time.format(upper).to_string();
        ticks.push(TimeTick {
            at: edge as f64 / 1e6,
            label,
            below: is_new.then_some(below).filter(|text| !text.is_empty()),
        });
    }
    ticks
}

/// An instant as a person reads it, no finer than what is drawn needs.
pub(crate) fn instant_text(seconds: f64, timezone: Tz) -> String {
    let micros = (seconds * 1e6).round() as i64;
    let form = if micros % SECOND == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.3f" };
    local(micros, timezone).map_or_else(|| seconds.to_string(), |time| time.format(form).to_string())
}

#[cfg(test)]
mod tests;
