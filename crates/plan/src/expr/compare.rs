//! Comparisons: `=`, `!=`, `<`, `<=`, `>`, `>=`, `IN`. `where status >= 500 AND user IN ("adam", "eve")`
//!
//! Two numbers compare by size, a text literal with anything as texts by bytes, two fields of text type as numbers where
//! both read as numbers. A missing operand makes the comparison null. No wildcards: a warning says so.

use datafusion::{
    arrow::datatypes::{DataType, TimeUnit},
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, cast, expr::InList, lit, when},
};
use speleo_functions::{
    Kind,
    value::{format_number, parse_number},
};
use speleo_syntax::{Code, Diagnostic, Expr as Ast, ExprKind, Span};

use super::{Lowering, Typed, cast::whole, error, fold::fold};
use crate::{Error, Result, kernel, meet::is_text};

impl Lowering<'_, '_> {
    /// `left op right`.
    pub(super) fn comparison(&mut self, span: Span, op: Operator, left: &Ast, right: &Ast) -> Result<Typed> {
        let (low, high) = (self.lower(left)?, self.lower(right)?);
        if !low.is_null() {
            self.warn_of_bare_word(right, &high);
        }
        Ok(Typed::truth(compare(span, op, &low, &high)?))
    }

    /// `value IN (items)`: null for a missing value; a missing item just does not match.
    pub(super) fn membership(&mut self, value: &Ast, items: &[Ast], negated: bool) -> Result<Typed> {
        let typed = self.lower(value)?;
        let mut candidates = Vec::with_capacity(items.len());
        for item in items {
            let candidate = self.lower(item)?;
            self.warn_of_wildcard(item, &candidate);
            if !candidate.is_null() {
                candidates.push((item.span, candidate));
            }
        }
        let found = match native_list(&typed, &candidates)? {
            Some(found) => found,
            None => {
                let tests = candidates
                    .iter()
                    .map(|(span, item)| {
                        let test = compare(*span, Operator::Eq, &typed, item)?;
                        Ok(if item.constant().is_some() { test } else { test.is_true() })
                    })
                    .collect::<Result<Vec<_>>>()?;
                let any = super::binary::balanced(Operator::Or, tests).unwrap_or_else(|| lit(false));
                when(typed.expr.is_null(), lit(ScalarValue::Boolean(None))).otherwise(any)?
            }
        };
        Ok(Typed::truth(if negated { Expr::Not(Box::new(found)) } else { found }))
    }

    /// A word without quotes is a field here, and no such field exists: `where action=Delivered`.
    fn warn_of_bare_word(&mut self, ast: &Ast, value: &Typed) {
        let ExprKind::Field(field) = &ast.kind else { return };
        let noted = |note: &Diagnostic| note.code == Code::UnknownField && note.span() == Some(field.span);
        if !value.is_null() || field.name == "null" || self.cx.world.is_blind() || self.cx.notes.iter().any(noted) {
            return;
        }
        let message = format!("no field is called `{}`", field.name);
        self.cx.notes.push(
            Diagnostic::new(Code::UnknownField, field.span, message).label("has no value on any row").edit(
                "a text stands in double quotes",
                field.span,
                format!("\"{}\"", field.name),
            ),
        );
    }

    /// `host IN ("web*")`: the parser warns of the same in `host="web*"`.
    fn warn_of_wildcard(&mut self, ast: &Ast, item: &Typed) {
        if item.is_static && item.constant_text().is_some_and(|text| text.contains('*') && text != "*") {
            let warning =
                Diagnostic::new(Code::WildcardInEval, ast.span, "`*` is an ordinary character here, not a wildcard")
                    .help("`like(field, \"a%\")`, `match(field, \"^a\")` or the command `search` know wildcards");
            self.cx.notes.push(warning);
        }
    }
}

/// The comparison of two lowered values.
pub(super) fn compare(span: Span, op: Operator, left: &Typed, right: &Typed) -> Result<Expr> {
    let either = |kind: Kind| left.kind == kind || right.kind == kind;
    let fixed_number = |typed: &Typed| typed.is_static && typed.kind == Kind::Number;
    if left.is_null() || right.is_null() {
        return Ok(lit(ScalarValue::Boolean(None)));
    }
    if either(Kind::Bool) {
        return match left.kind == right.kind && matches!(op, Operator::Eq | Operator::NotEq) {
            true => fold(binary(left.expr.clone(), op, right.expr.clone())),
            false => Err(mismatch(span, left, right)),
        };
    }
    if (fixed_number(left) && right.kind == Kind::Text) || (left.kind == Kind::Text && fixed_number(right)) {
        return Err(mismatch(span, left, right));
    }
    if either(Kind::List) {
        let mode = match () {
            _ if either(Kind::Text) => "text",
            _ if fixed_number(left) || fixed_number(right) => "number",
            _ => "auto",
        };
        return by_value(op, left, right, mode);
    }
    if either(Kind::Text) {
        return as_texts(op, left, right);
    }
    if left.kind == Kind::Number && right.kind == Kind::Number {
        return as_numbers(op, left, right);
    }
    if fixed_number(left) || fixed_number(right) {
        return fold(binary(left.as_double()?, op, right.as_double()?));
    }
    by_value(op, left, right, "auto")
}

/// A numeric or time column against a constant number, in the form that a scan can prune by.
pub(crate) fn compare_number(column: Expr, data_type: &DataType, op: Operator, number: f64) -> Result<Expr> {
    let typed = Typed::field(column.clone(), data_type.clone());
    match (data_type, whole(number)) {
        (DataType::Int64, Some(number)) => Ok(binary(column, op, lit(number))),
        (DataType::Int64, None) if number.abs() < 9e15 => {
            let floor = lit(number.floor() as i64);
            match op {
                Operator::Lt | Operator::LtEq => Ok(binary(column, Operator::LtEq, floor)),
                Operator::Gt | Operator::GtEq => Ok(binary(column, Operator::Gt, floor)),
                _ => Ok(binary(typed.as_double()?, op, lit(number))),
            }
        }
        (DataType::Timestamp(TimeUnit::Microsecond, zone), _) if number.is_finite() => {
            // A double holds today's epoch seconds to a quarter of a microsecond: the nearest one is meant.
            let micros = (number * 1e6).round() as i64;
            Ok(binary(column, op, lit(ScalarValue::TimestampMicrosecond(Some(micros), zone.clone()))))
        }
        (DataType::Float64, Some(0)) => {
            // Arrow orders -0 before 0.
            let (low, high) = (lit(-0.0_f64), lit(0.0_f64));
            Ok(match op {
                Operator::Eq => column.between(low, high),
                Operator::NotEq => column.not_between(low, high),
                Operator::Lt | Operator::GtEq => binary(column, op, low),
                _ => binary(column, op, high),
            })
        }
        _ => Ok(binary(typed.as_double()?, op, lit(number))),
    }
}

/// Both sides as texts, by bytes.
pub(crate) fn as_texts(op: Operator, left: &Typed, right: &Typed) -> Result<Expr> {
    if let Some(native) = whole_number_text(op, left, right).or_else(|| whole_number_text(op, right, left)) {
        return Ok(native);
    }
    let (mut low, mut high) = (left.as_text()?, right.as_text()?);
    let text_type = |typed: &Typed| if typed.is_text() { typed.data_type.clone() } else { DataType::Utf8 };
    let (low_type, high_type) = (text_type(left), text_type(right));
    if low_type != high_type {
        match (left.constant(), right.constant()) {
            (_, Some(_)) => high = in_text_type(high, &low_type)?,
            (Some(_), _) => low = in_text_type(low, &high_type)?,
            _ => (low, high) = (cast(low, DataType::Utf8), cast(high, DataType::Utf8)),
        }
    }
    fold(binary(low, op, high))
}

/// Equality of an Int64 column with the text of a whole number is that of numbers.
fn whole_number_text(op: Operator, column: &Typed, literal: &Typed) -> Option<Expr> {
    let number: i64 = literal.constant_text()?.parse().ok()?;
    let applies = column.data_type == DataType::Int64
        && matches!(op, Operator::Eq | Operator::NotEq)
        && number.to_string() == literal.constant_text()?;
    applies.then(|| binary(column.expr.clone(), op, lit(number)))
}

/// A literal in the string type of the column that it meets.
pub(crate) fn in_text_type(expr: Expr, data_type: &DataType) -> Result<Expr> {
    match expr {
        Expr::Literal(value, metadata) if is_text(data_type) => Ok(Expr::Literal(value.cast_to(data_type)?, metadata)),
        other => Ok(other),
    }
}

fn as_numbers(op: Operator, left: &Typed, right: &Typed) -> Result<Expr> {
    match (left.constant_number(), right.constant_number()) {
        (Some(_), Some(_)) => fold(binary(left.as_double()?, op, right.as_double()?)),
        (None, Some(number)) => compare_number(left.expr.clone(), &left.data_type, op, number),
        (Some(number), None) => {
            let op = op.swap().unwrap_or(op);
            compare_number(right.expr.clone(), &right.data_type, op, number)
        }
        (None, None) if left.data_type == right.data_type => Ok(binary(left.expr.clone(), op, right.expr.clone())),
        (None, None) => Ok(binary(left.as_double()?, op, right.as_double()?)),
    }
}

/// The kernel that decides row by row.
fn by_value(op: Operator, left: &Typed, right: &Typed, mode: &str) -> Result<Expr> {
    let name = match op {
        Operator::Eq => "spl_eq",
        Operator::NotEq => "spl_ne",
        Operator::Lt => "spl_lt",
        Operator::LtEq => "spl_le",
        Operator::Gt => "spl_gt",
        _ => "spl_ge",
    };
    fold(kernel::call(name, vec![left.expr.clone(), right.expr.clone(), lit(mode)])?)
}

/// An IN list that DataFusion evaluates with a hash set: constants of one kind against one value a row.
fn native_list(value: &Typed, items: &[(Span, Typed)]) -> Result<Option<Expr>> {
    if value.is_null() || matches!(value.kind, Kind::List | Kind::Bool) || items.is_empty() {
        return Ok(None);
    }
    let all = |test: &dyn Fn(&Typed) -> bool| items.iter().all(|(_, item)| test(item));
    let fixed_number = value.is_static && value.kind == Kind::Number;
    let (tested, list) = if all(&|item| item.constant_text().is_some()) && !fixed_number {
        let text = value.as_text()?;
        let text_type = if value.is_text() { value.data_type.clone() } else { DataType::Utf8 };
        let list = items.iter().map(|(_, item)| in_text_type(item.expr.clone(), &text_type)).collect::<Result<_>>()?;
        (text, list)
    } else if all(&|item| item.constant_number().and_then(whole).is_some()) && value.data_type == DataType::Int64 {
        (value.expr.clone(), items.iter().map(|(_, item)| item.expr.clone()).collect())
    } else if all(&|item| item.constant_number().is_some()) && value.kind != Kind::Text {
        (value.as_double()?, items.iter().map(|(_, item)| item.as_double()).collect::<Result<_>>()?)
    } else {
        return Ok(None);
    };
    Ok(Some(Expr::InList(InList::new(Box::new(tested), list, false))))
}

fn mismatch(span: Span, left: &Typed, right: &Typed) -> Error {
    let message = format!("{} is compared with {}", error::kind(left.kind), error::kind(right.kind));
    let diagnostic = Diagnostic::new(Code::Type, span, message);
    match [left, right].iter().find_map(|side| side.constant_text().and_then(parse_number)) {
        Some(number) => diagnostic.help(format!("without quotes, {} is a number", format_number(number))).into(),
        None => diagnostic.into(),
    }
}

pub(super) fn binary(left: Expr, op: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}
