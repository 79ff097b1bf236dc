//! How groups are told apart: by the numbers of their keys' values, or by the values.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::ArrayRef,
        compute::cast,
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::Result,
    logical_expr::EmitTo,
    physical_plan::aggregates::{
        group_values::{GroupValues, new_group_values},
        order::GroupOrdering,
    },
};

use super::numbered::Numbered;

/// The keys of the groups so far.
pub(in crate::operator) enum Values {
    /// There are no keys: all rows are group 0.
    One,
    Numbered(Numbered),
    /// DataFusion's, of keys whose values have no numbers of ours, such as fractions.
    Other(Box<dyn GroupValues>),
}

impl Values {
    /// No groups yet, of keys of these types; numbers wherever there can be some.
    pub(in crate::operator) fn of(keys: &SchemaRef) -> Result<Self> {
        if keys.fields().is_empty() {
            return Ok(Self::One);
        }
        match Numbered::of(keys) {
            Some(groups) => Ok(Self::Numbered(groups)),
            None => Ok(Self::Other(new_group_values(Arc::clone(keys), &GroupOrdering::None)?)),
        }
    }

    /// Numbers rows of keys.
    pub(in crate::operator) fn number(&mut self, columns: &[ArrayRef], ids: &mut Vec<usize>) -> Result<()> {
        match self {
            Self::Numbered(groups) => groups.number(columns, ids),
            Self::Other(values) => values.intern(columns, ids),
            Self::One => {
                ids.fill(0);
                Ok(())
            }
        }
    }

    /// Begins anew after the keys were taken; the memory stays.
    pub(in crate::operator) fn forget(&mut self) {
        if let Self::Numbered(groups) = self {
            groups.forget();
        }
    }

    /// How many groups there are.
    pub(in crate::operator) fn len(&self) -> usize {
        match self {
            Self::Numbered(groups) => groups.len(),
            Self::Other(values) => values.len(),
            Self::One => 1,
        }
    }

    /// How much memory the keys take.
    pub(in crate::operator) fn bytes(&self) -> usize {
        match self {
            Self::One => 0,
            Self::Numbered(groups) => groups.bytes(),
            Self::Other(values) => values.size(),
        }
    }

    /// The keys of all groups in the order of their numbers, as columns of these types. Of what tells them apart by value there
    /// are none afterwards.
    pub(in crate::operator) fn take_keys(&mut self, types: &[DataType]) -> Result<Vec<ArrayRef>> {
        match self {
            Self::Numbered(groups) => groups.keys(types),
            Self::Other(values) => {
                let keys = values.emit(EmitTo::All)?;
                keys.iter().zip(types).map(|(key, data_type)| Ok(cast(key, data_type)?)).collect()
            }
            Self::One => Ok(Vec::new()),
        }
    }
}

/// The types of keys as values of their own: those of repeated texts are texts.
pub(in crate::operator) fn plain_types(keys: &Schema) -> Vec<DataType> {
    let plain = |data_type: &DataType| match data_type {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        own => own.clone(),
    };
    keys.fields().iter().map(|field| plain(field.data_type())).collect()
}
