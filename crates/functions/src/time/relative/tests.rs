#![allow(clippy::unwrap_used)]

use chrono_tz::Tz;

use crate::time::{relative, strftime, strptime};

const CLOCK: &str = "%Y-%m-%d %H:%M:%S";

fn at(text: &str, tz: Tz) -> i64 {
    strptime(text, CLOCK, 0, tz).unwrap()
}

fn check_in(tz: Tz, from: &str, modifier: &str, expected: &str) {
    let found = relative(at(from, tz), modifier, tz).unwrap();
    assert_eq!(strftime(found, CLOCK, tz), expected, "{from} {modifier} in {tz}");
}

/// From Thursday 2022-02-17 10:00:37 UTC.
fn check(modifier: &str, expected: &str) {
    check_in(Tz::UTC, "2022-02-17 10:00:37", modifier, expected);
}

#[test]
fn offsets() {
    check("-7d", "2022-02-10 10:00:37");
    check("-60m", "2022-02-17 09:00:37");
    check("-m", "2022-02-17 09:59:37");
    check("+1mon", "2022-03-17 10:00:37");
    check("-1y", "2021-02-17 10:00:37");
    check("-2qtrs", "2021-08-17 10:00:37");
    check("-1week", "2022-02-10 10:00:37");
    check("+30seconds", "2022-02-17 10:01:07");
}

#[test]
fn snaps() {
    check("@d", "2022-02-17 00:00:00");
    check("@m", "2022-02-17 10:00:00");
    check("@w", "2022-02-13 00:00:00");
    check("@w0", "2022-02-13 00:00:00");
    check("@w7", "2022-02-13 00:00:00");
    check("@w1", "2022-02-14 00:00:00");
    check("@w4", "2022-02-17 00:00:00");
    check("@w5", "2022-02-11 00:00:00");
    check("@mon", "2022-02-01 00:00:00");
    check("@q", "2022-01-01 00:00:00");
    check("@y", "2022-01-01 00:00:00");
    // The reference's example: on a Friday `@w6` is the Saturday before.
    check_in(Tz::UTC, "2022-02-18 23:59:00", "@w6", "2022-02-12 00:00:00");
    check_in(Tz::UTC, "2022-02-17 00:00:00", "@d", "2022-02-17 00:00:00");
}

#[test]
fn chains() {
    check("-1d@d", "2022-02-16 00:00:00");
    check("-h@h", "2022-02-17 09:00:00");
    check("-1w@w1", "2022-02-07 00:00:00");
    check("-1mon@mon", "2022-01-01 00:00:00");
    check("-1q@q", "2021-10-01 00:00:00");
    check("+1d@d", "2022-02-18 00:00:00");
    check("@d+8h", "2022-02-17 08:00:00");
    check("-15m@m", "2022-02-17 09:45:00");
    check("@d-2h", "2022-02-16 22:00:00");
    check("-1mon@mon+7d", "2022-01-08 00:00:00");
    check("@y+2mon@mon", "2022-03-01 00:00:00");
    check("now-1d@d", "2022-02-16 00:00:00");
}

#[test]
fn months_end_on_their_last_day() {
    check_in(Tz::UTC, "2022-03-31 12:00:00", "-1mon", "2022-02-28 12:00:00");
    check_in(Tz::UTC, "2024-02-29 12:00:00", "+1y", "2025-02-28 12:00:00");
}

#[test]
fn days_keep_the_wall_clock_and_hours_do_not() {
    // Clocks in Berlin went from 02:00 to 03:00 on 2023-03-26, in New York from 02:00 back to 01:00 on 2023-11-05.
    let berlin = Tz::Europe__Berlin;
    check_in(berlin, "2023-03-26 12:00:00", "-1d", "2023-03-25 12:00:00");
    check_in(berlin, "2023-03-26 12:00:00", "-24h", "2023-03-25 11:00:00");
    let new_york = Tz::America__New_York;
    check_in(new_york, "2023-11-05 12:00:00", "-1d", "2023-11-04 12:00:00");
    check_in(new_york, "2023-11-05 12:00:00", "-24h", "2023-11-04 13:00:00");
    check_in(new_york, "2023-11-05 12:00:00", "@d", "2023-11-05 00:00:00");
    // 02:30 does not exist on that day in Berlin: an hour after 01:30 the clock shows 03:30.
    check_in(berlin, "2023-03-25 02:30:00", "+1d", "2023-03-26 03:30:00");
    // 01:30 exists twice in New York: the first one is in summer time, 05:30 UTC.
    let found = relative(at("2023-11-04 01:30:00", new_york), "+1d", new_york).unwrap();
    assert_eq!(strftime(found, CLOCK, Tz::UTC), "2023-11-05 05:30:00");
}

#[test]
fn hours_snap_to_the_local_clock() {
    // India is half an hour off.
    check_in(Tz::Asia__Kolkata, "2022-02-17 10:20:00", "@h", "2022-02-17 10:00:00");
    // Midnight does not exist on the first day of summer in Sao Paulo, 2018-11-04.
    check_in(Tz::America__Sao_Paulo, "2018-11-04 12:00:00", "@d", "2018-11-04 01:00:00");
}

#[test]
fn malformed_modifiers() {
    for text in ["", "2d@d", "-", "-1", "-1x", "@", "@ms", "@w8", "-1d@", "1", "-99999999999999999999d", "é", "-1é"] {
        assert!(relative(0, text, Tz::UTC).is_err(), "{text}");
    }
}

#[test]
fn far_away_is_an_error_not_a_panic() {
    for text in
        ["+9000000000000000000d", "-9000000000000000000y", "+9000000000000000000s", "-4000000000mon", "-300000y"]
    {
        for micros in [0, i64::MIN, i64::MAX] {
            assert!(relative(micros, text, Tz::Europe__Berlin).is_err(), "{text}");
        }
    }
}
