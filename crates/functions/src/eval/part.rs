//! One part of a kernel's result that has several: the groups of `rex`, the fields of `iplocation`.
//!
//! `spl_part(spl_rex(…), 'domain')`. DataFusion's `get_field` is not used: the optimizer pushes it towards the scan, below
//! sorts and limits, where it loses track of columns that have equal names with and without a table's.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::nullif,
        datatypes::DataType,
    },
    common::{Result, ScalarValue, plan_datafusion_err, plan_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::kernel::{Arguments, kernel};

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_part", part_type, part)]
}

fn part_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let name = args.scalar_arguments.get(1).copied().flatten().and_then(|name| name.try_as_str().flatten());
    let (Some(whole), Some(name)) = (args.arg_fields.first(), name) else { return plan_err!("a part has a name") };
    let DataType::Struct(parts) = whole.data_type() else { return plan_err!("only a struct has parts") };
    let found = parts.find(name).ok_or_else(|| plan_datafusion_err!("there is no part {name}"))?;
    Ok(found.1.data_type().clone())
}

/// Null where the whole is.
fn part(args: &Arguments) -> Result<ArrayRef> {
    let (whole, name) = (args.array(0)?, args.literal(1)?);
    let Some(whole) = whole.as_struct_opt() else { return plan_err!("only a struct has parts") };
    let found = whole.column_by_name(&name).ok_or_else(|| plan_datafusion_err!("there is no part {name}"))?;
    let found = match whole.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => nullif(found, &BooleanArray::new(!nulls.inner(), None))?,
        None => found.clone(),
    };
    if args.is_constant(0) {
        return ScalarValue::try_from_array(&found, 0)?.to_array_of_size(args.rows());
    }
    Ok(found)
}
