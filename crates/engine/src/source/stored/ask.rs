//! The words that rows must hold to pass a filter. `spl_search_equals(user, 'bob') AND spl_search_term(_raw, 'failed', 'term')`
//!
//! A filter that says nothing of words asks for anything: rows are left out only where it is certain that none of them passes.

use std::net::IpAddr;

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{DataType, Schema},
    },
    common::ScalarValue,
    logical_expr::{BinaryExpr, Case, Expr, Operator, expr::InList},
};
use speleo_functions::terms;
use speleo_index::{INDEXED, RAW, SEQUENCE, STRUCTURED, TIME};

/// What a filter asks of the words of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// Nothing: any row may pass.
    Anything,
    /// The word.
    Word(Vec<u8>),
    /// All of these.
    All(Vec<Ask>),
    /// One of these at least; without any no row passes.
    Any(Vec<Ask>),
}

impl Ask {
    /// What filters ask that a row has to pass all of, over files with the columns of a schema.
    pub(super) fn of(filters: &[Expr], schema: &Schema) -> Self {
        Self::all(filters.iter().map(|filter| Reader { schema }.ask(filter)))
    }

    /// Whether rows may pass that hold just the words for which `holds` is true.
    pub(super) fn may_pass(&self, holds: &dyn Fn(&[u8]) -> bool) -> bool {
        match self {
            Self::Anything => true,
            Self::Word(word) => holds(word),
            Self::All(parts) => parts.iter().all(|part| part.may_pass(holds)),
            Self::Any(parts) => parts.iter().any(|part| part.may_pass(holds)),
        }
    }

    fn all(parts: impl IntoIterator<Item = Ask>) -> Self {
        let mut parts: Vec<Ask> = parts.into_iter().filter(|part| *part != Self::Anything).collect();
        match parts.len() {
            0 => Self::Anything,
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    fn any(parts: impl IntoIterator<Item = Ask>) -> Self {
        let parts: Vec<Ask> = parts.into_iter().collect();
        if parts.contains(&Self::Anything) { Self::Anything } else { Self::Any(parts) }
    }
}

/// How the values of an expression are written in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As they are.
    Plainly,
    /// As JSON may write them: `1.5` as `1.50`.
    AsJson,
}

/// Reads filters over files of a schema.
struct Reader<'s> {
    schema: &'s Schema,
}

impl Reader<'_> {
    fn ask(&self, filter: &Expr) -> Ask {
        match filter {
            Expr::Alias(alias) => self.ask(&alias.expr),
            Expr::IsTrue(inner) => self.ask(inner),
            Expr::Literal(ScalarValue::Boolean(value), _) if *value != Some(true) => Ask::Any(Vec::new()),
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                Ask::all([self.ask(left), self.ask(right)])
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                Ask::any([self.ask(left), self.ask(right)])
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                let sides = [(left, right), (right, left)];
                let found = sides.into_iter().find_map(|(value, literal)| Some((value, plain_text(literal)?)));
                found.map_or(Ask::Anything, |(value, text)| self.value(value, &text, false))
            }
            Expr::InList(InList { expr, list, negated: false }) => {
                let asked =
                    |literal: &Expr| plain_text(literal).map_or(Ask::Anything, |text| self.value(expr, &text, false));
                Ask::any(list.iter().map(asked))
            }
            Expr::ScalarFunction(call) => self.call(call.name(), &call.args),
            _ => Ask::Anything,
        }
    }

    fn call(&self, name: &str, args: &[Expr]) -> Ask {
        match (name, args) {
            ("spl_search_term", [Expr::Column(column), text, _]) if column.name == RAW => {
                plain_text(text).map_or(Ask::Anything, |text| words(&text))
            }
            ("spl_search_equals" | "spl_search_case", [value, text]) => {
                plain_text(text).map_or(Ask::Anything, |text| self.value(value, &text, true))
            }
            ("spl_search_in", [value, Expr::Literal(ScalarValue::List(list), _)]) => {
                let texts = list.values().as_string_opt::<i32>();
                texts.map_or(Ask::Anything, |texts| {
                    Ask::any(texts.iter().flatten().map(|text| self.value(value, text, true)))
                })
            }
            _ => Ask::Anything,
        }
    }

    /// What is asked of a row by a value of it that is a text, or matches it as a pattern.
    fn value(&self, value: &Expr, text: &str, is_pattern: bool) -> Ask {
        let Some(written) = self.written(value) else { return Ask::Anything };
        // An address block is equal to the addresses in it.
        let is_block = || text.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok());
        match (is_pattern, written) {
            (true, _) if is_block() => Ask::Anything,
            // What an equality takes for a text has no stars, but a pattern without them asks for less.
            (_, Written::AsJson) if terms::is_written_otherwise(text) => Ask::Anything,
            _ => words(text),
        }
    }

    /// How the values of an expression stand in its row; none where the row may not hold their words at all.
    fn written(&self, value: &Expr) -> Option<Written> {
        match value {
            Expr::Column(column) => self.has_words(&column.name).then_some(Written::Plainly),
            Expr::Literal(literal, _) if literal.is_null() => Some(Written::Plainly),
            Expr::Alias(alias) => self.written(&alias.expr),
            Expr::Cast(cast) if is_text(cast.field.data_type()) => self.written(&cast.expr),
            Expr::Case(Case { when_then_expr, else_expr, .. }) => {
                self.all_written(when_then_expr.iter().map(|(_, then)| then.as_ref()).chain(else_expr.as_deref()))
            }
            Expr::ScalarFunction(call) => match (call.name(), call.args.as_slice()) {
                ("coalesce" | "make_array" | "spl_text", args) => self.all_written(args),
                ("spl_part", [taken, _]) => self.written(taken),
                ("spl_kv", [Expr::Column(column), mode, options, ..]) if column.name == RAW => {
                    let (mode, options) = (plain_text(mode)?, plain_text(options)?);
                    let is_known = matches!(mode.as_str(), "auto" | "auto_escaped" | "json");
                    // Where only a part of the event is looked at, a word may be cut.
                    let is_whole = !options.contains(':');
                    (is_known && is_whole).then_some(Written::AsJson)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// How values stand that are those of one of several expressions.
    fn all_written<'e>(&self, parts: impl IntoIterator<Item = &'e Expr>) -> Option<Written> {
        parts.into_iter().try_fold(Written::Plainly, |known, part| {
            let part = self.written(part)?;
            Some(if part == Written::AsJson { part } else { known })
        })
    }

    /// Whether the filters of a file have the words of a column's values.
    fn has_words(&self, name: &str) -> bool {
        let is_field = ![TIME, SEQUENCE, INDEXED, STRUCTURED].contains(&name);
        let field = self.schema.field_with_name(name).ok().filter(|_| is_field);
        field.is_some_and(|field| match field.data_type() {
            DataType::List(item) => is_text(item.data_type()),
            DataType::Int64 => true,
            other => is_text(other),
        })
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// All words of a pattern.
fn words(pattern: &str) -> Ask {
    Ask::all(terms::of_pattern(pattern).into_iter().map(Ask::Word))
}

/// The text of a literal; that of a whole number too.
fn plain_text(literal: &Expr) -> Option<String> {
    match literal {
        Expr::Literal(ScalarValue::Int64(Some(number)), _) => Some(number.to_string()),
        Expr::Literal(value, _) => value.try_as_str().flatten().map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
#[path = "ask/tests.rs"]
mod tests;
