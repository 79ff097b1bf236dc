use super::{Step, time_ticks};

/// 2024-06-14 22:00:00 UTC, which is midnight in Berlin.
const MIDNIGHT: i64 = 1_718_402_400_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const BERLIN: chrono_tz::Tz = chrono_tz::Europe::Berlin;

fn step(range: i64, most: usize) -> String {
    Step::of_bins(MIDNIGHT, MIDNIGHT + range, most, BERLIN).to_string()
}

#[test]
fn steps_are_those_of_a_clock_and_a_calendar() {
    assert_eq!(step(59_000_000, 60), "1 second");
    assert_eq!(step(59_000_000, 20), "5 seconds");
    assert_eq!(step(HOUR - 1, 60), "1 minute");
    assert_eq!(step(DAY - 1, 70), "30 minutes");
    assert_eq!(step(DAY - 1, 40), "1 hour");
    assert_eq!(step(30 * DAY, 70), "12 hours");
    assert_eq!(step(30 * DAY, 31), "1 day");
    assert_eq!(step(365 * DAY, 60), "1 week");
    assert_eq!(step(365 * DAY, 20), "1 month");
    assert_eq!(step(20 * 365 * DAY, 30), "1 year");
    assert_eq!(step(0, 1), "1 microsecond");
}

#[test]
fn edges_lie_around_the_range_on_boundaries_of_the_zone() {
    let edges = Step::Micros(DAY).edges(MIDNIGHT + 1, MIDNIGHT + DAY, BERLIN);
    assert_eq!(edges, [MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY]);
    // The 14th of June 2024 was a Friday; its week began on the 10th, its month on the 1st.
    let friday = MIDNIGHT - DAY;
    assert_eq!(Step::Micros(7 * DAY).edges(friday, friday, BERLIN), [friday - 4 * DAY, friday + 3 * DAY]);
    assert_eq!(Step::Months(1).edges(friday, friday, BERLIN), [friday - 13 * DAY, friday + 17 * DAY]);
}

#[test]
fn the_days_on_which_clocks_change_have_23_and_25_hours() {
    // 2024-03-31 and 2024-10-27, 00:00 in Berlin.
    for (day, hours) in [(1_711_839_600_000_000, 23), (1_729_980_000_000_000, 25)] {
        assert_eq!(Step::Micros(DAY).edges(day, day, BERLIN), [day, day + hours * HOUR]);
        let edges = Step::Micros(HOUR).edges(day, day + hours * HOUR - 1, BERLIN);
        assert_eq!(edges.len() as i64, hours + 1);
        let edges = Step::Micros(6 * HOUR).edges(day, day + hours * HOUR - 1, BERLIN);
        assert_eq!(edges.len(), 5, "four quarters of a day, whatever their length");
    }
}

#[test]
fn an_axis_says_the_day_where_it_begins() {
    let from = (MIDNIGHT - 2 * HOUR) as f64 / 1e6;
    let ticks = time_ticks(from, from + 4.0 * 3600.0, 6, BERLIN);
    let texts: Vec<_> = ticks.iter().map(|tick| (tick.label.as_str(), tick.below.as_deref())).collect();
    let expected =
        [("22:00", Some("Jun 14")), ("23:00", None), ("00:00", Some("Jun 15")), ("01:00", None), ("02:00", None)];
    assert_eq!(texts, expected);
}

#[test]
fn times_at_the_end_of_the_calendar_end() {
    for at in [i64::MAX, i64::MIN, 8_000_000_000_000_000_000, -8_000_000_000_000_000_000] {
        for step in [Step::Micros(1), Step::Micros(HOUR), Step::Micros(DAY), Step::Months(1), Step::Months(1200)] {
            let edges = step.edges(at, at, BERLIN);
            assert!(edges.is_sorted() && edges.len() <= 3, "{at}: {edges:?}");
        }
    }
    let _ = Step::of_bins(-8_000_000_000_000_000_000, 8_000_000_000_000_000_000, 80, BERLIN);
}
