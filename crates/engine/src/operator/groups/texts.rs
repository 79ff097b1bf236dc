//! The numbers of texts, in the order in which they come.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray},
        datatypes::Int32Type,
    },
    common::{Result, internal_datafusion_err},
};
use speleo_functions::stats::{Interner, Repeated};

use super::{ABSENT, UNKNOWN};

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
    repeated: Repeated,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn bytes(&self) -> usize {
        let numbers = self.numbers.capacity() + 2 * self.places.capacity();
        self.texts.size() + self.repeated.size() + numbers * size_of::<u32>()
    }

    /// From now on texts that are new have no numbers.
    pub(super) fn freeze(&mut self) {
        self.frozen = true;
        self.repeated.clear();
    }

    /// Gives `put` the number of each row's text.
    ///
    /// # Errors
    /// Where the column has neither texts nor numbers of texts, or there are more than numbers are for.
    pub(super) fn number(&mut self, rows: &ArrayRef, mut put: impl FnMut(u32)) -> Result<()> {
        if let Some(rows) = rows.as_dictionary_opt::<Int32Type>() {
            let mut repeated = std::mem::take(&mut self.repeated);
            repeated.of(rows, |numbers| {
                for row in 0..rows.len() {
                    put(match numbers.of(row, |text| self.of(Some(text)))? {
                        Some(number) => number,
                        None => self.of(None)?,
                    });
                }
                Ok(())
            })?;
            self.repeated = repeated;
            return Ok(());
        }
        let texts: &StringArray =
            rows.as_string_opt().ok_or_else(|| internal_datafusion_err!("a key of texts is {}", rows.data_type()))?;
        for text in texts {
            put(self.of(text)?);
        }
        Ok(())
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
