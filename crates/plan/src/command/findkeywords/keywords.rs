//! The words that tell a group of events from the others. `findkeywords labelfield=cluster_label`
//!
//! A rule is grown word by word, as in the covering algorithms of rule induction (Fürnkranz, *Separate-and-Conquer Rule
//! Learning*, 1999): first words that events must have, then words that they must not. Each time the word is taken after which
//! the rule fits the group best, of equal ones the first by its text; where no word betters it, it is done. How well a rule fits is F1,
//! the harmonic mean of precision and recall (van Rijsbergen, *Information Retrieval*, 1979): twice the group's events that the
//! rule matches, by the events of the group and those that match.

use std::collections::HashMap;

use crate::postings::Postings;

/// How many words there are of each kind at most.
const MOST: usize = 5;

/// A search that is made of words.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Words that an event must have.
    pub(super) include: Vec<usize>,
    /// Words that it must not have.
    pub(super) exclude: Vec<usize>,
    /// How many events it matches.
    pub(super) matched: usize,
    /// How well it fits, 0 to 1.
    pub(super) confidence: f64,
}

impl Found {
    /// As the text of a search; `*` where there is no word.
    pub(super) fn search(&self, postings: &Postings) -> String {
        let quoted = |term: &usize| format!("\"{}\"", postings.text(*term));
        let include = self.include.iter().map(quoted);
        let all: Vec<String> = include.chain(self.exclude.iter().map(|term| format!("NOT {}", quoted(term)))).collect();
        if all.is_empty() { "*".to_owned() } else { all.join(" ") }
    }
}

/// The words for a group: `members` are its events, in their order, of `events` in all.
pub(super) fn find(postings: &Postings, members: &[usize], events: usize) -> Found {
    let fit = |hits: usize, matched: usize| 2.0 * hits as f64 / (members.len() + matched).max(1) as f64;
    let mut matched: Vec<usize> = (0..events).collect();
    let mut hits = members.to_vec();
    let mut found = Found { confidence: fit(hits.len(), events), ..Found::default() };
    while found.include.len() < MOST {
        let own = postings.counts(&hits);
        let all = if found.include.is_empty() { None } else { Some(postings.counts(&matched)) };
        let total = |term: usize| match &all {
            Some(all) => all.get(&term).copied().unwrap_or(0),
            None => postings.count(term),
        };
        let scored = own.iter().map(|(term, count)| (fit(*count, total(*term)), *term));
        let Some(term) = best(postings, scored, found.confidence) else { break };
        (matched, hits) = (postings.having(&matched, term, true), postings.having(&hits, term, true));
        found.confidence = fit(hits.len(), matched.len());
        found.include.push(term);
    }
    while found.exclude.len() < MOST && matched.len() > hits.len() {
        let own = postings.counts(&hits);
        let all: HashMap<usize, usize> = postings.counts(&matched);
        let scored = all.iter().map(|(term, count)| {
            let lost = own.get(term).copied().unwrap_or(0);
            (fit(hits.len().saturating_sub(lost), matched.len().saturating_sub(*count)), *term)
        });
        let Some(term) = best(postings, scored, found.confidence) else { break };
        (matched, hits) = (postings.having(&matched, term, false), postings.having(&hits, term, false));
        found.confidence = fit(hits.len(), matched.len());
        found.exclude.push(term);
    }
    found.matched = matched.len();
    found
}

/// The word with the best score, if that is better than it is without a further word.
fn best(postings: &Postings, scored: impl Iterator<Item = (f64, usize)>, without: f64) -> Option<usize> {
    let better = |left: &(f64, usize), right: &(f64, usize)| {
        left.0.total_cmp(&right.0).then_with(|| postings.text(right.1).cmp(postings.text(left.1)))
    };
    scored.filter(|(score, _)| *score > without).max_by(better).map(|(_, term)| term)
}
