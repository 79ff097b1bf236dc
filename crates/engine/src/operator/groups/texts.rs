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
    /// The number of null where rows had none: that of the texts that came later is one higher than their place in the interner.
    null: Option<u32>,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.known().len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.known().texts.size() + self.repeated.size()
    }

    fn known(&self) -> &Known {
        self.frozen.as_deref().unwrap_or(&self.known)
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        self.known.texts.clear();
        self.known.null = None;
        self.frozen = None;
        self.repeated.clear();
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
        if let Some(frozen) = &self.frozen {
            let mut row = 0;
            frozen.texts.find_all(texts, |place| {
                let known = match place {
                    Some(place) => Some(frozen.number(place)),
                    None if texts.is_null(row) => frozen.null,
                    None => None,
                };
                numbers.push(known.unwrap_or(ABSENT));
                row += 1;
            });
            return Ok(());
        }
        if texts.null_count() == 0 {
            let null = self.known.null;
            return self
                .known
                .texts
                .intern_all(texts, |place| numbers.push(place.map_or(UNKNOWN, |place| numbered(place, null))));
        }
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
    ///
    /// # Errors
    /// Where there is too much text for one column.
    pub(super) fn texts(&self, numbers: impl Iterator<Item = u32>) -> Result<ArrayRef> {
        let known = self.known();
        known.texts.column(numbers.map(|number| known.place(number)))
    }
}

impl Known {
    fn len(&self) -> usize {
        self.texts.len() + usize::from(self.null.is_some())
    }

    fn find(&self, text: Option<&str>) -> Option<u32> {
        match text {
            Some(text) => self.texts.find(text).map(|place| self.number(place)),
            None => self.null,
        }
    }

    fn of(&mut self, text: Option<&str>) -> Result<u32> {
        match text {
            Some(text) => Ok(numbered(self.texts.intern(text)?, self.null)),
            None => {
                let next = u32::try_from(self.len()).unwrap_or(UNKNOWN);
                Ok(*self.null.get_or_insert(next))
            }
        }
    }

    fn number(&self, place: u32) -> u32 {
        numbered(place, self.null)
    }

    /// The place of a number's text; none for that of null.
    fn place(&self, number: u32) -> Option<u32> {
        match self.null {
            Some(null) if null == number => None,
            Some(null) if null < number => Some(number - 1),
            _ => Some(number),
        }
    }
}

/// The number of the text at a place of the interner.
#[inline]
fn numbered(place: u32, null: Option<u32>) -> u32 {
    place + u32::from(null.is_some_and(|null| place >= null))
}
