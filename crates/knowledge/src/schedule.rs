//! When saved searches run by themselves: `schedule:` in a query file, `cron_schedule` in savedsearches.conf.
//!
//! ```text
//! [First and last sightings]
//! enableSched = 1
//! cron_schedule = */10 * * * *
//! realtime_schedule = 0
//! ```
//!
//! Both kinds of files take the same keys; a query file's `schedule` is the other's `cron_schedule`, and counts without
//! `enableSched`. Absent on purpose: `max_concurrent` and `allow_skew` are read and have no effect, since runs of a search never
//! overlap and none is moved away from its time.

use chrono::{DateTime, TimeZone, Utc};
use croner::{
    Cron, CronDateTime,
    parser::{CronParser, Seconds, Year},
};

use crate::conf::{Place, Problem, truth};

/// When a search runs, and what becomes of times that were missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    cron: Cron,
    /// The cron expression as written.
    pub text: String,
    /// Which missed times are run.
    pub catch_up: CatchUp,
    /// How many minutes a run may give way to others; none is `auto`, as many as there are until its next time.
    pub window: Option<u32>,
}

/// Which of the times that have passed are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// The latest one. Splunk calls it real-time scheduling.
    #[default]
    Latest,
    /// All of them, in order: continuous scheduling.
    All,
}

/// What a file says under a key, and where.
#[derive(Debug, Clone)]
pub(crate) struct Said<'a> {
    pub(crate) value: &'a str,
    pub(crate) place: Place,
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    QueryFile,
    Conf,
}

/// The fields of a cron expression and the numbers that they take.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 or SUN to SAT"),
];

impl Schedule {
    /// The first time after another; none where there is none until the end of the calendar.
    pub fn after<Z: TimeZone>(&self, time: &DateTime<Z>) -> Option<DateTime<Z>>
    where
        DateTime<Z>: CronDateTime,
    {
        self.cron.find_next_occurrence(time, false).ok()
    }

    /// The last time that is not after another.
    pub fn until<Z: TimeZone>(&self, time: &DateTime<Z>) -> Option<DateTime<Z>>
    where
        DateTime<Z>: CronDateTime,
    {
        self.cron.find_previous_occurrence(time, true).ok()
    }

    /// What the keys of a search say; none where it is not scheduled, or its expression is wrong.
    pub(crate) fn read<'a>(
        form: Form,
        get: impl Fn(&str) -> Option<Said<'a>>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let get = |key: &str| get(key).filter(|said| !said.value.is_empty());
        let flag = |key: &'static str, problems: &mut Vec<Problem>| {
            let said = get(key)?;
            let flag = truth(said.value);
            if flag.is_none() {
                problems.push(wrong(key, &said, "a truth value (0, 1, true, false, yes, no)"));
            }
            flag
        };
        let key = if form == Form::QueryFile { "schedule" } else { "cron_schedule" };
        let is_enabled = flag("enableSched", problems).or_else(|| flag("is_scheduled", problems));
        let is_enabled = is_enabled.unwrap_or(form == Form::QueryFile);
        let said = get(key);
        let cron = said.as_ref().and_then(|said| match parse(said.value) {
            Ok(cron) => Some(cron),
            Err(message) => {
                problems.push(Problem::new(&said.place, format!("`{key}` is `{}`: {message}", said.value)));
                None
            }
        });
        let realtime = flag("realtime_schedule", problems);
        let catch_up = get("catch_up").and_then(|said| match said.value.to_ascii_lowercase().as_str() {
            "all" => Some(CatchUp::All),
            "latest" => Some(CatchUp::Latest),
            _ => {
                problems.push(wrong("catch_up", &said, "`all` or `latest`"));
                None
            }
        });
        let catch_up = catch_up.unwrap_or(if realtime == Some(false) { CatchUp::All } else { CatchUp::Latest });
        let window = get("schedule_window").map_or(Some(0), |said| match said.value.parse() {
            Ok(minutes) => Some(minutes),
            Err(_) if said.value.eq_ignore_ascii_case("auto") => None,
            Err(_) => {
                problems.push(wrong("schedule_window", &said, "a number of minutes or `auto`"));
                Some(0)
            }
        });
        let is_count = |said: &Said<'_>| said.value.parse::<u32>().is_ok_and(|most| most > 0);
        if let Some(said) = get("max_concurrent").filter(|said| !is_count(said)) {
            problems.push(wrong("max_concurrent", &said, "a number from 1"));
        }
        if let Some(said) = get("allow_skew").filter(|said| !is_skew(said.value)) {
            problems.push(wrong("allow_skew", &said, "a share such as `50%` or a span such as `5m`"));
        }
        if is_enabled && said.is_none() && form == Form::Conf {
            let enabled = get("enableSched").or_else(|| get("is_scheduled"));
            let place = enabled.map_or_else(Place::default, |said| said.place);
            problems.push(Problem::new(&place, "it is scheduled and has no `cron_schedule`"));
        }
        let text = said.map_or_else(String::new, |said| said.value.to_owned());
        cron.filter(|_| is_enabled).map(|cron| Self { cron, text, catch_up, window })
    }
}

fn wrong(key: &str, said: &Said<'_>, expected: &str) -> Problem {
    Problem::new(&said.place, format!("`{key}` takes {expected}, found `{}`", said.value))
}

/// Splunk's share or span by which runs may be moved.
fn is_skew(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let number = digits.parse::<u32>().ok();
    let units = ["m", "min", "minute", "minutes", "mins", "h", "hr", "hour", "hours", "hrs", "d", "day", "days"];
    match unit {
        "" => number == Some(0),
        "%" => number.is_some_and(|share| share <= 100),
        unit => number.is_some() && units.contains(&unit),
    }
}

/// Reads a cron expression: five fields with lists, ranges, steps and names, or `@hourly` and its kin. Where both the day of the
/// month and the day of the week are given, either is enough.
fn parse(text: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let fields: Vec<&str> = text.split_whitespace().collect();
    if !text.starts_with('@') {
        if fields.len() != FIELDS.len() {
            let count = if fields.len() == 1 { "1 field".to_owned() } else { format!("{} fields", fields.len()) };
            return Err(format!("{count}, and there are five: minute, hour, day of the month, month, day of the week"));
        }
        for (place, (field, (name, takes))) in fields.iter().zip(FIELDS).enumerate() {
            let alone: Vec<&str> = (0..FIELDS.len()).map(|other| if other == place { *field } else { "*" }).collect();
            if parser.parse(&alone.join(" ")).is_err() {
                return Err(format!("`{field}` is no {name}, which takes {takes}, `*`, lists, ranges and steps"));
            }
        }
    }
    let cron = parser.parse(text).map_err(|_| "this is no cron expression".to_owned())?;
    // The thirtieth of February parses, and never comes.
    let start = DateTime::<Utc>::UNIX_EPOCH;
    match cron.find_next_occurrence(&start, true) {
        Ok(_) => Ok(cron),
        Err(_) => Err("such a day never comes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(form: Form, keys: &[(&str, &str)]) -> (Option<Schedule>, Vec<String>) {
        let said = |name: &str| {
            let found = keys.iter().enumerate().find(|(_, (key, _))| *key == name);
            found.map(|(line, (_, value))| Said { value, place: (line + 1).into() })
        };
        let mut problems = Vec::new();
        let schedule = Schedule::read(form, said, &mut problems);
        (schedule, problems.iter().map(ToString::to_string).collect())
    }

    fn times(text: &str, from: &str, count: usize) -> Vec<String> {
        let mut time: DateTime<Utc> = from.parse().unwrap();
        let schedule = read(Form::QueryFile, &[("schedule", text)]).0.unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            time = schedule.after(&time).unwrap();
            assert_eq!(schedule.until(&time), Some(time));
            found.push(time.format("%a %m-%d %H:%M").to_string());
        }
        found
    }

    #[test]
    fn steps_ranges_lists_and_names() {
        assert_eq!(times("*/10 * * * *", "2024-06-14T11:55:30Z", 2), ["Fri 06-14 12:00", "Fri 06-14 12:10"]);
        assert_eq!(times("11-59/15 * * * *", "2024-06-14T11:50:00Z", 2), ["Fri 06-14 11:56", "Fri 06-14 12:11"]);
        assert_eq!(times("0 6,18 * * mon-FRI", "2024-06-14T12:00:00Z", 2), ["Fri 06-14 18:00", "Mon 06-17 06:00"]);
        assert_eq!(times("0 0 * feb sun", "2024-06-14T12:00:00Z", 1), ["Sun 02-02 00:00"]);
        assert_eq!(times("@daily", "2024-06-14T12:00:00Z", 1), ["Sat 06-15 00:00"]);
    }

    #[test]
    fn of_two_kinds_of_days_either_is_enough() {
        let days = times("0 0 15 * 1", "2024-06-14T12:00:00Z", 3);
        assert_eq!(days, ["Sat 06-15 00:00", "Mon 06-17 00:00", "Mon 06-24 00:00"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = |text: &str| read(Form::QueryFile, &[("title", "x"), ("schedule", text)]);
        for (text, expected) in [
            ("*/10 * * *", "4 fields, and there are five"),
            ("0 */10 * * * *", "6 fields, and there are five"),
            ("hourly", "1 field, and there are five"),
            ("60 * * * *", "`60` is no minute, which takes 0 to 59"),
            ("0 noon * * *", "`noon` is no hour"),
            ("0 0 * * 9", "`9` is no day of the week"),
            ("*/0 * * * *", "`*/0` is no minute"),
            ("0 0 30 2 *", "such a day never comes"),
            ("@noon", "no cron expression"),
        ] {
            let (schedule, problems) = told(text);
            assert_eq!(schedule, None, "{text}");
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
            assert!(problems.iter().all(|told| told.starts_with("2: ") && told.contains(expected)), "{problems:?}");
        }
    }

    #[test]
    fn a_conf_file_needs_a_switch_and_a_query_file_none() {
        let cron = ("cron_schedule", "0 * * * *");
        assert_eq!(read(Form::Conf, &[cron]), (None, Vec::new()));
        assert!(read(Form::Conf, &[cron, ("enableSched", "1")]).0.is_some());
        assert!(read(Form::Conf, &[cron, ("is_scheduled", "true")]).0.is_some());
        assert_eq!(read(Form::QueryFile, &[("schedule", "0 * * * *"), ("is_scheduled", "0")]), (None, Vec::new()));
        let (schedule, problems) = read(Form::Conf, &[("x", ""), ("enableSched", "1")]);
        assert_eq!((schedule, problems), (None, vec!["2: it is scheduled and has no `cron_schedule`".to_owned()]));
    }

    #[test]
    fn catching_up_and_the_keys_of_the_scheduler() {
        let of = |more: &[(&str, &str)]| read(Form::QueryFile, &[&[("schedule", "0 * * * *")], more].concat());
        let catch_up = |key: &str, value: &str| of(&[(key, value)]).0.unwrap().catch_up;
        assert_eq!(of(&[]).0.unwrap().catch_up, CatchUp::Latest);
        assert_eq!(catch_up("realtime_schedule", "0"), CatchUp::All);
        assert_eq!(catch_up("realtime_schedule", "1"), CatchUp::Latest);
        assert_eq!(catch_up("catch_up", "All"), CatchUp::All);
        assert_eq!(of(&[("schedule_window", "auto")]).0.unwrap().window, None);
        assert_eq!(of(&[("schedule_window", "5")]).0.unwrap().window, Some(5));
        assert_eq!(of(&[("allow_skew", "50%"), ("max_concurrent", "2")]).1, Vec::<String>::new());
        for (key, value) in
            [("catch_up", "some"), ("schedule_window", "-1"), ("max_concurrent", "0"), ("allow_skew", "5x")]
        {
            let (schedule, problems) = of(&[(key, value)]);
            assert!(schedule.is_some());
            assert!(problems.iter().all(|told| told.starts_with("2: `") && told.contains(key)), "{problems:?}");
            assert_eq!(problems.len(), 1);
        }
    }
}
