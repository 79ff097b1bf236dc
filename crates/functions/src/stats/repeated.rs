//! Texts that come again and again as numbers of a dictionary: each is looked up once for many rows. `stats dc(action) BY host`

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray},
        datatypes::Int32Type,
    },
    common::{Result, exec_err},
};

use super::{arena::Interner, groups::Rows};

/// A text that no row has had yet.
const UNKNOWN: u32 = u32::MAX;

/// The dictionary of the last rows, and the numbers of its texts as far as rows had them.
#[derive(Debug, Default)]
pub(crate) struct Repeated {
    texts: Option<ArrayRef>,
    numbers: Vec<u32>,
}

impl Repeated {
    /// Gives the number of every text as (group, number), in row order.
    pub(crate) fn each(
        &mut self,
        interner: &mut Interner,
        column: &DictionaryArray<Int32Type>,
        rows: &Rows<'_>,
        mut take: impl FnMut(usize, u32),
    ) -> Result<()> {
        let Some(texts) = column.values().as_string_opt::<i32>() else {
            return exec_err!("a dictionary of {} where texts are expected", column.values().data_type());
        };
        if !self.texts.as_ref().is_some_and(|known| is_same(known, column.values())) {
            self.texts = Some(ArrayRef::clone(column.values()));
            self.numbers.clear();
            self.numbers.resize(texts.len(), UNKNOWN);
        }
        let keys = column.keys();
        rows.each(keys.nulls(), |row, group| {
            let place = usize::try_from(keys.value(row)).unwrap_or(usize::MAX);
            match self.numbers.get_mut(place) {
                Some(known) if *known != UNKNOWN => take(group, *known),
                Some(unknown) if texts.is_valid(place) => {
                    *unknown = interner.intern(texts.value(place))?;
                    take(group, *unknown);
                }
                _ => {}
            }
            Ok(())
        })
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        self.numbers.capacity() * size_of::<u32>()
    }
}

/// Whether two dictionaries' texts are one and the same array: batches of a row group share them.
pub fn is_same(one: &ArrayRef, other: &ArrayRef) -> bool {
    let place = |array: &ArrayRef| {
        let texts: &StringArray = array.as_string_opt()?;
        Some((texts.value_offsets().as_ptr(), texts.value_data().as_ptr(), texts.len()))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}
