//! Saved searches: query files of a project, and the stanzas of savedsearches.conf.
//!
//! ````text
//! ```title: Logins by country
//! earliest: -1d@d```
//! index=auth | stats count by country
//! ````
//!
//! The comment is part of the text. What a scheduler or an alert would do with a search is kept as text and not interpreted.

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

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
    /// What else is said of it, under the names of savedsearches.conf.
    pub settings: IndexMap<String, String>,
}

impl SavedSearch {
    /// The saved search of a query file.
    pub fn of_file(name: &str, text: &str) -> Self {
        let mut keys = leading_keys(text);
        let mut take = |name: &str| {
            let place = keys.iter().position(|(key, value)| key == name && !value.is_empty())?;
            Some(keys.remove(place).1)
        };
        let (title, earliest, latest) = (take("title"), take("earliest"), take("latest"));
        let settings = keys.into_iter().collect();
        Self { name: name.to_owned(), title, search: text.to_owned(), earliest, latest, settings }
    }
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
        let saved = SavedSearch {
            name: name.clone(),
            title: None,
            search: search.to_owned(),
            earliest: text("dispatch.earliest_time"),
            latest: text("dispatch.latest_time"),
            settings: settings.collect(),
        };
        found.insert(name.clone(), saved);
    }
    (found, problems)
}

/// The pairs `key: value` of a comment that stands before everything else, keys in lower case.
pub fn leading_keys(text: &str) -> Vec<(String, String)> {
    let Some((comment, _)) = text.trim_start().strip_prefix("```").and_then(|rest| rest.split_once("```")) else {
        return Vec::new();
    };
    let pair = |line: &str| {
        let (key, value) = line.split_once(':')?;
        Some((key.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    comment.lines().filter_map(pair).filter(|(key, _)| !key.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_file_says_its_title_and_range() {
        let saved = SavedSearch::of_file("logins", "```title: All logins\nearliest: -1d\nowner: soc```\nindex=auth");
        assert_eq!((saved.title.as_deref(), saved.earliest.as_deref()), (Some("All logins"), Some("-1d")));
        assert_eq!(saved.latest, None);
        assert_eq!(saved.settings["owner"], "soc");
        assert!(saved.search.ends_with("index=auth"));
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
