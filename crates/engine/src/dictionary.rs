//! Repeated texts as numbers. Of `index=web host=web1* | eval site=upper(host) | stats count BY site` the condition and `upper` see
//! each host once in a block of rows, and the rows are counted by numbers.
//!
//! A scan gives columns that files write as dictionaries as they are, under a cast to text that the view adds. [`LateTexts`] takes
//! the cast above whatever can do without, and [`PerValue`] evaluates what depends on one such column alone once for each of its
//! texts. What is deliberately absent: dictionaries of numbers, which Arrow's reader does not give.

mod alone;
mod filters;
mod late;
mod one_of;
mod per_value;

pub(crate) use alone::Alone;
pub(crate) use filters::PerValueFilters;
pub(crate) use late::LateTexts;
pub(crate) use one_of::OneOf;
pub(crate) use per_value::{PerValue, per_value};

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    physical_expr::{
        PhysicalExpr,
        expressions::{CastExpr, Column},
    },
};

/// The type of a column of repeated texts.
pub(crate) fn repeated_text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The column of which an expression is the text: `CAST(host AS Utf8)`.
pub(crate) fn text_of(expr: &Arc<dyn PhysicalExpr>) -> Option<&Arc<dyn PhysicalExpr>> {
    let cast = expr.downcast_ref::<CastExpr>()?;
    let is_plain = *cast.cast_type() == DataType::Utf8 && cast.expr().downcast_ref::<Column>().is_some();
    is_plain.then(|| cast.expr())
}
