//! Sets of bytes: what a class of characters takes, and what may come next.
//!
//! Of characters beyond ASCII a set has all or none, so that it can be asked byte by byte: `\S` has all, `\d` none.

use memchr::{memchr, memchr2, memchr3};
use regex_syntax::hir::Class;

/// The bytes of a short run: a loop is quicker there than a call.
const SHORT: usize = 16;

/// How many characters there are beyond ASCII, without surrogates.
const BEYOND: u32 = 0x11_0000 - 0x80 - 0x800;

/// So many bytes are looked for at once.
const FEW: usize = 3;

/// The first place of one of a few bytes.
pub(super) fn first_of(bytes: &[u8], text: &[u8]) -> Option<usize> {
    match *bytes {
        [one] => memchr(one, text),
        [one, two] => memchr2(one, two, text),
        [one, two, three] => memchr3(one, two, three, text),
        _ => text.iter().position(|byte| bytes.contains(byte)),
    }
}

/// A set of bytes, and perhaps the end of the text.
#[derive(Debug, Clone)]
pub(super) struct Set {
    bytes: [bool; 256],
    /// Whether the end of the text is in it.
    pub(super) end: bool,
}

impl Set {
    /// Nothing.
    pub(super) const EMPTY: Self = Self { bytes: [false; 256], end: false };

    /// Every byte and the end.
    pub(super) const ALL: Self = Self { bytes: [true; 256], end: true };

    /// The end of the text.
    pub(super) const END: Self = Self { bytes: [false; 256], end: true };

    /// One byte.
    pub(super) fn of(byte: u8) -> Self {
        let mut set = Self::EMPTY;
        set.insert(byte..=byte);
        set
    }

    /// The bytes of words.
    pub(super) fn word() -> Self {
        let mut set = Self::EMPTY;
        for range in [b'0'..=b'9', b'A'..=b'Z', b'_'..=b'_', b'a'..=b'z'] {
            set.insert(range);
        }
        set
    }

    fn insert(&mut self, range: std::ops::RangeInclusive<u8>) {
        self.bytes
            .iter_mut()
            .take(usize::from(*range.end()) + 1)
            .skip((*range.start()).into())
            .for_each(|has| *has = true);
    }

    /// Whether a byte is in it.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.bytes.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Whether what stands at a place is in it.
    pub(super) fn is_at(&self, text: &[u8], place: usize) -> bool {
        text.get(place).map_or(self.end, |byte| self.has(*byte))
    }

    /// Adds the other's.
    pub(super) fn join(&mut self, other: &Self) {
        self.end |= other.end;
        self.bytes.iter_mut().zip(&other.bytes).for_each(|(has, other)| *has |= other);
    }

    /// Whether both have nothing in common.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let both = |(one, other): (&bool, &bool)| *one && *other;
        !(both((&self.end, &other.end)) || self.bytes.iter().zip(&other.bytes).any(both))
    }

    /// Whether the other has all of it.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        (other.end || !self.end) && self.bytes.iter().zip(&other.bytes).all(|(one, other)| !one || *other)
    }

    /// Its bytes, where these are a few and the end is not in it.
    pub(super) fn few(&self) -> Option<Vec<u8>> {
        let bytes: Vec<u8> = (0..=255).filter(|byte| self.has(*byte)).collect();
        (bytes.len() <= FEW && !self.end).then_some(bytes)
    }

    /// Leaves out the other's bytes.
    pub(super) fn leave_out(&mut self, other: &Self) {
        self.bytes.iter_mut().zip(&other.bytes).for_each(|(has, other)| *has &= !other);
    }
}

/// What a class of characters takes.
#[derive(Debug, Clone)]
pub(super) struct Characters {
    pub(super) set: Set,
    /// Whether it has the characters beyond ASCII, which take several bytes.
    pub(super) is_wide: bool,
    /// The bytes that it lacks, where these are few.
    stops: Vec<u8>,
}

impl Characters {
    /// Those of a class, and whether it has only some of the characters beyond ASCII, which are left out then.
    pub(super) fn new(class: &Class) -> Option<(Self, bool)> {
        let mut set = Set::EMPTY;
        let mut beyond = 0_u32;
        let mut add = |start: u32, end: u32| {
            if start < 0x80 {
                set.insert(start as u8..=end.min(0x7f) as u8);
            }
            if end >= 0x80 {
                let start = start.max(0x80);
                let surrogates = (end.min(0xdfff) + 1).saturating_sub(start.max(0xd800));
                beyond += end - start + 1 - surrogates;
            }
        };
        match class {
            Class::Unicode(class) => class.iter().for_each(|range| add(range.start().into(), range.end().into())),
            Class::Bytes(class) if class.is_ascii() => {
                class.iter().for_each(|range| add(range.start().into(), range.end().into()));
            }
            Class::Bytes(_) => return None,
        }
        let is_wide = beyond == BEYOND;
        if is_wide {
            set.insert(0x80..=0xff);
        }
        let mut others = Set::ALL;
        others.leave_out(&set);
        let stops = Set { end: false, ..others }.few().unwrap_or_default();
        Some((Self { set, is_wide, stops }, beyond > 0 && !is_wide))
    }

    /// How many bytes at the start of a text it takes.
    pub(super) fn run(&self, text: &[u8]) -> usize {
        let ends = |byte: &u8| !self.set.has(*byte);
        let Some((head, rest)) = text.split_at_checked(SHORT).filter(|_| !self.stops.is_empty()) else {
            return text.iter().position(ends).unwrap_or(text.len());
        };
        if let Some(end) = head.iter().position(ends) {
            return end;
        }
        SHORT + first_of(&self.stops, rest).unwrap_or(rest.len())
    }

    /// Where the character at a place ends, if it is one of these.
    pub(super) fn step(&self, text: &[u8], place: usize) -> Option<usize> {
        let byte = *text.get(place)?;
        self.set.has(byte).then(|| match byte {
            0..0xc0 => place + 1,
            0xc0..0xe0 => place + 2,
            0xe0..0xf0 => place + 3,
            _ => place + 4,
        })
    }
}
