//! Byte strings by number in one allocation, each of which can be replaced: the sort keys of many rows or groups.

/// So many bytes that no slot has any more are not worth a copy.
const FEW: usize = 1 << 12;

/// The slots. One of a new length moves to the end; what it leaves behind goes when it is more than what is in use.
#[derive(Debug, Default)]
pub(super) struct Slots {
    bytes: Vec<u8>,
    starts: Vec<usize>,
    lengths: Vec<u32>,
    unused: usize,
}

impl Slots {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of all of them together.
    pub(super) fn used(&self) -> usize {
        self.bytes.len() - self.unused
    }

    /// The bytes of a slot; none where there is no such slot.
    pub(super) fn get(&self, place: usize) -> &[u8] {
        match (self.starts.get(place), self.lengths.get(place)) {
            (Some(start), Some(length)) => self.bytes.get(*start..*start + *length as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Adds a slot.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.starts.push(self.bytes.len());
        self.lengths.push(bytes.len() as u32);
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds empty slots up to a number of them.
    pub(super) fn grow(&mut self, count: usize) {
        self.starts.resize(count.max(self.len()), 0);
        self.lengths.resize(self.starts.len(), 0);
    }

    /// Replaces the bytes of a slot that there is.
    pub(super) fn set(&mut self, place: usize, bytes: &[u8]) {
        let (Some(start), Some(length)) = (self.starts.get_mut(place), self.lengths.get_mut(place)) else { return };
        if *length as usize == bytes.len() {
            if let Some(own) = self.bytes.get_mut(*start..*start + bytes.len()) {
                own.copy_from_slice(bytes);
            }
            return;
        }
        self.unused += *length as usize;
        *start = self.bytes.len();
        *length = bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        if self.unused > FEW.max(self.used()) {
            self.retain(|_| true);
        }
    }

    /// Keeps the slots for which the test on their place holds, and no more memory than they take twice.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut kept = Self::default();
        for place in 0..self.len() {
            if keep(place) {
                kept.push(self.get(place));
            }
        }
        *self = kept;
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + self.starts.capacity() * size_of::<usize>() + self.lengths.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    /// Slots of changing lengths keep their own bytes, and what is left behind does not pile up.
    #[test]
    fn slots_are_replaced() {
        let mut slots = Slots::default();
        let mut expected: Vec<Vec<u8>> = vec![Vec::new(); 50];
        slots.grow(50);
        for round in 0..2_000_usize {
            let place = round * 7 % 50;
            let bytes = vec![round as u8; round % 23];
            slots.set(place, &bytes);
            expected[place] = bytes;
        }
        let all = |slots: &Slots| (0..slots.len()).map(|place| slots.get(place).to_vec()).collect::<Vec<_>>();
        assert_eq!(all(&slots), expected);
        assert_eq!(slots.used(), expected.iter().map(Vec::len).sum::<usize>());
        assert!(slots.bytes.len() <= slots.used() + 2 * FEW, "{} bytes", slots.bytes.len());
        slots.retain(|place| place % 2 == 1);
        slots.push(b"end");
        let odd: Vec<Vec<u8>> = expected.into_iter().skip(1).step_by(2).chain([b"end".to_vec()]).collect();
        assert_eq!(all(&slots), odd);
        assert_eq!(slots.get(99), b"");
    }
}
