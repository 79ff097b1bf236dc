//! The numbers of texts, in the order in which they come.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray},
        datatypes::Int32Type,
    },
    common::{Result, internal_datafusion_err},
};
use speleo_functions::stats::Interner;

use super::{ABSENT, UNKNOWN};
use crate::dictionary::is_same;

/// Stands for the key of a row without one.
const NO_KEY: i32 = -1;
/// Dictionaries that are remembered: rows of one follow each other.
const REMEMBERED: usize = 4;

/// Texts and their numbers; that there is none has a number as well.
#[derive(Debug, Default, Clone)]
pub(super) struct Texts {
    texts: Interner,
    /// The number of each text of the interner, and of null where rows had none.
    numbers: Vec<u32>,
    null: Option<u32>,
    /// Of each number the text's place in the interner.
    places: Vec<Option<u32>>,
    /// Whether new texts get no numbers.
    frozen: bool,
    /// The dictionaries of the last rows, and their texts' numbers as far as rows had them.
    dictionaries: Vec<(ArrayRef, Vec<u32>)>,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn bytes(&self) -> usize {
        let numbers: usize = self.dictionaries.iter().map(|(_, numbers)| numbers.capacity()).sum();
        self.texts.size() + (numbers + self.numbers.capacity() + 2 * self.places.capacity()) * size_of::<u32>()
    }

    /// From now on texts that are new have no numbers.
    pub(super) fn freeze(&mut self) {
        self.frozen = true;
        self.dictionaries.clear();
    }

    /// Gives `put` the number of each row's text.
    ///
    /// # Errors
    /// Where the column has neither texts nor numbers of texts, or there are more than numbers are for.
    pub(super) fn number(&mut self, rows: &ArrayRef, mut put: impl FnMut(u32)) -> Result<()> {
        if let Some(rows) = rows.as_dictionary_opt::<Int32Type>() {
            return self.number_repeated(rows, put);
        }
        let texts: &StringArray =
            rows.as_string_opt().ok_or_else(|| internal_datafusion_err!("a key of texts is {}", rows.data_type()))?;
        for text in texts {
            put(self.of(text)?);
        }
        Ok(())
    }

    fn number_repeated(&mut self, rows: &DictionaryArray<Int32Type>, mut put: impl FnMut(u32)) -> Result<()> {
        let texts: &StringArray = rows
            .values()
            .as_string_opt()
            .ok_or_else(|| internal_datafusion_err!("a key of texts is of {}", rows.values().data_type()))?;
        let mut numbers = self.remembered(rows.values());
        let mut number = |texts_of: &mut Self, key: i32| {
            let place = usize::try_from(key).unwrap_or(usize::MAX);
            match numbers.get_mut(place) {
                Some(known) if *known != UNKNOWN => Ok(*known),
                Some(unknown) => {
                    *unknown = texts_of.of(texts.is_valid(place).then(|| texts.value(place)))?;
                    Ok(*unknown)
                }
                None => texts_of.of(None),
            }
        };
        match rows.keys().null_count() {
            0 => {
                for key in rows.keys().values() {
                    put(number(self, *key)?);
                }
            }
            _ => {
                for key in rows.keys() {
                    put(number(self, key.unwrap_or(NO_KEY))?);
                }
            }
        }
        if self.dictionaries.len() >= REMEMBERED {
            self.dictionaries.remove(0);
        }
        self.dictionaries.push((ArrayRef::clone(rows.values()), numbers));
        Ok(())
    }

    /// The numbers of a dictionary's texts as far as they are known.
    fn remembered(&mut self, values: &ArrayRef) -> Vec<u32> {
        match self.dictionaries.iter().position(|(known, _)| is_same(known, values)) {
            Some(place) => self.dictionaries.remove(place).1,
            None => vec![UNKNOWN; values.len()],
        }
    }

    /// The number of a text, a new one where it is new.
    fn of(&mut self, text: Option<&str>) -> Result<u32> {
        if self.frozen {
            return Ok(match text {
                Some(text) => self.texts.find(text).and_then(|place| self.numbers.get(place as usize).copied()),
                None => self.null,
            }
            .unwrap_or(ABSENT));
        }
        let next = u32::try_from(self.places.len()).unwrap_or(UNKNOWN);
        let Some(text) = text else {
            if self.null.is_none() {
                self.places.push(None);
            }
            return Ok(*self.null.get_or_insert(next));
        };
        let place = self.texts.intern(text)?;
        match self.numbers.get(place as usize) {
            Some(known) => Ok(*known),
            None => {
                self.numbers.push(next);
                self.places.push(Some(place));
                Ok(next)
            }
        }
    }

    /// The texts of numbers.
    pub(super) fn texts(&self, numbers: impl Iterator<Item = u32>) -> StringArray {
        let place = |number: u32| self.places.get(number as usize).copied().flatten();
        numbers.map(|number| place(number).map(|place| self.texts.get(place))).collect()
    }
}
