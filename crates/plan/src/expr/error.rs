//! The errors about kinds that the text of a search shows: `"a" * 2`.

use speleo_functions::Kind;
use speleo_syntax::{Code, Diagnostic, Span};

use crate::Error;

/// A kind in words.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "a number",
        Kind::Text => "a text",
        Kind::Bool => "true or false",
        Kind::List => "a list",
        Kind::Any => "a field's value",
    }
}

/// Something else stands where a condition is needed.
pub(super) fn not_boolean(span: Span, found: Kind) -> Error {
    Diagnostic::new(Code::Type, span, format!("a condition is needed, and this is {}", kind(found)))
        .help("compare it with something: `x=1`")
        .into()
}

/// Something else stands where a number is needed.
pub(super) fn not_a_number(span: Span, found: Kind) -> Error {
    let diagnostic = Diagnostic::new(Code::Type, span, format!("a number is needed, and this is {}", kind(found)));
    match found {
        Kind::Text => {
            diagnostic.help("a field whose name is no plain word stands in single quotes: `'my field'`").into()
        }
        _ => diagnostic.into(),
    }
}
