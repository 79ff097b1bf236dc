//! Operators with two operands: logic, arithmetic, concatenation, `LIKE`. `a . "-" . b`, `rate * 100 / total`

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    logical_expr::{Expr, Operator, expr::Like, lit},
};
use speleo_functions::Kind;
use speleo_syntax::{BinaryOp, Code, Diagnostic, Expr as Ast, ExprKind, Span};

use super::{
    Lowering, Typed,
    compare::{binary, in_text_type},
    error,
    fold::fold,
};
use crate::{Result, kernel};

impl Lowering<'_, '_> {
    pub(super) fn binary(&mut self, span: Span, op: BinaryOp, left: &Ast, right: &Ast) -> Result<Typed> {
        match op {
            BinaryOp::And => self.logic(Operator::And, op, left, right),
            BinaryOp::Or => self.logic(Operator::Or, op, left, right),
            BinaryOp::Xor => {
                let (left, right) = (self.boolean(left)?, self.boolean(right)?);
                Ok(Typed::truth(fold(binary(left, Operator::NotEq, right))?))
            }
            BinaryOp::Equal => self.comparison(span, Operator::Eq, left, right),
            BinaryOp::NotEqual => self.comparison(span, Operator::NotEq, left, right),
            BinaryOp::Less => self.comparison(span, Operator::Lt, left, right),
            BinaryOp::LessOrEqual => self.comparison(span, Operator::LtEq, left, right),
            BinaryOp::Greater => self.comparison(span, Operator::Gt, left, right),
            BinaryOp::GreaterOrEqual => self.comparison(span, Operator::GtEq, left, right),
            BinaryOp::Like => {
                let (text, pattern) = (self.lower(left)?, self.lower(right)?);
                like(&text, &pattern)
            }
            BinaryOp::Add => self.addition(span, left, right),
            BinaryOp::Subtract => self.arithmetic(Operator::Minus, left, right),
            BinaryOp::Multiply => self.arithmetic(Operator::Multiply, left, right),
            BinaryOp::Divide => self.quotient(Operator::Divide, "spl_divide", left, right),
            BinaryOp::Modulo => self.quotient(Operator::Modulo, "spl_modulo", left, right),
            BinaryOp::Concat => self.concatenation(left, right),
        }
    }

    /// A chain of one operator becomes a balanced tree: a long one must not become a deep one.
    fn logic(&mut self, operator: Operator, op: BinaryOp, left: &Ast, right: &Ast) -> Result<Typed> {
        let parts = chain(op, left, right).into_iter().map(|part| self.boolean(part)).collect::<Result<Vec<_>>>()?;
        Ok(Typed::truth(balanced(operator, parts).unwrap_or_else(|| lit(true))))
    }

    fn concatenation(&mut self, left: &Ast, right: &Ast) -> Result<Typed> {
        let parts = chain(BinaryOp::Concat, left, right)
            .into_iter()
            .map(|part| self.lower(part).map(|part| part.expr))
            .collect::<Result<Vec<_>>>()?;
        Ok(Typed::fixed(fold(kernel::call("spl_concat", parts)?)?, Kind::Text, DataType::Utf8))
    }

    /// `+` adds numbers and joins texts; where the kinds are those of fields, each row decides.
    fn addition(&mut self, span: Span, left: &Ast, right: &Ast) -> Result<Typed> {
        let (low, high) = (self.lower(left)?, self.lower(right)?);
        for (ast, typed) in [(left, &low), (right, &high)] {
            if typed.kind == Kind::Bool {
                return Err(error::not_a_number(ast.span, typed.kind));
            }
        }
        let fixed_number = |typed: &Typed| typed.is_static && typed.kind == Kind::Number;
        let text = low.kind == Kind::Text || high.kind == Kind::Text;
        let number = fixed_number(&low) || fixed_number(&high);
        if text && number {
            return Err(Diagnostic::new(Code::Type, span, "`+` takes two numbers or two texts, and here one of each")
                .help("`.` joins any two values")
                .into());
        }
        if text {
            let joined = kernel::call("spl_concat", vec![low.expr, high.expr])?;
            return Ok(Typed::fixed(fold(joined)?, Kind::Text, DataType::Utf8));
        }
        if number || (low.kind == Kind::Number && high.kind == Kind::Number) {
            let sum = fold(binary(low.as_double()?, Operator::Plus, high.as_double()?))?;
            return Ok(Typed { expr: sum, kind: Kind::Number, data_type: DataType::Float64, is_static: number });
        }
        Ok(Typed::field(fold(kernel::call("spl_add", vec![low.expr, high.expr])?)?, DataType::Utf8))
    }

    fn arithmetic(&mut self, op: Operator, left: &Ast, right: &Ast) -> Result<Typed> {
        let (low, high) = (self.number_operand(left)?, self.number_operand(right)?);
        let result = fold(binary(low.as_double()?, op, high.as_double()?))?;
        Ok(Typed::fixed(result, Kind::Number, DataType::Float64))
    }

    /// `/` and `%`: null where the divisor is zero.
    fn quotient(&mut self, op: Operator, kernel: &str, left: &Ast, right: &Ast) -> Result<Typed> {
        let (low, high) = (self.number_operand(left)?, self.number_operand(right)?);
        let (dividend, divisor) = (low.as_double()?, high.as_double()?);
        let result = match high.constant_number() {
            Some(number) if number != 0.0 => binary(dividend, op, divisor),
            Some(_) => lit(ScalarValue::Float64(None)),
            None => kernel::call(kernel, vec![dividend, divisor])?,
        };
        Ok(Typed::fixed(fold(result)?, Kind::Number, DataType::Float64))
    }

    /// An operand that must not be known to be something else than a number.
    pub(super) fn number_operand(&mut self, ast: &Ast) -> Result<Typed> {
        let typed = self.lower(ast)?;
        match typed.kind {
            Kind::Text | Kind::Bool => Err(error::not_a_number(ast.span, typed.kind)),
            _ => Ok(typed),
        }
    }
}

/// `text LIKE pattern`. DataFusion's own operator, which a scan can prune by, where it means the same: its escape
/// character is the backslash, and SPL has none.
pub(super) fn like(text: &Typed, pattern: &Typed) -> Result<Typed> {
    let native = pattern.constant_text().is_some_and(|pattern| !pattern.contains('\\'));
    let expr = if native && text.is_text() && !text.is_null() {
        let pattern = in_text_type(pattern.expr.clone(), &text.data_type)?;
        Expr::Like(Like::new(false, Box::new(text.expr.clone()), Box::new(pattern), None, false))
    } else {
        fold(kernel::call("spl_like", vec![text.expr.clone(), pattern.expr.clone()])?)?
    };
    Ok(Typed::truth(expr))
}

/// The operands of a chain of one operator, in order.
fn chain<'a>(op: BinaryOp, left: &'a Ast, right: &'a Ast) -> Vec<&'a Ast> {
    let mut operands = vec![right];
    let mut rest = left;
    while let ExprKind::Binary(inner, left, right) = &rest.kind
        && *inner == op
    {
        operands.push(right);
        rest = left;
    }
    operands.push(rest);
    operands.reverse();
    operands
}

/// Joins conditions by AND or OR in a tree of logarithmic depth; none where there are none.
pub(crate) fn balanced(op: Operator, mut parts: Vec<Expr>) -> Option<Expr> {
    while parts.len() > 1 {
        let mut rest = parts.into_iter();
        parts = Vec::with_capacity(rest.len().div_ceil(2));
        while let Some(left) = rest.next() {
            parts.push(match rest.next() {
                Some(right) => binary(left, op, right),
                None => left,
            });
        }
    }
    parts.pop()
}
