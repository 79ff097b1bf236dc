//! The numbers of pairs of numbers, in the order in which they come.

use std::hash::BuildHasher;

use datafusion::common::{Result, resources_err};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::{ABSENT, UNKNOWN};

/// Where all possible pairs are at most so many, they are looked up in a list.
const LISTED: usize = 1 << 18;

/// Pairs and their numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct Pairs {
    pairs: Vec<(u32, u32)>,
    /// The numbers of all possible pairs, `width` of them for each left number; empty where they are too many.
    listed: Vec<u32>,
    width: usize,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Pairs {
    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<(u32, u32)>()
            + self.listed.capacity() * size_of::<u32>()
            + self.table.allocation_size()
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        self.pairs.clear();
        self.listed.clear();
        self.width = 0;
        self.table.clear();
    }

    /// The pairs in the order of their numbers.
    pub(super) fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// Puts the numbers of pairs in the place of their left numbers; `lefts` and `rights` are how many of either there are.
    ///
    /// # Errors
    /// Where there are more pairs than numbers.
    pub(super) fn number(&mut self, left: &mut [u32], right: &[u32], lefts: usize, rights: usize) -> Result<()> {
        self.make_room(lefts, rights);
        if self.listed.is_empty() {
            for (left, right) in left.iter_mut().zip(right) {
                *left = self.looked_up(*left, *right);
            }
        } else {
            for (left, right) in left.iter_mut().zip(right) {
                let place = *left as usize * self.width + *right as usize;
                *left = match self.listed.get_mut(place) {
                    Some(known) if *known != UNKNOWN => *known,
                    slot => {
                        let next = u32::try_from(self.pairs.len()).unwrap_or(UNKNOWN);
                        self.pairs.push((*left, *right));
                        if let Some(slot) = slot {
                            *slot = next;
                        }
                        next
                    }
                };
            }
        }
        match self.pairs.len() >= UNKNOWN as usize {
            true => resources_err!("there are more than {UNKNOWN} groups"),
            false => Ok(()),
        }
    }

    /// As [`Pairs::number`] of pairs that there are; others are absent.
    pub(super) fn find(&self, left: &mut [u32], right: &[u32]) {
        for (left, right) in left.iter_mut().zip(right) {
            let known = match self.listed.is_empty() {
                _ if *left >= ABSENT || *right >= ABSENT => None,
                true => {
                    let is_it = |number: &u32| self.pairs.get(*number as usize) == Some(&(*left, *right));
                    self.table.find(hash(&self.hasher, (*left, *right)), is_it).copied()
                }
                false => self.listed.get(*left as usize * self.width + *right as usize).copied(),
            };
            *left = known.filter(|known| *known != UNKNOWN).unwrap_or(ABSENT);
        }
    }

    /// Makes the list as large as it must be, or puts all in the table.
    fn make_room(&mut self, lefts: usize, rights: usize) {
        let was_listed = !self.listed.is_empty();
        if !was_listed && !self.pairs.is_empty() {
            return;
        }
        if was_listed && rights <= self.width && lefts.saturating_mul(self.width) <= self.listed.len() {
            return;
        }
        self.width = rights.max(self.width).next_power_of_two();
        let all = lefts.next_power_of_two().saturating_mul(self.width);
        self.listed.clear();
        if all <= LISTED {
            self.listed.resize(all, UNKNOWN);
            for (number, (left, right)) in self.pairs.iter().enumerate() {
                if let Some(slot) = self.listed.get_mut(*left as usize * self.width + *right as usize) {
                    *slot = u32::try_from(number).unwrap_or(UNKNOWN);
                }
            }
            return;
        }
        self.listed.shrink_to_fit();
        let Self { pairs, table, hasher, .. } = self;
        for (number, pair) in pairs.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(UNKNOWN);
            table.insert_unique(hash(hasher, *pair), number, |number| hash_of(hasher, pairs, *number));
        }
    }

    fn looked_up(&mut self, left: u32, right: u32) -> u32 {
        let Self { pairs, table, hasher, .. } = self;
        let hash = hash(hasher, (left, right));
        if let Some(known) = table.find(hash, |number| pairs.get(*number as usize) == Some(&(left, right))) {
            return *known;
        }
        let next = u32::try_from(pairs.len()).unwrap_or(UNKNOWN);
        pairs.push((left, right));
        table.insert_unique(hash, next, |number| hash_of(hasher, pairs, *number));
        next
    }
}

fn hash(hasher: &DefaultHashBuilder, (left, right): (u32, u32)) -> u64 {
    hasher.hash_one(u64::from(left) << u32::BITS | u64::from(right))
}

fn hash_of(hasher: &DefaultHashBuilder, pairs: &[(u32, u32)], number: u32) -> u64 {
    hash(hasher, pairs.get(number as usize).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The number of a pair stays while the list grows and when it gives way to the table.
    #[test]
    fn pairs_keep_their_numbers() {
        let mut pairs = Pairs::default();
        let mut expected: Vec<(u32, u32)> = Vec::new();
        for (lefts, rights) in [(1, 1), (2, 3), (40, 3), (40, 70), (600, 700), (600, 700)] {
            let all: Vec<(u32, u32)> =
                (0..lefts).flat_map(|left| (0..rights).map(move |right| (left, right))).collect();
            let mut left: Vec<u32> = all.iter().map(|pair| pair.0).collect();
            let right: Vec<u32> = all.iter().map(|pair| pair.1).collect();
            pairs.number(&mut left, &right, lefts as usize, rights as usize).unwrap();
            for (pair, number) in all.iter().zip(left) {
                if number as usize == expected.len() {
                    expected.push(*pair);
                }
                assert_eq!(expected.get(number as usize), Some(pair));
            }
            assert_eq!(expected.len(), (lefts * rights) as usize);
        }
        assert_eq!(pairs.pairs(), expected);
    }
}
