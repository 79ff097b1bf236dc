//! Groups by the numbers of their keys' values: a row's group is found without a look at the values themselves.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::{DataType, FieldRef, Schema},
    },
    common::Result,
};

use super::{key::Key, pairs::Pairs};
use crate::dictionary::Alone;

/// Combinations of keys, numbered in the order in which they come.
#[derive(Debug, Clone)]
pub(in crate::operator) struct Numbered {
    keys: Vec<Key>,
    /// Pairs of a group by the keys before and the number of the next key.
    pairs: Vec<Pairs>,
    /// Whether new combinations get no numbers.
    frozen: bool,
}

impl Numbered {
    /// No groups yet of keys with these types; none where a type is for another kind of groups.
    pub(in crate::operator) fn of(schema: &Schema) -> Option<Self> {
        Self::with(schema, &vec![None; schema.fields().len()])
    }

    /// The same where some keys are texts that are made of the columns.
    pub(in crate::operator) fn with(schema: &Schema, derivations: &[Option<Alone>]) -> Option<Self> {
        let key = |(field, derivation): (&FieldRef, &Option<Alone>)| match derivation {
            Some(derivation) => Some(Key::derived(derivation.clone())),
            None => Key::of(field.data_type()),
        };
        let keys: Vec<Key> = schema.fields().iter().zip(derivations).map(key).collect::<Option<_>>()?;
        let pairs = keys.iter().skip(1).map(|_| Pairs::default()).collect();
        (!keys.is_empty()).then_some(Self { keys, pairs, frozen: false })
    }

    /// Numbers rows.
    ///
    /// # Errors
    /// Where a column is not of its key's type, or there are more groups than numbers.
    pub(in crate::operator) fn number(&mut self, columns: &[ArrayRef], ids: &mut Vec<usize>) -> Result<()> {
        let mut groups: Vec<u32> = Vec::new();
        let mut so_far = 0;
        for (place, (key, column)) in self.keys.iter_mut().zip(columns).enumerate() {
            let mut own = Vec::with_capacity(column.len());
            key.number(column, &mut own)?;
            match place.checked_sub(1).and_then(|place| self.pairs.get_mut(place)) {
                None => (groups, so_far) = (own, key.len()),
                Some(pairs) if self.frozen => pairs.find(&mut groups, &own),
                Some(pairs) => {
                    pairs.number(&mut groups, &own, so_far, key.len())?;
                    so_far = pairs.len();
                }
            }
        }
        ids.clear();
        ids.extend(groups.iter().map(|group| *group as usize));
        Ok(())
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        self.keys.iter_mut().for_each(Key::forget);
        self.pairs.iter_mut().for_each(Pairs::forget);
    }

    /// From now on combinations that are new have no numbers: they are [`ABSENT`](super::ABSENT).
    pub(in crate::operator) fn freeze(&mut self) {
        self.frozen = true;
        self.keys.iter_mut().for_each(Key::freeze);
    }

    /// How many groups there are.
    pub(in crate::operator) fn len(&self) -> usize {
        match self.pairs.last() {
            Some(pairs) => pairs.len(),
            None => self.keys.first().map_or(0, Key::len),
        }
    }

    /// How much memory they take.
    pub(in crate::operator) fn bytes(&self) -> usize {
        self.keys.iter().map(Key::bytes).sum::<usize>() + self.pairs.iter().map(Pairs::bytes).sum::<usize>()
    }

    /// The keys of all groups, as columns of these types.
    ///
    /// # Errors
    /// Where a type is another one than the key's.
    pub(in crate::operator) fn keys(&self, types: &[DataType]) -> Result<Vec<ArrayRef>> {
        let mut groups: Vec<u32> = (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).collect();
        let mut columns = Vec::with_capacity(self.keys.len());
        // The last key first: its pairs tell the groups by the keys before.
        for (place, (key, data_type)) in self.keys.iter().zip(types).enumerate().rev() {
            let pairs = place.checked_sub(1).and_then(|place| self.pairs.get(place)).map(Pairs::pairs);
            let pair = |group: &u32| pairs.and_then(|pairs| pairs.get(*group as usize)).copied();
            let own = groups.iter().map(|group| pair(group).map_or(*group, |(_, own)| own));
            columns.push(key.values(own, data_type)?);
            groups = groups.iter().map(|group| pair(group).map_or(*group, |(before, _)| before)).collect();
        }
        columns.reverse();
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::{
        array::{DictionaryArray, Int32Array, Int64Array, StringArray},
        datatypes::{Field, Int32Type},
    };

    use super::*;
    use crate::dictionary::repeated_text;

    /// The keys of the group of each row are the row's own, and different groups have different keys.
    #[test]
    fn a_rows_group_has_its_keys() {
        let fields = vec![
            Field::new("a", repeated_text(), true),
            Field::new("b", DataType::Int64, true),
            Field::new("c", DataType::Utf8, true),
        ];
        let mut groups = Numbered::of(&Schema::new(fields)).unwrap();
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), Some("y"), None, Some("never")]));
        let a = |from: i32| -> ArrayRef {
            let keys = (from..from + 5_000).map(|row| (row % 4 != 3).then_some(row % 3)).collect::<Int32Array>();
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(&texts)).unwrap())
        };
        let b = |from: i64| -> ArrayRef {
            Arc::new(
                (from..from + 5_000).map(|row| (row % 5 != 0).then_some(row % 11 * 40_000 - 1)).collect::<Int64Array>(),
            )
        };
        let c = |from: i64| -> ArrayRef {
            Arc::new(
                (from..from + 5_000)
                    .map(|row| (row % 6 != 1).then(|| format!("c{}", row % 400)))
                    .collect::<StringArray>(),
            )
        };
        let types = [DataType::Utf8, DataType::Int64, DataType::Utf8];
        let mut ids = Vec::new();
        for from in [0, 5_000, 300] {
            let columns = [a(from), b(from.into()), c(from.into())];
            groups.number(&columns, &mut ids).unwrap();
            let keys = groups.keys(&types).unwrap();
            for ((key, column), data_type) in keys.iter().zip(&columns).zip(&types) {
                let texts = datafusion::arrow::compute::cast(column, data_type).unwrap();
                for (row, id) in ids.iter().enumerate() {
                    assert_eq!(key.slice(*id, 1).as_ref(), texts.slice(row, 1).as_ref(), "row {row}");
                }
            }
            let shown = |group: usize| keys.iter().map(|key| format!("{:?}", key.slice(group, 1))).collect::<Vec<_>>();
            let all: std::collections::HashSet<_> = (0..groups.len()).map(shown).collect();
            assert_eq!(all.len(), groups.len());
        }
    }
}
