//! From one kind of value to another: `eval size=tostring(bytes, "commas")`.
//!
//! `printf` has its own file, the JSON functions theirs.

use std::sync::Arc;

use datafusion::{
    arrow::array::{Array, ArrayRef, AsArray},
    arrow::datatypes::{DataType, Int64Type},
    common::{Result, plan_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::kernel::{
    Arguments, append_texts, boolean, booleans, is_list, kernel, list, map_defined, number, numbers, text, texts,
};
use crate::value::parse_number;

mod address;
mod format;
mod functions;
mod json;
mod radix;

use self::format::Format;
pub use functions::FUNCTIONS;

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_ipmask", text, ip_mask),
        kernel("spl_toarray", text, json::to_array),
        kernel("spl_tobool", boolean, to_bool),
        kernel("spl_todouble", number, to_number),
        kernel("spl_toint", number, to_int),
        kernel("spl_tomv", list, json::to_list),
        kernel("spl_tonumber", number, to_number),
        kernel("spl_toobject", text, json::to_object),
        kernel("spl_tostring", formatted, to_string),
    ]
}

fn ip_mask(args: &Arguments) -> Result<ArrayRef> {
    let (masks, addresses) = (args.texts(0)?, args.texts(1)?);
    texts(args.rows(), |row| address::mask(&masks.get(row)?, &addresses.get(row)?))
}

fn to_bool(args: &Arguments) -> Result<ArrayRef> {
    let array = args.array(0)?;
    if let Some(array) = array.as_boolean_opt() {
        return Ok(Arc::new(array.clone()));
    }
    let values = args.texts(0)?;
    booleans(args.rows(), |row| match values.get(row)?.as_ref() {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        text => parse_number(text).map(|number| number != 0.0),
    })
}

fn to_number(args: &Arguments) -> Result<ArrayRef> {
    read_numbers(args, |number| number)
}

fn to_int(args: &Arguments) -> Result<ArrayRef> {
    read_numbers(args, f64::floor)
}

/// The base is for texts; a number is what it is. `NaN` and `Infinity` are no numbers here.
fn read_numbers(args: &Arguments, change: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    let data_type = args.array(0)?.data_type();
    if args.len() < 2 || !(data_type.is_string() || is_list(data_type)) {
        let of_text = data_type.is_string() || is_list(data_type);
        return map_defined(args, change, |x, _| of_text && !x.is_finite());
    }
    let (values, bases) = (args.texts(0)?, args.numbers(1)?);
    numbers(args.rows(), |row| radix::parse(&values.get(row)?, bases.get(row)?).map(&change))
}

/// The type of `tostring`; a format that does not exist is an error before the search runs.
fn formatted(args: &ReturnFieldArgs) -> Result<DataType> {
    if let Some(Some(literal)) = args.scalar_arguments.get(1)
        && let Some(name) = literal.try_as_str().flatten()
        && Format::named(name).is_none()
    {
        return plan_err!("`{name}` is no format of tostring: hex, binary, commas or duration");
    }
    Ok(DataType::Utf8)
}

/// A null shows as `Null`. With a format, what is no number stays as it is.
fn to_string(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    if args.len() < 2 {
        let several = is_list(args.array(0)?.data_type());
        let array = args.array(0)?.clone();
        return append_texts(args.rows(), |row, out| {
            let is_value = values.push(row, out);
            if !is_value && (!several || array.is_null(row)) {
                out.push_str("Null");
                return true;
            }
            is_value
        });
    }
    let (read, formats) = (args.numbers(0)?, args.texts(1)?);
    let fixed = if args.is_constant(1) { formats.get(0).and_then(|name| Format::named(&name)) } else { None };
    let whole = args.array(0)?.as_primitive_opt::<Int64Type>();
    if let (Some(Format::Hex), Some(column)) = (fixed, whole)
        && column.len() == args.rows()
    {
        return format::hex_column(column);
    }
    append_texts(args.rows(), |row, buffer| {
        let format = fixed.or_else(|| Format::named(&formats.get(row)?));
        match (format, read.get(row)) {
            (None, _) => false,
            (Some(Format::Hex), Some(_)) if let Some(column) = whole => {
                format::hex(column.value(if args.is_constant(0) { 0 } else { row }), buffer)
            }
            (Some(format), Some(number)) => format.write(number, buffer),
            (Some(_), None) => values.push(row, buffer),
        }
    })
}

#[cfg(test)]
mod tests;
