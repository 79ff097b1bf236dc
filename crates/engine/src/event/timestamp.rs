//! The time of an event. `TIME_PREFIX = \[`, `TIME_FORMAT = %d/%b/%Y:%H:%M:%S %z`, `MAX_TIMESTAMP_LOOKAHEAD = 30`
//!
//! In this order: the format behind the prefix, any usual form there, a time of day with the date of the source's name or of the
//! event before, the time of the event before, the date in the source's name, the time at which the file was changed, now. A
//! prefix that does not occur means that the event has no time of its own. The windows `MAX_DAYS_AGO` and `MAX_DAYS_HENCE` hold
//! where they are set; Splunk's defaults, 2000 and 2 days, do not.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use regex::Regex as PlainRegex;
use speleo_functions::{
    eval::pattern::regex::{Groups, Regex},
    time::{Format, recognise_within},
};

use crate::time::Zone;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Characters in which a time is looked for where nothing else is said.
pub(super) const LOOKAHEAD: usize = 128;

/// Where an event's time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Its text.
    Text,
    /// The clock: `DATETIME_CONFIG = CURRENT`.
    Now,
    /// The file: `DATETIME_CONFIG = NONE`.
    File,
}

/// How times are found.
#[derive(Debug, Clone)]
pub(super) struct TimeRules {
    pub(super) mode: Mode,
    pub(super) prefix: Option<Arc<Regex>>,
    pub(super) format: Option<TimeFormat>,
    /// Characters behind the prefix in which the time must stand.
    pub(super) lookahead: usize,
    pub(super) zone: Zone,
    /// What names of zones mean in these events: a name and an offset or a zone.
    pub(super) aliases: Vec<(String, String)>,
    /// The oldest and the newest time that is taken, as distances from now.
    pub(super) window: (Option<i64>, Option<i64>),
}

/// A format, and whether it lacks a date or a year.
#[derive(Debug, Clone)]
pub(super) struct TimeFormat {
    format: Arc<Format>,
    has_year: bool,
    has_date: bool,
}

impl TimeFormat {
    pub(super) fn new(text: &str) -> Self {
        let has = |letters: &str| {
            let mut behind = text.split('%').skip(1);
            behind.any(|part| {
                let part = part.trim_start_matches(|c: char| c.is_ascii_digit() || "-_^:".contains(c));
                part.starts_with(|c| letters.contains(c))
            })
        };
        Self { format: Arc::new(Format::new(text)), has_year: has("YyGgFDxcs+"), has_date: has("dejFDxcs+") }
    }
}

/// What is known besides the event.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The time of the event before.
    pub(super) previous: Option<i64>,
    /// The date in the source's name, at its start.
    pub(super) of_source: Option<i64>,
    /// When the file was changed.
    pub(super) modified: Option<i64>,
}

impl TimeRules {
    /// The time of an event, and whether it is its own and not the next best.
    pub(super) fn time(&self, text: &str, known: Known) -> (i64, bool) {
        let fallback = || known.previous.or(known.of_source).or(known.modified).unwrap_or(self.zone.now);
        match self.mode {
            Mode::Now => (self.zone.now, true),
            Mode::File => (known.modified.unwrap_or(self.zone.now), true),
            Mode::Text => self.own(text, known).map_or_else(|| (fallback(), false), |time| (time, true)),
        }
    }

    /// Whether a time that is found says its day: then it does not depend on the events before.
    pub(super) fn has_dates(&self) -> bool {
        self.format.as_ref().is_none_or(|format| format.has_date)
    }

    /// Whether a line has a date, for which lines are parted.
    pub(super) fn has_date(&self, line: &str) -> bool {
        self.mode == Mode::Text && self.find(line, None).is_some()
    }

    /// The time that an event says itself.
    pub(super) fn own(&self, text: &str, known: Known) -> Option<i64> {
        let base = known.of_source.or(known.previous).or(known.modified);
        self.find(text, base).filter(|time| self.is_near(*time))
    }

    fn is_near(&self, time: i64) -> bool {
        let (ago, hence) = self.window;
        let age = self.zone.now.saturating_sub(time);
        ago.is_none_or(|ago| age <= ago) && hence.is_none_or(|hence| age.saturating_neg() <= hence)
    }

    /// The time of a text; one without a date is of the day of `base`.
    fn find(&self, text: &str, base: Option<i64>) -> Option<i64> {
        let start = match &self.prefix {
            None => 0,
            Some(prefix) => prefix.find(text, 0, &mut Groups::Whole(None))?.1,
        };
        let rest = text.get(start..)?;
        let window = match rest.char_indices().nth(self.lookahead) {
            Some((end, _)) => rest.get(..end)?,
            None => rest,
        };
        let aliased;
        let window = if self.aliases.is_empty() {
            window
        } else {
            aliased = self.alias(window);
            &aliased
        };
        let by_format = || {
            let format = self.format.as_ref()?;
            self.by_format(format, window, base)
        };
        by_format()
            // The keys of JSON and XML are looked for further on.
            .or_else(|| {
                let text = if self.prefix.is_none() && self.aliases.is_empty() && self.lookahead >= LOOKAHEAD {
                    text
                } else {
                    window
                };
                recognise_within(text, self.lookahead, self.zone.timezone, self.zone.now)
            })
            .or_else(|| time_of_day(window, base?, self.zone.timezone))
    }

    fn by_format(&self, format: &TimeFormat, text: &str, base: Option<i64>) -> Option<i64> {
        let now = if format.has_date { self.zone.now } else { base.unwrap_or(self.zone.now) };
        let time = format.format.parse(text, now, self.zone.timezone)?;
        if format.has_year || !format.has_date || time <= now.saturating_add(DAY) {
            return Some(time);
        }
        // Without a year it is the last day of that date, not one that is to come.
        let earlier = format.format.parse(text, now.saturating_sub(365 * DAY), self.zone.timezone);
        earlier.or(Some(time))
    }

    /// The text with the names of zones as what they mean.
    fn alias(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let meaning = self.aliases.iter().find(|(name, _)| name == word).map(|(_, zone)| zone.as_str());
            // An offset stands for itself: `GMT+10:00` is ten hours before Greenwich's clock.
            out.push_str(
                meaning
                    .map_or(word, |zone| zone.strip_prefix("GMT").filter(|offset| !offset.is_empty()).unwrap_or(zone)),
            );
            let step = behind.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(behind.len());
            let (between, next) = behind.split_at(step);
            out.push_str(between);
            rest = next;
        }
        out
    }
}

/// The time of day at the start of a text, on the day of another time.
fn time_of_day(text: &str, base: i64, zone: Tz) -> Option<i64> {
    static CLOCK: LazyLock<Option<PlainRegex>> =
        LazyLock::new(|| PlainRegex::new(r"^[\s\[(<]*(\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?)(?:[^0-9:]|$)").ok());
    static FORMATS: LazyLock<[Format; 2]> = LazyLock::new(|| [Format::new("%H:%M:%S.%N"), Format::new("%H:%M:%S")]);
    let found = CLOCK.as_ref()?.captures(text)?.get(1)?.as_str().replace(',', ".");
    FORMATS.iter().find_map(|format| format.parse_all(&found, base, zone))
}

/// The day that a source's name says, `app-2024-05-01.log` or `app.20240501`, at its start.
pub(super) fn day_of_source(source: &str, zone: Tz) -> Option<i64> {
    static DAY_IN_NAME: LazyLock<Option<PlainRegex>> = LazyLock::new(|| {
        PlainRegex::new(r"(?:^|[^0-9])((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?:[^0-9]|$)").ok()
    });
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    let found = DAY_IN_NAME.as_ref()?.captures(name)?;
    let group = |number: usize| found.get(number).map(|group| group.as_str());
    let date = NaiveDate::from_ymd_opt(group(1)?.parse().ok()?, group(2)?.parse().ok()?, group(3)?.parse().ok()?)?;
    Format::new("%Y-%m-%d").parse(&date.to_string(), 0, zone)
}

#[cfg(test)]
#[path = "timestamp/tests.rs"]
mod tests;
