//! Which times of a schedule have come: the latest one, or all that were missed.
//!
//! A search that never ran runs for its latest time only: nobody asks for what was before it was there.

use chrono::DateTime;
use chrono_tz::Tz;
use speleo_knowledge::{CatchUp, Schedule};

/// How many missed times are told one by one.
const MOST_MISSED: usize = 1000;

/// What a search has to do.
#[derive(Debug, Clone)]
pub(super) struct Due {
    /// The times to run for.
    pub(super) run: Times,
    /// The times that are left out, the latest ones in order.
    pub(super) missed: Vec<DateTime<Tz>>,
}

/// Times in order, found one after the other: there may be years of them.
#[derive(Debug, Clone)]
pub(super) struct Times {
    schedule: Schedule,
    next: Option<DateTime<Tz>>,
    end: DateTime<Tz>,
}

impl Iterator for Times {
    type Item = DateTime<Tz>;

    fn next(&mut self) -> Option<Self::Item> {
        let time = self.next.take().filter(|time| *time <= self.end)?;
        self.next = self.schedule.after(&time).filter(|next| *next > time);
        Some(time)
    }
}

impl Due {
    /// What is due at `now` where a search last ran for `last`, in epoch seconds.
    pub(super) fn of(schedule: &Schedule, last: Option<i64>, now: DateTime<Tz>) -> Self {
        let times = |next: Option<DateTime<Tz>>| Times { schedule: schedule.clone(), next, end: now };
        let nothing = Self { run: times(None), missed: Vec::new() };
        let Some(latest) = schedule.until(&now) else { return nothing };
        let Some(last) = last else { return Self { run: times(Some(latest)), ..nothing } };
        if latest.timestamp() <= last {
            return nothing;
        }
        let zone = now.timezone();
        let after = DateTime::from_timestamp(last, 0).and_then(|last| schedule.after(&last.with_timezone(&zone)));
        match schedule.catch_up {
            CatchUp::All => Self { run: times(after), ..nothing },
            CatchUp::Latest => Self { run: times(Some(latest)), missed: missed(schedule, last, latest) },
        }
    }
}

/// The times between two, without either.
fn missed(schedule: &Schedule, last: i64, latest: DateTime<Tz>) -> Vec<DateTime<Tz>> {
    let before = |time: &DateTime<Tz>| {
        let earlier = time.checked_sub_signed(chrono::TimeDelta::seconds(1))?;
        schedule.until(&earlier).filter(|found| found < time && found.timestamp() > last)
    };
    let mut missed: Vec<DateTime<Tz>> =
        std::iter::successors(before(&latest), |time| before(time)).take(MOST_MISSED).collect();
    missed.reverse();
    missed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use speleo_knowledge::SavedSearch;

    use super::*;

    fn due(keys: &str, last: Option<&str>, now: &str) -> (Vec<String>, Vec<String>) {
        let read = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Tz::Europe__Berlin);
        let (saved, problems) = SavedSearch::of_file("a", &format!("```schedule: {keys}```"), None);
        assert!(problems.is_empty(), "{problems:?}");
        let due = Due::of(&saved.schedule.unwrap(), last.map(|last| read(last).timestamp()), read(now));
        let shown = |time: &DateTime<Tz>| time.format("%d %H:%M").to_string();
        (due.run.map(|time| shown(&time)).collect(), due.missed.iter().map(shown).collect())
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_new_search_runs_for_its_latest_time() {
        assert_eq!(due("*/10 * * * *", None, "2024-06-14T12:34:56+02:00"), (texts(&["14 12:30"]), vec![]));
        assert_eq!(due("*/10 * * * *\ncatch_up: all", None, "2024-06-14T12:30:00+02:00").0, ["14 12:30"]);
        assert_eq!(due("0 6 * * *", None, "2024-06-14T05:59:59+02:00").0, ["13 06:00"]);
    }

    #[test]
    fn nothing_is_due_twice() {
        let last = Some("2024-06-14T12:30:00+02:00");
        assert_eq!(due("*/10 * * * *", last, "2024-06-14T12:39:59+02:00"), (vec![], vec![]));
        assert_eq!(due("*/10 * * * *", last, "2024-06-14T12:40:00+02:00"), (texts(&["14 12:40"]), vec![]));
        assert_eq!(due("*/10 * * * *", last, "2024-06-14T11:40:00+02:00"), (vec![], vec![]));
    }

    #[test]
    fn of_missed_times_the_latest_runs_or_all() {
        let last = Some("2024-06-14T12:30:00+02:00");
        let now = "2024-06-14T13:05:00+02:00";
        assert_eq!(due("*/10 * * * *", last, now), (texts(&["14 13:00"]), texts(&["14 12:40", "14 12:50"])));
        let all = texts(&["14 12:40", "14 12:50", "14 13:00"]);
        assert_eq!(due("*/10 * * * *\ncatch_up: all", last, now), (all, vec![]));
    }

    #[test]
    fn years_of_missed_times_are_not_told_one_by_one() {
        let (run, missed) = due("* * * * *", Some("2020-01-01T00:00:00Z"), "2024-06-14T12:00:00+02:00");
        assert_eq!((run, missed.len()), (texts(&["14 12:00"]), MOST_MISSED));
        assert_eq!(missed.last().map(String::as_str), Some("14 11:59"));
    }

    #[test]
    fn an_hour_that_is_there_twice_and_one_that_is_not() {
        // Berlin's clocks go from 03:00 to 02:00: a daily time in that hour comes once, each ten minutes are as many as passed.
        let last = Some("2024-10-27T00:00:00+02:00");
        assert_eq!(due("30 2 * * *\ncatch_up: all", last, "2024-10-27T12:00:00+01:00").0.len(), 1);
        assert_eq!(due("*/10 * * * *\ncatch_up: all", last, "2024-10-27T04:00:00+01:00").0.len(), 30);
        // From 02:00 to 03:00.
        let last = Some("2024-03-31T00:00:00+01:00");
        assert_eq!(due("*/10 * * * *\ncatch_up: all", last, "2024-03-31T04:00:00+02:00").0.len(), 18);
        assert_eq!(due("30 2 * * *\ncatch_up: all", last, "2024-03-31T12:00:00+02:00").0.len(), 1);
    }
}
