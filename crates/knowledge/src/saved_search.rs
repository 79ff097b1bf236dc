//! Saved searches: query files of a project, and the stanzas of savedsearches.conf.
//!
//! ````text
//! ```title: Logins by country
//! earliest: -1d@d```
//! index=auth | stats count by country
//! ````
//!
//! The comment is part of the text. What an alert would do with a search is kept as text and not interpreted.

use std::path::Path;

use indexmap::IndexMap;

use crate::{
    conf::{Conf, Place, Problem, truth},
    schedule::{Form, Said, Schedule},
};

/// A saved search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedSearch {
    /// The name: a file's without its ending, a stanza's.
    pub name: String,
    /// What else it is called.
    pub title: Option<String>,
    /// The text.
    pub search: String,
    /// The start of its time range.
    pub earliest: Option<String>,
    /// The end of its time range.
    pub latest: Option<String>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// What else is said of it, under the names of savedsearches.conf.
    pub settings: IndexMap<String, String>,
}

impl SavedSearch {
    /// The saved search of a query file, and what is wrong with what its comment says of a schedule.
    pub fn of_file(name: &str, text: &str, file: Option<&Path>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let schedule = file_schedule(text, file, &mut problems);
        let mut keys = leading_keys(text);
        let mut take = |name: &str| {
            let place = keys.iter().position(|(key, value)| key == name && !value.is_empty())?;
            Some(keys.remove(place).1)
        };
        let (title, earliest, latest) = (take("title"), take("earliest"), take("latest"));
        let settings = keys.into_iter().collect();
        (Self { name: name.to_owned(), title, search: text.to_owned(), earliest, latest, schedule, settings }, problems)
    }
}

/// The schedule of a query file. One that is `disabled` has none.
fn file_schedule(text: &str, file: Option<&Path>, problems: &mut Vec<Problem>) -> Option<Schedule> {
    let lines = leading_lines(text);
    let get = |key: &str| {
        let (line, _, value) = lines.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(key))?;
        Some(Said { value, place: Place { file: file.map(Into::into), line: *line } })
    };
    let disabled = get("disabled").and_then(|said| truth(said.value)) == Some(true);
    Schedule::read(Form::QueryFile, get, problems).filter(|_| !disabled)
}

/// The saved searches of a savedsearches.conf; stanzas without a search are left out.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, SavedSearch>, Vec<Problem>) {
    let mut found = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        if conf.flag(stanza, "disabled", &mut problems) == Some(true) {
            continue;
        }
        let Some(search) = conf.text(stanza, "search").filter(|text| !text.trim().is_empty()) else { continue };
        let text = |key: &str| conf.text(stanza, key).filter(|text| !text.is_empty()).map(str::to_owned);
        let others = conf.defaults.settings.iter().chain(&stanza.settings);
        let settings = others.filter(|(key, _)| *key != "search").map(|(key, set)| (key.clone(), set.value.clone()));
        let get = |key: &str| conf.get(stanza, key).map(|set| Said { value: &set.value, place: set.into() });
        let saved = SavedSearch {
            name: name.clone(),
            title: None,
            search: search.to_owned(),
            earliest: text("dispatch.earliest_time"),
            latest: text("dispatch.latest_time"),
            schedule: Schedule::read(Form::Conf, get, &mut problems),
            settings: settings.collect(),
        };
        found.insert(name.clone(), saved);
    }
    (found, problems)
}

/// The pairs `key: value` of a comment that stands before everything else, keys in lower case.
pub fn leading_keys(text: &str) -> Vec<(String, String)> {
    leading_lines(text).into_iter().map(|(_, key, value)| (key, value)).collect()
}

/// As [`leading_keys`], with the line of each, from 1.
fn leading_lines(text: &str) -> Vec<(usize, String, String)> {
    let start = text.trim_start();
    let Some((comment, _)) = start.strip_prefix("```").and_then(|rest| rest.split_once("```")) else {
        return Vec::new();
    };
    let blank = text.get(..text.len() - start.len()).unwrap_or_default();
    let first = blank.matches('\n').count() + 1;
    let pair = |(line, text): (usize, &str)| {
        let (key, value) = text.split_once(':')?;
        Some((line, key.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    (first..).zip(comment.lines()).filter_map(pair).filter(|(_, key, _)| !key.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_file_says_its_title_and_range() {
        let text = "```title: All logins\nearliest: -1d\nowner: soc```\nindex=auth";
        let (saved, problems) = SavedSearch::of_file("logins", text, None);
        assert!(problems.is_empty() && saved.schedule.is_none());
        assert_eq!((saved.title.as_deref(), saved.earliest.as_deref()), (Some("All logins"), Some("-1d")));
        assert_eq!(saved.latest, None);
        assert_eq!(saved.settings["owner"], "soc");
        assert!(saved.search.ends_with("index=auth"));
    }

    #[test]
    fn a_file_says_when_it_runs() {
        let of = |text: &str| SavedSearch::of_file("a", text, Some(Path::new("a.spl")));
        let (saved, problems) = of("\n```\ntitle: A\nschedule: */10 * * * *\ncatch_up: all\n```\nindex=a");
        assert!(problems.is_empty());
        assert_eq!(saved.schedule.map(|schedule| schedule.text).as_deref(), Some("*/10 * * * *"));
        assert_eq!(of("```schedule: */10 * * * *\ndisabled: 1```\nindex=a").0.schedule, None);
        let (saved, problems) = of("\n```\ntitle: A\nschedule: often\n```\nindex=a");
        assert_eq!(saved.schedule, None);
        assert!(problems[0].to_string().starts_with("a.spl:4: `schedule` is `often`: 1 field"), "{problems:?}");
    }

    #[test]
    fn stanzas_need_a_search() {
        let text = "[a]\nsearch = index=x\ndispatch.latest_time = now\ncron_schedule = * * * * *\n[b]\ndisabled = 1\nsearch = y\n[c]\nx = 1\n";
        let (found, problems) = from_conf(&Conf::parse(text).0);
        assert!(problems.is_empty());
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!((found["a"].earliest.as_deref(), found["a"].latest.as_deref()), (None, Some("now")));
        assert_eq!(found["a"].settings["cron_schedule"], "* * * * *");
    }
}
