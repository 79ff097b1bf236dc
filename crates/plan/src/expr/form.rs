//! Functions that are forms of the language: `if`, `case`, `coalesce`, `isnull`, `now`, `searchmatch` and their kin.
//!
//! `case(status<400, "ok", true(), "error")`. What works on a list value by value is in [`super::multivalue`].

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    logical_expr::{Case, Expr, Operator, lit, when},
};
use speleo_functions::{EvalSpec, Kind, value::list_type};
use speleo_syntax::{Code, Command, Diagnostic, Expr as Ast, ExprKind, Span};

use super::{Lowering, Typed, binary::like, compare::compare, fold::fold, meet::unify};
use crate::{Result, kernel, predicate};

impl Lowering<'_, '_> {
    /// Lowers a form; the number of arguments is checked.
    pub(super) fn form(&mut self, spec: &EvalSpec, span: Span, args: &[Ast]) -> Result<Typed> {
        let name = spec.names.first().copied().unwrap_or_default();
        match (name, args) {
            ("true", _) => Ok(Typed::truth(lit(true))),
            ("false", _) => Ok(Typed::truth(lit(false))),
            ("null", _) => Ok(Typed::null()),
            ("now", _) => {
                let seconds = self.cx.world.now().div_euclid(1_000_000);
                Ok(Typed::fixed(lit(seconds), Kind::Number, DataType::Int64))
            }
            ("if", [condition, then, otherwise]) => self.conditional(condition, then, otherwise),
            ("case", _) => self.case(spec, span, args, false),
            ("validate", _) => self.case(spec, span, args, true),
            ("coalesce", _) => self.coalesce(args),
            ("nullif", [value, unwanted]) => self.null_if(value, unwanted),
            ("in", [value, items @ ..]) => self.membership(value, items, false),
            ("like", [text, pattern]) => {
                let (text, pattern) = (self.lower(text)?, self.lower(pattern)?);
                like(&text, &pattern)
            }
            ("isnull", [value]) => Ok(Typed::truth(fold(self.lower(value)?.expr.is_null())?)),
            ("isnotnull", [value]) => Ok(Typed::truth(fold(self.lower(value)?.expr.is_not_null())?)),
            ("isbool", [value]) => {
                let value = self.lower(value)?;
                let known = if value.kind == Kind::Bool { value.expr.is_not_null() } else { lit(false) };
                Ok(Typed::truth(fold(known)?))
            }
            ("isstr" | "isnum" | "isint" | "isdouble", [value]) => self.is_of_kind(spec, value),
            ("typeof", [value]) => self.type_name(value),
            ("exact", [value]) => self.number_operand(value),
            ("sigfig", [value]) => self.significant(value),
            ("lookup", [table, inputs, outputs]) => self.look_up(spec, table, inputs, outputs),
            ("mvmap", [list, body]) => self.map_values(list, body),
            ("mvfilter", [condition]) => self.filter_values(condition),
            ("searchmatch", [text]) => self.search_match(text),
            ("commands", [text]) => self.command_names(text),
            _ => {
                let message = format!("`{name}` is not supported yet");
                Err(Diagnostic::new(Code::UnsupportedFunction, span, message).named(name).into())
            }
        }
    }

    fn conditional(&mut self, condition: &Ast, then: &Ast, otherwise: &Ast) -> Result<Typed> {
        let condition = self.condition(condition)?;
        let branches = [self.lower(then)?, self.lower(otherwise)?];
        let (mut exprs, result) = unify(&branches)?;
        let (Some(otherwise), Some(then)) = (exprs.pop(), exprs.pop()) else { return Ok(Typed::null()) };
        // CASE takes null as not true, as `if` does.
        Ok(Typed { expr: when(condition, then).otherwise(otherwise)?, ..result })
    }

    /// `case`: the value of the first condition that is true. `validate`: of the first that is not.
    fn case(&mut self, spec: &EvalSpec, span: Span, args: &[Ast], negated: bool) -> Result<Typed> {
        let (pairs, rest) = args.as_chunks::<2>();
        if let [odd, ..] = rest {
            return Err(Diagnostic::new(Code::Arity, span, "every condition needs a value")
                .also(odd.span, "stands alone")
                .help(format!("usage: `{}`", spec.usage))
                .into());
        }
        let mut conditions = Vec::with_capacity(pairs.len());
        let mut values = Vec::with_capacity(pairs.len());
        for [condition, value] in pairs {
            let condition = self.condition(condition)?;
            conditions.push(if negated { condition.is_not_true() } else { condition });
            values.push(self.lower(value)?);
        }
        let (values, result) = unify(&values)?;
        let branches: Vec<_> =
            conditions.into_iter().zip(values).map(|(when, then)| (Box::new(when), Box::new(then))).collect();
        if branches.is_empty() {
            return Ok(Typed::null());
        }
        Ok(Typed { expr: Expr::Case(Case::new(None, branches, None)), ..result })
    }

    fn coalesce(&mut self, args: &[Ast]) -> Result<Typed> {
        let mut values = args.iter().map(|arg| self.lower(arg)).collect::<Result<Vec<_>>>()?;
        values.retain(|value| !value.is_null());
        // Nothing after a value that is always there counts.
        if let Some(last) = values.iter().position(|value| value.constant().is_some()) {
            values.truncate(last + 1);
        }
        let (mut exprs, result) = unify(&values)?;
        Ok(match exprs.len() {
            0 => Typed::null(),
            1 => Typed { expr: exprs.remove(0), ..result },
            _ => Typed { expr: datafusion::functions::expr_fn::coalesce(exprs), ..result },
        })
    }

    fn null_if(&mut self, value: &Ast, unwanted: &Ast) -> Result<Typed> {
        let (kept, other) = (self.lower(value)?, self.lower(unwanted)?);
        if other.is_null() || kept.is_null() {
            return Ok(kept);
        }
        let equal = compare(value.span, Operator::Eq, &kept, &other)?;
        let null = lit(ScalarValue::try_from(&kept.data_type)?);
        Ok(Typed {
            expr: when(equal, null).otherwise(kept.expr)?,
            kind: kept.kind,
            data_type: kept.data_type,
            is_static: kept.is_static,
        })
    }

    fn is_of_kind(&mut self, spec: &EvalSpec, value: &Ast) -> Result<Typed> {
        let typed = self.lower(value)?;
        if let Some(known) = by_literal(spec, &typed) {
            return Ok(known);
        }
        let kernel = format!("spl_{}", spec.names.first().copied().unwrap_or_default());
        Ok(Typed::truth(kernel::call(&kernel, vec![typed.expr])?))
    }

    /// `typeof(x)`: `Number`, `String`, `Bool`, `MultiValue`, or `Invalid` where there is no value.
    fn type_name(&mut self, value: &Ast) -> Result<Typed> {
        let typed = self.lower(value)?;
        let known = |name: &str| when(typed.expr.clone().is_null(), lit("Invalid")).otherwise(lit(name));
        let by_number = |other: &str| -> Result<Expr> {
            let number = typed.as_number()?;
            Ok(when(typed.expr.clone().is_null(), lit("Invalid"))
                .when(number.is_not_null(), lit("Number"))
                .otherwise(lit(other))?)
        };
        let name = match typed.kind {
            _ if typed.is_null() => lit("Invalid"),
            Kind::Number => known("Number")?,
            Kind::Bool => known("Bool")?,
            Kind::Text => known("String")?,
            Kind::Any => by_number("String")?,
            Kind::List => {
                let text = typed.as_text()?;
                let single = by_number("String")?;
                when(typed.expr.clone().is_null(), lit("Invalid"))
                    .when(text.is_null(), lit("MultiValue"))
                    .otherwise(single)?
            }
        };
        Ok(Typed::fixed(name, Kind::Text, DataType::Utf8))
    }

    /// `searchmatch("…")`: whether the row satisfies a condition of the search language.
    fn search_match(&mut self, text: &Ast) -> Result<Typed> {
        let literal = string_literal(text, "searchmatch")?;
        let (_, problems) = speleo_syntax::parse_search_expr(literal);
        if let Some(problem) = problems.into_iter().find(Diagnostic::is_error) {
            let message = format!("the conditions of `searchmatch` cannot be read: {}", problem.message);
            return Err(problem.retold(text.span, message).into());
        }
        let condition = predicate::of_text(literal, text.span, self.relation, self.cx)?;
        Ok(Typed::truth(condition.is_true()))
    }

    /// `commands("…")`: the names of a search's commands.
    fn command_names(&mut self, text: &Ast) -> Result<Typed> {
        let literal = string_literal(text, "commands")?;
        let (search, _) = speleo_syntax::parse(literal);
        let names: Vec<&str> = search.commands.iter().map(|command| command_name(command, literal)).collect();
        if names.is_empty() {
            return Ok(Typed::null());
        }
        let items: Vec<ScalarValue> = names.into_iter().map(ScalarValue::from).collect();
        let list = ScalarValue::List(ScalarValue::new_list(&items, &DataType::Utf8, true));
        Ok(Typed::fixed(lit(list), Kind::List, list_type()))
    }
}

/// What the functions about kinds say of a value whose kind the text of the search shows: `isnum("5")` is false, as a
/// literal in quotes is a text whatever it reads as. None for other functions and for fields.
pub(super) fn by_literal(spec: &EvalSpec, value: &Typed) -> Option<Typed> {
    let name = spec.names.first().copied()?;
    if !value.is_static || value.constant().is_none() {
        return None;
    }
    let is_whole = || value.constant_number().is_some_and(|number| number.fract() == 0.0);
    let answer = match (name, value.kind) {
        ("isstr", kind) => kind == Kind::Text,
        ("isnum", kind) => kind == Kind::Number,
        ("isint", kind) => kind == Kind::Number && is_whole(),
        ("isdouble", kind) => kind == Kind::Number && !is_whole(),
        _ => return None,
    };
    Some(Typed::truth(lit(answer)))
}

/// A command's name, as its text begins; a search without its word has one too.
fn command_name<'a>(command: &Command, text: &'a str) -> &'a str {
    match command {
        Command::Search(search) if search.implied => "search",
        other => text.get(other.span().range()).and_then(|text| text.split_whitespace().next()).unwrap_or_default(),
    }
}

/// The text of an argument that must be a string literal.
pub(super) fn string_literal<'a>(ast: &'a Ast, function: &str) -> Result<&'a str> {
    match &ast.kind {
        ExprKind::String(text) => Ok(text),
        _ => Err(Diagnostic::new(Code::Type, ast.span, format!("`{function}` takes a text in quotes")).into()),
    }
}
