//! Lookup definitions, as `transforms.conf` gives them.
//!
//! ```text
//! [blocked]
//! filename = blocked.csv
//! match_type = WILDCARD(url)
//! case_sensitive_match = 0
//! ```

use std::ops::RangeInclusive;

use indexmap::IndexMap;

use crate::conf::{Conf, Problem, Stanza};

/// `max_matches` of a definition that sets none and is not bound in time.
const DEFAULT_MATCHES: i64 = 100;

/// How a column of a lookup table is compared with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchKind {
    /// As text.
    Exact,
    /// The cell is a pattern with `*`.
    Wildcard,
    /// The cell is an address block.
    Cidr,
}

/// A lookup definition.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupDefinition {
    /// The name that searches use.
    pub name: String,
    /// The file by name: CSV, or GeoJSON for shapes. Empty where the rows come from elsewhere.
    pub filename: String,
    /// The collection of the key-value store that holds the rows.
    pub collection: Option<String>,
    /// The program that would give the rows.
    pub program: Option<String>,
    /// The columns, where the definition says them.
    pub columns: Vec<String>,
    /// The condition of the rows that count, as a search writes it.
    pub filter: Option<String>,
    /// The property that names a shape, the last step of `feature_id_element`.
    pub feature_id: Option<String>,
    /// The most matches for one event.
    pub max_matches: usize,
    /// The fewest; missing ones are filled with `default_match`.
    pub min_matches: usize,
    /// What an event without a match gets.
    pub default_match: String,
    /// Whether upper and lower case differ.
    pub case_sensitive: bool,
    /// Columns that are not compared as text, with how they are.
    pub match_types: Vec<(String, MatchKind)>,
    /// The column that holds a time, for lookups bound in time.
    pub time_field: Option<String>,
    /// How that time is written.
    pub time_format: String,
    /// The longest time in seconds that an event may be after the row.
    pub max_offset_secs: i64,
    /// The shortest.
    pub min_offset_secs: i64,
}

impl LookupDefinition {
    /// The definition that a plain file has.
    pub fn of_file(filename: &str) -> Self {
        Self {
            name: filename.to_owned(),
            filename: filename.to_owned(),
            collection: None,
            program: None,
            columns: Vec::new(),
            filter: None,
            feature_id: None,
            max_matches: 1000,
            min_matches: 0,
            default_match: String::new(),
            case_sensitive: true,
            match_types: Vec::new(),
            time_field: None,
            time_format: "%s".to_owned(),
            max_offset_secs: 2_000_000_000,
            min_offset_secs: 0,
        }
    }
}

/// The lookup definitions of a `transforms.conf`: stanzas with a `filename`, a `collection` or an `external_cmd`. Other stanzas are
/// extractions and no affair of lookups.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, LookupDefinition>, Vec<Problem>) {
    let mut lookups = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        if conf.flag(stanza, "disabled", &mut problems) == Some(true) {
            continue;
        }
        let given = |key: &str| conf.text(stanza, key).filter(|text| !text.is_empty());
        let program = given("external_cmd").map(str::to_owned);
        let is_store = given("external_type").is_some_and(|kind| kind.eq_ignore_ascii_case("kvstore"));
        let collection = given("collection").map(str::to_owned).or_else(|| is_store.then(|| name.clone()));
        let Some(filename) = given("filename").or((collection.is_some() || program.is_some()).then_some("")) else {
            continue;
        };
        let list = |text: &str| text.split(',').map(|part| part.trim().trim_matches('"').to_owned()).collect();
        let columns: Vec<String> = given("fields_list").map_or_else(Vec::new, list);
        let time_field = conf.text(stanza, "time_field").filter(|text| !text.is_empty()).map(str::to_owned);
        let plain = LookupDefinition::of_file(filename);
        let most = if time_field.is_some() { 1 } else { DEFAULT_MATCHES };
        let number = |key: &str, default: i64, range: RangeInclusive<i64>, problems: &mut Vec<Problem>| {
            let Some(setting) = conf.get(stanza, key) else { return default };
            match setting.value.parse::<i64>() {
                Ok(number) if range.contains(&number) => number,
                _ => {
                    let (low, high) = range.into_inner();
                    let message =
                        format!("`{key}` takes a whole number from {low} to {high}, found `{}`", setting.value);
                    problems.push(Problem::new(setting, message));
                    default
                }
            }
        };
        let definition = LookupDefinition {
            name: name.clone(),
            filename: filename.to_owned(),
            // A file that is named counts before anything else.
            collection: collection.filter(|_| filename.is_empty()),
            program: program.filter(|_| filename.is_empty()),
            columns: columns.into_iter().filter(|column| !column.is_empty()).collect(),
            filter: given("filter").map(str::to_owned),
            feature_id: conf.text(stanza, "feature_id_element").and_then(last_step),
            max_matches: number("max_matches", most, 1..=1000, &mut problems) as usize,
            min_matches: number("min_matches", 0, 0..=1000, &mut problems) as usize,
            default_match: conf.text(stanza, "default_match").unwrap_or_default().to_owned(),
            case_sensitive: conf.flag(stanza, "case_sensitive_match", &mut problems).unwrap_or(true),
            match_types: match_types(conf, stanza, &mut problems),
            time_field,
            time_format: conf.text(stanza, "time_format").map_or(plain.time_format, str::to_owned),
            max_offset_secs: number("max_offset_secs", plain.max_offset_secs, 0..=2_000_000_000, &mut problems),
            min_offset_secs: number("min_offset_secs", plain.min_offset_secs, 0..=2_000_000_000, &mut problems),
        };
        lookups.insert(name.clone(), definition);
    }
    (lookups, problems)
}

/// `name` of `/Placemark/name`.
fn last_step(path: &str) -> Option<String> {
    path.rsplit('/').next().map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned)
}

/// Reads `WILDCARD(a), CIDR(b)`.
fn match_types(conf: &Conf, stanza: &Stanza, problems: &mut Vec<Problem>) -> Vec<(String, MatchKind)> {
    let Some(setting) = conf.get(stanza, "match_type") else { return Vec::new() };
    let mut found = Vec::new();
    for part in setting.value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (kind, field) = match part.split_once('(') {
            Some((kind, rest)) => (kind.trim(), rest.strip_suffix(')').map(str::trim)),
            None => (part, None),
        };
        let kind = match kind.to_ascii_uppercase().as_str() {
            "WILDCARD" => Some(MatchKind::Wildcard),
            "CIDR" => Some(MatchKind::Cidr),
            "EXACT" => Some(MatchKind::Exact),
            _ => None,
        };
        match (kind, field) {
            (Some(kind), Some(field)) if !field.is_empty() => found.push((field.to_owned(), kind)),
            _ => problems.push(Problem::new(
                setting,
                format!("`match_type` takes `WILDCARD(field)`, `CIDR(field)` or `EXACT(field)`, found `{part}`"),
            )),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn read(text: &str) -> (IndexMap<String, LookupDefinition>, Vec<usize>) {
        let (lookups, problems) = from_conf(&Conf::parse(text).0);
        (lookups, problems.into_iter().map(|problem| problem.line).collect())
    }

    #[test]
    fn defaults_follow_the_kind_of_lookup() {
        let (lookups, problems) =
            read("[plain]\nfilename = a.csv\n[timed]\nfilename = b.csv\ntime_field = t\n[rex]\nREGEX = (x)\n");
        assert!(problems.is_empty());
        assert_eq!(lookups.keys().collect::<Vec<_>>(), ["plain", "timed"]);
        assert_eq!((lookups["plain"].max_matches, lookups["plain"].case_sensitive), (100, true));
        assert_eq!((lookups["timed"].max_matches, lookups["timed"].time_field.as_deref()), (1, Some("t")));
    }

    #[test]
    fn every_key_is_read() {
        let (lookups, problems) = read(
            "[w]\nfilename = w.csv\nmax_matches = 5\nmin_matches = 1\ndefault_match = none\ncase_sensitive_match = 0\n\
             match_type = WILDCARD(url), cidr( ip ),EXACT(user)\ntime_field = t\ntime_format = %Y-%m-%d\n\
             max_offset_secs = 60\nmin_offset_secs = 10\n",
        );
        assert!(problems.is_empty());
        let w = &lookups["w"];
        assert_eq!((w.max_matches, w.min_matches, w.default_match.as_str(), w.case_sensitive), (5, 1, "none", false));
        let kinds = [("url", MatchKind::Wildcard), ("ip", MatchKind::Cidr), ("user", MatchKind::Exact)];
        assert_eq!(w.match_types, kinds.map(|(field, kind)| (field.to_owned(), kind)));
        assert_eq!((w.time_format.as_str(), w.max_offset_secs, w.min_offset_secs), ("%Y-%m-%d", 60, 10));
    }

    #[test]
    fn bad_values_are_reported_and_give_the_default() {
        let (lookups, problems) = read(
            "[w]\nfilename = w.csv\nmax_matches = 0\ncase_sensitive_match = maybe\nmatch_type = GLOB(a), WILDCARD\n",
        );
        assert_eq!(problems, [3, 4, 5, 5]);
        assert_eq!((lookups.len(), lookups["w"].max_matches), (1, 100));
    }

    #[test]
    fn rows_may_come_from_a_collection_or_a_program() {
        let (lookups, problems) = read(
            "[k]\nexternal_type = kvstore\ncollection = assets\nfields_list = _key, host,owner\nfilter = owner=\"ann\"\n\
             [p]\nexternal_cmd = whois.py host\n[f]\nfilename = f.csv\ncollection = c\n",
        );
        assert!(problems.is_empty());
        let k = &lookups["k"];
        assert_eq!((k.collection.as_deref(), k.filename.as_str()), (Some("assets"), ""));
        assert_eq!(k.columns, ["_key", "host", "owner"]);
        assert_eq!(k.filter.as_deref(), Some("owner=\"ann\""));
        assert_eq!(lookups["p"].program.as_deref(), Some("whois.py host"));
        assert_eq!((lookups["f"].collection.as_deref(), lookups["f"].filename.as_str()), (None, "f.csv"));
    }
}
