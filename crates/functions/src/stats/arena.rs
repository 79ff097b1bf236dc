//! Many texts in one allocation. `stats list(user) by host`
//!
//! Texts have the numbers from 0 up, which are below 2³²; no text owns an allocation.

use datafusion::common::{Result, resources_err};

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

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.text.capacity() + self.bounds.capacity() * size_of::<usize>()
    }
}
