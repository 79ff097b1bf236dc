//! Where values of different types meet: the branches of `if(x>1, bytes, "none")`, the indexes of a search, `append`.
//!
//! Numbers meet as doubles (all of one type as that type), a number and a text as text, a list and anything as a list.

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    logical_expr::{Expr, cast, lit},
};
use speleo_functions::{Kind, value::list_type};

use super::{Typed, is_text_type, kind_of};
use crate::Result;

/// The type that holds the values of both.
pub(crate) fn meet(left: &DataType, right: &DataType) -> DataType {
    let list = |data_type: &DataType| matches!(data_type, DataType::List(_) | DataType::LargeList(_));
    match (left, right) {
        (left, right) if left == right => left.clone(),
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        (left, right) if list(left) || list(right) => list_type(),
        (left, right) if kind_of(left) == Kind::Number && kind_of(right) == Kind::Number => DataType::Float64,
        _ => DataType::Utf8,
    }
}

/// A value in the type where it meets others.
pub(crate) fn convert(typed: &Typed, to: &DataType) -> Result<Expr> {
    if typed.is_null() {
        return Ok(lit(ScalarValue::try_from(to)?));
    }
    if typed.data_type == *to {
        return Ok(typed.expr.clone());
    }
    match to {
        DataType::List(_) => typed.as_list(),
        DataType::Float64 => typed.as_double(),
        DataType::Utf8 => typed.as_utf8(),
        other if is_text_type(other) => Ok(cast(typed.as_text()?, other.clone())),
        other => Ok(cast(typed.expr.clone(), other.clone())),
    }
}

/// Brings the branches of a form to one type. The result has `null` in place of an expression.
pub(super) fn unify(branches: &[Typed]) -> Result<(Vec<Expr>, Typed)> {
    let present = || branches.iter().filter(|branch| !branch.is_null());
    let data_type = present()
        .map(|branch| branch.data_type.clone())
        .reduce(|left, right| meet(&left, &right))
        .unwrap_or(DataType::Utf8);
    let exprs = branches.iter().map(|branch| convert(branch, &data_type)).collect::<Result<Vec<_>>>()?;
    let kind = present().next().map_or(Kind::Any, |first| first.kind);
    let same = present().all(|branch| branch.is_static && branch.kind == kind);
    let result = match same && kind != Kind::Any {
        true => Typed::fixed(lit(ScalarValue::Null), kind, data_type),
        false => Typed::field(lit(ScalarValue::Null), data_type),
    };
    Ok((exprs, result))
}
