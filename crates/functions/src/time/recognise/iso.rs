//! ISO 8601 times at the start of a text, without a regular expression: most events have one, and a file has millions.

use chrono::{NaiveDate, NaiveTime};

use super::super::SECOND;

/// The instant of a text that begins with `2024-05-01T10:00:00.123Z` or has an offset for the `Z`; none where anything is
/// otherwise than the strict form, which is not to say that the text is no time.
pub(super) fn at_start(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
    let is_form =
        [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')].iter().all(|(place, mark)| bytes.get(*place) == Some(mark))
            && matches!(bytes.get(10), Some(b'T' | b' ' | b'_'));
    if !is_form {
        return None;
    }
    // Years below 100 are short for others.
    let year = number(0, 4).filter(|year| *year >= 100)?;
    let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, number(5, 7)?, number(8, 10)?)?;
    let time = NaiveTime::from_hms_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?)?;
    let mut end = 19;
    let mut fraction = 0;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let count = bytes.iter().skip(end + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let micros = count.min(6);
        let scale = 10_i64.pow(6 - u32::try_from(micros).ok()?);
        fraction = i64::from(number(end + 1, end + 1 + micros)?) * scale;
        end += 1 + count;
    }
    let offset = match bytes.get(end)? {
        b'Z' => {
            end += 1;
            0
        }
        sign @ (b'+' | b'-') => {
            let colon = usize::from(bytes.get(end + 3) == Some(&b':'));
            let (hours, minutes) = (number(end + 1, end + 3)?, number(end + 3 + colon, end + 5 + colon)?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            end += 5 + colon;
            let seconds = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    // What goes on like a word may be another zone.
    if bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b':') {
        return None;
    }
    let seconds = date.and_time(time).and_utc().timestamp() - offset;
    seconds.checked_mul(SECOND)?.checked_add(fraction)
}

/// The number that digits make; none where others stand among them.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::{super::read, at_start};

    /// What the regular expression finds.
    fn slow(text: &str) -> Option<i64> {
        read(&super::super::RECOGNISER.forms.first()?.captures(text)?, Tz::UTC, 0)
    }

    #[test]
    fn the_strict_form_is_read() {
        assert_eq!(at_start("2018-08-13T11:22:33Z"), Some(1_534_159_353_000_000));
        assert_eq!(at_start("2018-08-13 11:22:33.25Z INFO"), Some(1_534_159_353_250_000));
        assert_eq!(at_start("2018-08-13T13:22:33,123456789+02:00"), Some(1_534_159_353_123_456));
        assert_eq!(at_start("2018-08-13T09:22:33-0200]"), Some(1_534_159_353_000_000));
        assert_eq!(at_start("1969-12-31T23:59:59.5Z"), Some(-500_000));
    }

    #[test]
    fn what_differs_is_left_to_the_forms() {
        for text in [
            "",
            "2018-08-13",
            "2018-08-13T11:22:33",
            "2018-08-13T11:22:33 Z",
            "2018-08-13T11:22Z",
            "2018-13-13T11:22:33Z",
            "2018-08-13T11:22:60Z",
            "2018-08-13T24:22:33Z",
            "2018-08-13T11:22:33.Z",
            "2018-08-13T11:22:33.1234567890Z",
            "2018-08-13T11:22:33ZULU",
            "2018-08-13T11:22:33+02",
            "2018-08-13T11:22:33+02:60",
            " 2018-08-13T11:22:33Z",
            "2018-0é-13T11:22:33Z",
        ] {
            assert_eq!(at_start(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_form_says(
            text in r"(20|19|00)[0-9]{2}-[01][0-9]-[0-3][0-9][T _][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{1,10})?(Z|[+-][01][0-9]:?[0-5][0-9])( |:|x|)",
        ) {
            if let Some(found) = at_start(&text) {
                prop_assert_eq!(Some(found), slow(&text));
            }
        }
    }
}
