//! Whole numbers of one batch, which mostly lie close to each other: times, places in a file, sizes.
//!
//! Rows of several cores take turns in a batch, and each core is elsewhere in its file: numbers are close for a while.

use std::ops::Range;

/// The numbers, by place.
#[derive(Debug)]
pub(super) enum Packed {
    /// How far each is from the least of its window. Windows lie side by side.
    Near {
        windows: Box<[Window]>,
        offsets: Box<[u32]>,
    },
    Far(Box<[i64]>),
}

/// Neighbouring numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    start: u32,
    least: i64,
    most: i64,
}

/// With more windows for the numbers than this, little is saved.
const NUMBERS_OF_A_WINDOW: usize = 8;

impl Packed {
    pub(super) fn new(numbers: &[i64]) -> Self {
        let Some(windows) = windows(numbers) else { return Self::Far(numbers.into()) };
        let mut offsets = Vec::with_capacity(numbers.len());
        for (nth, window) in windows.iter().enumerate() {
            let own = numbers.get(range(&windows, nth, numbers.len())).unwrap_or_default();
            offsets.extend(own.iter().map(|number| number.wrapping_sub(window.least) as u32));
        }
        Self::Near { windows: windows.into(), offsets: offsets.into() }
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> i64 {
        match self {
            Self::Near { windows, offsets } => {
                let window = match windows.as_ref() {
                    [window] => window,
                    windows => &windows[windows.partition_point(|window| window.start as usize <= place) - 1],
                };
                window.number(offsets[place])
            }
            Self::Far(numbers) => numbers[place],
        }
    }

    /// Gives the numbers of a range, each with what stands beside it in `others`.
    #[inline]
    pub(super) fn each<T: Copy>(
        &self,
        rows: Range<usize>,
        is_backwards: bool,
        others: &[T],
        mut take: impl FnMut(T, i64),
    ) {
        match self {
            Self::Near { windows, offsets } => {
                for nth in 0..windows.len() {
                    let nth = if is_backwards { windows.len() - 1 - nth } else { nth };
                    let (window, own) = (&windows[nth], range(windows, nth, offsets.len()));
                    let own = own.start.max(rows.start)..own.end.min(rows.end);
                    walk(offsets, others, own, is_backwards, |offset| window.number(offset), &mut take);
                }
            }
            Self::Far(numbers) => walk(numbers, others, rows, is_backwards, |number| number, take),
        }
    }

    /// The least and the greatest number, where they are known.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let Self::Near { windows, .. } = self else { return None };
        let least = windows.iter().map(|window| window.least).min()?;
        Some((least, windows.iter().map(|window| window.most).max()?))
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Near { windows, offsets } => size_of_val::<[Window]>(windows) + size_of_val::<[u32]>(offsets),
            Self::Far(numbers) => size_of_val::<[i64]>(numbers),
        }
    }
}

impl Window {
    #[inline]
    fn number(&self, offset: u32) -> i64 {
        self.least.wrapping_add(i64::from(offset))
    }
}

/// How far two numbers are from each other, where that is a short number.
pub(super) fn distance(least: i64, most: i64) -> Option<u32> {
    u32::try_from(most.wrapping_sub(least) as u64).ok()
}

/// Windows of numbers that are close to each other, if they are few.
fn windows(numbers: &[i64]) -> Option<Vec<Window>> {
    let mut windows = Vec::new();
    let (first, rest) = numbers.split_first()?;
    let mut window = Window { start: 0, least: *first, most: *first };
    for (number, place) in rest.iter().zip(1..) {
        let (least, most) = (window.least.min(*number), window.most.max(*number));
        if distance(least, most).is_some() {
            (window.least, window.most) = (least, most);
            continue;
        }
        windows.push(window);
        if windows.len() > numbers.len() / NUMBERS_OF_A_WINDOW {
            return None;
        }
        window = Window { start: place, least: *number, most: *number };
    }
    windows.push(window);
    Some(windows)
}

/// The places of a window, of `count` places of all.
fn range(windows: &[Window], nth: usize, count: usize) -> Range<usize> {
    let start = |nth: usize| windows.get(nth).map_or(count, |window| window.start as usize);
    start(nth)..start(nth + 1)
}

#[inline]
fn walk<N: Copy, T: Copy>(
    numbers: &[N],
    others: &[T],
    rows: Range<usize>,
    is_backwards: bool,
    number: impl Fn(N) -> i64,
    mut take: impl FnMut(T, i64),
) {
    let (Some(numbers), Some(others)) = (numbers.get(rows.clone()), others.get(rows)) else { return };
    let pairs = others.iter().zip(numbers);
    if is_backwards {
        pairs.rev().for_each(|(other, own)| take(*other, number(*own)));
    } else {
        pairs.for_each(|(other, own)| take(*other, number(*own)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    /// Numbers come back by place and in both directions, all of them and some.
    fn check(numbers: &[i64]) -> Packed {
        let packed = Packed::new(numbers);
        assert_eq!((0..numbers.len()).map(|place| packed.get(place)).collect::<Vec<_>>(), numbers);
        let places: Vec<usize> = (0..numbers.len()).collect();
        for start in 0..numbers.len() {
            for end in start..=numbers.len() {
                let expected: Vec<_> = (start..end).map(|place| (place, numbers[place])).collect();
                let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
                packed.each(start..end, false, &places, |place, number| forwards.push((place, number)));
                packed.each(start..end, true, &places, |place, number| backwards.insert(0, (place, number)));
                assert_eq!((&forwards, &backwards), (&expected, &expected));
            }
        }
        packed
    }

    #[test]
    fn numbers_close_to_each_other_are_short() {
        let near = [i64::MAX - 3, i64::MAX, i64::MAX - i64::from(u32::MAX)];
        assert_eq!(check(&near).span(), Some((near[2], i64::MAX)));
        assert_eq!(check(&[-7, 0, 1 << 31]).span(), Some((-7, 1 << 31)));
        // Two files in turn.
        let turns: Vec<i64> = (0..40).map(|row| row / 10 % 2 * (1 << 40) - row).collect();
        assert_eq!(check(&turns).span(), Some((-29, (1 << 40) - 10)));
        for far in [&[i64::MIN, i64::MAX][..], &[0, 1 << 32], &[5, i64::MAX], &[0, 1 << 40, 1, 1 << 41, 2]] {
            assert!(matches!(check(far), Packed::Far(_)));
        }
        check(&[]);
    }
}
