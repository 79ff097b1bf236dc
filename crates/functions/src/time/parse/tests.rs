use chrono_tz::Tz;

use crate::time::{parse_time, strptime};

/// 2022-02-17 10:00:37 UTC.
const NOW: i64 = 1_645_092_037_000_000;

fn check_in(tz: Tz, text: &str, format: &str, expected: Option<f64>) {
    let found = strptime(text, format, NOW, tz).map(|micros| micros as f64 / 1e6);
    assert_eq!(found, expected, "{text} as {format} in {tz}");
}

fn check(text: &str, format: &str, expected: Option<f64>) {
    check_in(Tz::UTC, text, format, expected);
}

#[test]
fn dates_and_times() {
    check("2018-08-13 11:22:33", "%Y-%m-%d %H:%M:%S", Some(1_534_159_353.0));
    check("2018-8-13  11:22:33", "%F %T", Some(1_534_159_353.0));
    check("13 August 2018 11:22:33 AM", "%d %b %Y %I:%M:%S %p", Some(1_534_159_353.0));
    check("mon aug 13 2018 11:22 pm", "%a %B %d %Y %I:%M %p", Some(1_534_202_520.0));
    check("2018-08-13 12:00 am", "%F %I:%M %p", Some(1_534_118_400.0));
    check("2018-08-13 12:00 PM", "%F %I:%M %p", Some(1_534_161_600.0));
    check("08/13/18", "%m/%d/%y", Some(1_534_118_400.0));
    check("01/01/70", "%D", Some(0.0));
    check("20180813112233", "%Y%m%d%H%M%S", Some(1_534_159_353.0));
    check("2018 225", "%Y %j", Some(1_534_118_400.0));
    check("2018-08-13T11:22:33Z trailing", "%Y-%m-%dT%H:%M:%SZ", Some(1_534_159_353.0));
    check("2016-12-31 23:59:60", "%F %T", Some(1_483_228_800.0));
}

#[test]
fn what_does_not_fit_is_null() {
    check("bogus", "%Y-%m-%d", None);
    check("2018-13-01", "%Y-%m-%d", None);
    check("2018-02-30", "%Y-%m-%d", None);
    check("2018-08-13", "%Y/%m/%d", None);
    check("2018-08-13 24:00", "%F %H:%M", None);
    check("2018-08", "%F", None);
    check("", "%F", None);
    check("2018-08-13 11:22 xm", "%F %I:%M %p", None);
}

#[test]
fn missing_parts() {
    // A day is needed, unless there is only a time of day: that is today.
    check("2018-08", "%Y-%m", None);
    check("Aug 2018", "%b %Y", None);
    check("2018", "%Y", None);
    check("10:30", "%H:%M", Some(1_645_093_800.0));
    check("Feb 1 10:00:00", "%b %d %H:%M:%S", Some(1_643_709_600.0));
    check("x", "x", None);
}

#[test]
fn fractions() {
    check("2018-08-13T11:22:33.250", "%Y-%m-%dT%H:%M:%S.%3N", Some(1_534_159_353.25));
    check("2018-08-13T11:22:33.123456789", "%Y-%m-%dT%H:%M:%S.%3N", Some(1_534_159_353.123456));
    check("2018-08-13T11:22:33.5", "%Y-%m-%dT%H:%M:%S.%Q", Some(1_534_159_353.5));
    check("2018-08-13T11:22:33.", "%Y-%m-%dT%H:%M:%S.%Q", None);
}

#[test]
fn epoch_seconds() {
    check("1534143600", "%s", Some(1_534_143_600.0));
    check("1534143600.25", "%s", Some(1_534_143_600.25));
    check("1534143600.25", "%s.%Q", Some(1_534_143_600.25));
    check("-1", "%s", Some(-1.0));
    check("99999999999999999999", "%s", None);
}

#[test]
fn zones_in_the_text_win() {
    let berlin = Tz::Europe__Berlin;
    check("2018-08-13T11:22:33.250+02:00", "%Y-%m-%dT%H:%M:%S.%3N%:z", Some(1_534_152_153.25));
    check_in(berlin, "2018-08-13 11:22:33 -0500", "%F %T %z", Some(1_534_177_353.0));
    check_in(berlin, "2018-08-13 11:22:33Z", "%F %T%z", Some(1_534_159_353.0));
    check_in(berlin, "2018-08-13 11:22:33 EST", "%F %T %Z", Some(1_534_177_353.0));
    check_in(berlin, "2018-08-13 11:22:33 America/New_York", "%F %T %Z", Some(1_534_173_753.0));
    check_in(berlin, "2018-08-13 11:22:33 +120", "%F %T %Ez", Some(1_534_152_153.0));
    check_in(berlin, "2018-08-13 11:22:33 XQZ", "%F %T %Z", None);
    // In Shanghai, CST is China's time.
    check_in(Tz::Asia__Shanghai, "2018-08-13 11:22:33 CST", "%F %T %Z", Some(1_534_130_553.0));
    check_in(berlin, "2018-08-13 11:22:33", "%F %T", Some(1_534_152_153.0));
}

#[test]
fn changes_of_the_clock() {
    // Berlin skips 02:00 to 03:00 on 2023-03-26: 02:30 is read with the offset before, +01:00.
    check_in(Tz::Europe__Berlin, "2023-03-26 02:30:00", "%F %T", Some(1_679_794_200.0));
    // New York has 01:30 twice on 2023-11-05: the first one is in summer time, -04:00.
    check_in(Tz::America__New_York, "2023-11-05 01:30:00", "%F %T", Some(1_699_162_200.0));
}

#[test]
fn times_of_a_search() {
    let check = |text: &str, format: Option<&str>, expected: Option<i64>| {
        assert_eq!(parse_time(text, NOW, Tz::UTC, format).ok(), expected.map(|seconds| seconds * 1_000_000), "{text}");
    };
    check("now", None, Some(1_645_092_037));
    check("now()", None, Some(1_645_092_037));
    check("rtnow", None, Some(1_645_092_037));
    check("rt", None, Some(1_645_092_037));
    check("rt-1h@h", None, Some(1_645_088_400));
    check("-1h@h", None, Some(1_645_088_400));
    check("@d", None, Some(1_645_056_000));
    check("0", None, Some(0));
    check("1534159353", None, Some(1_534_159_353));
    check("08/13/2018:11:22:33", None, Some(1_534_159_353));
    check("08/13/2018", None, Some(1_534_118_400));
    check("2018-08-13T11:22:33Z", None, Some(1_534_159_353));
    check("2018-08-13T13:22:33.000+02:00", None, Some(1_534_159_353));
    check("2018-08-13 11:22:33", None, Some(1_534_159_353));
    check("2018-08-13", None, Some(1_534_118_400));
    check("20180813", Some("%Y%m%d"), Some(1_534_118_400));
    check("-1d@d", Some("%Y%m%d"), Some(1_644_969_600));
    check("13.08.2018", Some("%d.%m.%Y"), Some(1_534_118_400));
    check("2d@d", None, None);
    check("yesterday", None, None);
    check("", None, None);
    check("08/13/2018:11:22:33:44", None, None);
    check("99999999999999999999", None, None);
}

#[test]
fn no_input_panics() {
    let formats = ["%Y-%m-%d", "%s", "%z", "%Z", "%:z", "%p", "%b", "%N", "%Ez", "%c", "%+", "é%Yé", "%Y%", "%", "% %"];
    let texts = [
        "é",
        "-",
        "+",
        "+1",
        "9999999999999999",
        "a",
        "Zé",
        "Äug",
        "999999-99-99",
        "+99:99",
        "-9223372036854775808",
        "\u{2212}1",
    ];
    for format in formats {
        for text in texts {
            for now in [i64::MIN, 0, i64::MAX] {
                let _ = strptime(text, format, now, Tz::Europe__Berlin);
                let _ = parse_time(text, now, Tz::Europe__Berlin, Some(format));
            }
        }
    }
}
