//! `sigfig(x)`: a number with as many significant figures as what it was computed from. `sigfig(1.00*1111)` is 1110.
//!
//! A literal has the figures that are written, a field those of its text. A product or quotient has as many as the factor with
//! the fewest, a sum or difference as many decimals as the part with the fewest. Functions count as exact.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::least,
    logical_expr::{Expr, lit},
};
use speleo_functions::Kind;
use speleo_syntax::{BinaryOp, Expr as Ast, ExprKind, UnaryOp};

use super::{Lowering, Typed, fold::fold};
use crate::{Result, kernel};

/// What is counted of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    /// Significant figures.
    Figures,
    /// Digits after the point; fewer than none where whole digits do not count.
    Decimals,
}

impl Count {
    fn kernel(self) -> &'static str {
        match self {
            Self::Figures => "spl_figures",
            Self::Decimals => "spl_decimals",
        }
    }
}

impl Lowering<'_, '_> {
    /// The number rounded to its significant figures.
    pub(super) fn significant(&mut self, ast: &Ast) -> Result<Typed> {
        let number = self.number_operand(ast)?;
        let Some(figures) = self.count(ast, Count::Figures)? else { return Ok(number) };
        let rounded = fold(kernel::call("spl_sigfig", vec![number.as_double()?, figures])?)?;
        Ok(Typed::fixed(rounded, Kind::Number, DataType::Float64))
    }

    /// How many figures or decimals count; none where the number is exact.
    fn count(&mut self, ast: &Ast, count: Count) -> Result<Option<Expr>> {
        match &ast.kind {
            ExprKind::Number(text) => Ok(Some(fold(kernel::call(count.kernel(), vec![lit(text.as_str())])?)?)),
            ExprKind::Field(_) => {
                let text = self.lower(ast)?.as_text()?;
                Ok(Some(fold(kernel::call(count.kernel(), vec![text])?)?))
            }
            ExprKind::Unary(UnaryOp::Minus | UnaryOp::Plus, inner) => self.count(inner, count),
            ExprKind::Binary(BinaryOp::Multiply | BinaryOp::Divide, left, right) => {
                self.fewest(ast, left, right, Count::Figures, count)
            }
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, left, right) => {
                self.fewest(ast, left, right, Count::Decimals, count)
            }
            _ => Ok(None),
        }
    }

    /// The fewest of both sides by what counts for the operator, in terms of what is wanted.
    fn fewest(&mut self, ast: &Ast, left: &Ast, right: &Ast, by: Count, wanted: Count) -> Result<Option<Expr>> {
        let fewest = match (self.count(left, by)?, self.count(right, by)?) {
            (Some(left), Some(right)) => fold(least().call(vec![left, right]))?,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Ok(None),
        };
        if by == wanted {
            return Ok(Some(fewest));
        }
        // 12.34 has two digits before its point: four figures are two decimals.
        let digits = fold(kernel::call("spl_whole_digits", vec![self.number_operand(ast)?.as_double()?])?)?;
        let converted = if wanted == Count::Figures { fewest + digits } else { fewest - digits };
        Ok(Some(fold(converted)?))
    }
}
