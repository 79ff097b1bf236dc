//! How often each of few numbers comes, in four lists in turn: an addition to what was just written would wait for it.

/// Numbers of so many bits have a place in the lists, which stay in the nearest cache.
pub(super) const BITS: usize = 10;
const LENGTH: usize = 1 << BITS;

/// The counts of numbers of at most [`BITS`] bits.
pub(super) struct Lists([[u32; LENGTH]; 4]);

impl Lists {
    /// All are 0.
    pub(super) fn new() -> Self {
        Self([[0; LENGTH]; 4])
    }

    /// Counts numbers; those that have no place do not count.
    pub(super) fn add(&mut self, numbers: &[u32]) {
        let Self([first, second, third, fourth]) = self;
        let add = |list: &mut [u32], number: u32| {
            if let Some(count) = list.get_mut(number as usize) {
                *count += 1;
            }
        };
        let (fours, rest) = numbers.as_chunks();
        for [one, two, three, four] in fours {
            add(first, *one);
            add(second, *two);
            add(third, *three);
            add(fourth, *four);
        }
        rest.iter().for_each(|number| add(first, *number));
    }

    /// The count of each number.
    pub(super) fn counts(&self) -> [u32; LENGTH] {
        let mut all = [0; LENGTH];
        for list in &self.0 {
            all.iter_mut().zip(list).for_each(|(all, count)| *all += count);
        }
        all
    }
}
