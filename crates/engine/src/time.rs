//! Times as texts and numbers: what an event or an option says, as microseconds since the epoch.

use chrono_tz::Tz;

/// The magnitudes from which a bare number counts milliseconds, microseconds and nanoseconds. Seconds reach the year 5138.
const MILLIS: f64 = 1e11;
const MICROS: f64 = 1e14;
const NANOS: f64 = 1e17;

/// An epoch number by its size: seconds, milliseconds, microseconds or nanoseconds.
pub(crate) fn of_number(number: f64) -> Option<i64> {
    let magnitude = number.abs();
    let micros = if magnitude < MILLIS {
        number * 1e6
    } else if magnitude < MICROS {
        number * 1e3
    } else if magnitude < NANOS {
        number
    } else {
        number / 1e3
    };
    // Beyond this, doubles do not fit into 64 bits.
    (micros.abs() < 9.2e18).then(|| micros.round() as i64)
}

/// The same for whole numbers, exactly.
pub(crate) fn of_integer(number: i64) -> Option<i64> {
    let magnitude = number.unsigned_abs() as f64;
    if magnitude < MILLIS {
        number.checked_mul(1_000_000)
    } else if magnitude < MICROS {
        number.checked_mul(1_000)
    } else if magnitude < NANOS {
        Some(number)
    } else {
        Some(number.div_euclid(1_000))
    }
}

/// What a time without zone or year is completed with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Zone {
    /// The zone of times without one.
    pub(crate) timezone: Tz,
    /// The search's start, in microseconds.
    pub(crate) now: i64,
}

/// The time that a field's text says: an epoch number or a date in one of the usual forms.
pub(crate) fn of_text(text: &str, zone: Zone) -> Option<i64> {
    let text = text.trim();
    if text.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        if let Ok(number) = text.parse::<i64>() {
            return of_integer(number);
        }
        if let Ok(number) = text.parse::<f64>() {
            return of_number(number);
        }
    }
    recognise(text, zone)
}

/// The time that a line of a log begins with or names.
pub(crate) fn recognise(text: &str, zone: Zone) -> Option<i64> {
    speleo_functions::time::recognise(text, zone.timezone, zone.now)
}

/// A time of the command line: an epoch number, a date, or a time relative to `now`.
///
/// # Errors
/// Why the text is no time.
pub(crate) fn read(text: &str, zone: Zone) -> Result<i64, String> {
    let text = text.trim();
    if text == "now" || text == "now()" {
        return Ok(zone.now);
    }
    match speleo_functions::time::parse_time(text, zone.now, zone.timezone, None) {
        Ok(time) => Ok(time),
        Err(message) => of_text(text, zone).ok_or(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_size() {
        let expected = Some(1_700_000_000_123_456);
        assert_eq!(of_number(1_700_000_000.123456), expected);
        assert_eq!(of_integer(1_700_000_000), Some(1_700_000_000_000_000));
        assert_eq!(of_integer(1_700_000_000_123), Some(1_700_000_000_123_000));
        assert_eq!(of_integer(1_700_000_000_123_456), expected);
        assert_eq!(of_integer(1_700_000_000_123_456_789), expected);
        assert_eq!(of_number(f64::NAN), None);
        assert_eq!(of_integer(i64::MIN), Some(i64::MIN.div_euclid(1_000)));
    }

    #[test]
    fn texts_are_numbers_or_dates() {
        let zone = Zone { timezone: Tz::UTC, now: 1_700_000_000_000_000 };
        assert_eq!(of_text(" 1700000000.5 ", zone), Some(1_700_000_000_500_000));
        assert_eq!(of_text("2023-11-14T22:13:20Z", zone), Some(zone.now));
        assert_eq!(of_text("soon", zone), None);
        assert_eq!(read("-1h", zone), Ok(zone.now - 3_600_000_000));
        assert_eq!(read("2023-11-14T22:13:20", zone), Ok(zone.now));
        assert!(read("yesterday-ish", zone).is_err());
    }
}
