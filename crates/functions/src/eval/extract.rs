//! Fields of raw events without a schema: `search status=404` over a log whose events say `status=404`.
//!
//! `spl_extract(_raw, 'status')` finds `status=404`, `status="404"` and, in an event that is JSON, the key `status`. Splunk's
//! limits on the number and size of extracted fields do not exist here. `spl_extract_names(_raw)` says which fields there are,
//! for `table *`.

mod pairs;

use std::sync::Arc;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};
use serde_json::Value;

use super::{
    json::{
        path::{Step, parse},
        value::native,
        walk::find,
    },
    kernel::{Arguments, is_list, kernel, list, lists, texts},
    spath,
};
use crate::value::list_type;

pub use pairs::pairs;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_extract", value_type, extract), kernel("spl_extract_names", list, names)]
}

/// The name of a field of several values has `{}`.
fn value_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let name = args.scalar_arguments.get(1).copied().flatten().and_then(|name| name.try_as_str().flatten());
    Ok(if name.is_some_and(|name| name.contains("{}")) { list_type() } else { DataType::Utf8 })
}

/// The value of a field of an event; null where the event has none. The first one counts where there are several, except
/// that a name with `{}` takes all elements of a JSON array.
fn extract(args: &Arguments) -> Result<ArrayRef> {
    let (events, name) = (args.texts(0)?, args.literal(1)?);
    let path = parse(&name);
    let key = [Step::Key(name.clone())];
    // None where the event is no JSON.
    let json = |event: &str| -> Option<Vec<Value>> {
        if !event.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let found = find(event, path.as_deref().unwrap_or(&key))?;
        Some(if found.is_empty() && name.contains('.') { find(event, &key)? } else { found })
    };
    if is_list(args.result()) {
        return lists(args.rows(), |row, builder| {
            let found = events.get(row).and_then(|event| json(&event)).unwrap_or_default();
            found.iter().filter_map(native).for_each(|value| builder.value(&value));
        });
    }
    texts(args.rows(), |row| {
        let event = events.get(row)?;
        match json(&event) {
            Some(found) => found.iter().find_map(native),
            None => pairs(&event).find(|(key, _)| pairs::is_name(key, &name)).map(|(_, value)| value.into_owned()),
        }
    })
}

/// The names of the fields of an event, each once: those for which [`extract`] finds a value.
fn names(args: &Arguments) -> Result<ArrayRef> {
    let events = args.texts(0)?;
    let mut found: Vec<String> = Vec::new();
    lists(args.rows(), |row, builder| {
        let Some(event) = events.get(row) else { return };
        found.clear();
        let mut add = |name: String| {
            if !name.is_empty() && !found.contains(&name) {
                found.push(name);
            }
        };
        let is_json = event.trim_start().starts_with(['{', '[']) && spath::is_json(&event);
        if is_json {
            spath::fields(&event).into_iter().for_each(|(name, _)| add(name));
        } else {
            pairs(&event).for_each(|(key, _)| add(pairs::clean(key)));
        }
        found.iter().for_each(|name| builder.value(name));
    })
}

#[cfg(test)]
mod tests {
    use crate::eval::kernel::testing::{check, literal, texts};

    #[test]
    fn names_of_what_is_there() {
        let check_names = |event: &str, expected: &str| check("spl_extract_names", &[texts(&[event])], &[expected]);
        check_names("a=1 user-id=2 a=3 _x=4", "[a, user_id, x]");
        check_names("1=2", "null");
        check_names("plain", "null");
        check_names("null", "null");
        check_names(r#"{"s": 404, "u": {"n": "x", "e": {}}, "t": [1, 2]}"#, "[s, u.n, t{}]");
        check_names(r#"{broken b=2}"#, "[b]");
        check_names("[12:00] b=2", "[b]");
        check_names(r#"{"msg": "b=2"}"#, "[msg]");
    }

    fn check_one(event: &str, name: &str, expected: &str) {
        check("spl_extract", &[texts(&[event]), literal(name)], &[expected]);
    }

    #[test]
    fn pairs_of_keys_and_values() {
        check_one("a=1 b=2", "b", "2");
        check_one("msg=\"hello = world\" status=404", "status", "404");
        check_one("msg=\"hello world\"", "msg", "hello world");
        check_one("user-id=7", "user_id", "7");
        check_one("a=1 a=2", "a", "1");
        check_one("ab=1", "b", "null");
        check_one("nothing", "b", "null");
        check_one("null", "b", "null");
    }

    #[test]
    fn keys_of_json_events() {
        check_one(r#"{"status": 404, "u": {"n": "x"}}"#, "status", "404");
        check_one(r#"{"status": 404, "u": {"n": "x"}}"#, "u.n", "x");
        check_one(r#"{"u.n": "y"}"#, "u.n", "y");
        check_one(r#"{"t": ["a", "b"]}"#, "t{}", "[a, b]");
        check_one(r#"{"a": null, "b": ["x"]}"#, "a", "null");
        check_one(r#"{"msg": "b=2"}"#, "b", "null");
        check_one(r#"{broken b=2}"#, "b", "2}");
        check_one("plain", "t{}", "null");
    }
}
