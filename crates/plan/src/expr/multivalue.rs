//! Forms that evaluate an expression for each value of a list: `mvmap(ports, ports + 1000)`, `mvfilter(match(user, "^a"))`.
//!
//! The expression becomes the body of a lambda; other fields in it keep their value of the row.

use datafusion::{
    common::ScalarValue,
    functions_nested::expr_fn::{array_filter, array_transform},
    logical_expr::{Expr, lambda, lit},
};
use speleo_functions::{Kind, value::list_type};
use speleo_syntax::{Code, Diagnostic, Expr as Ast, Field};

use super::{Lowering, Typed};
use crate::{Result, field, kernel};

impl Lowering<'_, '_> {
    /// `mvmap(list, expr)`: the results without null, in order.
    pub(super) fn map_values(&mut self, list: &Ast, body: &Ast) -> Result<Typed> {
        let fields = fields(list);
        let [field] = fields.as_slice() else {
            let message = "`mvmap` takes a field, or a function of one field such as `mvindex(f, 0, 2)`";
            return Err(Diagnostic::new(Code::BadValue, list.span, message).into());
        };
        let values = self.lower(list)?;
        let (parameter, mapped) = self.bind(&field.name, |lowering| lowering.lower(body))?;
        if values.is_null() || mapped.is_null() {
            return Ok(Typed::fixed(lit(ScalarValue::try_from(&list_type())?), Kind::List, list_type()));
        }
        compact(array_transform(values.as_list()?, lambda([parameter.as_str()], mapped.as_utf8()?)))
    }

    /// `mvfilter(condition)`: the values for which it is true. The condition names exactly one field.
    pub(super) fn filter_values(&mut self, condition: &Ast) -> Result<Typed> {
        let fields = fields(condition);
        let [field] = fields.as_slice() else {
            let message = format!("the condition of `mvfilter` names exactly one field, and this one {}", fields.len());
            return Err(Diagnostic::new(Code::BadValue, condition.span, message).into());
        };
        let values = self.field(field)?;
        let (parameter, test) = self.bind(&field.name, |lowering| Ok(Typed::truth(lowering.condition(condition)?)))?;
        compact(array_filter(values.as_list()?, lambda([parameter.as_str()], test.expr)))
    }

    /// Lowers something in which a field stands for a value of a list; returns the parameter's name with it.
    fn bind(&mut self, field: &str, lower: impl FnOnce(&mut Self) -> Result<Typed>) -> Result<(String, Typed)> {
        let parameter = format!("__value{}", self.bound.len());
        self.bound.push((field.to_owned(), parameter.clone()));
        let lowered = lower(self);
        self.bound.pop();
        Ok((parameter, lowered?))
    }
}

/// The list without its nulls; null where nothing is left.
fn compact(list: Expr) -> Result<Typed> {
    Ok(Typed::field(kernel::call("spl_mvappend", vec![list])?, list_type()))
}

/// The fields that an expression names, each once.
fn fields(ast: &Ast) -> Vec<&Field> {
    let mut found: Vec<&Field> = Vec::new();
    field::of_expr(ast, &mut |field| {
        if !found.contains(&field) {
            found.push(field);
        }
    });
    found
}
