//! `spl_x11(number, period, multiply)`: a series without its season. `x11 mult12(sales)`

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array},
        datatypes::DataType,
    },
    common::Result,
};

use super::whole::Columns;
use crate::series;

/// The type of the result.
pub(super) fn result() -> DataType {
    DataType::Float64
}

pub(super) fn x11(columns: &Columns, _rows: usize) -> Result<ArrayRef> {
    let period = usize::try_from(columns.integer(1)?).unwrap_or(0);
    let found = series::adjusted(&columns.doubles(0)?, period, columns.integer(2)? != 0);
    Ok(Arc::new(Float64Array::from(found)))
}
