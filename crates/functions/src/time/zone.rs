//! Between instants and the wall clock of a time zone.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::SECOND;

/// The last instant that has a calendar date with room for arithmetic: about 190,000 years from the epoch.
pub(crate) const LAST: i64 = 6_000_000_000_000 * SECOND;

/// The time zone of an IANA name; the error is a short text.
pub fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("there is no time zone `{name}`"))
}

/// The date and time with its offset; none beyond the calendar.
pub(super) fn local(micros: i64, tz: Tz) -> Option<DateTime<Tz>> {
    if !(-LAST..=LAST).contains(&micros) {
        return None;
    }
    Some(DateTime::from_timestamp_micros(micros)?.with_timezone(&tz))
}

/// The instant at which a clock on the wall shows a time. If it shows it twice the first one; if the clock skips it, the
/// instant at which it would have been had the clock not been changed.
pub(super) fn instant(wall: NaiveDateTime, tz: Tz) -> Option<i64> {
    if !(-LAST..=LAST).contains(&wall.and_utc().timestamp_micros()) {
        return None;
    }
    let offset = match tz.offset_from_local_datetime(&wall).earliest() {
        Some(offset) => offset,
        None => GapInfo::new(&wall, &tz)?.begin?.1,
    };
    let seconds = TimeDelta::seconds(i64::from(offset.fix().local_minus_utc()));
    Some(wall.checked_sub_signed(seconds)?.and_utc().timestamp_micros())
}

/// The start of a day.
pub(super) fn midnight(date: NaiveDate, tz: Tz) -> Option<i64> {
    instant(date.and_time(NaiveTime::MIN), tz)
}
