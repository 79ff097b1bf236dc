//! Regular expressions: the functions `match`, `replace`, `mvfind`, the kernels of `rex`; and `cidrmatch`.
//!
//! `eval user=replace(user, "^(\w+)\\\\", "")`. PCRE is translated, see [`translate`]; a literal pattern that does not
//! compile is an error, one from a field matches nothing.

mod find;
mod learn;
pub mod regex;
mod rex;
mod run;
pub mod sed;
pub mod template;
mod translate;
mod walk;

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::array::{Array, ArrayRef},
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};

pub use self::learn::{learn, literal};
pub(crate) use self::regex::compile;
use self::{
    regex::Regex,
    rex::{rex, rex_offset, rex_sed, rex_type},
    sed::substitute_in,
    template::{Escapes, Template},
};
use super::kernel::{
    Arguments, Column, FieldArgument, append_texts, boolean, booleans, integer, integers, kernel, kernel_of_parts,
    text, text_or_list,
};
use crate::{EvalSpec, Kernel, Kind, Returns, value::Texts};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["match"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        returns: Returns::Always(Kind::Bool),
        kernel: Kernel::Call("spl_match"),
        usage: "match(text, regex)",
        summary: "Whether the regular expression matches anywhere in the text.",
        nulls: "Null where the text is.",
        several: "True if the regular expression matches one of several values.",
        differs: &["Regular expressions that call themselves, `(?R)`, are an error."],
        examples: &[
            (r#"if(match("abc123","\d+"),1,0)"#, "1"),
            (r#"if(match("abc","^b"),1,0)"#, "0"),
            (r#"if(match("ABC","(?i)^b"),1,0)"#, "0"),
            (r#"if(match(null(),"a"),1,0)"#, "0"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["replace"],
        min_args: 3,
        max_args: Some(3),
        args: &[Kind::Any, Kind::Text, Kind::Text],
        returns: Returns::Always(Kind::Text),
        kernel: Kernel::Call("spl_replace"),
        usage: "replace(text, regex, replacement)",
        summary: r"The text with every match replaced; `\1` to `\9` stand for groups, `\0` for the match.",
        differs: &["Regular expressions that call themselves, `(?R)`, are an error."],
        examples: &[
            (r#"replace("1/14/2023","^(\d{1,2})/(\d{1,2})/","\2/\1/")"#, "14/1/2023"),
            (r#"replace("54.1.2.3:443:X1",":.*","")"#, "54.1.2.3"),
            (r#"replace("aXbX","X","")"#, "ab"),
            (r#"replace(null(),"X","")"#, "null"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["mvfind"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_mvfind"),
        usage: "mvfind(values, regex)",
        summary: "The place, counted from 0, of the first value that the regular expression matches; null where there is none.",
        several: "One value is a list of one.",
        examples: &[
            (r#"mvfind(split("a,err1,b",","),"err\d+")"#, "1"),
            (r#"mvfind("abc","b")"#, "0"),
            (r#"mvfind("abc","x")"#, "null"),
        ],
        ..EvalSpec::NEW
    },
    EvalSpec {
        names: &["cidrmatch"],
        min_args: 2,
        max_args: Some(2),
        args: &[Kind::Any, Kind::Any],
        returns: Returns::Always(Kind::Bool),
        kernel: Kernel::Call("spl_cidrmatch"),
        usage: "cidrmatch(range, address)",
        summary: "Whether the address lies in the range; false where one of them is malformed.",
        several: "True if one of several addresses lies in the range.",
        examples: &[
            (r#"if(cidrmatch("10.0.0.0/8","10.1.2.3"),1,0)"#, "1"),
            (r#"if(cidrmatch("192.0.2.0/24","192.0.3.0"),1,0)"#, "0"),
            (r#"if(cidrmatch("123.132.32.0/25","123.132.32.200"),1,0)"#, "0"),
            (r#"if(cidrmatch("2001:db8::/32","2001:db8::1"),1,0)"#, "1"),
        ],
        ..EvalSpec::NEW
    },
];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_match", boolean, matches),
        kernel("spl_replace", text, replace),
        kernel("spl_mvfind", integer, find),
        kernel_of_parts("spl_rex", rex_type, rex),
        kernel("spl_rex_offset", text, rex_offset),
        kernel("spl_rex_sed", text_or_list, rex_sed),
    ]
}

/// Whether a pattern compiles; the error is a short text.
pub fn check(pattern: &str) -> Result<(), String> {
    compile(pattern).map(drop)
}

/// The names of a pattern's groups, in order.
pub fn group_names(pattern: &str) -> Result<Vec<String>, String> {
    Ok(compile(pattern)?.names().into_iter().map(|(_, name)| name).collect())
}

/// Whether a sed script compiles; the error is a short text.
pub fn check_sed(script: &str) -> Result<(), String> {
    sed::script(script).map(drop)
}

/// An argument as regular expressions.
struct Patterns {
    texts: Column<Texts>,
    literal: Option<Arc<Regex>>,
}

impl Patterns {
    fn new(args: &Arguments, index: usize) -> Result<Self> {
        let texts = args.texts(index)?;
        let literal = match args.is_constant(index).then(|| texts.get(0)).flatten() {
            Some(text) => {
                Some(compile(&text).map_err(|error| exec_datafusion_err!("the regular expression `{text}`: {error}"))?)
            }
            None => None,
        };
        Ok(Self { texts, literal })
    }

    /// The pattern of a row; none where it is null or does not compile.
    fn get(&self, row: usize) -> Option<Cow<'_, Arc<Regex>>> {
        match &self.literal {
            Some(regex) => Some(Cow::Borrowed(regex)),
            None => compile(&self.texts.get(row)?).ok().map(Cow::Owned),
        }
    }
}

fn matches(args: &Arguments) -> Result<ArrayRef> {
    let (values, patterns) = (args.field(0)?, Patterns::new(args, 1)?);
    if let Some(regex) = &patterns.literal {
        return values.test(args.rows(), |value| regex.is_match(value));
    }
    booleans(args.rows(), |row| {
        let regex = patterns.get(row)?;
        values.any(row, |value| regex.is_match(value))
    })
}

fn find(args: &Arguments) -> Result<ArrayRef> {
    let (values, patterns) = (args.field(0)?, Patterns::new(args, 1)?);
    if let (FieldArgument::Several(lists), Some(regex)) = (&values, &patterns.literal)
        && let Some((lists, values)) = lists.whole()
    {
        let matched = find::matched(values, regex);
        let bounds = lists.value_offsets();
        return integers(args.rows(), |row| {
            let (start, end) = (*bounds.get(row)? as usize, *bounds.get(row + 1)? as usize);
            let place = matched.get(start..end)?.iter().position(|matched| *matched)?;
            lists.is_valid(row).then_some(place as i64)
        });
    }
    integers(args.rows(), |row| {
        let regex = patterns.get(row)?;
        let mut place = -1;
        let found = values.any(row, |value| {
            place += 1;
            regex.is_match(value)
        })?;
        found.then_some(place)
    })
}

fn replace(args: &Arguments) -> Result<ArrayRef> {
    let (values, patterns, replacements) = (args.texts(0)?, Patterns::new(args, 1)?, args.texts(2)?);
    let read = |row| replacements.get(row).map(|text| Template::new(&text, Escapes::Eval));
    let literal = if args.is_constant(2) { read(0) } else { None };
    append_texts(args.rows(), |row, out| {
        let (Some(value), Some(regex)) = (values.get(row), patterns.get(row)) else { return false };
        let template;
        let template = match &literal {
            Some(literal) => literal,
            None => match read(row) {
                Some(read) => {
                    template = read;
                    &template
                }
                None => return false,
            },
        };
        substitute_in(&value, &regex, template, 1, true, out);
        true
    })
}

#[cfg(test)]
mod tests;
