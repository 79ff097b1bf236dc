//! The distinct values of a column, each with a number from 0 up in the order in which they were met.
//!
//! `stats dc(user), values(port), mode(status)` share it. A column of numbers is kept as numbers, since no two of them have the
//! same text; the texts are only made for an answer.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, ListArray},
        datatypes::{DataType, Int32Type, Int64Type},
    },
    common::{Result, exec_err},
};

use super::{
    groups::Rows,
    input::{Whole, each_text},
    interner::Interner,
    nested::TextColumn,
    repeated::Repeated,
    whole_numbers::WholeNumbers,
};

/// The values of one column, each once.
#[derive(Debug)]
pub(crate) enum Interned {
    Texts(Interner, Repeated),
    Numbers { kind: Whole, values: WholeNumbers },
}

impl Interned {
    /// No values yet, for a column of a type.
    pub(crate) fn new(column: &DataType) -> Self {
        Self::of(Whole::of(column))
    }

    fn of(kind: Option<Whole>) -> Self {
        match kind {
            Some(kind) => Self::Numbers { kind, values: WholeNumbers::default() },
            None => Self::Texts(Interner::default(), Repeated::default()),
        }
    }

    /// The same for the same column.
    pub(crate) fn fresh(&self) -> Self {
        match self {
            Self::Texts(..) => Self::of(None),
            Self::Numbers { kind, .. } => Self::of(Some(*kind)),
        }
    }

    /// The type that values of a column's type have in a state.
    pub(crate) fn state_type(column: &DataType) -> DataType {
        if Whole::of(column).is_some() { DataType::Int64 } else { DataType::Utf8 }
    }

    /// Gives the number of every value as (group, number), in row order.
    pub(crate) fn each(&mut self, column: &ArrayRef, rows: &Rows<'_>, mut take: impl FnMut(usize, u32)) -> Result<()> {
        match self {
            Self::Texts(texts, repeated) => match column.as_dictionary_opt::<Int32Type>() {
                Some(column) => repeated.of(column, |numbers| {
                    rows.each(column.keys().nulls(), |row, group| {
                        if let Some(number) = numbers.of(row, |text| texts.intern(text))? {
                            take(group, number);
                        }
                        Ok(())
                    })
                }),
                None => match column.as_string_opt::<i32>().filter(|_| rows.are_all()) {
                    Some(column) => {
                        let mut numbers = Vec::with_capacity(column.len());
                        texts.intern_all(column, |number| numbers.push(number.unwrap_or_default()))?;
                        rows.each(column.nulls(), |row, group| {
                            take(group, numbers[row]);
                            Ok(())
                        })
                    }
                    None => each_text(column, rows, |_, group, text| {
                        take(group, texts.intern(text)?);
                        Ok(())
                    }),
                },
            },
            Self::Numbers { kind, values } => {
                if Whole::of(column.data_type()) != Some(*kind) {
                    return exec_err!("a column of {} where {kind:?} was expected", column.data_type());
                }
                let column = kind.column(column);
                rows.each(column.nulls(), |row, group| {
                    take(group, values.of(column.value(row))?);
                    Ok(())
                })
            }
        }
    }

    /// The numbers of the items of a state's lists, by the place of the item less that of the first.
    pub(crate) fn of_state(&mut self, lists: &ListArray) -> Result<Vec<u32>> {
        let offsets = lists.value_offsets();
        let (first, end) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
        let items = lists.values().slice(first as usize, (end - first) as usize);
        match self {
            Self::Texts(texts, _) => {
                let Some(items) = items.as_string_opt::<i32>() else {
                    return exec_err!("a state has {} where texts are expected", items.data_type());
                };
                let mut numbers = Vec::with_capacity(items.len());
                texts.intern_all(items, |number| numbers.push(number.unwrap_or_default()))?;
                Ok(numbers)
            }
            Self::Numbers { values, .. } => {
                let Some(items) = items.as_primitive_opt::<Int64Type>() else {
                    return exec_err!("a state has {} where numbers are expected", items.data_type());
                };
                items.values().iter().map(|value| values.of(*value)).collect()
            }
        }
    }

    /// The values of rows that are a group each, as items of a state with the length of each row's list.
    pub(crate) fn rows(column: &ArrayRef, rows: &Rows<'_>) -> Result<(ArrayRef, Vec<usize>)> {
        let mut lengths = vec![0; rows.total()];
        if let Some(kind) = Whole::of(column.data_type()) {
            let column = kind.column(column);
            let mut items = Vec::with_capacity(column.len());
            rows.each(column.nulls(), |row, group| {
                lengths[group] += 1;
                items.push(column.value(row));
                Ok(())
            })?;
            return Ok((Arc::new(Int64Array::from(items)), lengths));
        }
        let mut items = TextColumn::default();
        each_text(column, rows, |_, group, text| {
            lengths[group] += 1;
            items.push(text)
        })?;
        Ok((items.finish(), lengths))
    }

    /// The number of a value of another of its kind.
    pub(crate) fn adopt(&mut self, other: &Self, place: u32) -> Result<u32> {
        match (self, other) {
            (Self::Texts(texts, _), Self::Texts(others, _)) => texts.intern(others.get(place)),
            (Self::Numbers { values, .. }, Self::Numbers { values: others, .. }) => {
                values.of(others.values()[place as usize])
            }
            _ => exec_err!("texts and numbers do not mix"),
        }
    }

    /// The values of these numbers as items of a state.
    pub(crate) fn items(&self, numbers: impl Iterator<Item = u32>) -> Result<ArrayRef> {
        match self {
            Self::Texts(..) => self.texts(numbers.map(Some)),
            Self::Numbers { values, .. } => {
                Ok(Arc::new(Int64Array::from_iter_values(numbers.map(|place| values.values()[place as usize]))))
            }
        }
    }

    /// The values of these numbers as texts.
    pub(crate) fn texts(&self, numbers: impl Iterator<Item = Option<u32>>) -> Result<ArrayRef> {
        let (kind, values) = match self {
            Self::Texts(texts, _) => return texts.column(numbers),
            Self::Numbers { kind, values } => (kind, values.values()),
        };
        let mut column = TextColumn::default();
        for place in numbers {
            match place {
                None => column.push_null(),
                Some(place) => column.push(&kind.text(values[place as usize]))?,
            }
        }
        Ok(column.finish())
    }

    /// For each number the place of its text in the order by bytes.
    pub(crate) fn ranks(&self) -> Result<Vec<u32>> {
        match self {
            Self::Texts(texts, _) => Ok(texts.ranks()),
            Self::Numbers { kind, values } => {
                let mut texts = Interner::default();
                for value in values.values() {
                    texts.intern(&kind.text(*value))?;
                }
                Ok(texts.ranks())
            }
        }
    }

    /// How the texts of two values compare.
    pub(crate) fn order(&self) -> Result<impl Fn(u32, u32) -> Ordering> {
        // The texts of numbers would be made anew for each comparison.
        let ranks = match self {
            Self::Texts(..) => Vec::new(),
            Self::Numbers { .. } => self.ranks()?,
        };
        Ok(move |a: u32, b: u32| match self {
            Self::Texts(texts, _) => texts.get(a).cmp(texts.get(b)),
            Self::Numbers { .. } => ranks[a as usize].cmp(&ranks[b as usize]),
        })
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Texts(texts, _) => texts.len(),
            Self::Numbers { values, .. } => values.values().len(),
        }
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Texts(texts, repeated) => texts.size() + repeated.size(),
            Self::Numbers { values, .. } => values.size(),
        }
    }
}
