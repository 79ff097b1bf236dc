//! What `props.conf` says of events by their source, host and source type.
//!
//! ```text
//! [sshd]
//! EXTRACT-user = user=(?<user>\w+)
//! [source::/var/log/auth.log]
//! TRUNCATE = 0
//! ```
//!
//! All stanzas that take an event hold for it; key by key the strongest wins: a source's before a host's before a source type's,
//! within these the higher `priority` (100 for a literal name, 0 for a pattern), then the name that sorts first, and `[default]`
//! last of all. A setting without a value takes away what weaker stanzas say. Guessing source types (`[rule::…]`) is absent.

mod index_time;
mod pattern;
mod search_time;

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub use self::{
    index_time::{IndexTime, IndexTimeKey, IndexedExtractions, KEYS},
    pattern::{Pattern, Scope},
    search_time::{Alias, AutoLookup, Calculated, Extract, KvMode, LookupOutput, SearchTime, TransformList},
};
use crate::conf::{Conf, Place, Problem, Setting};

/// The priority of a stanza with a literal name.
const LITERAL: i64 = 100;

/// A stanza.
#[derive(Debug, Clone)]
pub struct PropsStanza {
    /// Its name as it is written.
    pub name: String,
    /// What its pattern is compared with.
    pub scope: Scope,
    /// Which events it takes.
    pub pattern: Pattern,
    /// Its `priority`, which counts within one scope.
    pub priority: i64,
    /// Where it was written.
    pub place: Place,
    /// What it says.
    pub settings: IndexMap<String, Setting>,
}

impl PropsStanza {
    /// What it says by itself.
    pub fn alone(&self) -> Effective {
        let mut settings = BTreeMap::new();
        add(&mut settings, &self.name, &self.settings);
        Effective { settings }
    }

    /// Whether it takes an event. A property that is not known is taken by no stanza.
    pub fn matches(&self, source: Option<&str>, host: Option<&str>, sourcetype: Option<&str>) -> bool {
        let value = match self.scope {
            Scope::Source => source,
            Scope::Host => host,
            Scope::Sourcetype => sourcetype,
        };
        value.is_some_and(|value| self.pattern.matches(value))
    }
}

/// All stanzas, the strongest first.
#[derive(Debug, Clone, Default)]
pub struct Props {
    stanzas: Vec<PropsStanza>,
    /// What `[default]` says; weaker than any stanza.
    defaults: IndexMap<String, Setting>,
}

/// What holds for the events of one source, host and source type: for each key the winner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective {
    settings: BTreeMap<String, Winner>,
}

/// A setting and the stanza that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Winner {
    /// The stanza's name; `default` for what holds for all.
    pub stanza: String,
    /// The value and its place.
    pub setting: Setting,
}

impl Props {
    /// Reads a `props.conf`. Names that cannot be compiled and settings that cannot be read are reported and left out.
    pub fn from_conf(conf: &Conf) -> (Props, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut stanzas = Vec::new();
        for (name, stanza) in &conf.stanzas {
            let (scope, pattern) = match Pattern::of_stanza(name) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                Err(message) => {
                    problems.push(Problem::new(stanza, format!("`[{name}]` is no pattern: {message}")));
                    continue;
                }
            };
            let mut priority = if pattern.is_literal() { LITERAL } else { 0 };
            if let Some(setting) = stanza.settings.get("priority").filter(|setting| !setting.value.is_empty()) {
                match setting.value.parse() {
                    Ok(number) => priority = number,
                    Err(_) => problems.push(Problem::new(
                        setting,
                        format!("`priority` takes a whole number, found `{}`", setting.value),
                    )),
                }
            }
            let place = stanza.into();
            let settings = stanza.settings.clone();
            problems.extend(check(name, &settings));
            stanzas.push(PropsStanza { name: name.clone(), scope, pattern, priority, place, settings });
        }
        problems.extend(check("default", &conf.defaults.settings));
        let mut props = Props { stanzas, defaults: conf.defaults.settings.clone() };
        props.sort();
        (props, problems)
    }

    /// The stanzas, the strongest first.
    pub fn stanzas(&self) -> &[PropsStanza] {
        &self.stanzas
    }

    /// Lays other props over these: key by key, the others win in stanzas of one name.
    pub fn merge(&mut self, later: Props) {
        for stanza in later.stanzas {
            match self.stanzas.iter_mut().find(|known| known.name == stanza.name) {
                Some(known) => {
                    if stanza.settings.contains_key("priority") {
                        known.priority = stanza.priority;
                    }
                    known.place = stanza.place;
                    known.settings.extend(stanza.settings);
                }
                None => self.stanzas.push(stanza),
            }
        }
        self.defaults.extend(later.defaults);
        self.sort();
    }

    /// For each key what holds for events of this source, host and source type. A `rename` has no effect here; see
    /// [`Props::search_time`].
    pub fn effective(&self, source: Option<&str>, host: Option<&str>, sourcetype: Option<&str>) -> Effective {
        let mut settings = BTreeMap::new();
        for stanza in self.stanzas.iter().filter(|stanza| stanza.matches(source, host, sourcetype)) {
            add(&mut settings, &stanza.name, &stanza.settings);
        }
        add(&mut settings, "default", &self.defaults);
        Effective { settings }
    }

    /// The fields that a search finds in events of this source, host and source type. Where the source type is renamed, what is
    /// said of its new name holds and not what is said of the old one; `rename` is kept in the answer.
    pub fn search_time(&self, source: Option<&str>, host: Option<&str>, sourcetype: Option<&str>) -> SearchTime {
        let effective = self.effective(source, host, sourcetype);
        match effective.text("rename") {
            Some(name) => {
                let renamed = self.effective(source, host, Some(name)).search_time();
                SearchTime { rename: Some(name.to_owned()), ..renamed }
            }
            None => effective.search_time(),
        }
    }

    fn sort(&mut self) {
        self.stanzas.sort_by(|one, other| {
            let strength = |stanza: &PropsStanza| (stanza.scope, std::cmp::Reverse(stanza.priority));
            strength(one).cmp(&strength(other)).then_with(|| one.name.cmp(&other.name))
        });
    }
}

fn add(found: &mut BTreeMap<String, Winner>, stanza: &str, settings: &IndexMap<String, Setting>) {
    for (key, setting) in settings {
        found.entry(key.clone()).or_insert_with(|| Winner { stanza: stanza.to_owned(), setting: setting.clone() });
    }
}

/// Reads each setting alone, for what is wrong with it.
fn check(stanza: &str, settings: &IndexMap<String, Setting>) -> Vec<Problem> {
    let mut all = BTreeMap::new();
    add(&mut all, stanza, settings);
    let effective = Effective { settings: all };
    let mut problems = effective.read_search_time().1;
    problems.extend(effective.read_index_time().1);
    problems
}

impl Effective {
    /// The winner of a key; none where it is set to nothing.
    pub fn get(&self, key: &str) -> Option<&Winner> {
        self.settings.get(key).filter(|winner| !winner.setting.value.is_empty())
    }

    /// The text of a key; none where it is set to nothing.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).map(|winner| winner.setting.value.as_str())
    }

    /// All keys in the order of their bytes, those without a value among them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Winner)> {
        self.settings.iter().map(|(key, winner)| (key.as_str(), winner))
    }

    /// How fields are found in the events.
    pub fn search_time(&self) -> SearchTime {
        self.read_search_time().0
    }

    /// How the events are made from bytes.
    pub fn index_time(&self) -> IndexTime {
        self.read_index_time().0
    }

    /// The settings of a family, such as `EXTRACT-`, with their class, in the order of the classes' bytes.
    fn classes<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Setting)> {
        self.iter()
            .filter(|(_, winner)| !winner.setting.value.is_empty())
            .filter_map(move |(key, winner)| Some((class(key, prefix)?, &winner.setting)))
    }
}

/// The class in a key: `user` of `EXTRACT-user`, and nothing of `EXTRACT`. Only `LOOKUP` is written in any way.
fn class<'a>(key: &'a str, family: &str) -> Option<&'a str> {
    let head = key.get(..family.len())?;
    let rest = key.get(family.len()..)?;
    let is_lookup = family == "LOOKUP";
    if head != family && !(is_lookup && head.eq_ignore_ascii_case(family)) {
        return None;
    }
    match rest.strip_prefix('-').or_else(|| rest.strip_prefix('_').filter(|_| is_lookup)) {
        Some(class) => Some(class),
        None => (rest.is_empty() || is_lookup).then_some(rest),
    }
}

/// The names of a list such as `one, two`.
fn names(list: &str) -> Vec<String> {
    list.split(',')
        .map(|name| name.trim().trim_matches('"'))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
