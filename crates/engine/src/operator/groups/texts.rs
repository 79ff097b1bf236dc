//! The numbers of texts, in the order in which they come.

use std::sync::Arc;

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
    known: Known,
    /// What is known where new texts get no numbers: all copies share it.
    frozen: Option<Arc<Known>>,
    repeated: Repeated,
}

/// The numbers so far.
#[derive(Debug, Default, Clone)]
struct Known {
    texts: Interner,
    /// The number of each text of the interner, and of null where rows had none.
    numbers: Vec<u32>,
    null: Option<u32>,
    /// Of each number the text's place in the interner.
    places: Vec<Option<u32>>,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.known().places.len()
    }

    pub(super) fn bytes(&self) -> usize {
        let known = self.known();
        let numbers = known.numbers.capacity() + 2 * known.places.capacity();
        known.texts.size() + self.repeated.size() + numbers * size_of::<u32>()
    }

    fn known(&self) -> &Known {
        self.frozen.as_deref().unwrap_or(&self.known)
    }

    /// From now on texts that are new have no numbers.
    pub(super) fn freeze(&mut self) {
        let known = std::mem::take(&mut self.known);
        self.frozen.get_or_insert_with(|| Arc::new(known));
        self.repeated.clear();
    }

    /// Adds the number of each row's text to `numbers`.
    ///
    /// # Errors
    /// Where the column has neither texts nor numbers of texts, or there are more than numbers are for.
    pub(super) fn number(&mut self, rows: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        numbers.reserve(rows.len());
        if let Some(rows) = rows.as_dictionary_opt::<Int32Type>() {
            let mut repeated = std::mem::take(&mut self.repeated);
            repeated.of(rows, |known| {
                if let Some(all) = known.all() {
                    numbers.extend(all);
                    return Ok(());
                }
                for row in 0..rows.len() {
                    numbers.push(match known.of(row, |text| self.of(Some(text)))? {
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
            numbers.push(self.of(text)?);
        }
        Ok(())
    }

    /// The number of a text, a new one where it is new.
    fn of(&mut self, text: Option<&str>) -> Result<u32> {
        match &self.frozen {
            Some(frozen) => Ok(frozen.find(text).unwrap_or(ABSENT)),
            None => self.known.of(text),
        }
    }

    /// The texts of numbers.
    pub(super) fn texts(&self, numbers: impl Iterator<Item = u32>) -> StringArray {
        let known = self.known();
        let place = |number: u32| known.places.get(number as usize).copied().flatten();
        numbers.map(|number| place(number).map(|place| known.texts.get(place))).collect()
    }
}

impl Known {
    fn find(&self, text: Option<&str>) -> Option<u32> {
        match text {
            Some(text) => self.texts.find(text).and_then(|place| self.numbers.get(place as usize).copied()),
            None => self.null,
        }
    }

    fn of(&mut self, text: Option<&str>) -> Result<u32> {
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
}
