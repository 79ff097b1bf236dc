//! All fields that a text makes, for commands that do not name them: `spath`, `extract`, `xmlkv`.
//!
//! `spl_fields_pairs(_raw, …)` gives names and values by turns: `[src, 10.0.0.1, user, bob]`. `spl_fields_names` says which
//! names these are, and `spl_fields_value(fields, 'user')` takes one of them out.

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::{
    extract::{clean, pairs},
    kernel::{Arguments, is_list, kernel, list, lists, texts},
    spath,
};
use crate::value::list_type;

/// Stands before a name of which a row has one value.
pub const ONE: char = '1';
/// Stands before a name of which a row has several values.
pub const SEVERAL: char = '+';

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_fields_spath", list, of_spath),
        kernel("spl_fields_xml", list, of_xml),
        kernel("spl_fields_pairs", list, of_pairs),
        kernel("spl_fields_names", list, names),
        kernel("spl_fields_value", value_type, value),
    ]
}

/// The leaves of a JSON or XML text.
fn of_spath(args: &Arguments) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    lists(args.rows(), |row, out| {
        sources.each(row, |source| {
            for (name, values) in spath::fields(source) {
                for value in values {
                    out.value(&name);
                    out.value(&value);
                }
            }
        });
    })
}

/// The texts between tags: `<user>bob</user>`. Attributes and CDATA are not understood.
fn of_xml(args: &Arguments) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    lists(args.rows(), |row, out| {
        sources.each(row, |source| {
            for (name, value) in elements(source) {
                out.value(name);
                out.value(value);
            }
        });
    })
}

/// The elements of an XML text that hold nothing but text.
fn elements(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let open = rest.get(rest.find('<')? + 1..)?;
            let (tag, behind) = open.split_once('>')?;
            rest = behind;
            let name = tag.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
            let Some((value, close)) = behind.split_once('<') else { continue };
            let closes = close.strip_prefix('/').and_then(|close| close.strip_prefix(name));
            let is_name = !name.is_empty() && !name.starts_with(['/', '?', '!']) && !tag.ends_with('/');
            if is_name && !value.is_empty() && closes.is_some_and(|tail| tail.trim_start().starts_with('>')) {
                return Some((name, value));
            }
        }
    })
}

/// The pairs of a text: text, characters between key and value or null, characters between pairs or null, whether names are
/// cleaned, and how many pairs count (0 for all).
fn of_pairs(args: &Arguments) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    let set = |index| Ok::<_, datafusion::error::DataFusionError>(args.texts(index)?.get(0).map(Cow::into_owned));
    let (keys, ends) = (set(1)?, set(2)?);
    let (cleans, limit) = (args.literal(3)? == "true", args.literal(4)?.parse().unwrap_or(0_usize));
    let most = if limit == 0 { usize::MAX } else { limit };
    lists(args.rows(), |row, out| {
        sources.each(row, |source| {
            let mut add = |key: &str, value: &str| {
                let key = if cleans { clean(key) } else { Cow::Borrowed(key) };
                if !key.is_empty() {
                    out.value(&key);
                    out.value(value);
                }
            };
            if keys.is_none() && ends.is_none() {
                pairs(source).take(most).for_each(|(key, value)| add(key, &value));
            } else {
                let keys = keys.as_deref().unwrap_or("=");
                let ends = ends.as_deref().unwrap_or(" \t\r\n,;|&");
                delimited(source, keys, ends).take(most).for_each(|(key, value)| add(key, value));
            }
        });
    })
}

/// The pairs of a text by sets of delimiters. What stands in double quotes holds no delimiter.
pub(super) fn delimited<'a>(text: &'a str, keys: &'a str, ends: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut quoted = false;
            let end = rest.find(|c| {
                quoted ^= c == '"';
                !quoted && ends.contains(c)
            });
            let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
            rest = behind.strip_prefix(|c| ends.contains(c)).unwrap_or(behind);
            let Some((key, value)) = piece.split_once(|c| keys.contains(c)) else { continue };
            let (key, value) = (key.trim().trim_matches('"'), value.trim());
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            if !key.is_empty() && !value.is_empty() {
                return Some((key, value));
            }
        }
        None
    })
}

/// The names of a row's fields, each once, with a mark in front: whether the row has one value of it or several.
fn names(args: &Arguments) -> Result<ArrayRef> {
    let fields = args.lists(0)?;
    lists(args.rows(), |row, out| {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let Some(values) = fields.get(row) else { return };
        for name in values.step_by(2) {
            match counts.iter_mut().find(|(own, _)| *own == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        for (name, count) in counts {
            out.value(&format!("{}{name}", if count > 1 { SEVERAL } else { ONE }));
        }
    })
}

/// All values where the third argument is `all`, else one text.
fn value_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let which = args.scalar_arguments.get(2).copied().flatten().and_then(|which| which.try_as_str().flatten());
    Ok(if which == Some("all") { list_type() } else { DataType::Utf8 })
}

/// The value of a field: fields, name, and `first`, `last` or `all` of several.
fn value(args: &Arguments) -> Result<ArrayRef> {
    let (fields, name, which) = (args.lists(0)?, args.literal(1)?, args.literal(2)?);
    let of_row = |row| {
        let mut values = fields.get(row);
        let name = name.as_str();
        std::iter::from_fn(move || {
            let values = values.as_mut()?;
            loop {
                let (own, value) = (values.next()?, values.next()?);
                if own == name {
                    return Some(value);
                }
            }
        })
    };
    if is_list(args.result()) {
        return lists(args.rows(), |row, out| of_row(row).for_each(|value| out.value(value)));
    }
    texts(args.rows(), |row| if which == "last" { of_row(row).last() } else { of_row(row).next() })
}

#[cfg(test)]
mod tests {
    use super::{delimited, elements};
    use crate::eval::kernel::testing::{check, lists, literal, texts};

    #[test]
    fn elements_with_text() {
        let found: Vec<_> = elements("<e a='1'><u>bob</u><n x=\"2\">7 </n><z/><w></w><v>1</u></v></e>").collect();
        assert_eq!(found, [("u", "bob"), ("n", "7 ")]);
        assert_eq!(elements("a < b > c").count(), 0);
    }

    #[test]
    fn pairs_by_delimiters() {
        let check = |text, keys, ends, expected: &[(&str, &str)]| {
            assert_eq!(delimited(text, keys, ends).collect::<Vec<_>>(), expected, "{text}");
        };
        check("tag=a;tag=b;id=7", "=", ";", &[("tag", "a"), ("tag", "b"), ("id", "7")]);
        check("k1:v1 k2:v2", ":", " ", &[("k1", "v1"), ("k2", "v2")]);
        check("a=\"x;y\"|b->2", "=>", "|", &[("a", "x;y"), ("b-", "2")]);
        check("ä:ö,ü", ":", ",", &[("ä", "ö")]);
    }

    #[test]
    fn names_and_values() {
        let fields = || lists(&[&["a", "1", "b", "2", "a", "3"]]);
        check("spl_fields_names", &[fields()], &["[+a, 1b]"]);
        check("spl_fields_value", &[fields(), literal("a"), literal("all")], &["[1, 3]"]);
        check("spl_fields_value", &[fields(), literal("a"), literal("last")], &["3"]);
        check("spl_fields_value", &[fields(), literal("c"), literal("first")], &["null"]);
        check(
            "spl_fields_spath",
            &[texts(&[r#"{"a":[1,2],"b":{"c":"x"}}"#, "no"])],
            &["[a{}, 1, a{}, 2, b.c, x]", "null"],
        );
    }
}
