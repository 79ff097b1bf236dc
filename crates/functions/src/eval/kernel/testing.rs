//! How kernels are tested: columns written as texts in, a column written as texts out.
//!
//! `check("spl_len", &[texts(&["abc", "null"])], &["3", "null"])`. The text `null` stands for no value.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, NullArray, StringArray},
        compute::{cast, concat},
        datatypes::{DataType, Field, TimeUnit},
    },
    common::{Result, ScalarValue, config::ConfigOptions},
    logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs},
};

use crate::value::{ListBuilder, Lists, Texts, list_type};

/// A column of texts.
pub(crate) fn texts(values: &[&str]) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(
        values.iter().map(|text| (*text != "null").then_some(*text)).collect::<StringArray>(),
    ))
}

/// A column of doubles; NaN stands for null.
pub(crate) fn numbers(values: &[f64]) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(
        values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect::<Float64Array>(),
    ))
}

/// A column of whole numbers.
pub(crate) fn integers(values: &[i64]) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(Int64Array::from(values.to_vec())))
}

/// A column of truth values.
pub(crate) fn booleans(values: &[Option<bool>]) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(BooleanArray::from(values.to_vec())))
}

/// A column of times, in microseconds.
pub(crate) fn times(values: &[i64]) -> ColumnarValue {
    let numbers: ArrayRef = Arc::new(Int64Array::from(values.to_vec()));
    ColumnarValue::Array(cast(&numbers, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))).unwrap())
}

/// A column of lists; no values at all stand for null.
pub(crate) fn lists(rows: &[&[&str]]) -> ColumnarValue {
    let mut builder = ListBuilder::new(rows.len());
    for row in rows {
        row.iter().for_each(|value| builder.value(value));
        builder.end_row();
    }
    ColumnarValue::Array(builder.finish())
}

/// A column of nothing but nulls.
pub(crate) fn nulls(rows: usize) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(NullArray::new(rows)))
}

/// A text literal.
pub(crate) fn literal(text: &str) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Utf8(Some(text.to_owned())))
}

/// A number literal.
pub(crate) fn literal_number(value: f64) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Float64(Some(value)))
}

/// Calls a kernel and compares the result, written as text: `null`, `true`, `[a, b]`, numbers and texts as SPL shows
/// them. The same must come out row by row, with literals expanded to columns and in the other string layouts, and an
/// empty batch must give an empty column.
pub(crate) fn check(name: &str, args: &[ColumnarValue], expected: &[&str]) {
    let rows = expected.len();
    assert_eq!(show(&invoke(name, args, rows).unwrap()), expected, "{name}");
    for layout in [DataType::Utf8View, DataType::LargeUtf8] {
        let args: Vec<_> = args.iter().map(|arg| with_layout(arg, &layout)).collect();
        assert_eq!(show(&invoke(name, &args, rows).unwrap()), expected, "{name} with {layout}");
    }
    let by_row: Vec<ArrayRef> = (0..rows).map(|row| invoke(name, &slice(args, row, 1), 1).unwrap()).collect();
    let by_row: Vec<&dyn Array> = by_row.iter().map(AsRef::as_ref).collect();
    assert_eq!(show(&concat(&by_row).unwrap()), expected, "{name} row by row");
    if !args.is_empty() {
        let expanded: Vec<_> =
            args.iter().map(|arg| ColumnarValue::Array(arg.clone().into_array(rows).unwrap())).collect();
        if let Ok(whole) = invoke(name, &expanded, rows) {
            assert_eq!(show(&whole), expected, "{name} with literals as columns");
        }
        let some_column = args.iter().any(|arg| matches!(arg, ColumnarValue::Array(_)));
        if some_column {
            assert_eq!(invoke(name, &slice(args, 0, 0), 0).unwrap().len(), 0, "{name} on an empty batch");
        }
    }
}

/// Calls a kernel as the engine does.
pub(crate) fn invoke(name: &str, args: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let udf = crate::eval::kernels().into_iter().find(|udf| udf.name() == name).expect(name);
    let arg_fields: Vec<_> = args.iter().map(|arg| Arc::new(Field::new("x", arg.data_type(), true))).collect();
    let scalar_arguments: Vec<_> = args
        .iter()
        .map(|arg| match arg {
            ColumnarValue::Scalar(value) => Some(value),
            ColumnarValue::Array(_) => None,
        })
        .collect();
    let return_field =
        udf.return_field_from_args(ReturnFieldArgs { arg_fields: &arg_fields, scalar_arguments: &scalar_arguments })?;
    udf.invoke_with_args(ScalarFunctionArgs {
        args: args.to_vec(),
        arg_fields,
        number_rows: rows,
        return_field,
        config_options: Arc::new(ConfigOptions::default()),
    })?
    .into_array(rows)
}

/// A column as the texts that [`check`] compares.
pub(crate) fn show(array: &ArrayRef) -> Vec<String> {
    (0..array.len())
        .map(|row| {
            if array.is_null(row) {
                return "null".to_owned();
            }
            match array.data_type() {
                DataType::Boolean => array.as_boolean().value(row).to_string(),
                DataType::List(_) => {
                    let lists = Lists::new(array).unwrap();
                    let values: Vec<&str> = lists.get(row).expect("lists are never empty").collect();
                    format!("[{}]", values.join(", "))
                }
                _ => Texts::new(array).unwrap().get(row).map_or("null".to_owned(), |text| text.into_owned()),
            }
        })
        .collect()
}

fn slice(args: &[ColumnarValue], row: usize, rows: usize) -> Vec<ColumnarValue> {
    args.iter()
        .map(|arg| match arg {
            ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(row, rows)),
            ColumnarValue::Scalar(_) => arg.clone(),
        })
        .collect()
}

fn with_layout(arg: &ColumnarValue, layout: &DataType) -> ColumnarValue {
    match arg {
        ColumnarValue::Array(array) if array.data_type() == &DataType::Utf8 => {
            ColumnarValue::Array(cast(array, layout).unwrap())
        }
        ColumnarValue::Array(array) if array.data_type() == &list_type() => {
            let item = Field::new("item", layout.clone(), true);
            ColumnarValue::Array(cast(array, &DataType::List(Arc::new(item))).unwrap())
        }
        _ => arg.clone(),
    }
}
