//! Timestamps at the start of events, without being told their format.
//!
//! `2024-05-01T10:00:00.123Z`, `May  1 10:00:00`, `1714557600.5`, `01/May/2024:10:00:00 +0200`. Only the first 128 characters
//! count, except for JSON keys and the time of Windows events. A missing year is the one that makes the time most recent.

mod iso;

use std::sync::LazyLock;

use chrono::Datelike;
use chrono_tz::Tz;
use regex::{Captures, Regex};

use super::{SECOND, format::MONTHS, parse::Parsed, zone::local};

/// How much of an event is looked at.
const LOOKAHEAD: usize = 128;

/// How much is looked at for keys that name a time.
const KEY_LOOKAHEAD: usize = 8192;

const DAY: i64 = 86_400 * SECOND;

/// Forms in the order in which they are tried. Groups: `y m d b H M S f p z` as in `strptime`, `e` for epoch digits.
const FORMS: [&str; 8] = [
    // ISO 8601.
    concat!(
        r"(?:^|[^0-9])(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)[T _](?<H>\d\d):(?<M>\d\d)(?::(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?)?",
        r"(?: ?(?<z>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)(?:[^0-9A-Za-z:]|$))?",
    ),
    // Compact ISO 8601.
    r"(?:^|[^0-9])(?<y>\d{4})(?<m>\d\d)(?<d>\d\d)T(?<H>\d\d)(?<M>\d\d)(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?(?<z>Z|[+-]\d{4})?",
    // Epoch seconds to nanoseconds, in front or behind a key.
    concat!(
        r#"(?:^[\s\["'(<]*|(?i:time|timestamp|ts|epoch|date|clock)["']?\s*[:=]\s*["']?)"#,
        r"(?<e>[12]\d{9}(?:\d{3}|\d{6}|\d{9})?)(?:\.(?<f>\d{1,9}))?(?:[^0-9A-Za-z.]|$)",
    ),
    // RFC 3164, and what the C library's asctime gives.
    concat!(
        r"(?:^|[^A-Za-z])(?<b>[A-Z][a-z]{2}) {1,2}(?<d>\d{1,2}) (?<H>\d\d):(?<M>\d\d):(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?",
        r"(?:(?: (?<z>[A-Z]{3,4}))? (?<y>(?:19|20)\d\d)(?:[^0-9]|$))?",
    ),
    // RFC 2822.
    r"(?:^|[^0-9])(?<d>\d{1,2})[ -](?<b>[A-Z][a-z]{2})[ -](?<y>\d{4}) (?<H>\d\d):(?<M>\d\d)(?::(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?)?(?: (?<z>[+-]\d{4}|[A-Z]{1,4})(?:[^0-9A-Za-z]|$))?",
    // Year first with slashes or points.
    r"(?:^|[^0-9])(?<y>\d{4})[/.](?<m>\d{1,2})[/.](?<d>\d{1,2})[ T:-](?<H>\d{1,2}):(?<M>\d\d)(?::(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?)?(?: ?(?<z>Z|[+-]\d\d:?\d\d))?",
    // Month first with slashes; the year may have two digits.
    r"(?:^|[^0-9])(?<m>\d{1,2})/(?<d>\d{1,2})/(?<y>\d{4}|\d\d)[ T:-]{1,2}(?<H>\d{1,2}):(?<M>\d\d)(?::(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?)?(?: ?(?<p>[AaPp][Mm]))?(?: (?<z>[+-]\d\d:?\d\d))?",
    // Web logs, and dates with the name of the month.
    concat!(
        r"(?:^|[^0-9A-Za-z])(?:(?<d>\d{1,2})/(?<b>[A-Z][a-z]{2})/(?<y>\d{4})[: ]|(?<b2>[A-Z][a-z]{2}) {1,2}(?<d2>\d{1,2}),? (?<y2>\d{4})[, ]{1,2})",
        r"(?<H>\d{1,2}):(?<M>\d\d):(?<S>\d\d)(?:[.,](?<f>\d{1,9}))?(?: ?(?<p>[AaPp][Mm]))?(?: (?<z>[+-]\d\d:?\d\d|[A-Z]{3,4})(?:[^0-9A-Za-z]|$))?",
    ),
];

/// Keys of JSON events, and the attribute of Windows events, whose values are times.
const KEY: &str = concat!(
    r#"(?:"(?:_time|time|timestamp|@timestamp|eventTime|ts|TimeCreated|CreationTime)"\s*:\s*"?|SystemTime\s*=\s*["'])"#,
    r#"(?<v>[^"',}]+)"#
);

struct Forms {
    forms: Vec<Regex>,
    key: Option<Regex>,
}

static RECOGNISER: LazyLock<Forms> = LazyLock::new(|| Forms {
    forms: FORMS.iter().filter_map(|form| Regex::new(form).ok()).collect(),
    key: Regex::new(KEY).ok(),
});

/// The first timestamp of an event; none where no known form occurs.
pub fn recognise(text: &str, tz: Tz, now: i64) -> Option<i64> {
    recognise_within(text, LOOKAHEAD, tz, now)
}

/// The same where only so many characters count.
pub fn recognise_within(text: &str, characters: usize, tz: Tz, now: i64) -> Option<i64> {
    if text.starts_with(['{', '<'])
        && let Some(key) = &RECOGNISER.key
        && let Some(value) = key.captures(start(text, KEY_LOOKAHEAD)).and_then(|found| found.name("v"))
        && let Some(found) = first_form(value.as_str(), tz, now)
    {
        return Some(found);
    }
    first_form(start(text, characters), tz, now)
}

/// The instant of a text that is an ISO 8601 time and nothing else.
pub(super) fn iso(text: &str, now: i64, tz: Tz) -> Option<i64> {
    let form = RECOGNISER.forms.first()?;
    let found = form.captures(text)?;
    (found.get(0)?.range() == (0..text.len())).then(|| read(&found, tz, now)).flatten()
}

fn first_form(text: &str, tz: Tz, now: i64) -> Option<i64> {
    if let Some(found) = iso::at_start(text) {
        return Some(found);
    }
    RECOGNISER.forms.iter().find_map(|form| read(&form.captures(text)?, tz, now))
}

/// The start of a text, at most so many characters.
fn start(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn read(found: &Captures, tz: Tz, now: i64) -> Option<i64> {
    let group = |name: &str| found.name(name).map(|group| group.as_str());
    let number = |name: &str| group(name).and_then(|digits| digits.parse::<u32>().ok());
    let fraction = group("f").map(|digits| {
        digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    });
    if let Some(digits) = group("e") {
        let value: i64 = digits.parse().ok()?;
        return Some(match digits.len() {
            10 => value.checked_mul(SECOND)?.checked_add(fraction.unwrap_or(0))?,
            13 => value.checked_mul(1000)?,
            16 => value,
            _ => value / 1000,
        });
    }
    let month = match group("b").or(group("b2")) {
        Some(name) => {
            let place = MONTHS.iter().position(|month| month.get(..3) == Some(name))?;
            Some(u32::try_from(place).ok()? + 1)
        }
        None => number("m"),
    };
    let year = group("y").or(group("y2"));
    let mut parsed = Parsed {
        year: year.and_then(|digits| digits.parse().ok()).map(|year: i64| match year {
            0..69 => year + 2000,
            69..100 => year + 1900,
            _ => year,
        }),
        month,
        day: number("d").or(number("d2")),
        minute: number("M"),
        second: number("S"),
        fraction,
        ..Parsed::default()
    };
    match group("p") {
        Some(half) => {
            parsed.hour_of_12 = number("H").filter(|hour| (1..=12).contains(hour));
            parsed.hour_of_12?;
            parsed.is_afternoon = Some(half.starts_with(['P', 'p']));
        }
        None => parsed.hour = number("H"),
    }
    if let Some(zone) = group("z") {
        // A word that is no zone is something else.
        let _ = if zone.starts_with(['+', '-']) { parsed.offset(zone) } else { parsed.zone_name(zone, tz) };
    }
    if parsed.year.is_some() {
        return parsed.instant(now, tz);
    }
    let year = i64::from(local(now, tz)?.year());
    parsed.year = Some(year);
    let this_year = parsed.instant(now, tz);
    if let Some(found) = this_year.filter(|&found| found <= now.saturating_add(DAY)) {
        return Some(found);
    }
    // February 29 may need a look at the year before too.
    parsed.year = Some(year - 1);
    parsed.instant(now, tz)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::{FORMS, RECOGNISER, recognise};

    /// 2022-02-17 10:00:37 UTC.
    const NOW: i64 = 1_645_092_037_000_000;

    fn check_in(tz: Tz, text: &str, expected: Option<f64>) {
        assert_eq!(recognise(text, tz, NOW).map(|micros| micros as f64 / 1e6), expected, "{text}");
    }

    fn check(text: &str, expected: f64) {
        check_in(Tz::UTC, text, Some(expected));
    }

    #[test]
    fn all_forms_compile() {
        assert_eq!(RECOGNISER.forms.len(), FORMS.len());
        assert!(RECOGNISER.key.is_some());
    }

    #[test]
    fn iso() {
        check("2018-08-13T11:22:33.250Z INFO", 1_534_159_353.25);
        check("[2018-08-13 11:22:33,250] x", 1_534_159_353.25);
        check("2018-08-13 11:22:33 GET", 1_534_159_353.0);
        check("2018-08-13T13:22:33+02:00 x", 1_534_159_353.0);
        check("2018-08-13T11:22 x", 1_534_159_320.0);
        check("20180813T112233Z x", 1_534_159_353.0);
        check("a=1 b=2 at 2018-08-13T11:22:33.123456789Z", 1_534_159_353.123_456);
        check_in(Tz::Europe__Berlin, "2018-08-13 13:22:33", Some(1_534_159_353.0));
    }

    #[test]
    fn epoch() {
        check("1534159353 x", 1_534_159_353.0);
        check("1534159353.250 x", 1_534_159_353.25);
        check("1534159353250", 1_534_159_353.25);
        check("1534159353250000", 1_534_159_353.25);
        check("host=a time=1534159353", 1_534_159_353.0);
        check_in(Tz::UTC, "id=1534159353", None);
        check_in(Tz::UTC, "15341593531", None);
    }

    #[test]
    fn syslog_and_mail() {
        check("<34>Feb 11 22:14:15 host su: x", 1_644_617_655.0);
        check("Feb  1 22:14:15 host", 1_643_753_655.0);
        // In November the year must be the last one.
        check("Nov 11 22:14:15 host", 1_636_668_855.0);
        check("Mon Aug 13 11:22:33 2018 x", 1_534_159_353.0);
        check("Mon Aug 13 11:22:33 UTC 2018", 1_534_159_353.0);
        check("Date: Mon, 13 Aug 2018 13:22:33 +0200", 1_534_159_353.0);
        check("13 Aug 2018 11:22:33 GMT", 1_534_159_353.0);
    }

    #[test]
    fn dates_with_slashes() {
        check("2018/08/13 11:22:33 x", 1_534_159_353.0);
        check("08/13/2018 11:22:33 AM x", 1_534_159_353.0);
        check("8/13/2018 11:22:33 PM", 1_534_202_553.0);
        check("08/13/18 11:22:33", 1_534_159_353.0);
        check("1.2.3.4 - - [13/Aug/2018:13:22:33 +0200] \"GET /\"", 1_534_159_353.0);
        check("Aug 13, 2018 11:22:33 AM x", 1_534_159_353.0);
        check("Aug 13 2018 11:22:33", 1_534_159_353.0);
    }

    #[test]
    fn keys_of_structured_events() {
        check(r#"{"id":"2011-01-01T00:00:00Z","timestamp":"2018-08-13T11:22:33Z"}"#, 1_534_159_353.0);
        check(r#"{"a":1, "ts": 1534159353.25}"#, 1_534_159_353.25);
        check(r#"{"eventTime": 1534159353250, "a": 1}"#, 1_534_159_353.25);
        let xml =
            format!("<Event><X>{}</X><TimeCreated SystemTime='2018-08-13T11:22:33.250000000Z'/>", "x".repeat(300));
        check(&xml, 1_534_159_353.25);
    }

    #[test]
    fn what_is_no_time() {
        for text in ["", "hello", "é 99:99:99", "2018-99-13 11:22:33", "version 1.2.3", "Foo 11 22:14:15"] {
            check_in(Tz::UTC, text, None);
        }
        check_in(Tz::UTC, &format!("{} 2018-08-13 11:22:33", "x".repeat(200)), None);
    }
}
