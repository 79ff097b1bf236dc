//! Texts that stand for others: `carol` becomes another word of five letters, always the same.

use std::collections::{BTreeMap, BTreeSet};

const VOWELS: &[u8] = b"aeiou";
const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxz";
const HEXADECIMAL: &[u8] = b"abcdef";

/// How often a replacement is made that is the text itself.
const ATTEMPTS: u64 = 8;

/// Names, by how many characters they have.
pub(super) struct Names {
    all: BTreeSet<String>,
    by_length: BTreeMap<usize, Vec<String>>,
}

impl Names {
    /// Names in lower case.
    pub(super) fn new(names: impl Iterator<Item = String>) -> Self {
        let all: BTreeSet<String> = names.collect();
        let mut by_length: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for name in &all {
            by_length.entry(name.chars().count()).or_default().push(name.clone());
        }
        Self { all, by_length }
    }

    /// Whether it is one of the names.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// A name of so many characters.
    fn pick(&self, length: usize, number: u64) -> Option<&str> {
        let names = self.by_length.get(&length)?;
        let place = number.checked_rem(u64::try_from(names.len()).ok()?)?;
        names.get(usize::try_from(place).ok()?).map(String::as_str)
    }
}

/// Numbers that follow from a text.
struct Numbers(u64);

impl Numbers {
    /// FNV-1a of the text is the seed.
    fn of(text: &str, attempt: u64) -> Self {
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325_u64.wrapping_add(attempt), hash))
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick(&mut self, letters: &[u8]) -> char {
        let place = self.next().checked_rem(letters.len() as u64).unwrap_or(0) as usize;
        letters.get(place).copied().map_or('x', char::from)
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }
}

/// Writes what stands for a word; `lower` is the word in lower case, so that the case of a word does not change what stands for it.
pub(super) fn word(found: &str, lower: &str, names: &Names, out: &mut String) {
    let start = out.len();
    for attempt in 0..ATTEMPTS {
        out.truncate(start);
        let mut numbers = Numbers::of(lower, attempt);
        match names.pick(found.chars().count(), numbers.next()) {
            Some(name) => found.chars().zip(name.chars()).for_each(|(old, new)| push_like(old, new, out)),
            None => made_up(found, &mut numbers, out),
        }
        if out.get(start..) != Some(found) {
            return;
        }
    }
}

/// Letters in turn from both kinds, so that words can be told; digits for digits. A word like a hexadecimal number stays one.
fn made_up(found: &str, numbers: &mut Numbers, out: &mut String) {
    let has = |test: fn(&u8) -> bool| found.as_bytes().iter().any(test);
    let is_hexadecimal = found.len() > 3 && found.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_hexadecimal = is_hexadecimal && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    for (place, old) in found.chars().enumerate() {
        let new = match old {
            '_' => '_',
            // A leading 0 stays, and no other digit becomes one: as a number it is as long as before.
            '0' if place == 0 => '0',
            _ if old.is_numeric() => numbers.pick(if place == 0 { b"123456789" } else { b"0123456789" }),
            _ if is_hexadecimal => numbers.pick(HEXADECIMAL),
            _ => numbers.pick(if place % 2 == 0 { CONSONANTS } else { VOWELS }),
        };
        push_like(old, new, out);
    }
}

/// A letter in the case of another.
fn push_like(old: char, new: char, out: &mut String) {
    if old.is_uppercase() { out.extend(new.to_uppercase()) } else { out.push(new) }
}

/// Writes what stands for an address of version 4. Each part depends on the parts before it and has as many digits.
pub(super) fn address(found: &str, out: &mut String) {
    let mut end = 0;
    for (place, part) in found.split('.').enumerate() {
        end += part.len() + usize::from(place > 0);
        let mut numbers = Numbers::of(found.get(..end).unwrap_or(found), 0);
        let (least, most) = match part.len() {
            1 => (0, 9),
            2 => (10, 99),
            _ => (100, 255),
        };
        if place > 0 {
            out.push('.');
        }
        out.push_str(&numbers.between(least, most).to_string());
    }
}
