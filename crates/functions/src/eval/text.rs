//! Functions of texts: `eval user=lower(trim(user))`.
//!
//! Characters are Unicode code points. `replace` and `match` are with the regular expressions, `split` with the lists.

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, new_null_array},
        buffer::NullBuffer,
        datatypes::{DataType, Int64Type},
    },
    common::{DataFusionError, Result},
    logical_expr::ScalarUDF,
};

use super::kernel::{Arguments, append_texts, bits, integer, integers, kernel, lists, text, text_or_list, texts};
use crate::{EvalSpec, Kernel, Kind, Returns};

mod ascii;
mod trim;
mod urldecode;

use self::trim::Set;

const TEXT: EvalSpec = EvalSpec { ..EvalSpec::NEW };

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["len", "length"],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_len"),
        usage: "len(text)",
        summary: "The number of characters.",
        examples: &[("len(\"abc\")", "3"), ("len(\"\")", "0"), ("len(1.5)", "3")],
        ..TEXT
    },
    EvalSpec {
        names: &["lower"],
        kernel: Kernel::Call("spl_lower"),
        usage: "lower(text)",
        summary: "The text in lower case.",
        several: "Each of several values is changed.",
        examples: &[("lower(\"AbC\")", "abc"), ("lower(split(\"A,B\", \",\"))", "[a, b]")],
        ..TEXT
    },
    EvalSpec {
        names: &["ltrim"],
        max_args: Some(2),
        kernel: Kernel::Call("spl_ltrim"),
        usage: "ltrim(text, characters)",
        summary: "The text without any of the characters (blank and tab by default) at its start.",
        examples: &[("ltrim(\"   ZZZZabcZZ \", \" Z\")", "abcZZ "), ("ltrim(\"$5\", \"$\")", "5")],
        ..TEXT
    },
    EvalSpec {
        names: &["rtrim"],
        max_args: Some(2),
        kernel: Kernel::Call("spl_rtrim"),
        usage: "rtrim(text, characters)",
        summary: "The text without any of the characters (blank and tab by default) at its end.",
        examples: &[("rtrim(\"   ZZZZabcZZ \", \" Z\")", "   ZZZZabc")],
        ..TEXT
    },
    EvalSpec {
        names: &["substr"],
        min_args: 2,
        max_args: Some(3),
        args: &[Kind::Any, Kind::Number],
        kernel: Kernel::Call("spl_substr"),
        usage: "substr(text, start, length)",
        summary: "The part that starts at a character, the first being 1 and -1 the last, up to a length; null where the \
                  start lies before the text.",
        examples: &[
            ("substr(\"string\", 1, 3)", "str"),
            ("substr(\"string\", -3)", "ing"),
            ("substr(\"hello\", 0, 3)", "hel"),
            ("substr(\"hello\", -10, 3)", "null"),
            ("substr(\"abc\", 2, 10)", "bc"),
        ],
        ..TEXT
    },
    EvalSpec {
        names: &["trim"],
        max_args: Some(2),
        kernel: Kernel::Call("spl_trim"),
        usage: "trim(text, characters)",
        summary: "The text without any of the characters (blank and tab by default) at both ends.",
        examples: &[("trim(\"   ZZZZabcZZ \", \" Z\")", "abc"), ("trim(\"  a b \")", "a b")],
        ..TEXT
    },
    EvalSpec {
        names: &["upper"],
        kernel: Kernel::Call("spl_upper"),
        usage: "upper(text)",
        summary: "The text in upper case.",
        several: "Each of several values is changed.",
        examples: &[("upper(\"AbC\")", "ABC")],
        ..TEXT
    },
    EvalSpec {
        names: &["urldecode"],
        kernel: Kernel::Call("spl_urldecode"),
        usage: "urldecode(text)",
        summary: "The text with its %XX read as the bytes of UTF-8; a plus sign stays.",
        examples: &[("urldecode(\"a%20b\")", "a b"), ("urldecode(\"50%\")", "50%")],
        ..TEXT
    },
];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_len", integer, len),
        kernel("spl_lower", text_or_list, lower),
        kernel("spl_ltrim", text, trim::<true, false>),
        kernel("spl_rtrim", text, trim::<false, true>),
        kernel("spl_substr", text, substr),
        kernel("spl_trim", text, trim::<true, true>),
        kernel("spl_upper", text_or_list, upper),
        kernel("spl_urldecode", text, url_decode),
    ]
}

fn len(args: &Arguments) -> Result<ArrayRef> {
    if let Some(array) = args.array(0)?.as_string_opt::<i32>() {
        return Ok(Arc::new(ascii::lengths(array)));
    }
    if let Some(array) = args.array(0)?.as_string_view_opt().filter(|array| array.is_ascii()) {
        // The length is the low half of a view.
        return Ok(Arc::new(Int64Array::new(
            array.views().iter().map(|view| i64::from(*view as u32)).collect(),
            array.nulls().cloned(),
        )));
    }
    let values = args.texts(0)?;
    integers(args.rows(), |row| i64::try_from(values.get(row)?.chars().count()).ok())
}

fn lower(args: &Arguments) -> Result<ArrayRef> {
    let ascii = args.array(0)?.as_string_opt::<i32>().and_then(|array| ascii::map(array, u8::to_ascii_lowercase));
    if let Some(array) = ascii {
        return Ok(Arc::new(array));
    }
    change_case(args, |text, buffer| {
        if !text.is_ascii() {
            buffer.push_str(&text.to_lowercase());
        } else if let Some(written) = push(text, buffer) {
            written.make_ascii_lowercase();
        }
    })
}

fn upper(args: &Arguments) -> Result<ArrayRef> {
    let ascii = args.array(0)?.as_string_opt::<i32>().and_then(|array| ascii::map(array, u8::to_ascii_uppercase));
    if let Some(array) = ascii {
        return Ok(Arc::new(array));
    }
    change_case(args, |text, buffer| {
        if !text.is_ascii() {
            buffer.push_str(&text.to_uppercase());
        } else if let Some(written) = push(text, buffer) {
            written.make_ascii_uppercase();
        }
    })
}

/// Appends a text, and gives what was appended.
fn push<'a>(text: &str, buffer: &'a mut String) -> Option<&'a mut str> {
    let start = buffer.len();
    buffer.push_str(text);
    buffer.get_mut(start..)
}

/// Appends each value to the buffer.
fn change_case(args: &Arguments, change: fn(&str, &mut String)) -> Result<ArrayRef> {
    if args.result() == &DataType::Utf8 {
        let values = args.texts(0)?;
        return append_texts(args.rows(), |row, buffer| values.get(row).map(|value| change(&value, buffer)).is_some());
    }
    let values = args.lists(0)?;
    let mut buffer = String::new();
    lists(args.rows(), |row, builder| {
        for value in values.get(row).into_iter().flatten() {
            buffer.clear();
            change(value, &mut buffer);
            builder.value(&buffer);
        }
    })
}

/// Blanks and tabs unless characters are given.
fn trim<const START: bool, const END: bool>(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    let sets = if args.len() > 1 { Some(args.texts(1)?) } else { None };
    let fixed = match &sets {
        None => Some(Set::new(" \t")),
        Some(sets) if args.is_constant(1) => sets.get(0).map(|set| Set::new(&set)),
        Some(_) => None,
    };
    if let (Some(array), Some(Set::Bytes(set))) = (args.array(0)?.as_string_opt::<i32>(), &fixed)
        && array.len() == args.rows()
    {
        return ascii::parts(array, array.nulls().cloned(), |text| trim::kept::<START, END>(set, text));
    }
    texts(args.rows(), |row| {
        let value = values.get(row)?;
        match (&fixed, &sets) {
            (Some(set), _) => Some(part(value, |text| set.cut::<START, END>(text))),
            (None, Some(sets)) => {
                let set = Set::new(&sets.get(row)?);
                Some(part(value, |text| set.cut::<START, END>(text)))
            }
            (None, None) => None,
        }
    })
}

/// A part of a text, borrowed where the text is.
fn part<'a>(text: Cow<'a, str>, cut: impl Fn(&str) -> &str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
        Cow::Owned(text) => Cow::Owned(cut(&text).to_owned()),
    }
}

fn substr(args: &Arguments) -> Result<ArrayRef> {
    if let Some(array) = ascii_substr(args)? {
        return Ok(array);
    }
    let (values, starts) = (args.texts(0)?, args.numbers(1)?);
    let lengths = if args.len() > 2 { Some(args.numbers(2)?) } else { None };
    texts(args.rows(), |row| {
        let (value, start) = (values.get(row)?, starts.get(row)?);
        let length = match &lengths {
            // A float too large for the type becomes the largest, one below 0 becomes 0.
            Some(lengths) => lengths.get(row)? as usize,
            None => usize::MAX,
        };
        let skip = skipped(&value, start)?;
        Some(part(value, |text| characters(text, skip, length)))
    })
}

/// Where all texts are ASCII and the place is the same on all rows.
fn ascii_substr(args: &Arguments) -> Result<Option<ArrayRef>> {
    let array = args.array(0)?;
    let is_constant = args.is_constant(1) && (args.len() < 3 || args.is_constant(2));
    if !is_constant || array.len() != args.rows() {
        return Ok(None);
    }
    let length = if args.len() > 2 { args.numbers(2)?.get(0) } else { Some(f64::INFINITY) };
    let (Some(start), Some(length)) = (args.numbers(1)?.get(0).filter(|start| !start.is_nan()), length) else {
        return Ok(Some(new_null_array(&DataType::Utf8, args.rows())));
    };
    let (skip, back, length) = ((start as usize).saturating_sub(1), (-start) as usize, length as usize);
    let part = |text: &[u8]| {
        let skip = if back > 0 { text.len().saturating_sub(back) } else { skip.min(text.len()) };
        skip..skip.saturating_add(length).min(text.len())
    };
    let nulls = || {
        if back == 0 {
            return Ok(array.nulls().cloned());
        }
        let lengths = len(args)?;
        let back = i64::try_from(back).unwrap_or(i64::MAX);
        let reaches = bits(lengths.as_primitive::<Int64Type>().values().iter().map(|length| *length >= back));
        Ok::<_, DataFusionError>(NullBuffer::union(array.nulls(), Some(&NullBuffer::new(reaches))))
    };
    if let Some(array) = array.as_string_opt::<i32>().filter(|array| ascii::is_ascii(array)) {
        return ascii::parts(array, nulls()?, part).map(Some);
    }
    if let Some(array) = array.as_string_view_opt().filter(|array| array.is_ascii()) {
        return ascii::view_parts(array, nulls()?, part).map(Some);
    }
    Ok(None)
}

/// How many characters come before the start. A start of 0 is that of 1; one before the text is nowhere.
fn skipped(text: &str, start: f64) -> Option<usize> {
    let back = (-start) as usize;
    if back > 0 {
        let count = if text.is_ascii() { text.len() } else { text.chars().count() };
        return count.checked_sub(back);
    }
    (!start.is_nan()).then(|| (start as usize).saturating_sub(1))
}

fn characters(text: &str, skip: usize, length: usize) -> &str {
    let (start, end) = if text.is_ascii() {
        (skip.min(text.len()), skip.saturating_add(length).min(text.len()))
    } else {
        let place = |text: &str, count| text.char_indices().nth(count).map_or(text.len(), |(place, _)| place);
        let start = place(text, skip);
        let rest = text.get(start..).unwrap_or_default();
        (start, start + place(rest, length))
    };
    text.get(start..end).unwrap_or_default()
}

fn url_decode(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    texts(args.rows(), |row| Some(urldecode::decode(values.get(row)?)))
}

#[cfg(test)]
mod tests;
