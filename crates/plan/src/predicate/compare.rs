//! Comparisons of a field with a literal: `status!=404`, `user=adm*`, `src=10.0.0.0/8`, `bytes>100`, `code IN (4*, 500)`.

use std::{net::IpAddr, sync::Arc};

use datafusion::{
    arrow::{array::StringArray, datatypes::DataType},
    common::utils::SingleRowListArrayBuilder,
    logical_expr::{Expr, Operator, expr::InList, lit},
};
use speleo_functions::value::{format_number, parse_number};
use speleo_syntax::{Code, CompareOp, Diagnostic, Field, SearchValue, Span};

use super::{Lowering, any, index, unknown};
use crate::{
    Result,
    expr::{Typed, compare_number, in_text_type},
    field, kernel, search_time, subsearch,
};

impl Lowering<'_, '_> {
    /// `field op value`.
    pub(super) fn comparison(&mut self, span: Span, name: &Field, op: CompareOp, value: &SearchValue) -> Result<Expr> {
        if let SearchValue::Subsearch(search) = value {
            return self.returned_value(span, name, op, search.span);
        }
        if let Some(known) = self.known_index(name, op, value) {
            return Ok(lit(known));
        }
        if self.expands
            && search_time::is_made(&name.name)
            && let Some(made) = self.made(span, name, op, value)?
        {
            return Ok(made);
        }
        self.note_field_as_text(name, op, value);
        let Some((column, data_type)) = self.column(name) else {
            // One machine answers: `splunk_server` is a name for it.
            return Ok(if name.name == "splunk_server" { lit(true) } else { unknown() });
        };
        compare(&Typed::field(column, data_type), op, value)
    }

    /// `field IN (values)`, without the negation.
    pub(super) fn membership(&mut self, name: &Field, values: &[&SearchValue]) -> Result<Expr> {
        if self.expands && search_time::is_made(&name.name) {
            let each = values.iter().map(|value| self.comparison(name.span, name, CompareOp::Equal, value));
            return Ok(any(each.collect::<Result<_>>()?));
        }
        let mut texts = Vec::new();
        let mut tests = Vec::new();
        for value in values {
            match *value {
                SearchValue::Text { text, .. } | SearchValue::Term(text) => texts.push(text.as_str()),
                other => tests.push(self.comparison(name.span, name, CompareOp::Equal, other)?),
            }
        }
        if let (Some(own), true) = (self.index, name.name == "index") {
            tests.push(lit(texts.iter().any(|pattern| index::matches(pattern, own))));
            return Ok(any(tests));
        }
        if !texts.is_empty() {
            tests.push(match self.column(name) {
                Some((column, data_type)) => among(&Typed::field(column, data_type), &texts)?,
                None => unknown(),
            });
        }
        Ok(any(tests))
    }

    /// `src_ip=dest_ip` compares with the text `dest_ip`, though a field has that name.
    fn note_field_as_text(&mut self, name: &Field, op: CompareOp, value: &SearchValue) {
        let SearchValue::Text { text, quoted: false } = value else { return };
        let compares = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        // The values of these are names of things that fields are called after: `sourcetype=mail`.
        let names_a_kind = ["index", "source", "sourcetype", "tag", "eventtype"].contains(&name.name.as_str());
        if !compares || names_a_kind || *text == name.name || self.cx.world.is_blind() || !self.relation.has(text) {
            return;
        }
        let note = Diagnostic::new(Code::FieldAsText, name.span, format!("`{text}` is a text here, not the field"))
            .help(format!("`where {}{}{text}` compares two fields", name.name, symbol(op)));
        if !self.cx.notes.contains(&note) {
            self.cx.notes.push(note);
        }
    }

    /// The column that a field is; none where the rows have none.
    pub(super) fn column(&mut self, name: &Field) -> Option<(Expr, DataType)> {
        field::resolve(name, self.relation, self.cx)
    }

    /// Whether a comparison of `index` holds where the index is known.
    fn known_index(&self, name: &Field, op: CompareOp, value: &SearchValue) -> Option<bool> {
        let own = self.index.filter(|_| name.name == "index")?;
        index::comparison(op, value, own)
    }

    /// `field=[search … | return $x]`: the returned text stands after the operator.
    fn returned_value(&mut self, span: Span, name: &Field, op: CompareOp, bracket: Span) -> Result<Expr> {
        match subsearch::answer_text(self.answers, bracket) {
            None => Ok(lit(true)),
            Some(text) => {
                let field = name.name.replace('\\', "\\\\").replace('"', "\\\"");
                self.spliced(&format!("\"{field}\"{}{text}", symbol(op)), span)
            }
        }
    }
}

fn symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
        CompareOp::Indexed => "::",
    }
}

pub(super) fn compare(value: &Typed, op: CompareOp, literal: &SearchValue) -> Result<Expr> {
    let (text, case_sensitive) = match literal {
        SearchValue::Text { text, .. } | SearchValue::Term(text) => (text.as_str(), false),
        SearchValue::Case(text) => (text.as_str(), true),
        SearchValue::Subsearch(_) => return Ok(unknown()),
    };
    match op {
        CompareOp::Equal | CompareOp::Indexed => equals(value, text, case_sensitive),
        CompareOp::NotEqual => differs(value, text, case_sensitive),
        CompareOp::Less => ordered(value, Operator::Lt, text),
        CompareOp::LessOrEqual => ordered(value, Operator::LtEq, text),
        CompareOp::Greater => ordered(value, Operator::Gt, text),
        CompareOp::GreaterOrEqual => ordered(value, Operator::GtEq, text),
    }
}

/// The whole value is the text: case does not count unless asked for, `*` is any run of characters.
pub(super) fn equals(value: &Typed, text: &str, case_sensitive: bool) -> Result<Expr> {
    if is_star(text) {
        return Ok(value.expr.clone().is_not_null());
    }
    if let Some(native) = native(value, Operator::Eq, text)? {
        return Ok(native);
    }
    let name = if case_sensitive { "spl_search_case" } else { "spl_search_equals" };
    Ok(kernel::call(name, vec![value.expr.clone(), lit(text)])?)
}

/// The field is there and some value of it is another.
fn differs(value: &Typed, text: &str, case_sensitive: bool) -> Result<Expr> {
    if is_star(text) {
        return Ok(lit(false));
    }
    if let Some(native) = native(value, Operator::NotEq, text)? {
        return Ok(native);
    }
    if case_sensitive {
        let equal = kernel::call("spl_search_case", vec![value.expr.clone(), lit(text)])?;
        return Ok(Expr::Not(Box::new(equal)));
    }
    Ok(kernel::call("spl_search_differs", vec![value.expr.clone(), lit(text)])?)
}

fn ordered(value: &Typed, op: Operator, text: &str) -> Result<Expr> {
    let numeric = matches!(value.data_type, DataType::Int64 | DataType::Float64) || value.is_time();
    match parse_number(text) {
        Some(number) if numeric && number.is_finite() => {
            compare_number(value.expr.clone(), &value.data_type, op, number)
        }
        _ => Ok(kernel::call("spl_search_compare", vec![value.expr.clone(), lit(op.to_string()), lit(text)])?),
    }
}

/// One of several texts, wildcards and address blocks among them.
pub(super) fn among(value: &Typed, texts: &[&str]) -> Result<Expr> {
    if texts.iter().any(|text| is_star(text)) {
        return Ok(value.expr.clone().is_not_null());
    }
    if let [text] = texts {
        return equals(value, text, false);
    }
    if value.data_type == DataType::Int64 && !texts.iter().any(|text| text.contains('*')) {
        let list: Vec<Expr> = texts.iter().filter_map(|text| whole_number(text)).map(lit).collect();
        return Ok(match list.is_empty() {
            true => lit(false),
            false => Expr::InList(InList::new(Box::new(value.expr.clone()), list, false)),
        });
    }
    Ok(kernel::call("spl_search_in", vec![value.expr.clone(), text_list(texts)])?)
}

/// As [`among`], of the several texts of a column.
pub(super) fn among_all(value: &Typed, texts: &StringArray) -> Result<Expr> {
    if value.data_type == DataType::Int64 || texts.iter().flatten().any(is_star) {
        return among(value, &texts.iter().flatten().collect::<Vec<_>>());
    }
    Ok(kernel::call("spl_search_in", vec![value.expr.clone(), list(texts.clone())])?)
}

/// A list of texts as a literal.
pub(super) fn text_list(texts: &[&str]) -> Expr {
    list(StringArray::from_iter_values(texts))
}

fn list(texts: StringArray) -> Expr {
    lit(SingleRowListArrayBuilder::new(Arc::new(texts)).with_nullable(true).build_list_scalar())
}

/// Equality as DataFusion's own operator, where it means the same: of whole numbers as they print, and of texts that know
/// no case. None where a kernel has to decide.
fn native(value: &Typed, op: Operator, text: &str) -> Result<Option<Expr>> {
    let absent = |op: Operator| match op {
        Operator::Eq => lit(false),
        _ => value.expr.clone().is_not_null(),
    };
    if text.contains('*') || is_block(text) {
        return Ok(None);
    }
    let binary = |right: Expr| match op {
        Operator::Eq => value.expr.clone().eq(right),
        _ => value.expr.clone().not_eq(right),
    };
    Ok(match &value.data_type {
        DataType::Int64 => Some(whole_number(text).map_or_else(|| absent(op), |number| binary(lit(number)))),
        DataType::Float64 | DataType::Timestamp(..) => match parse_number(text) {
            Some(number) if format_number(number) == text && number.is_finite() => {
                Some(compare_number(value.expr.clone(), &value.data_type, op, number)?)
            }
            _ => Some(absent(op)),
        },
        _ if value.is_text() && !text.chars().any(char::is_alphabetic) => {
            Some(binary(in_text_type(lit(text), &value.data_type)?))
        }
        _ => None,
    })
}

/// The whole number that a text is, if it is written as that number prints.
fn whole_number(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

fn is_star(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}

/// Whether a text is an address block: `10.0.0.0/8`.
fn is_block(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(address, prefix)| address.parse::<IpAddr>().is_ok() && prefix.parse::<u8>().is_ok())
}
