//! Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use speleo_syntax::{Code, Diagnostic};

use super::{position, severity_name, shown_path};
use crate::query_file::Query;

/// One result.
pub(super) fn result(diagnostic: &Diagnostic, query: &Query) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code.text(),
        // SARIF's words are ours: error, warning, note.
        "level": severity_name(diagnostic.severity),
        "message": {"text": diagnostic.message},
    });
    let region = diagnostic.span().map(|span| {
        let (start_line, start_column) = position(query, span.range().start);
        let (end_line, end_column) = position(query, span.range().end);
        json!({"startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column})
    });
    if let Some(path) = shown_path(query) {
        let mut location = json!({"artifactLocation": {"uri": path.replace('\\', "/")}});
        if let Some(region) = region {
            location["region"] = region;
        }
        result["locations"] = json!([{"physicalLocation": location}]);
    }
    result
}

/// The document around the results, with the pages of the codes that occur.
pub(super) fn document(results: Vec<Value>) -> Value {
    let used: BTreeSet<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    let rules: Vec<_> = Code::ALL
        .iter()
        .filter(|code| used.contains(code.text()))
        .map(|code| json!({"id": code.text(), "fullDescription": {"text": code.page().trim()}}))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "speleo", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}
