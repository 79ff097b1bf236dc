//! Names of fields: which ones a pipeline mentions, and which column a name means.

mod later;
mod listed;
mod mention;
mod pattern;

use datafusion::{arrow::datatypes::DataType, logical_expr::Expr};
use speleo_syntax::{Code, Diagnostic, Field};

pub(crate) use later::{Later, later};
pub(crate) use listed::note_missing;
pub(crate) use mention::{mentioned, of_command, of_expr, of_search, read_by, walk};
pub(crate) use pattern::{closes, patterns, takes_all};

use crate::{
    lower::Context,
    relation::{Relation, column},
    suggest::nearest,
};

/// The column that a name means and its type; none, with a note where another column has nearly that name, if the rows
/// have no such field.
///
/// `a{}`, the name that Splunk gives to the values of a JSON array, is the list `a`.
pub(crate) fn resolve(field: &Field, relation: &Relation, cx: &mut Context<'_>) -> Option<(Expr, DataType)> {
    let found = find(&field.name, relation);
    if found.is_none() {
        note_unknown(field, relation, cx);
    }
    found
}

/// As [`resolve`], without a note.
pub(crate) fn find(name: &str, relation: &Relation) -> Option<(Expr, DataType)> {
    let name = if relation.has(name) { name } else { name.strip_suffix("{}")? };
    relation.data_type(name).map(|data_type| (column(name), data_type.clone()))
}

fn note_unknown(field: &Field, relation: &Relation, cx: &mut Context<'_>) {
    if cx.world.is_blind() {
        return;
    }
    let fields = relation.fields();
    let Some(near) = nearest(&field.name, fields.iter().map(String::as_str)) else { return };
    let note = Diagnostic::new(Code::UnknownField, field.span, format!("no field is called `{}`", field.name))
        .label("has no value on any row")
        .edit(format!("`{near}` exists"), field.span, near);
    if !cx.notes.contains(&note) {
        cx.notes.push(note);
    }
}
