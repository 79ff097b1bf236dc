//! Texts that are made of a whole number: made once for each number, and not for each row. `chart count OVER host BY status`

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::ArrayRef,
        datatypes::{DataType, Schema},
    },
    common::Result,
    physical_expr::PhysicalExpr,
};

use super::{texts::Texts, wholes::Wholes};
use crate::dictionary::Alone;

/// An expression that gives a text of one column of whole numbers; none where it is something else.
pub(in crate::operator) fn derivation(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Alone> {
    let alone = Alone::of(expr, schema)?;
    let gives_text = expr.data_type(schema).is_ok_and(|own| own == DataType::Utf8);
    (gives_text && *alone.field().data_type() == DataType::Int64).then_some(alone)
}

/// The texts of numbers, and their own numbers in the order in which they come.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    derivation: Alone,
    wholes: Wholes,
    texts: Texts,
    /// The text of each whole number.
    of: Vec<u32>,
}

impl Derived {
    pub(super) fn new(derivation: Alone) -> Self {
        Self { derivation, wholes: Wholes::default(), texts: Texts::default(), of: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.wholes.bytes() + self.texts.bytes() + self.of.capacity() * size_of::<u32>()
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        self.wholes.forget();
        self.texts.forget();
        self.of.clear();
    }

    /// Adds the number of the text of each row's number to `numbers`.
    ///
    /// # Errors
    /// Where the expression fails for a number.
    pub(super) fn number(&mut self, rows: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        let before = numbers.len();
        self.wholes.number(rows, numbers)?;
        if self.of.len() < self.wholes.len() {
            let new = self.of.len()..self.wholes.len();
            let new = self.wholes.wholes(new.map(|whole| u32::try_from(whole).unwrap_or(u32::MAX)));
            let texts = self.derivation.evaluate(Arc::new(new))?;
            self.texts.number(&texts, &mut self.of)?;
        }
        for number in numbers.iter_mut().skip(before) {
            *number = self.of.get(*number as usize).copied().unwrap_or(super::ABSENT);
        }
        Ok(())
    }

    /// The texts of numbers.
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }
}
