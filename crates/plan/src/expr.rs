//! Eval expressions as plan expressions. `if(status >= 500, "error", "ok")`
//!
//! Types decide: two numeric columns get DataFusion's operators, so that a scan can prune by them; a text column, whose
//! values may read as numbers, gets a kernel with SPL's rule per value. The table is in `crates/README.md`.
//! Not here: the search language, whose comparisons mean something else (see [`crate::predicate`]).

mod binary;
mod call;
mod cast;
mod compare;
mod error;
mod figures;
mod fold;
mod form;
mod lookup;
mod meet;
mod multivalue;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::Field as ArrowField,
    logical_expr::{Expr, expr::LambdaVariable},
};
use speleo_functions::{Kind, value::parse_number};
use speleo_syntax::{Code, Diagnostic, Expr as Ast, ExprKind, Field, Span, UnaryOp};

pub(crate) use binary::balanced;
pub(crate) use cast::Typed;
pub(crate) use compare::{compare_number, in_text_type};
use lookup::Tables;

use crate::{
    Result, field,
    lower::Context,
    relation::Relation,
    subsearch::{self, Texts},
};

/// How deeply operators and calls may nest: the plans below recurse over expressions.
const DEPTH: usize = 200;

/// Lowers an expression to a value of any kind.
///
/// # Errors
/// Diagnostics: unknown functions, wrong numbers of arguments, static kinds that do not fit.
pub(crate) async fn value(ast: &Ast, relation: &Relation, cx: &mut Context<'_>) -> Result<Typed> {
    let known = Known::new(ast, cx).await?;
    Lowering::new(relation, cx, &known).lower(ast)
}

/// Lowers a condition, as of `where`: rows pass for which it is true. A number or a text is an error.
pub(crate) async fn condition(ast: &Ast, relation: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
    let known = Known::new(ast, cx).await?;
    Lowering::new(relation, cx, &known).condition(ast)
}

/// Lowers the value that `target` is assigned. A truth value is an error, and one that may be null a text; `_time` gets a time, any other field a number
/// where the value is a time.
pub(crate) async fn assigned(target: &str, ast: &Ast, relation: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
    let value = value(ast, relation, cx).await?;
    if value.kind == Kind::Bool && value.is_static {
        return Err(Diagnostic::new(Code::Type, ast.span, "a field cannot be assigned a truth value")
            .label("this is true or false")
            .help("give the two values: `if(…, \"true\", \"false\")`")
            .into());
    }
    if value.kind == Kind::Bool {
        return value.as_text();
    }
    if target == "_time" {
        return if value.is_null() { Ok(value.expr) } else { value.as_time() };
    }
    if value.is_time() { value.as_number() } else { Ok(value.expr) }
}

/// The value of a field: null where the relation has no such column, with a note if another one has nearly its name.
pub(crate) fn field(name: &Field, relation: &Relation, cx: &mut Context<'_>) -> Typed {
    match field::resolve(name, relation, cx) {
        Some((column, data_type)) => Typed::field(column, data_type),
        None => Typed::null(),
    }
}

/// What the steps of an expression gave: they run before it is lowered.
struct Known {
    /// What its brackets returned.
    texts: Texts,
    /// The tables that its `lookup` calls name.
    tables: Tables,
}

impl Known {
    async fn new(ast: &Ast, cx: &mut Context<'_>) -> Result<Self> {
        Ok(Self { texts: subsearch::texts(ast, cx).await?, tables: lookup::tables(ast, cx).await? })
    }
}

/// What lowering an expression carries.
pub(super) struct Lowering<'a, 'w> {
    /// The rows that it is evaluated on.
    relation: &'a Relation,
    /// The search around it.
    cx: &'a mut Context<'w>,
    /// What its steps gave.
    known: &'a Known,
    /// Fields that stand for a value of a list, with the parameter that holds it: the innermost last.
    bound: Vec<(String, String)>,
    /// How deep in the expression it is.
    depth: usize,
}

impl<'a, 'w> Lowering<'a, 'w> {
    fn new(relation: &'a Relation, cx: &'a mut Context<'w>, known: &'a Known) -> Self {
        Self { relation, cx, known, bound: Vec::new(), depth: 0 }
    }

    /// Lowers an expression to a value of any kind.
    fn lower(&mut self, ast: &Ast) -> Result<Typed> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Diagnostic::new(Code::TooDeep, ast.span, "the expression is nested too deeply").into());
        }
        let typed = self.lower_kind(ast)?;
        self.depth -= 1;
        Ok(typed)
    }

    fn lower_kind(&mut self, ast: &Ast) -> Result<Typed> {
        match &ast.kind {
            ExprKind::Number(text) => match parse_number(text) {
                Some(number) => Ok(Typed::number_literal(number)),
                None => Err(Diagnostic::new(Code::BadValue, ast.span, format!("`{text}` is no number")).into()),
            },
            ExprKind::String(text) => Ok(Typed::text_literal(text)),
            ExprKind::Field(name) => self.field(name),
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let inner = self.boolean(inner)?;
                Ok(Typed::truth(fold::fold(Expr::Not(Box::new(inner)))?))
            }
            ExprKind::Unary(sign, inner) => self.signed(*sign, inner),
            ExprKind::Binary(op, left, right) => self.binary(ast.span, *op, left, right),
            ExprKind::In { value, items, negated } => self.membership(value, items, *negated),
            ExprKind::Call { name, name_span, args } => self.call(ast.span, name, *name_span, args),
            ExprKind::Subsearch(search) => self.returned(search.span),
            // The parser reported it, and a search with errors is not run.
            ExprKind::Error => Ok(Typed::null()),
        }
    }

    /// Lowers a condition: true, false or null.
    fn condition(&mut self, ast: &Ast) -> Result<Expr> {
        let typed = self.lower(ast)?;
        if typed.is_static && typed.kind != Kind::Bool {
            return Err(error::not_boolean(ast.span, typed.kind));
        }
        typed.as_bool()
    }

    /// Lowers an operand of `AND`, `OR`, `XOR`, `NOT`.
    fn boolean(&mut self, ast: &Ast) -> Result<Expr> {
        self.condition(ast)
    }

    fn field(&mut self, name: &Field) -> Result<Typed> {
        if let Some((_, parameter)) = self.bound.iter().rev().find(|(field, _)| *field == name.name) {
            return Ok(self.parameter(parameter));
        }
        Ok(field(name, self.relation, self.cx))
    }

    /// The value that a lambda's parameter holds.
    fn parameter(&self, name: &str) -> Typed {
        let text = datafusion::arrow::datatypes::DataType::Utf8;
        let field = Arc::new(ArrowField::new(name, text.clone(), true));
        Typed::field(Expr::LambdaVariable(LambdaVariable::new(name.to_owned(), Some(field))), text)
    }

    /// The text that a bracket returned, read as an expression.
    fn returned(&mut self, bracket: Span) -> Result<Typed> {
        let known = self.known;
        match known.texts.get(&bracket) {
            Some(Some(ast)) => self.lower(ast),
            // Nothing is known of it, or it returned nothing.
            _ => Ok(Typed::null()),
        }
    }

    /// `-x`, `+x`.
    fn signed(&mut self, sign: UnaryOp, operand: &Ast) -> Result<Typed> {
        let typed = self.number_operand(operand)?;
        if sign == UnaryOp::Plus {
            return Ok(typed);
        }
        match typed.constant_number() {
            Some(number) => Ok(Typed::number_literal(-number)),
            None => {
                let negative = fold::fold(Expr::Negative(Box::new(typed.as_double()?)))?;
                Ok(Typed::fixed(negative, Kind::Number, datafusion::arrow::datatypes::DataType::Float64))
            }
        }
    }
}
