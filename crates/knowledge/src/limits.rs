//! Splunk's silent caps on the size of answers, as `limits.conf` sets them: `[subsearch]` with `maxout = 10000`.
//!
//! They hold where Splunk's answer is asked for (`--splunk-limits`); otherwise nothing is cut. Only caps that change an answer and can
//! be told from the data are here: times, sizes of memory and what belongs to a cluster of servers are not, so neither is
//! `[mvexpand] max_mem_usage_mb`.

use crate::conf::{Conf, Problem};

/// A cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Fields that pairs of keys and values give one event.
    PairFields,
    /// The same, as Splunk counts them over the events of a search; here over those of one event.
    PairColumns,
    /// Characters of an event that are looked at for pairs.
    PairCharacters,
    /// Bytes of an event that are looked at for JSON and XML.
    TreeBytes,
    /// Rows of a bracket in a condition.
    SubsearchRows,
    /// Rows of the bracket of `join`.
    JoinRows,
    /// Rows of the bracket of `append`, `appendcols` and `union`.
    ResultRows,
    /// Rows of each bracket of `set`.
    SetRows,
    /// Rows of `top`.
    TopRows,
    /// Rows of `rare`.
    RareRows,
    /// Values of `list`.
    ListValues,
    /// Matches of a lookup for one event.
    LookupMatches,
}

/// Each cap with its stanza, its key, and what Splunk ships.
pub const ALL: [(Limit, &str, &str, u64); 12] = [
    (Limit::PairFields, "kv", "limit", 100),
    (Limit::PairColumns, "kv", "maxcols", 512),
    (Limit::PairCharacters, "kv", "maxchars", 10_240),
    (Limit::TreeBytes, "spath", "extraction_cutoff", 5_000),
    (Limit::SubsearchRows, "subsearch", "maxout", 10_000),
    (Limit::JoinRows, "join", "subsearch_maxout", 50_000),
    (Limit::ResultRows, "searchresults", "maxresultrows", 50_000),
    (Limit::SetRows, "set", "maxresultrows", 50_000),
    (Limit::TopRows, "top", "maxresultrows", 50_000),
    (Limit::RareRows, "rare", "maxresultrows", 50_000),
    (Limit::ListValues, "stats", "list_maxsize", 100),
    (Limit::LookupMatches, "lookup", "max_matches", 1_000),
];

/// The caps that files set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits(Vec<(Limit, u64)>);

impl Limits {
    /// A cap; none where a file lifts it with 0.
    pub fn get(&self, limit: Limit) -> Option<u64> {
        let set = self.0.iter().find(|(known, _)| *known == limit).map(|(_, value)| *value);
        let usual = || ALL.iter().find(|(known, ..)| *known == limit).map(|(.., usual)| *usual);
        set.or_else(usual).filter(|value| *value > 0)
    }

    /// Lays other caps over these.
    pub(crate) fn merge(&mut self, later: Self) {
        self.0.retain(|(known, _)| later.0.iter().all(|(limit, _)| limit != known));
        self.0.extend(later.0);
    }
}

/// The caps of a `limits.conf`. What is no whole number is reported and counts as absent; keys that are no caps of answers are
/// left aside.
pub fn from_conf(conf: &Conf) -> (Limits, Vec<Problem>) {
    let mut limits = Limits::default();
    let mut problems = Vec::new();
    for (limit, stanza, key, _) in ALL {
        let own = conf.stanzas.get(stanza).and_then(|stanza| stanza.settings.get(key));
        let Some(setting) = own.or_else(|| conf.defaults.settings.get(key)) else { continue };
        match setting.value.parse() {
            Ok(value) => limits.0.push((limit, value)),
            Err(_) => {
                let message = format!("`{key}` of `[{stanza}]` takes a whole number, found `{}`", setting.value);
                problems.push(Problem::new(setting, message));
            }
        }
    }
    (limits, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_replace_what_splunk_ships_and_zero_lifts_it() {
        let read = |text: &str| from_conf(&Conf::parse(text).0);
        let (mut limits, problems) = read("[kv]\nlimit = 7\nmaxchars = many\n[subsearch]\nmaxout = 0\nttl = 300\n");
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3]);
        assert_eq!((limits.get(Limit::PairFields), limits.get(Limit::PairCharacters)), (Some(7), Some(10_240)));
        assert_eq!((limits.get(Limit::SubsearchRows), limits.get(Limit::ListValues)), (None, Some(100)));
        limits.merge(read("[subsearch]\nmaxout = 9\n").0);
        assert_eq!((limits.get(Limit::PairFields), limits.get(Limit::SubsearchRows)), (Some(7), Some(9)));
    }
}
