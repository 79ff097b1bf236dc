//! Expressions as text, with as few parentheses as their reading needs.

use std::fmt::{self, Display, Formatter};

use crate::{BinaryOp, Expr, ExprKind, Field, UnaryOp, print::quote, token};

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(text) => out.write_str(text),
            ExprKind::String(text) => quote(out, text),
            ExprKind::Field(field) => name(out, field),
            ExprKind::Unary(op, operand) => {
                out.write_str(match op {
                    UnaryOp::Minus => "-",
                    UnaryOp::Plus => "+",
                    UnaryOp::Not => "NOT ",
                })?;
                within(out, operand, self.kind.power())
            }
            ExprKind::Binary(op, left, right) => {
                within(out, left, op.power())?;
                write!(out, " {} ", op.symbol())?;
                within(out, right, op.power() + 1)
            }
            ExprKind::In { value, items, negated } => {
                within(out, value, self.kind.power())?;
                out.write_str(if *negated { " NOT IN (" } else { " IN (" })?;
                list(out, items)?;
                out.write_str(")")
            }
            ExprKind::Call { name, args, .. } => {
                write!(out, "{name}(")?;
                list(out, args)?;
                out.write_str(")")
            }
            ExprKind::Subsearch(search) => write!(out, "[{}]", crate::print(search)),
            ExprKind::Error => out.write_str("null()"),
        }
    }
}

fn within(out: &mut Formatter, expr: &Expr, least: u8) -> fmt::Result {
    if expr.kind.power() < least { write!(out, "({expr})") } else { write!(out, "{expr}") }
}

fn list(out: &mut Formatter, items: &[Expr]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        out.write_str(if index == 0 { "" } else { ", " })?;
        write!(out, "{item}")?;
    }
    Ok(())
}

/// A field in an expression: bare where that reads as the same name.
fn name(out: &mut Formatter, field: &Field) -> fmt::Result {
    const OPERATORS: &[&str] = &["and", "in", "like", "not", "or", "xor"];
    let name = &field.name;
    let bare = token::word(name).is_ok_and(|(rest, _)| rest.is_empty())
        && !OPERATORS.iter().any(|word| name.eq_ignore_ascii_case(word));
    let template = name.len() > 2 && name.starts_with('$') && name.ends_with('$');
    if bare || template { out.write_str(name) } else { write!(out, "'{name}'") }
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Xor => "XOR",
            BinaryOp::Or => "OR",
            BinaryOp::And => "AND",
            BinaryOp::Equal => "=",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::Like => "LIKE",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
            BinaryOp::Concat => ".",
        }
    }
}
