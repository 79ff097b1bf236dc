//! Which group a row belongs to: combinations of keys, numbered in the order in which they come.

mod derived;
mod key;
mod numbered;
mod pairs;
mod texts;
mod wholes;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::{Schema, SchemaRef},
    },
    common::Result,
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::aggregates::{
        group_values::{GroupValues, new_group_values},
        order::GroupOrdering,
    },
};

pub(super) use self::{derived::derivation, numbered::Numbered};
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

/// How groups are told apart.
enum Values {
    /// There are no keys: all rows are group 0.
    One,
    Numbered(Numbered),
    Other(Box<dyn GroupValues>),
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

    /// Numbers the rows of a batch and returns how many groups there are with them.
    pub(super) fn number(&mut self, batch: &RecordBatch) -> Result<usize> {
        let columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.keys, batch)?;
        match &mut self.values {
            Values::Numbered(groups) => {
                groups.number(&columns, &mut self.ids)?;
                Ok(groups.len())
            }
            Values::Other(values) => {
                values.intern(&columns, &mut self.ids)?;
                Ok(values.len())
            }
            Values::One => {
                self.ids.clear();
                self.ids.resize(batch.num_rows(), 0);
                Ok(1)
            }
        }
    }

    /// The group of each row of the last batch.
    pub(super) fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// How much memory the keys take.
    pub(super) fn bytes(&self) -> usize {
        match &self.values {
            Values::One => 0,
            Values::Numbered(groups) => groups.bytes(),
            Values::Other(values) => values.size(),
        }
    }

    /// Begins anew without groups.
    pub(super) fn forget(&mut self) -> Result<()> {
        self.values = if self.keys.is_empty() {
            Values::One
        } else if let Some(groups) = Numbered::of(&self.schema) {
            Values::Numbered(groups)
        } else {
            Values::Other(new_group_values(Arc::clone(&self.schema), &GroupOrdering::None)?)
        };
        Ok(())
    }
}
