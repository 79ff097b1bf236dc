//! Texts that are made of a whole number: made once for each number, and not for each row. `chart count OVER host BY status`

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{
        Result,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_expr::{PhysicalExpr, expressions::Column, utils::collect_columns},
    physical_expr_common::physical_expr::is_volatile,
};

use super::{texts::Texts, wholes::Wholes};

/// An expression that gives a text of one column of whole numbers.
#[derive(Debug, Clone)]
pub(in crate::operator) struct Derivation {
    /// The column.
    pub(in crate::operator) column: Arc<dyn PhysicalExpr>,
    /// The expression over a batch of it alone.
    inner: Arc<dyn PhysicalExpr>,
    input: SchemaRef,
}

impl Derivation {
    /// None where an expression is something else.
    pub(in crate::operator) fn of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Self> {
        let mut columns = collect_columns(expr).into_iter();
        let (Some(column), None) = (columns.next(), columns.next()) else { return None };
        let field = schema.fields().get(column.index())?;
        let gives_text = expr.data_type(schema).is_ok_and(|own| own == DataType::Utf8);
        if *field.data_type() != DataType::Int64 || !gives_text || is_volatile(expr) {
            return None;
        }
        let alone: Arc<dyn PhysicalExpr> = Arc::new(Column::new(column.name(), 0));
        let inner = Arc::clone(expr).transform_up(|part| match part.is::<Column>() {
            true => Ok(Transformed::yes(Arc::clone(&alone))),
            false => Ok(Transformed::no(part)),
        });
        let input = Arc::new(Schema::new(vec![Field::clone(field)]));
        Some(Self { column: Arc::new(column), inner: inner.data().ok()?, input })
    }

    fn texts(&self, numbers: ArrayRef) -> Result<ArrayRef> {
        let rows = numbers.len();
        self.inner.evaluate(&RecordBatch::try_new(Arc::clone(&self.input), vec![numbers])?)?.into_array(rows)
    }
}

/// The texts of numbers, and their own numbers in the order in which they come.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    derivation: Derivation,
    wholes: Wholes,
    texts: Texts,
    /// The text of each whole number.
    of: Vec<u32>,
}

impl Derived {
    pub(super) fn new(derivation: Derivation) -> Self {
        Self { derivation, wholes: Wholes::default(), texts: Texts::default(), of: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.wholes.bytes() + self.texts.bytes() + self.of.capacity() * size_of::<u32>()
    }

    /// Gives `put` the number of the text of each row's number.
    ///
    /// # Errors
    /// Where the expression fails for a number.
    pub(super) fn number(&mut self, rows: &ArrayRef, mut put: impl FnMut(u32)) -> Result<()> {
        let mut wholes = Vec::with_capacity(rows.len());
        self.wholes.number(rows, |whole| wholes.push(whole))?;
        if self.of.len() < self.wholes.len() {
            let new = self.of.len()..self.wholes.len();
            let new = self.wholes.wholes(new.map(|whole| u32::try_from(whole).unwrap_or(u32::MAX)));
            let texts = self.derivation.texts(Arc::new(new))?;
            let of = &mut self.of;
            self.texts.number(&texts, |text| of.push(text))?;
        }
        for whole in wholes {
            put(self.of.get(whole as usize).copied().unwrap_or(super::ABSENT));
        }
        Ok(())
    }

    /// The texts of numbers.
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }
}
