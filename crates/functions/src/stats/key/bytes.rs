//! Keys of bytes, by number. The key of an order of two columns of numbers has 18 of them: `stats latest(bytes) by user`
//!
//! The first bytes of all keys lie beside each other, with their lengths; only what is longer has an allocation of its own. Most
//! keys are told apart, and replaced, without one.

use std::cmp::Ordering;

use datafusion::{
    arrow::array::{BinaryArray, BinaryBuilder},
    common::{Result, resources_err},
};

use super::ALLOCATION;

/// The keys.
#[derive(Debug, Default)]
pub(crate) struct ByteKeys {
    heads: Vec<Head>,
    /// All of a key that is longer than its head. Empty as long as none is.
    long: Vec<Box<[u8]>>,
    /// How many bytes all keys have.
    bytes: usize,
}

/// The first bytes of a key as numbers of the same order, where it has none as zeros.
#[derive(Debug, Default, Clone, Copy)]
struct Head {
    first: u128,
    next: u64,
    length: usize,
}

/// How many bytes a head holds.
const HEAD: usize = 24;

impl Head {
    fn of(key: &[u8]) -> Self {
        Self { first: first(key), next: next(key), length: key.len() }
    }

    /// Writes the key that it is the head of, where it has no more bytes.
    fn write(&self, key: &mut Vec<u8>) {
        key.clear();
        key.extend(self.first.to_be_bytes());
        key.extend(self.next.to_be_bytes());
        key.truncate(self.length);
    }
}

/// The beginning of a key as a number.
pub(super) fn leading(key: &[u8]) -> u64 {
    u64::from_be_bytes(padded(key))
}

fn first(key: &[u8]) -> u128 {
    u128::from_be_bytes(padded(key))
}

fn next(key: &[u8]) -> u64 {
    u64::from_be_bytes(padded(key.get(size_of::<u128>()..).unwrap_or_default()))
}

/// The first bytes, and zeros after the last.
pub(crate) fn padded<const N: usize>(key: &[u8]) -> [u8; N] {
    if let Some(first) = key.first_chunk::<N>() {
        return *first;
    }
    let mut bytes = [0; N];
    bytes.iter_mut().zip(key).for_each(|(byte, own)| *byte = *own);
    bytes
}

impl ByteKeys {
    /// Adds empty keys up to a number of them.
    pub(super) fn grow(&mut self, count: usize) {
        self.heads.resize(count.max(self.heads.len()), Head::default());
    }

    /// How a key compares to the one at a place.
    #[inline]
    pub(super) fn compare(&self, key: &[u8], place: usize) -> Ordering {
        let own = &self.heads[place];
        first(key).cmp(&own.first).then_with(|| {
            next(key).cmp(&own.next).then_with(|| match self.long.get(place) {
                Some(long) if key.len() > HEAD && own.length > HEAD => key.cmp(long),
                // Zeros at the end of the one stand for nothing in the other, which is the shorter.
                _ => key.len().cmp(&own.length),
            })
        })
    }

    /// Replaces the key at a place.
    pub(super) fn set(&mut self, key: &[u8], place: usize) {
        let own = &mut self.heads[place];
        self.bytes = self.bytes.saturating_sub(own.length) + key.len();
        *own = Head::of(key);
        if key.len() > HEAD {
            self.long.resize(self.heads.len(), Box::default());
            let own = &mut self.long[place];
            if own.len() == key.len() {
                own.copy_from_slice(key);
            } else {
                *own = key.into();
            }
        }
    }

    /// The keys at these places.
    pub(super) fn column(&self, places: impl Iterator<Item = usize>) -> Result<BinaryArray> {
        if i32::try_from(self.bytes).is_err() {
            return resources_err!("more than 2 GiB of sort keys in one batch of a stats function");
        }
        let mut builder = BinaryBuilder::new();
        let mut key = Vec::with_capacity(HEAD);
        for place in places {
            match (&self.heads[place], self.long.get(place)) {
                (head, Some(long)) if head.length > HEAD => builder.append_value(long),
                (head, _) => {
                    head.write(&mut key);
                    builder.append_value(&key);
                }
            }
        }
        Ok(builder.finish())
    }

    /// Keeps the keys for which the test on their place holds.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let kept: Vec<bool> = (0..self.heads.len()).map(&mut keep).collect();
        let mut places = kept.iter();
        self.heads.retain(|_| places.next().is_some_and(|kept| *kept));
        self.heads.shrink_to(self.heads.len() * 2);
        let mut places = kept.iter();
        self.long.retain(|_| places.next().is_some_and(|kept| *kept));
        self.long.shrink_to(self.long.len() * 2);
        self.bytes = self.heads.iter().map(|head| head.length).sum();
    }

    /// Bytes on the heap, with the allocator's share of small allocations.
    pub(super) fn size(&self) -> usize {
        let long = match self.long.len() {
            0 => 0,
            count => self.bytes + count * ALLOCATION,
        };
        self.heads.capacity() * size_of::<Head>() + self.long.capacity() * size_of::<Box<[u8]>>() + long
    }
}
