//! Values of JSON and XML texts by path: `spath path=user.roles{} output=role`, `eval id=spath(_raw, "Event.System.EventID")`.
//!
//! A text that starts with `<` is XML, any other is read as JSON. Splunk's limit of 5000 bytes does not exist here.

mod xml;
mod xpath;

use std::sync::Arc;

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};
use serde_json::Value;

use self::xml::Tree;
use super::{
    json::{
        path::{Step, parse},
        value::native,
        walk::find,
        wanted::{Found, Wanted},
    },
    kernel::{Arguments, kernel, list, lists},
};
use crate::{EvalSpec, Kernel, Kind, Returns};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[EvalSpec {
    names: &["spath"],
    min_args: 2,
    max_args: Some(2),
    args: &[Kind::Any, Kind::Text],
    returns: Returns::Always(Kind::List),
    kernel: Kernel::Call("spl_spath"),
    usage: "spath(text, path)",
    summary: "The values at a path of a JSON or XML text, objects and arrays as JSON; null where the path leads nowhere.",
    differs: &["Texts of any length are read; Splunk stops after 5000 bytes."],
    examples: &[
        (r#"spath("{\"a\":{\"b\":[1,2]}}","a.b{}")"#, "[1, 2]"),
        (r#"spath("{\"a\":5}","a")"#, "[5]"),
        (r#"spath("<a><b id='1'>x</b><b id='2'>y</b></a>","a.b{@id}")"#, "[1, 2]"),
        (r#"spath("{\"a\":5}","b")"#, "null"),
    ],
    ..EvalSpec::NEW
}];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_spath", list, spath), kernel("spl_spath_names", list, names), kernel("spl_xpath", list, xpath)]
}

/// A path as it is written, and its steps.
struct Path {
    steps: Vec<Step>,
    wanted: Wanted,
    /// The key with points that the path may be instead.
    key: Option<(Vec<Step>, Wanted)>,
}

impl Path {
    fn new(text: &str) -> Option<Self> {
        let steps = parse(text)?;
        let key = text.contains('.').then(|| vec![Step::Key(text.trim().to_owned())]);
        let key = key.map(|steps| (Wanted::path(&steps), steps)).map(|(wanted, steps)| (steps, wanted));
        Some(Self { wanted: Wanted::path(&steps), steps, key })
    }

    /// Visits the values at the path.
    fn values(&self, source: &str, found: &mut Found, mut visit: impl FnMut(&str)) {
        if is_xml(source) {
            Tree::new(source).find(&self.steps).iter().for_each(|value| visit(value));
            return;
        }
        let ways =
            std::iter::once((&self.steps, &self.wanted)).chain(self.key.iter().map(|(steps, wanted)| (steps, wanted)));
        for (steps, wanted) in ways {
            let mut count = 0;
            let mut each = |value: &str| {
                visit(value);
                count += 1;
            };
            match found.read(source, wanted) {
                Some(()) => found.values(source).for_each(|(_, value)| each(value.unwrap_or(NULL))),
                None => find(source, steps).unwrap_or_default().iter().for_each(|value| each(&leaf(value))),
            }
            if count > 0 {
                return;
            }
        }
    }
}

/// What is wrong with an XPath; none where it can be followed.
///
/// # Errors
/// What was expected, and what stands there.
pub fn check_xpath(path: &str) -> std::result::Result<(), String> {
    xpath::parse(path).map(|_| ())
}

/// The values at an XPath; of several texts those of each.
fn xpath(args: &Arguments) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    let path = xpath::parse(&args.literal(1)?).map_err(|problem| exec_datafusion_err!("{problem}"))?;
    lists(args.rows(), |row, builder| {
        sources.each(row, |source| path.values(&Tree::new(source)).iter().for_each(|value| builder.value(value)));
    })
}

pub(super) fn is_xml(text: &str) -> bool {
    !text.starts_with('{') && text.trim_start().starts_with('<')
}

/// Null shows as a word, unlike in `json_extract`.
pub(super) const NULL: &str = "null";

fn leaf(value: &Value) -> String {
    native(value).unwrap_or_else(|| NULL.to_owned())
}

/// The values at a path; of several texts those of each.
fn spath(args: &Arguments) -> Result<ArrayRef> {
    let (sources, paths) = (args.field(0)?, args.texts(1)?);
    let literal = if args.is_constant(1) { paths.get(0).and_then(|text| Path::new(&text)) } else { None };
    let mut found = Found::default();
    lists(args.rows(), |row, builder| {
        let from_row;
        let path = match &literal {
            Some(path) => path,
            None => match paths.get(row).and_then(|text| Path::new(&text)) {
                Some(path) => {
                    from_row = path;
                    &from_row
                }
                None => return,
            },
        };
        sources.each(row, |source| path.values(source, &mut found, |value| builder.value(value)));
    })
}

/// The names of all fields that `spath` without a path makes of a text, each once.
fn names(args: &Arguments) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    lists(args.rows(), |row, builder| {
        let mut names: Vec<String> = Vec::new();
        sources.each(row, |source| {
            for (name, _) in fields(source) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        });
        names.iter().for_each(|name| builder.value(name));
    })
}

/// Visits the paths of the leaves of an XML text with their values, in the order of the text.
pub(super) fn leaves(text: &str, visit: impl FnMut(&str, String)) {
    Tree::new(text).leaves(visit);
}

/// All fields of a JSON or XML text, named by their paths, in the order of the text; a leaf that occurs several times has
/// several values. None for a text that is neither.
pub fn fields(text: &str) -> Vec<(String, Vec<String>)> {
    let mut fields = Fields::default();
    if is_xml(text) {
        Tree::new(text).leaves(|path, value| fields.add(path, value));
    } else if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        walk(&value, &mut String::new(), &mut fields);
    }
    fields.fields
}

#[derive(Default)]
struct Fields {
    fields: Vec<(String, Vec<String>)>,
    places: std::collections::HashMap<String, usize>,
}

impl Fields {
    fn add(&mut self, name: &str, value: String) {
        if let Some((_, values)) = self.places.get(name).and_then(|&place| self.fields.get_mut(place)) {
            values.push(value);
            return;
        }
        self.places.insert(name.to_owned(), self.fields.len());
        self.fields.push((name.to_owned(), vec![value]));
    }
}

/// The depth is that of the text, which the reader bounds.
fn walk(value: &Value, path: &mut String, fields: &mut Fields) {
    let length = path.len();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                walk(value, path, fields);
                path.truncate(length);
            }
        }
        Value::Array(elements) => {
            path.push_str("{}");
            elements.iter().for_each(|element| walk(element, path, fields));
            path.truncate(length);
        }
        _ => fields.add(path, leaf(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::fields;
    use crate::eval::kernel::testing::{check, lists, literal, texts};

    #[test]
    fn values_at_a_path() {
        let spath = |text: &str, path: &str, expected: &str| {
            check("spl_spath", &[texts(&[text]), literal(path)], &[expected]);
        };
        spath(r#"{"a":{"b":[1,2]}}"#, "a.b{}", "[1, 2]");
        spath(r#"{"a":{"b":[1,2]}}"#, "a.b", "[[1,2]]");
        spath(r#"{"u":{"n":"x"},"t":[1,2]}"#, "t{1}", "[2]");
        spath(r#"{"a":null,"b":true}"#, "a", "[null]");
        spath(r#"{"a.b":1}"#, "a.b", "[1]");
        spath(r#"{"a":1}"#, "z", "null");
        spath("<a><b>1</b><b>2</b></a>", "a.b", "[1, 2]");
        spath("plain", "a", "null");
        spath("null", "a", "null");
        check("spl_spath", &[lists(&[&["{\"a\":1}", "{\"a\":2}"]]), literal("a")], &["[1, 2]"]);
        check("spl_spath", &[literal("{\"a\":1,\"b\":2}"), texts(&["b", "null", "{"])], &["[2]", "null", "null"]);
    }

    #[test]
    fn all_fields() {
        let found = fields(r#"{"u":{"n":"x"},"t":[1,2],"o":[{"k":1},{"k":2,"l":[]}],"e":{}}"#);
        let found: Vec<String> = found.iter().map(|(name, values)| format!("{name}={}", values.join(","))).collect();
        assert_eq!(found, ["u.n=x", "t{}=1,2", "o{}.k=1,2"]);
        assert_eq!(
            fields("[1,[2]]"),
            [("{}".to_owned(), vec!["1".to_owned()]), ("{}{}".to_owned(), vec!["2".to_owned()])]
        );
        assert!(fields("5").is_empty());
        assert!(fields("{broken").is_empty());
        check(
            "spl_spath_names",
            &[texts(&[r#"{"a":[{"b":1},{"b":2}],"c":1}"#, "x", "null"])],
            &["[a{}.b, c]", "null", "null"],
        );
    }
}
