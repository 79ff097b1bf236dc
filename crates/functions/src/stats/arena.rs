//! Many texts in one allocation, and a set of texts that gives each a number.
//!
//! `stats values(user) by host` over a million hosts holds every user name once, and per pair of host and user one
//! 64-bit key; no group owns an allocation. Numbers are below 2³².

use std::hash::BuildHasher;

use datafusion::common::{Result, resources_err};
use hashbrown::{DefaultHashBuilder, HashTable};

/// Texts one after the other.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    text: String,
    ends: Vec<usize>,
}

impl Arena {
    /// Adds a text and gives its number.
    pub(crate) fn push(&mut self, text: &str) -> Result<u32> {
        let Ok(number) = u32::try_from(self.ends.len()) else {
            return resources_err!("more than {} texts in one stats function", u32::MAX);
        };
        self.text.push_str(text);
        self.ends.push(self.text.len());
        Ok(number)
    }

    /// The text of a number; empty for a number that was never given.
    pub(crate) fn get(&self, number: u32) -> &str {
        let place = number as usize;
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        match (start, self.ends.get(place)) {
            (Some(start), Some(end)) => self.text.get(start..*end).unwrap_or_default(),
            _ => "",
        }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

/// Texts, each kept once.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: Arena,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The number of a text, a new one if it was not seen before.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32> {
        let Self { texts, table, hasher } = self;
        let hash = hasher.hash_one(text);
        if let Some(known) = table.find(hash, |number| texts.get(*number) == text) {
            return Ok(*known);
        }
        let number = texts.push(text)?;
        table.insert_unique(hash, number, |number| hasher.hash_one(texts.get(*number)));
        Ok(number)
    }

    /// The text of a number.
    pub(crate) fn get(&self, number: u32) -> &str {
        self.texts.get(number)
    }

    /// For each number the place of its text in the order by bytes.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.get(*a).cmp(self.get(*b)));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.texts.size() + self.table.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut interner = Interner::default();
        let numbers: Vec<u32> =
            ["b", "", "é", "b", "a", ""].iter().map(|text| interner.intern(text).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 3, 1]);
        assert_eq!((interner.get(0), interner.get(1), interner.get(2)), ("b", "", "é"));
        assert_eq!(interner.ranks(), [2, 0, 3, 1]);
    }
}
