//! Where the branches of a form meet in one type: `if(x>1, bytes, "none")`. [`crate::meet`] knows which.

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    logical_expr::{Expr, cast, lit},
};
use speleo_functions::Kind;

use super::Typed;
use crate::{
    Result,
    meet::{is_text, meet},
};

/// A value in the type where it meets others.
fn convert(typed: &Typed, to: &DataType) -> Result<Expr> {
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
        other if is_text(other) => Ok(cast(typed.as_text()?, other.clone())),
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
    let mut same = present().all(|branch| branch.is_static && branch.kind == kind);
    // `if(x, true(), null())` may be assigned in Splunk: only what is certainly true or false may not.
    same &= kind != Kind::Bool || present().count() == branches.len();
    let result = match same && kind != Kind::Any {
        true => Typed::fixed(lit(ScalarValue::Null), kind, data_type),
        false => Typed::field(lit(ScalarValue::Null), data_type),
    };
    Ok((exprs, result))
}
