//! Arrow types as SPL's: whole numbers Int64, other numbers Float64, times epoch seconds, structs flattened, the rest text.
//!
//! A column that fits is left alone, so that its statistics still serve.

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
    functions::core::expr_fn::{coalesce, get_field},
    functions_nested::expr_fn::make_array,
    logical_expr::{Expr, cast, lit, try_cast, when},
    scalar::ScalarValue,
};

use super::{FILE, ORIGIN, ROW, column};
use crate::source::schema::{self, RAW, SEQUENCE, TIME, TIME_KEYS};

/// The columns of a view over files: those of every index, then the files' own; `filled` are those that every row has.
pub(super) fn columns(file: &Schema, has_rows: bool, filled: &HashSet<String>) -> Vec<Expr> {
    let find = |name: &str| file.fields().iter().find(|field| field.name() == name);
    let time = TIME_KEYS.iter().find_map(|key| find(key)).map(|field| time(column(field.name()), field.data_type()));
    let mut columns = vec![time.unwrap_or_else(null_time).alias(TIME)];
    let own = |name: &str| find(name).and_then(|field| text(column(name), field.data_type()));
    columns.push(own(RAW).unwrap_or_else(null_text).alias(RAW));
    for (name, added) in schema::ORIGIN.iter().zip(ORIGIN) {
        let value = match own(name) {
            Some(own) if filled.contains(*name) => own,
            Some(own) => coalesce(vec![own, column(added)]),
            None => column(added),
        };
        columns.push(value.alias(*name));
    }
    let sequence = if has_rows { column(FILE) + column(ROW) } else { column(FILE) };
    columns.push(sequence.alias(SEQUENCE));
    for field in file.fields() {
        let is_base = field.name() == TIME || field.name() == RAW || schema::ORIGIN.contains(&field.name().as_str());
        if !is_base {
            flatten(field.name(), column(field.name()), field.data_type(), &mut columns);
        }
    }
    columns
}

fn flatten(name: &str, expr: Expr, data_type: &DataType, columns: &mut Vec<Expr>) {
    if let DataType::Struct(fields) = data_type {
        for field in fields {
            let inner = get_field(expr.clone(), field.name().as_str());
            flatten(&format!("{name}.{}", field.name()), inner, field.data_type(), columns);
        }
        return;
    }
    if let Some(value) = value(expr, data_type) {
        columns.push(if matches!(&value, Expr::Column(own) if own.name == name) { value } else { value.alias(name) });
    }
}

/// A column as SPL has it; none for types that it cannot have.
pub(in crate::source) fn value(expr: Expr, data_type: &DataType) -> Option<Expr> {
    Some(match data_type {
        DataType::Int64 | DataType::Float64 | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => expr,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            cast(expr, DataType::Int64)
        }
        DataType::Float16
        | DataType::Float32
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => cast(expr, DataType::Float64),
        DataType::Timestamp(..) | DataType::Date64 => {
            cast(cast(time(expr, data_type), DataType::Int64), DataType::Float64) / lit(1e6)
        }
        DataType::Dictionary(_, inner) => return value(cast(expr, inner.as_ref().clone()), inner),
        DataType::List(item) if item.as_ref() == &Field::new("item", DataType::Utf8, true) => expr,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
            if !item.data_type().is_nested() =>
        {
            cast(expr, schema::list_type())
        }
        _ => return text(expr, data_type),
    })
}

/// A column as text; none for types without one.
fn text(expr: Expr, data_type: &DataType) -> Option<Expr> {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(expr),
        // Bytes that are no text become null.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Some(try_cast(expr, DataType::Utf8)),
        data_type if data_type.is_nested() || data_type.is_null() => None,
        _ => Some(cast(expr, DataType::Utf8)),
    }
}

/// A column as the event's time. Whole numbers count seconds, milliseconds, microseconds or nanoseconds, by their size.
fn time(expr: Expr, data_type: &DataType) -> Expr {
    let target = schema::time_type();
    match data_type {
        data_type if *data_type == target => expr,
        // By way of numbers: a time that is given a zone is looked up in its calendar.
        DataType::Timestamp(_, None) => {
            cast(cast(cast(expr, DataType::Timestamp(TimeUnit::Microsecond, None)), DataType::Int64), target)
        }
        DataType::Timestamp(_, Some(_)) => cast(expr, target),
        data_type if data_type.is_integer() => {
            let number = cast(expr, DataType::Int64);
            let step = |limit: i64| number.clone().between(lit(-limit), lit(limit));
            let micros = when(step(100_000_000_000), number.clone() * lit(1_000_000_i64))
                .when(step(100_000_000_000_000), number.clone() * lit(1_000_i64))
                .when(step(100_000_000_000_000_000), number.clone())
                .otherwise(number.clone() / lit(1_000_i64));
            // Building a CASE fails only without branches.
            micros.map_or_else(|_| null_time(), |micros| cast(micros, target))
        }
        data_type if data_type.is_floating() => {
            cast(cast(cast(expr, DataType::Float64) * lit(1e6), DataType::Int64), target)
        }
        _ => try_cast(expr, target),
    }
}

fn null_time() -> Expr {
    lit(ScalarValue::TimestampMicrosecond(None, Some("UTC".into())))
}

fn null_text() -> Expr {
    lit(ScalarValue::Utf8(None))
}

/// The columns of several tables together; where types differ, numbers are doubles, lists win over texts, texts over numbers.
pub(super) fn meet(schemas: &[SchemaRef]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in schemas.iter().flat_map(|schema| schema.fields().iter()) {
        match fields.iter_mut().find(|known| known.name() == field.name()) {
            None => fields.push(field.as_ref().clone().with_nullable(true)),
            Some(known) if known.data_type() == field.data_type() => {}
            Some(known) => {
                let (one, other) = (known.data_type(), field.data_type());
                let met = if matches!(one, DataType::List(_)) || matches!(other, DataType::List(_)) {
                    schema::list_type()
                } else if one.is_numeric() && other.is_numeric() {
                    DataType::Float64
                } else {
                    DataType::Utf8
                };
                known.set_data_type(met);
            }
        }
    }
    fields
}

/// A table's column in the type that all tables share.
pub(super) fn fit(schema: &SchemaRef, field: &Field) -> Expr {
    let Ok(own) = schema.field_with_name(field.name()) else {
        return lit(ScalarValue::try_from(field.data_type()).unwrap_or(ScalarValue::Null)).alias(field.name());
    };
    let expr = column(field.name());
    if own.data_type() == field.data_type() {
        return expr;
    }
    let fitted = match (own.data_type(), field.data_type()) {
        (DataType::List(_), _) => cast(expr, field.data_type().clone()),
        (_, DataType::List(_)) => {
            when(expr.clone().is_not_null(), make_array(vec![cast(expr.clone(), DataType::Utf8)])).end().unwrap_or(expr)
        }
        (_, target) => cast(expr, target.clone()),
    };
    fitted.alias(field.name())
}
