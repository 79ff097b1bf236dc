//! Which group a row belongs to: combinations of keys, numbered in the order in which they come.

mod derived;
mod key;
mod numbered;
mod pairs;
mod texts;
mod values;
mod wholes;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::Result,
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
};

pub(super) use self::{
    derived::derivation,
    numbered::Numbered,
    values::{Values, plain_types},
};
use crate::dictionary::text_of;

/// A value that no row has had yet.
const UNKNOWN: u32 = u32::MAX;
/// A value without a number, where new ones get none.
const ABSENT: u32 = u32::MAX - 1;

/// The groups so far, and those of the rows of the last batch.
pub(super) struct Groups {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
    values: Values,
    ids: Vec<usize>,
}

impl Groups {
    /// No groups yet, for rows of the schema `input`.
    pub(super) fn try_new(keys: Vec<Arc<dyn PhysicalExpr>>, input: &SchemaRef) -> Result<Self> {
        // The numbers of repeated texts serve as well as the texts.
        let keys: Vec<_> = keys.into_iter().map(|key| text_of(&key).map(Arc::clone).unwrap_or(key)).collect();
        let fields = keys.iter().map(|key| key.return_field(input)).collect::<Result<Vec<_>>>()?;
        let mut groups = Self { keys, schema: Arc::new(Schema::new(fields)), values: Values::One, ids: Vec::new() };
        groups.forget()?;
        Ok(groups)
    }

    /// No groups yet, for rows of keys of these types, as [`Groups::take_keys`] gives them.
    pub(super) fn of_keys(types: Vec<DataType>) -> Result<Self> {
        let field = |(place, data_type): (usize, DataType)| Field::new(format!("key{place}"), data_type, true);
        let schema = Arc::new(Schema::new(types.into_iter().enumerate().map(field).collect::<Vec<_>>()));
        Ok(Self { keys: Vec::new(), values: Values::of(&schema)?, schema, ids: Vec::new() })
    }

    /// The types of the keys that [`Groups::take_keys`] gives.
    pub(super) fn key_types(&self) -> Vec<DataType> {
        plain_types(&self.schema)
    }

    /// Numbers the rows of a batch and returns how many groups there are with them.
    pub(super) fn number(&mut self, batch: &RecordBatch) -> Result<usize> {
        if let Values::One = self.values {
            self.ids.clear();
            self.ids.resize(batch.num_rows(), 0);
            return Ok(1);
        }
        self.number_keys(&evaluate_expressions_to_arrays(&self.keys, batch)?)
    }

    /// The same for rows of keys, as [`Groups::take_keys`] gives them.
    pub(super) fn number_keys(&mut self, columns: &[ArrayRef]) -> Result<usize> {
        self.values.number(columns, &mut self.ids)?;
        Ok(self.values.len())
    }

    /// Whether no row has come.
    pub(super) fn is_empty(&self) -> bool {
        self.values.len() == 0
    }

    /// The keys of all groups in the order of their numbers; then there are none.
    pub(super) fn take_keys(&mut self) -> Result<Vec<ArrayRef>> {
        let keys = self.values.take_keys(&self.key_types())?;
        self.forget()?;
        Ok(keys)
    }

    /// The group of each row of the last batch.
    pub(super) fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// How much memory the keys take.
    pub(super) fn bytes(&self) -> usize {
        self.values.bytes()
    }

    /// Begins anew without groups.
    pub(super) fn forget(&mut self) -> Result<()> {
        self.values = Values::of(&self.schema)?;
        Ok(())
    }
}
