//! What holds for any event that fields are taken out of. The unit tests of `speleo-functions` call the same function.
//!
//! The first line is the number of a call, the next two are texts that stand where the call takes delimiters, a pattern or a
//! format; the rest is the event.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, StringArray},
        datatypes::Field,
    },
    common::{Result, ScalarValue, config::ConfigOptions},
    logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs},
};
use speleo_functions::{eval::kernels, value::Lists};

/// Calls, with `@` and `&` for the two texts.
const CALLS: &[(&str, &[&str])] = &[
    ("spl_kv", &["auto", "json trim"]),
    ("spl_kv", &["auto_escaped", ""]),
    ("spl_kv", &["json", "bytes:50"]),
    ("spl_kv", &["xml", ""]),
    ("spl_kv", &["auto", "fields:3 characters:50"]),
    ("spl_kv", &["multi", ""]),
    ("spl_delimited", &["@", "&", "", "clean"]),
    ("spl_delimited", &["@", "", "&", "empty"]),
    ("spl_transform", &["@", "&", "clean add empty"]),
    ("spl_transform", &["(\\w+)[=:](\\S*)", "&", "clean"]),
];

/// Names that are asked for in one call.
const MOST_NAMES: usize = 8;

/// Whatever stands there: no panic, and under each name that an event is said to have, a value is found.
pub(crate) fn extract_any(text: &str) {
    let mut lines = text.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (number, one, other, event) = (next(), next(), next(), next());
    let number = number.trim().parse::<usize>().unwrap_or(number.len());
    let Some((kernel, options)) = CALLS.get(number % CALLS.len()) else { return };
    let fill = |option: &&str| match *option {
        "@" => one.to_owned(),
        "&" => other.to_owned(),
        option => option.to_owned(),
    };
    let mut literals: Vec<String> = options.iter().map(fill).collect();
    // A pattern that does not compile is an error in both.
    let Ok(names) = call(&format!("{kernel}_names"), event, &literals) else {
        literals.push("a".to_owned());
        assert!(call(kernel, event, &literals).is_err(), "{kernel} {literals:?}");
        return;
    };
    let names = Lists::new(&names).ok().and_then(|lists| lists.get(0)?.map(str::to_owned).map(Some).collect());
    let names: Vec<String> = names.unwrap_or_default();
    let asked = literals.len();
    literals.extend(names.iter().take(MOST_NAMES).cloned());
    if !literals.iter().skip(asked).any(|name| name == one) {
        literals.push(one.to_owned());
    }
    let found = call(kernel, event, &literals).unwrap_or_else(|error| panic!("{kernel} {literals:?}: {error}"));
    // A null of JSON is a name without a value.
    if *kernel == "spl_kv" && event.contains("null") {
        return;
    }
    for (name, part) in names.iter().take(MOST_NAMES).zip(found.as_struct().columns()) {
        let has_value = Lists::new(part).is_ok_and(|lists| lists.get(0).is_some());
        assert!(has_value, "{kernel} {options:?}: no value of {name:?} in {event:?}");
    }
}

/// A call for one event.
fn call(name: &str, event: &str, literals: &[String]) -> Result<ArrayRef> {
    let Some(kernel) = kernels().into_iter().find(|kernel| kernel.name() == name) else {
        panic!("there is no kernel {name}");
    };
    let literals: Vec<ScalarValue> = literals.iter().map(|text| ScalarValue::from(text.as_str())).collect();
    let event: ArrayRef = Arc::new(StringArray::from(vec![event]));
    let args = std::iter::once(ColumnarValue::Array(event)).chain(literals.iter().cloned().map(ColumnarValue::Scalar));
    let args: Vec<ColumnarValue> = args.collect();
    let arg_fields: Vec<_> = args.iter().map(|arg| Arc::new(Field::new("x", arg.data_type(), true))).collect();
    let scalar_arguments: Vec<_> = std::iter::once(None).chain(literals.iter().map(Some)).collect();
    let planned = ReturnFieldArgs { arg_fields: &arg_fields, scalar_arguments: &scalar_arguments };
    let return_field = kernel.return_field_from_args(planned)?;
    let config_options = Arc::new(ConfigOptions::default());
    let answer = kernel.invoke_with_args(ScalarFunctionArgs {
        args,
        arg_fields,
        number_rows: 1,
        return_field,
        config_options,
    })?;
    answer.into_array(1)
}
