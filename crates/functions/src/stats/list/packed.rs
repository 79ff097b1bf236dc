//! Whole numbers of one batch, which mostly lie close to each other: times, places in a file, sizes.

use std::ops::Range;

/// The numbers, by place.
#[derive(Debug)]
pub(super) enum Packed {
    /// How far each is from the least.
    Near {
        least: i64,
        offsets: Box<[u32]>,
    },
    Far(Box<[i64]>),
}

impl Packed {
    pub(super) fn new(numbers: &[i64]) -> Self {
        let least = numbers.iter().copied().min().unwrap_or_default();
        let most = numbers.iter().copied().max().unwrap_or_default();
        if u32::try_from(most.wrapping_sub(least) as u64).is_err() {
            return Self::Far(numbers.into());
        }
        Self::Near { least, offsets: numbers.iter().map(|number| number.wrapping_sub(least) as u32).collect() }
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> i64 {
        match self {
            Self::Near { least, offsets } => least.wrapping_add(i64::from(offsets[place])),
            Self::Far(numbers) => numbers[place],
        }
    }

    /// Gives the numbers of a range, each with what stands beside it in `others`.
    #[inline]
    pub(super) fn each<T: Copy>(
        &self,
        range: Range<usize>,
        is_backwards: bool,
        others: &[T],
        take: impl FnMut(T, i64),
    ) {
        let Some(others) = others.get(range.clone()) else { return };
        match self {
            Self::Near { least, offsets } => {
                let numbers = offsets.get(range).unwrap_or_default();
                walk(numbers, others, is_backwards, |offset| least.wrapping_add(i64::from(offset)), take);
            }
            Self::Far(numbers) => {
                walk(numbers.get(range).unwrap_or_default(), others, is_backwards, |number| number, take);
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Near { offsets, .. } => size_of_val::<[u32]>(offsets),
            Self::Far(numbers) => size_of_val::<[i64]>(numbers),
        }
    }
}

#[inline]
fn walk<N: Copy, T: Copy>(
    numbers: &[N],
    others: &[T],
    is_backwards: bool,
    number: impl Fn(N) -> i64,
    mut take: impl FnMut(T, i64),
) {
    let pairs = others.iter().zip(numbers);
    if is_backwards {
        pairs.rev().for_each(|(other, own)| take(*other, number(*own)));
    } else {
        pairs.for_each(|(other, own)| take(*other, number(*own)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let near = [5, i64::MAX - 3, i64::MAX, i64::MAX - i64::from(u32::MAX)];
        for numbers in [&near[1..], &near, &[], &[i64::MIN, i64::MAX], &[-7, 0, 1 << 31], &[0, 1 << 32]] {
            let packed = Packed::new(numbers);
            assert_eq!((0..numbers.len()).map(|place| packed.get(place)).collect::<Vec<_>>(), numbers);
            let mut found = Vec::new();
            packed.each(0..numbers.len(), true, numbers, |other, number| found.push((other, number)));
            assert_eq!(found, numbers.iter().rev().map(|number| (*number, *number)).collect::<Vec<_>>());
        }
        assert!(matches!(Packed::new(&near[1..]), Packed::Near { .. }));
        assert!(matches!(Packed::new(&near), Packed::Far(_)));
    }
}
