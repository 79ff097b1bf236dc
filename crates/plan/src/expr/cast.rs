//! A lowered expression with its kind, and its reading as a number, a text, a list or a truth value.
//!
//! `where bytes > 100` on a text column reads it as a number: `spl_num(bytes) > 100`. No cast is left to DataFusion.

use datafusion::{
    arrow::datatypes::{DataType, TimeUnit},
    common::ScalarValue,
    logical_expr::{Expr, ExprSchemable, cast, lit},
};
use speleo_functions::{
    Kind,
    value::{format_number, list_type, parse_number},
};

use super::fold::fold;
use crate::{
    Result, kernel,
    meet::{self, is_text},
    relation::Relation,
};

/// A plan expression, and what SPL knows of its value.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    /// The expression.
    pub(crate) expr: Expr,
    /// Its kind. A numeric column is a `Number`, a text column `Any`.
    pub(crate) kind: Kind,
    /// Its Arrow type.
    pub(crate) data_type: DataType,
    /// Whether the kind follows from the text of the search alone, as that of a literal or of `len(x)` does and that of a
    /// field does not. Splunk rejects a search for static kinds only.
    pub(crate) is_static: bool,
}

impl Typed {
    /// A value of a kind that the text of the search fixes.
    pub(super) fn fixed(expr: Expr, kind: Kind, data_type: DataType) -> Self {
        Self { expr, kind, data_type, is_static: true }
    }

    /// A field-like value: its kind is that of its type.
    pub(crate) fn field(expr: Expr, data_type: DataType) -> Self {
        Self { expr, kind: kind_of(&data_type), data_type, is_static: false }
    }

    /// A field-like value whose type is still to be found.
    pub(super) fn of(expr: Expr, relation: &Relation) -> Result<Self> {
        let data_type = expr.get_type(relation.plan.schema())?;
        Ok(Self::field(expr, data_type))
    }

    /// A truth value.
    pub(super) fn truth(expr: Expr) -> Self {
        Self::fixed(expr, Kind::Bool, DataType::Boolean)
    }

    /// The absent value: what a field that does not exist holds.
    pub(crate) fn null() -> Self {
        Self { expr: lit(ScalarValue::Utf8(None)), kind: Kind::Any, data_type: DataType::Utf8, is_static: false }
    }

    /// A string literal.
    pub(super) fn text_literal(text: impl Into<String>) -> Self {
        Self::fixed(lit(text.into()), Kind::Text, DataType::Utf8)
    }

    /// A number literal: whole ones that a double holds exactly are Int64.
    pub(super) fn number_literal(number: f64) -> Self {
        match whole(number) {
            Some(whole) => Self::fixed(lit(whole), Kind::Number, DataType::Int64),
            None => Self::fixed(lit(number), Kind::Number, DataType::Float64),
        }
    }

    /// Whether it is certainly absent.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.expr, Expr::Literal(value, _) if value.is_null())
    }

    /// Its value where it is a constant.
    pub(crate) fn constant(&self) -> Option<&ScalarValue> {
        match &self.expr {
            Expr::Literal(value, _) if !value.is_null() => Some(value),
            _ => None,
        }
    }

    /// Its value where it is a constant text.
    pub(crate) fn constant_text(&self) -> Option<&str> {
        self.constant().and_then(|value| value.try_as_str().flatten())
    }

    /// Its value where it is a constant number.
    pub(crate) fn constant_number(&self) -> Option<f64> {
        match self.constant()? {
            ScalarValue::Int64(value) => value.map(|value| value as f64),
            ScalarValue::Float64(value) => *value,
            _ => None,
        }
    }

    /// Whether it is a time as a source gives it.
    pub(crate) fn is_time(&self) -> bool {
        matches!(self.data_type, DataType::Timestamp(..))
    }

    /// Whether it is one text per row.
    pub(crate) fn is_text(&self) -> bool {
        is_text(&self.data_type)
    }

    /// As a number: Int64 stays, times are epoch seconds, a text is null unless it reads as a number.
    pub(crate) fn as_number(&self) -> Result<Expr> {
        match (&self.data_type, self.constant_text()) {
            (DataType::Int64 | DataType::Float64, _) => Ok(self.expr.clone()),
            (_, Some(text)) => Ok(lit(ScalarValue::Float64(parse_number(text)))),
            _ if self.is_null() || self.kind == Kind::Bool => Ok(lit(ScalarValue::Float64(None))),
            (DataType::Timestamp(unit, _), _) => Ok(epoch(self.expr.clone(), *unit)),
            _ => Ok(kernel::call("spl_num", vec![self.expr.clone()])?),
        }
    }

    /// As a double.
    pub(crate) fn as_double(&self) -> Result<Expr> {
        if let Some(number) = self.constant_number() {
            return Ok(lit(number));
        }
        match self.data_type {
            DataType::Int64 => Ok(cast(self.expr.clone(), DataType::Float64)),
            _ => self.as_number(),
        }
    }

    /// As a text: numbers as SPL prints them, null for several values. String columns keep their Arrow type.
    pub(crate) fn as_text(&self) -> Result<Expr> {
        if let Some(number) = self.constant_number() {
            return Ok(lit(format_number(number)));
        }
        match self.data_type {
            _ if self.is_null() => Ok(lit(ScalarValue::Utf8(None))),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(self.expr.clone()),
            DataType::Int64 => Ok(cast(self.expr.clone(), DataType::Utf8)),
            _ => Ok(fold(kernel::call("spl_text", vec![self.expr.clone()])?)?),
        }
    }

    /// As a text of Arrow type Utf8, for places where branches of different string types meet.
    pub(crate) fn as_utf8(&self) -> Result<Expr> {
        let text = self.as_text()?;
        Ok(match self.data_type {
            DataType::LargeUtf8 | DataType::Utf8View => cast(text, DataType::Utf8),
            _ => text,
        })
    }

    /// As a list of texts; one value is a list of one.
    pub(crate) fn as_list(&self) -> Result<Expr> {
        if self.data_type == list_type() {
            return Ok(self.expr.clone());
        }
        if self.is_null() {
            return Ok(lit(ScalarValue::try_from(&list_type())?));
        }
        Ok(kernel::call("spl_as_list", vec![self.expr.clone()])?)
    }

    /// As a truth value: a field holds one as a text (`true`) or a number (not zero).
    pub(crate) fn as_bool(&self) -> Result<Expr> {
        match self.kind {
            Kind::Bool => Ok(self.expr.clone()),
            _ if self.is_null() => Ok(lit(ScalarValue::Boolean(None))),
            _ => Ok(fold(kernel::call("spl_tobool", vec![self.expr.clone()])?)?),
        }
    }

    /// As a time: a number counts seconds since the epoch.
    pub(crate) fn as_time(&self) -> Result<Expr> {
        if self.is_time() {
            return Ok(self.expr.clone());
        }
        Ok(meet::timestamp(self.as_double()?))
    }
}

/// The kind that a field of an Arrow type has.
fn kind_of(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Boolean => Kind::Bool,
        DataType::List(_) | DataType::LargeList(_) => Kind::List,
        DataType::Timestamp(..) => Kind::Number,
        other if other.is_numeric() => Kind::Number,
        _ => Kind::Any,
    }
}

/// A double as a whole number, where it is one and every whole number around it is exact too.
pub(crate) fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A time column as seconds since the epoch.
fn epoch(expr: Expr, unit: TimeUnit) -> Expr {
    let scale = match unit {
        TimeUnit::Second => 1.0,
        TimeUnit::Millisecond => 1e3,
        TimeUnit::Microsecond => 1e6,
        TimeUnit::Nanosecond => 1e9,
    };
    cast(cast(expr, DataType::Int64), DataType::Float64) / lit(scale)
}
