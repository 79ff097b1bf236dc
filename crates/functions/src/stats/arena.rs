//! Many pieces of bytes in one allocation. `stats list(user) by host`
//!
//! Pieces have the numbers from 0 up; none owns an allocation. All together are less than 4 GiB: who has more begins another arena.

use datafusion::common::{Result, resources_err};

/// Pieces one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    /// Where each piece begins, and the end of the last.
    bounds: Vec<u32>,
}

impl Default for Arena {
    fn default() -> Self {
        Self { bytes: Vec::new(), bounds: vec![0] }
    }
}

impl Arena {
    /// Adds a piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<()> {
        let Ok(end) = u32::try_from(self.bytes.len() + piece.len()) else {
            return resources_err!("more than 4 GiB of values in one row of a stats function");
        };
        self.bytes.extend_from_slice(piece);
        self.bounds.push(end);
        Ok(())
    }

    /// Adds pieces that lie one after the other, each as long as the next of `lengths`.
    pub(crate) fn extend(&mut self, pieces: &[u8], lengths: impl Iterator<Item = usize>) -> Result<()> {
        let mut end = self.bytes.len();
        if u32::try_from(end + pieces.len()).is_err() {
            return resources_err!("more than 4 GiB of values in one row of a stats function");
        }
        self.bytes.extend_from_slice(pieces);
        self.bounds.extend(lengths.map(|length| {
            end += length;
            end as u32
        }));
        Ok(())
    }

    /// The piece of a number; empty for a number that was never given.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> &[u8] {
        match self.bounds.get(number..number + 2) {
            Some([start, end]) => self.bytes.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// How many pieces there are.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// How many bytes all pieces have.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// All pieces as they lie, if each has this many bytes.
    pub(crate) fn of_length(&self, length: usize) -> Option<&[u8]> {
        let are_all = self.bounds.iter().enumerate().all(|(number, bound)| *bound as usize == number * length);
        are_all.then_some(&self.bytes)
    }

    /// Drops all pieces; the room stays.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bounds.truncate(1);
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.bytes.capacity() + self.bounds.capacity() * size_of::<u32>()
    }
}
