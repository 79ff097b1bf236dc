//! Many texts in one allocation, and a set of texts that gives each a number.
//!
//! `stats values(user) by host` over a million hosts holds every user name once, and per pair of host and user one
//! 64-bit key; no group owns an allocation. Numbers are below 2³².

use std::hash::{BuildHasher, Hasher};

use datafusion::common::{Result, resources_err};
use hashbrown::{DefaultHashBuilder, HashTable};

/// Texts one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Arena {
    text: String,
    /// Where each text begins, and the end of the last.
    bounds: Vec<usize>,
}

impl Default for Arena {
    fn default() -> Self {
        Self { text: String::new(), bounds: vec![0] }
    }
}

impl Arena {
    /// Adds a text and gives its number.
    pub(crate) fn push(&mut self, text: &str) -> Result<u32> {
        let Ok(number) = u32::try_from(self.len()) else {
            return resources_err!("more than {} texts in one stats function", u32::MAX);
        };
        self.text.push_str(text);
        self.bounds.push(self.text.len());
        Ok(number)
    }

    /// The text of a number; empty for a number that was never given.
    pub(crate) fn get(&self, number: u32) -> &str {
        let place = number as usize;
        match self.bounds.get(place..place + 2) {
            Some([start, end]) => self.text.get(*start..*end).unwrap_or_default(),
            _ => "",
        }
    }

    /// Whether a number has this text. Bytes are compared: a place in a text must be looked at before it may be cut there.
    fn is(&self, number: u32, text: &str) -> bool {
        let place = number as usize;
        match self.bounds.get(place..place + 2) {
            Some([start, end]) => self.text.as_bytes().get(*start..*end) == Some(text.as_bytes()),
            _ => false,
        }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.text.capacity() + self.bounds.capacity() * size_of::<usize>()
    }
}

/// Texts, each kept once.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    texts: Arena,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The number of a text, a new one if it was not seen before.
    ///
    /// # Errors
    /// Where there are more texts than numbers.
    pub fn intern(&mut self, text: &str) -> Result<u32> {
        let Self { texts, table, hasher } = self;
        let hash = hash(hasher, text);
        if let Some(known) = table.find(hash, |number| texts.is(*number, text)) {
            return Ok(*known);
        }
        let number = texts.push(text)?;
        table.insert_unique(hash, number, |number| self::hash(hasher, texts.get(*number)));
        Ok(number)
    }

    /// The number of a text that was seen.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.table.find(hash(&self.hasher, text), |number| self.texts.is(*number, text)).copied()
    }

    /// The text of a number.
    pub fn get(&self, number: u32) -> &str {
        self.texts.get(number)
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
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
    pub fn size(&self) -> usize {
        self.texts.size() + self.table.allocation_size()
    }
}

/// The hash of a text alone. `hash_one` would add the mark that tells parts of a longer key apart.
fn hash(hasher: &DefaultHashBuilder, text: &str) -> u64 {
    let mut state = hasher.build_hasher();
    state.write(text.as_bytes());
    state.finish()
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
