//! Names and texts, plain ones and ugly ones.

use proptest::prelude::*;
use speleo_syntax::{Field, Span};

/// A field in lists: any text can be quoted.
pub(crate) fn field() -> impl Strategy<Value = Field> {
    let name = prop_oneof![
        6 => "[a-z_][a-z0-9_.]{0,6}",
        1 => "[a-z]{1,3}\\*",
        1 => prop::sample::select(vec!["as", "by", "desc", "d", "OUTPUT", "sortby", "where", "5", "-x", "a{}.b", "count(x)", "$x", "a=b"])
            .prop_map(String::from),
        1 => "[ -~äß日]{1,8}",
    ];
    name.prop_map(|name| Field::new(name, Span::default()))
}

/// A field without wildcards, in an expression, where single quotes have no escapes.
pub(crate) fn expression_field() -> impl Strategy<Value = Field> {
    let name = prop_oneof![
        6 => "[a-z_][a-z0-9_]{0,6}",
        1 => prop::sample::select(vec!["and", "NOT", "in", "like", "a.b", "my-field", "404", "$t$"]).prop_map(String::from),
        1 => "[a-zäß][a-z0-9 .:{}+=()-]{0,6}",
    ];
    name.prop_map(|name| Field::new(name, Span::default()))
}

/// Any text that can stand in quotes.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z*%_]{0,6}", 1 => "[ -~\näß日]{0,8}", 1 => "[\\\\\"|\\[\\]()'`]{0,5}"]
}

/// A name of a file or an option's plain value.
pub(crate) fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,5}"
}
