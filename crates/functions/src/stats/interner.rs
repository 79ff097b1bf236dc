//! A set of texts that gives each a number, in the order in which they come.
//!
//! `stats values(user) by host` over a million hosts holds every user name once, and per pair of host and user one
//! 64-bit key. Numbers are below 2³². Most of the time of a look-up in a large set is waiting for memory: a slot of the
//! table tells nearly all texts apart without a look at them, and the slots of many rows are fetched at a time.

use std::{
    hash::{BuildHasher, Hasher},
    ops::Range,
};

use datafusion::{
    arrow::array::{Array, ArrayRef, NullBufferBuilder, StringArray},
    common::{Result, resources_err},
};
use hashbrown::DefaultHashBuilder;

use super::short::{NOTHING, Text};
use crate::eval::kernel::TextColumn;

/// A slot without a text.
const EMPTY: u64 = 0;
/// How many bits tell the slots of the smallest table apart.
const FEWEST_BITS: u32 = 4;
/// Rows whose slots are fetched at a time.
const AT_A_TIME: usize = 128;

/// Texts, each kept once.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    texts: Vec<Text>,
    /// What does not fit into [`Text`]s, one behind the other.
    long: String,
    /// In the upper half the upper half of a text's hash, in the lower its number and one. A text is in the slot that the first
    /// bits of its hash name or behind it: a table that grows is read from front to end, and texts are not hashed again.
    slots: Vec<u64>,
    /// How far a hash's half is shifted for the place of its slot.
    shift: u32,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The number of a text, a new one if it was not seen before.
    ///
    /// # Errors
    /// Where there are more texts than numbers.
    pub fn intern(&mut self, text: &str) -> Result<u32> {
        self.intern_tagged(self.tag(text), text)
    }

    /// The number of a text that was seen.
    pub fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.find_tagged(self.tag(text), text)
    }

    /// Gives `put` the number of each row's text, a new one where it was not seen before, and none where there is no text.
    ///
    /// # Errors
    /// Where there are more texts than numbers.
    pub fn intern_all(&mut self, rows: &StringArray, mut put: impl FnMut(Option<u32>)) -> Result<()> {
        let mut looks = [Look::default(); AT_A_TIME];
        for stretch in stretches(rows.len()) {
            self.look(rows, stretch.clone(), &mut looks);
            for (row, look) in stretch.zip(looks) {
                put(match look.found {
                    true => Some(number(look.slot)),
                    false if rows.is_null(row) => None,
                    false => Some(self.intern_tagged(look.tag, rows.value(row))?),
                });
            }
        }
        Ok(())
    }

    /// Gives `put` the number of each row's text, and none where it was not seen or there is no text.
    pub fn find_all(&self, rows: &StringArray, mut put: impl FnMut(Option<u32>)) {
        let mut looks = [Look::default(); AT_A_TIME];
        for stretch in stretches(rows.len()) {
            self.look(rows, stretch.clone(), &mut looks);
            for (row, look) in stretch.zip(looks) {
                put(match look.found {
                    true => Some(number(look.slot)),
                    false if look.slot == EMPTY || rows.is_null(row) => None,
                    false => self.find_tagged(look.tag, rows.value(row)),
                });
            }
        }
    }

    /// Looks for some rows' texts by their hashes. No row waits for another one.
    fn look(&self, rows: &StringArray, range: Range<usize>, looks: &mut [Look; AT_A_TIME]) {
        for (row, look) in range.clone().zip(looks.iter_mut()) {
            look.tag = self.tag(rows.value(row));
        }
        for look in looks.iter_mut() {
            look.slot = self.slots.get(place(look.tag, self.shift)).copied().unwrap_or(EMPTY);
        }
        let mask = self.slots.len().wrapping_sub(1);
        for look in looks.iter_mut() {
            let mut at = place(look.tag, self.shift);
            while look.slot != EMPTY && look.slot >> u32::BITS != u64::from(look.tag) {
                at = (at + 1) & mask;
                look.slot = self.slots[at];
            }
        }
        for (row, look) in range.zip(looks) {
            let known = self.texts.get(number(look.slot) as usize).unwrap_or(&NOTHING);
            look.found = known.is_short(rows.value(row)) && rows.is_valid(row);
        }
    }

    /// Forgets all texts; the memory stays.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.long.clear();
        self.slots.fill(EMPTY);
    }

    /// The text of a number.
    pub fn get(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text.of(&self.long))
    }

    /// The texts of numbers as a column.
    ///
    /// # Errors
    /// Where there is too much text for one.
    pub fn column(&self, numbers: impl Iterator<Item = Option<u32>>) -> Result<ArrayRef> {
        let count = numbers.size_hint().0;
        let (mut column, mut nulls) = (TextColumn::new(count, 0), NullBufferBuilder::new(count));
        let mut bytes = 0;
        for number in numbers {
            let text = number.and_then(|number| self.texts.get(number as usize));
            if let Some(text) = text {
                bytes += text.len();
                text.write(&self.long, &mut column);
            }
            if i32::try_from(bytes).is_err() {
                return resources_err!("more than 2 GiB of text in one batch of a stats function");
            }
            nulls.append(text.is_some());
            column.end_row();
        }
        column.finish(nulls.finish())
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For each number the place of its text in the order by bytes.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.get(*a).cmp(self.get(*b)));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    /// Bytes on the heap.
    pub fn size(&self) -> usize {
        self.texts.capacity() * size_of::<Text>() + self.long.capacity() + self.slots.capacity() * size_of::<u64>()
    }

    /// The upper half of a text's hash. `hash_one` would add the mark that tells parts of a longer key apart.
    #[inline]
    fn tag(&self, text: &str) -> u32 {
        let mut state = self.hasher.build_hasher();
        state.write(text.as_bytes());
        (state.finish() >> u32::BITS) as u32
    }

    /// Whether a slot has this text.
    #[inline]
    fn holds(&self, slot: u64, tag: u32, text: &str) -> bool {
        slot >> u32::BITS == u64::from(tag)
            && self.texts.get(number(slot) as usize).is_some_and(|known| known.is(text, &self.long))
    }

    fn find_tagged(&self, tag: u32, text: &str) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = place(tag, self.shift);
        loop {
            let slot = *self.slots.get(at)?;
            if slot == EMPTY {
                return None;
            }
            if self.holds(slot, tag, text) {
                return Some(number(slot));
            }
            at = (at + 1) & mask;
        }
    }

    fn intern_tagged(&mut self, tag: u32, text: &str) -> Result<u32> {
        if let Some(known) = self.find_tagged(tag, text) {
            return Ok(known);
        }
        // At five eighths of the slots a look-up reads four of them, which lie beside each other.
        if self.texts.len() * 8 >= self.slots.len() * 5 {
            self.grow()?;
        }
        // The table ends before numbers do.
        let number = self.texts.len() as u32;
        self.texts.push(Text::new(text, &mut self.long));
        insert(&mut self.slots, self.shift, u64::from(tag) << u32::BITS | (u64::from(number) + 1));
        Ok(number)
    }

    fn grow(&mut self) -> Result<()> {
        let bits = (self.slots.len().max(1).ilog2() + 1).max(FEWEST_BITS);
        if bits > u32::BITS {
            return resources_err!("more than {} texts in one set", self.texts.len());
        }
        self.shift = u32::BITS - bits;
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; 1 << bits]);
        for slot in old.into_iter().filter(|slot| *slot != EMPTY) {
            insert(&mut self.slots, self.shift, slot);
        }
        Ok(())
    }
}

/// Rows, so many at a time.
fn stretches(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(AT_A_TIME).map(move |start| start..rows.min(start + AT_A_TIME))
}

/// What a look for a row's text finds: the first slot with its tag, or an empty one where it cannot be in any.
#[derive(Debug, Default, Clone, Copy)]
struct Look {
    tag: u32,
    slot: u64,
    /// Whether it is the text's for sure.
    found: bool,
}

/// The first slot that a tag's text can be in.
#[inline]
fn place(tag: u32, shift: u32) -> usize {
    (tag >> shift) as usize
}

/// The number in a slot that is not empty.
#[inline]
fn number(slot: u64) -> u32 {
    (slot as u32).wrapping_sub(1)
}

/// Puts a slot where its text is looked for.
fn insert(slots: &mut [u64], shift: u32, slot: u64) {
    let mask = slots.len() - 1;
    let mut at = place((slot >> u32::BITS) as u32, shift);
    while slots[at] != EMPTY {
        at = (at + 1) & mask;
    }
    slots[at] = slot;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::array::AsArray;

    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut interner = Interner::default();
        assert_eq!(interner.find(""), None);
        let numbers: Vec<u32> =
            ["b", "", "é", "b", "a", ""].iter().map(|text| interner.intern(text).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 3, 1]);
        assert_eq!((interner.get(0), interner.get(1), interner.get(2)), ("b", "", "é"));
        assert_eq!(interner.ranks(), [2, 0, 3, 1]);
        interner.intern("more than a short text has").unwrap();
        let column = interner.column([Some(4), None, Some(2), Some(1), Some(0), Some(5)].into_iter()).unwrap();
        let expected = [Some("more than a short text has"), None, Some("é"), Some(""), Some("b"), None];
        assert_eq!(column.as_string::<i32>(), &StringArray::from(expected.to_vec()));
    }

    /// Texts keep their numbers while the table grows; rows that are taken together get the numbers that single ones get.
    #[test]
    fn columns_are_rows() {
        let text = |n: usize| (n % 7 != 3).then(|| format!("text {}", n % 3_000));
        let rows: StringArray = (0..10_000).map(text).collect();
        let (mut one, mut all) = (Interner::default(), Interner::default());
        let expected: Vec<Option<u32>> = rows.iter().map(|text| text.map(|text| one.intern(text).unwrap())).collect();
        let mut given = Vec::new();
        all.find_all(&rows, |number| given.push(number));
        assert!(given.drain(..).all(|number| number.is_none()));
        all.intern_all(&rows, |number| given.push(number)).unwrap();
        assert_eq!(given, expected);
        given.clear();
        all.find_all(&rows, |number| given.push(number));
        assert_eq!(given, expected);
        assert_eq!(given.iter().flatten().max().map(|most| *most as usize + 1), Some(all.len()));
        assert_eq!((all.find("text 5"), all.find("text")), (expected[5], None));
    }

    /// Texts whose hashes begin alike are told apart by themselves.
    #[test]
    fn equal_tags_are_different_texts() {
        let mut interner = Interner::default();
        for (number, text) in ["a", "b", "c"].iter().enumerate() {
            assert_eq!(interner.intern_tagged(u32::MAX, text).unwrap() as usize, number);
        }
        assert_eq!(
            ["a", "b", "c", "d"].map(|text| interner.find_tagged(u32::MAX, text)),
            [Some(0), Some(1), Some(2), None]
        );
    }
}
