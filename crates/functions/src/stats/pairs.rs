//! Pairs of a group and a value, each kept once. `stats dc(user) BY host`
//!
//! Most of the time of a look-up in a large set is waiting for memory: the slots of many pairs are fetched at a time.

/// A slot without a pair: there are fewer groups.
const EMPTY: u64 = u64::MAX;
/// How many bits tell the slots of the smallest table apart.
const FEWEST_BITS: u32 = 4;
/// Pairs whose slots are fetched at a time.
const AT_A_TIME: usize = 128;

/// A group and the number of a value, which are below 2³².
pub(super) fn pair(group: usize, value: u32) -> u64 {
    (group as u64) << u32::BITS | u64::from(value)
}

/// The group of a pair.
pub(super) fn group_of(pair: u64) -> usize {
    (pair >> u32::BITS) as usize
}

/// The value of a pair.
pub(super) fn value_of(pair: u64) -> u32 {
    pair as u32
}

/// A set of pairs.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// A pair is in the slot that the first bits of its hash name or behind it: a table that grows is read from front to end.
    slots: Vec<u64>,
    /// How far a hash is shifted for the place of its slot.
    shift: u32,
    len: usize,
}

impl Pairs {
    /// Adds pairs, and gives `take` those that are new.
    pub(super) fn insert_all(&mut self, pairs: &[u64], mut take: impl FnMut(u64)) {
        for pairs in pairs.chunks(AT_A_TIME) {
            // At five eighths of the slots a look-up reads four of them, which lie beside each other.
            while (self.len + pairs.len()) * 8 > self.slots.len() * 5 {
                self.grow();
            }
            let mut slots = [EMPTY; AT_A_TIME];
            for (slot, pair) in slots.iter_mut().zip(pairs) {
                *slot = self.slots[place(*pair, self.shift)];
            }
            for (slot, pair) in slots.iter().zip(pairs) {
                if slot != pair && insert(&mut self.slots, self.shift, *pair) {
                    self.len += 1;
                    take(*pair);
                }
            }
        }
    }

    /// All pairs.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + Clone + '_ {
        self.slots.iter().copied().filter(|slot| *slot != EMPTY)
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }

    fn grow(&mut self) {
        let bits = (self.slots.len().max(1).ilog2() + 1).max(FEWEST_BITS);
        self.shift = u64::BITS - bits;
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; 1 << bits]);
        for pair in old.into_iter().filter(|slot| *slot != EMPTY) {
            insert(&mut self.slots, self.shift, pair);
        }
    }
}

/// The first slot that a pair can be in.
#[inline]
fn place(pair: u64, shift: u32) -> usize {
    // Groups and values are numbers from 0 up: both have to reach the first bits.
    let mixed = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> u32::BITS).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> shift) as usize
}

/// Puts a pair where it is looked for; false where it is there.
fn insert(slots: &mut [u64], shift: u32, pair: u64) -> bool {
    let mask = slots.len() - 1;
    let mut at = place(pair, shift);
    loop {
        match slots[at] {
            EMPTY => {
                slots[at] = pair;
                return true;
            }
            known if known == pair => return false,
            _ => at = (at + 1) & mask,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Many groups with few values, and few with many.
    #[test]
    fn a_pair_is_new_once() {
        let (mut pairs, mut expected) = (Pairs::default(), HashSet::new());
        for (groups, values) in [(1, 3), (5_000, 4), (3, 9_000), (5_000, 5), (1, 1)] {
            let all: Vec<u64> =
                (0..groups).flat_map(|group| (0..values).map(move |value| pair(group, value))).collect();
            let twice: Vec<u64> = all.iter().chain(&all).copied().collect();
            let mut new = Vec::new();
            pairs.insert_all(&twice, |pair| new.push(pair));
            assert_eq!(new, all.into_iter().filter(|pair| expected.insert(*pair)).collect::<Vec<_>>());
        }
        assert_eq!(pairs.iter().count(), expected.len());
        assert_eq!(pairs.iter().collect::<HashSet<_>>(), expected);
        assert!(pairs.iter().all(|each| pair(group_of(each), value_of(each)) == each));
    }

    /// Pairs of small numbers do not crowd in a part of the table.
    #[test]
    fn pairs_spread() {
        for pairs in
            [(0..64).map(|value| pair(0, value)).collect::<Vec<_>>(), (0..64).map(|group| pair(group, 0)).collect()]
        {
            let places: HashSet<usize> = pairs.iter().map(|pair| place(*pair, u64::BITS - 6)).collect();
            assert!(places.len() > 28, "{places:?}");
        }
    }
}
