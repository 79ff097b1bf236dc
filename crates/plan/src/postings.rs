//! Which events hold which terms: what searches for groups of events are found by. `findkeywords labelfield=cluster_label`

use std::collections::HashMap;

/// The terms of events, numbered in the order in which they come.
pub(crate) struct Postings {
    /// The text of each term.
    pub(crate) terms: Vec<String>,
    /// The terms of each event, each once.
    pub(crate) of_event: Vec<Vec<usize>>,
    /// The events that hold each term, in their order.
    pub(crate) holders: Vec<Vec<usize>>,
}

impl Postings {
    /// The postings of events, each of which adds its terms.
    pub(crate) fn new(events: usize, mut each: impl FnMut(usize, &mut dyn FnMut(&str))) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut postings = Self { terms: Vec::new(), of_event: Vec::with_capacity(events), holders: Vec::new() };
        for event in 0..events {
            let mut own = Vec::new();
            each(event, &mut |term| {
                let number = match numbers.get(term) {
                    Some(number) => *number,
                    None => {
                        let number = numbers.len();
                        numbers.insert(term.to_owned(), number);
                        postings.terms.push(term.to_owned());
                        postings.holders.push(Vec::new());
                        number
                    }
                };
                if let Some(holders) = postings.holders.get_mut(number).filter(|events| events.last() != Some(&event)) {
                    holders.push(event);
                    own.push(number);
                }
            });
            postings.of_event.push(own);
        }
        postings
    }

    /// What it takes in memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        // A term is a key and an entry; an event stands in the list of each of its terms, and they in its own.
        let texts: usize = self.terms.iter().map(|term| 2 * (term.len() + size_of::<String>())).sum();
        let places: usize = self.holders.iter().map(|events| 2 * events.len() * size_of::<usize>()).sum();
        texts + places + (self.of_event.len() + self.holders.len()) * size_of::<Vec<usize>>()
    }

    /// The text of a term.
    pub(crate) fn text(&self, term: usize) -> &str {
        self.terms.get(term).map_or("", String::as_str)
    }

    /// How many events hold a term.
    pub(crate) fn count(&self, term: usize) -> usize {
        self.holders.get(term).map_or(0, Vec::len)
    }

    /// The terms of some events.
    pub(crate) fn terms_of<'a>(&'a self, events: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        events.iter().filter_map(|event| self.of_event.get(*event)).flatten().copied()
    }

    /// How many of some events hold each term; no entry where none does.
    pub(crate) fn counts(&self, events: &[usize]) -> HashMap<usize, usize> {
        let mut counts = HashMap::new();
        self.terms_of(events).for_each(|term| *counts.entry(term).or_default() += 1);
        counts
    }

    /// Those of some events that hold a term, or those that do not.
    pub(crate) fn having(&self, events: &[usize], term: usize, wanted: bool) -> Vec<usize> {
        let holders = self.holders.get(term).map_or(&[][..], Vec::as_slice);
        events.iter().copied().filter(|event| holders.binary_search(event).is_ok() == wanted).collect()
    }
}
