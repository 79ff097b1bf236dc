//! Which group a row belongs to: combinations of keys, numbered in the order in which they come.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
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

/// The groups so far, and those of the rows of the last batch.
pub(super) struct Groups {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
    /// None where there are no keys: all rows are group 0.
    values: Option<Box<dyn GroupValues>>,
    ids: Vec<usize>,
}

impl Groups {
    /// No groups yet, for rows of the schema `input`.
    pub(super) fn try_new(keys: Vec<Arc<dyn PhysicalExpr>>, input: &SchemaRef) -> Result<Self> {
        let fields = keys.iter().map(|key| key.return_field(input)).collect::<Result<Vec<_>>>()?;
        let mut groups = Self { keys, schema: Arc::new(Schema::new(fields)), values: None, ids: Vec::new() };
        groups.forget()?;
        Ok(groups)
    }

    /// Numbers the rows of a batch and returns how many groups there are with them.
    pub(super) fn number(&mut self, batch: &RecordBatch) -> Result<usize> {
        match &mut self.values {
            Some(values) => {
                values.intern(&evaluate_expressions_to_arrays(&self.keys, batch)?, &mut self.ids)?;
                Ok(values.len())
            }
            None => {
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
        self.values.as_ref().map_or(0, |values| values.size())
    }

    /// Begins anew without groups.
    pub(super) fn forget(&mut self) -> Result<()> {
        self.values = match self.keys.is_empty() {
            true => None,
            false => Some(new_group_values(Arc::clone(&self.schema), &GroupOrdering::None)?),
        };
        Ok(())
    }
}
