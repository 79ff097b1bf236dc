//! Texts that come again and again as numbers of a dictionary: each is looked up once for many rows. `stats dc(action) BY host`

use datafusion::{
    arrow::{
        array::{Array, AsArray, DictionaryArray, StringArray},
        datatypes::Int32Type,
    },
    common::{Result, exec_err},
};

use crate::recent::Recent;

/// A text that no row has had yet.
const UNKNOWN: u32 = u32::MAX;
/// Dictionaries that are remembered: rows of one follow each other, and several partitions may meet.
const REMEMBERED: usize = 4;

/// The dictionaries of the last rows, and the numbers that their texts were given as far as rows had them.
#[derive(Debug, Default, Clone)]
pub struct Repeated {
    known: Recent<Vec<u32>, REMEMBERED>,
}

impl Repeated {
    /// Lends `look` the rows of a column with what is known of their texts.
    ///
    /// # Errors
    /// Where the dictionary is not one of texts, and those of `look`.
    pub fn of<R>(
        &mut self,
        column: &DictionaryArray<Int32Type>,
        look: impl FnOnce(&mut Numbering<'_>) -> Result<R>,
    ) -> Result<R> {
        let Some(texts) = column.values().as_string_opt::<i32>() else {
            return exec_err!("a dictionary of {} where texts are expected", column.values().data_type());
        };
        let mut numbers = self.known.take(column.values()).unwrap_or_else(|| vec![UNKNOWN; texts.len()]);
        let looked = look(&mut Numbering { column, texts, numbers: &mut numbers })?;
        self.known.put(column.values(), numbers);
        Ok(looked)
    }

    /// Forgets all numbers.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// Bytes on the heap; dictionaries are counted where they are read.
    pub fn size(&self) -> usize {
        self.known.values().map(|numbers| numbers.capacity() * size_of::<u32>()).sum()
    }
}

/// The rows of a column, and the numbers of its texts as far as they are known.
pub struct Numbering<'a> {
    column: &'a DictionaryArray<Int32Type>,
    texts: &'a StringArray,
    numbers: &'a mut [u32],
}

impl Numbering<'_> {
    /// The numbers of all rows' texts, where each row has a text and all texts of the dictionary are known.
    pub fn all(&self) -> Option<impl Iterator<Item = u32>> {
        let is_known = self.column.keys().null_count() == 0 && !self.numbers.contains(&UNKNOWN);
        let numbers = &*self.numbers;
        let number = move |place: &i32| numbers.get(*place as usize).copied().unwrap_or(UNKNOWN);
        is_known.then(|| self.column.keys().values().iter().map(number))
    }

    /// The number of a row's text, which `make` gives for a text that is new; none where the row has no text.
    ///
    /// # Errors
    /// Those of `make`.
    #[inline]
    pub fn of(&mut self, row: usize, make: impl FnOnce(&str) -> Result<u32>) -> Result<Option<u32>> {
        if self.column.keys().is_null(row) {
            return Ok(None);
        }
        let place = usize::try_from(self.column.keys().value(row)).unwrap_or(usize::MAX);
        match self.numbers.get_mut(place) {
            Some(known) if *known != UNKNOWN => Ok(Some(*known)),
            // A text of the dictionary can be missing as well.
            Some(unknown) if self.texts.is_valid(place) => {
                *unknown = make(self.texts.value(place))?;
                Ok(Some(*unknown))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int32Array};

    use super::*;

    #[test]
    fn a_text_is_looked_up_once() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]));
        let keys = Int32Array::from(vec![Some(2), Some(0), None, Some(1), Some(2)]);
        let column = DictionaryArray::<Int32Type>::try_new(keys, texts).unwrap();
        let mut repeated = Repeated::default();
        let mut made = Vec::new();
        for _ in 0..2 {
            let numbers = repeated.of(&column, |rows| {
                (0..5)
                    .map(|row| {
                        rows.of(row, |text| {
                            made.push(text.to_owned());
                            Ok(u32::try_from(made.len()).unwrap())
                        })
                    })
                    .collect::<Result<Vec<_>>>()
            });
            assert_eq!(numbers.unwrap(), [Some(1), Some(2), None, None, Some(1)]);
        }
        assert_eq!(made, ["b", "a"]);
    }
}
