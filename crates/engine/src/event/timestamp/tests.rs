#![allow(clippy::unwrap_used)]
use speleo_functions::eval::pattern::regex::compile;

use super::*;

/// 2026-01-15 10:00:00 UTC.
const TIME: i64 = 1_768_471_200_000_000;

fn rules() -> TimeRules {
    TimeRules {
        mode: Mode::Text,
        prefix: None,
        format: None,
        lookahead: LOOKAHEAD,
        zone: Zone { timezone: Tz::UTC, now: TIME + 10 * DAY },
        aliases: Vec::new(),
        window: (None, None),
    }
}

fn format(text: &str) -> Option<TimeFormat> {
    Some(TimeFormat::new(text))
}

#[test]
fn a_format_stands_behind_its_prefix() {
    let rules = TimeRules { prefix: Some(compile(r"\[").unwrap()), format: format("%d/%b/%Y:%H:%M:%S"), ..rules() };
    assert_eq!(rules.own("a [15/Jan/2026:10:00:00] x", Known::default()), Some(TIME));
    assert_eq!(rules.own("2026-01-15T10:00:00Z", Known::default()), None, "without the prefix there is no time");
}

#[test]
fn the_text_ends_where_the_lookahead_does() {
    let rules = TimeRules { lookahead: 10, format: format("%Y-%m-%d"), ..rules() };
    assert_eq!(rules.own("2026-01-15 10:00:00", Known::default()), Some(TIME - 10 * 3600 * SECOND));
    let rules = TimeRules { lookahead: 12, format: None, ..rules };
    assert_eq!(rules.own("2026-01-15 10:00:00", Known::default()), None);
}

#[test]
fn what_a_format_lacks_is_filled_in() {
    let no_year = TimeRules { format: format("%b %d %H:%M:%S"), ..rules() };
    assert_eq!(no_year.own("Jan 15 10:00:00 x", Known::default()), Some(TIME));
    // December is still to come: it was last year's.
    assert_eq!(no_year.own("Dec 15 10:00:00 x", Known::default()), Some(TIME - 31 * DAY));
    let no_date = TimeRules { format: format("%H:%M:%S"), ..rules() };
    let known = Known { previous: Some(TIME - 3600 * SECOND), ..Known::default() };
    assert_eq!(no_date.own("10:00:00 x", known), Some(TIME));
    assert_eq!(rules().own("[10:00:00,500] x", known), Some(TIME + SECOND / 2));
}

#[test]
fn without_a_time_of_its_own_an_event_has_the_next_best() {
    let known = Known { previous: Some(1), of_source: Some(2), modified: Some(3) };
    assert_eq!(rules().time("none", known), (1, false));
    assert_eq!(rules().time("none", Known { previous: None, ..known }), (2, false));
    assert_eq!(rules().time("none", Known { modified: Some(3), ..Known::default() }), (3, false));
    assert_eq!(rules().time("none", Known::default()), (TIME + 10 * DAY, false));
    assert_eq!(TimeRules { mode: Mode::File, ..rules() }.time("2026-01-15T10:00:00Z", known), (3, true));
    assert_eq!(TimeRules { mode: Mode::Now, ..rules() }.time("2026-01-15T10:00:00Z", known), (TIME + 10 * DAY, true));
}

#[test]
fn a_time_outside_the_window_is_none() {
    let rules = TimeRules { window: (Some(5 * DAY), None), ..rules() };
    assert_eq!(rules.own("2026-01-15T10:00:00Z", Known::default()), None);
    assert_eq!(rules.own("2026-01-24T10:00:00Z", Known::default()), Some(TIME + 9 * DAY));
}

#[test]
fn names_of_zones_mean_what_is_said() {
    let aliases = vec![("EST".to_owned(), "GMT+10:00".to_owned())];
    let rules = TimeRules { aliases, format: format("%Y-%m-%d %H:%M:%S %z"), ..rules() };
    assert_eq!(rules.own("2026-01-15 20:00:00 EST x", Known::default()), Some(TIME));
}

#[test]
fn names_of_files_say_days() {
    let day = Some(TIME - 10 * 3600 * SECOND);
    for name in ["/var/log/app-2026-01-15.log", "C:\\logs\\u_ex20260115.log", "app.log.2026_01_15"] {
        assert_eq!(day_of_source(name, Tz::UTC), day, "{name}");
    }
    for name in ["/2026-01-15/app.log", "app-20261315.log", "120260115.log"] {
        assert_eq!(day_of_source(name, Tz::UTC), None, "{name}");
    }
}
