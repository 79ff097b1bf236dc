//! Long chains of AND and OR as flat trees: a generated `a=1 OR a=2 OR …` with thousands of parts must not nest as
//! deep as it is long. Both operators are associative, also with nulls, so the shape does not matter.

use super::grammar::Tree;
use crate::{BinaryOp, Expr, ExprKind};

/// Up to here a chain leans to the left, as every other operator does. The left edge of a balanced tree must stay
/// shorter than that, or printing and reading it would balance it again.
const LONGEST_LEANING: usize = 32;

/// `left op right`.
pub(super) fn join(op: BinaryOp, left: Tree, right: Tree) -> Tree {
    let height = left.height.max(right.height) + 1;
    let span = left.expr.span.to(right.expr.span);
    Tree { expr: Expr { span, kind: ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr)) }, height }
}

/// The operands joined from left to right, or in pairs where they are many.
pub(super) fn fold(op: BinaryOp, mut operands: Vec<Tree>) -> Tree {
    let many = operands.len() > LONGEST_LEANING;
    while many && operands.len() > 1 {
        let mut pairs = Vec::with_capacity(operands.len().div_ceil(2));
        let mut rest = operands.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => join(op, left, right),
                None => left,
            });
        }
        operands = pairs;
    }
    let mut operands = operands.into_iter();
    let nothing = Tree { expr: Expr { span: crate::Span::default(), kind: ExprKind::Error }, height: 1 };
    let first = operands.next().unwrap_or(nothing);
    operands.fold(first, |left, right| join(op, left, right))
}
