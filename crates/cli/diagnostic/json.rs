//! A diagnostic as one JSON object; `check --output jsonl` lists the same objects.

use serde_json::{Map, Value, json};
use speleo_syntax::{Diagnostic, Span};

use super::{position, severity_name, shown_path};
use crate::query_file::Query;

/// Code, severity, message and span; labels, help, file and line where there are some.
pub(crate) fn object(diagnostic: &Diagnostic, query: &Query) -> Value {
    let mut object = Map::new();
    object.insert("code".to_owned(), diagnostic.code.text().into());
    object.insert("severity".to_owned(), severity_name(diagnostic.severity).into());
    object.insert("message".to_owned(), diagnostic.message.as_str().into());
    object.insert("span".to_owned(), diagnostic.span().map_or(Value::Null, range));
    if let Some(path) = shown_path(query) {
        object.insert("file".to_owned(), path.into());
    }
    if let Some(span) = diagnostic.span() {
        let (line, column) = position(query, span.range().start);
        object.insert("line".to_owned(), line.into());
        object.insert("column".to_owned(), column.into());
    }
    let labels: Vec<_> = diagnostic
        .labels
        .iter()
        .filter(|label| !label.text.is_empty())
        .map(|label| json!({"span": range(label.span), "text": label.text}))
        .collect();
    if !labels.is_empty() {
        object.insert("labels".to_owned(), labels.into());
    }
    let help: Vec<_> = diagnostic
        .help
        .iter()
        .map(|help| match &help.edit {
            Some(edit) => json!({"text": help.text, "edit": {"span": range(edit.span), "text": edit.text}}),
            None => json!({"text": help.text}),
        })
        .collect();
    if !help.is_empty() {
        object.insert("help".to_owned(), help.into());
    }
    Value::Object(object)
}

fn range(span: Span) -> Value {
    json!([span.start, span.end])
}
