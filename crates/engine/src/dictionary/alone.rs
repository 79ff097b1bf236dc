//! An expression over one column, evaluated for values of that column alone. `upper(host)`, for each host once

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch},
        datatypes::{Field, FieldRef, Schema, SchemaRef},
    },
    common::Result,
    physical_expr::{PhysicalExpr, expressions::Column, utils::collect_columns},
    physical_expr_common::physical_expr::is_volatile,
};

use crate::substitution::substituted;

/// The expression, and its column apart from the others.
#[derive(Debug, Clone)]
pub(crate) struct Alone {
    /// The column among those of the rows.
    pub(crate) column: Arc<dyn PhysicalExpr>,
    /// The expression over a batch of the column alone.
    pub(crate) inner: Arc<dyn PhysicalExpr>,
    input: SchemaRef,
}

impl Alone {
    /// The expression over rows of a schema; none where it reads no column or several, or gives another value each time.
    pub(crate) fn of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Self> {
        let mut columns = collect_columns(expr).into_iter();
        let (Some(column), None) = (columns.next(), columns.next()) else { return None };
        let field = schema.fields().get(column.index())?;
        if is_volatile(expr) {
            return None;
        }
        let alone: Arc<dyn PhysicalExpr> = Arc::new(Column::new(column.name(), 0));
        let inner = substituted(expr, |_| Some(Arc::clone(&alone))).ok()?;
        let input = Arc::new(Schema::new(vec![Field::clone(field)]));
        Some(Self { column: Arc::new(column), inner, input })
    }

    /// The same over a column that stands elsewhere.
    pub(crate) fn over(&self, column: Arc<dyn PhysicalExpr>) -> Self {
        Self { column, inner: Arc::clone(&self.inner), input: Arc::clone(&self.input) }
    }

    /// The expression over a column of rows.
    ///
    /// # Errors
    /// Where a part does not take its parts anew.
    pub(crate) fn reading(&self, column: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        substituted(&self.inner, |_| Some(Arc::clone(column)))
    }

    /// The column's field.
    pub(crate) fn field(&self) -> &Field {
        self.input.field(0)
    }

    /// The field of what it gives.
    ///
    /// # Errors
    /// Where it has no type.
    pub(crate) fn given(&self) -> Result<FieldRef> {
        self.inner.return_field(&self.input)
    }

    /// What it gives for values of the column.
    ///
    /// # Errors
    /// Those of the expression.
    pub(crate) fn evaluate(&self, values: ArrayRef) -> Result<ArrayRef> {
        let rows = values.len();
        self.inner.evaluate(&RecordBatch::try_new(Arc::clone(&self.input), vec![values])?)?.into_array(rows)
    }
}
