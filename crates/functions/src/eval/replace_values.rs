//! The kernel of the command `replace`: `spl_replace_values(host, '*.corp', '*')`, pairs of patterns and replacements.
//!
//! A value must fit the whole pattern, in any case of letters; each `*` of the replacement stands for what the `*` of the same
//! place took. Pairs apply in turn, and each value of a list is replaced for itself.

use std::sync::Arc;

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};
use regex::{CaptureLocations, Regex, RegexBuilder};

use super::kernel::{Arguments, is_list, kernel, lists, text_or_list, write_texts};

/// The kernel.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_replace_values", text_or_list, replace_values)]
}

/// One pair.
struct Pair {
    /// Finds what the stars took.
    regex: Regex,
    /// Room for that.
    taken: CaptureLocations,
    /// The replacement, cut at its stars.
    pieces: Vec<String>,
}

impl Pair {
    fn new(from: &str, to: &str) -> Result<Self> {
        let parts: Vec<String> = from.split('*').map(regex::escape).collect();
        let pattern = format!("\\A{}\\z", parts.join("(.*?)"));
        let regex = RegexBuilder::new(&pattern).case_insensitive(true).dot_matches_new_line(true).build();
        let regex = regex.map_err(|error| exec_datafusion_err!("`{from}` is no pattern: {error}"))?;
        Ok(Self { taken: regex.capture_locations(), regex, pieces: to.split('*').map(str::to_owned).collect() })
    }

    /// Writes the replacement of a value that fits; false where it does not.
    fn write(&mut self, value: &str, out: &mut String) -> bool {
        if self.regex.captures_read(&mut self.taken, value).is_none() {
            return false;
        }
        out.clear();
        for (place, piece) in self.pieces.iter().enumerate() {
            if place > 0 {
                let taken = self.taken.get(place).and_then(|(start, end)| value.get(start..end));
                out.push_str(taken.unwrap_or_default());
            }
            out.push_str(piece);
        }
        true
    }
}

fn replace_values(args: &Arguments) -> Result<ArrayRef> {
    let mut pairs = Vec::with_capacity(args.len() / 2);
    for place in (1..args.len().saturating_sub(1)).step_by(2) {
        pairs.push(Pair::new(&args.literal(place)?, &args.literal(place + 1)?)?);
    }
    let (mut value, mut next) = (String::new(), String::new());
    let mut apply = |text: &str, out: &mut String| {
        value.clear();
        value.push_str(text);
        for pair in &mut pairs {
            if pair.write(&value, &mut next) {
                std::mem::swap(&mut value, &mut next);
            }
        }
        out.push_str(&value);
    };
    if is_list(args.result()) {
        let values = args.lists(0)?;
        let mut replaced = String::new();
        return lists(args.rows(), |row, builder| {
            for text in values.get(row).into_iter().flatten() {
                replaced.clear();
                apply(text, &mut replaced);
                builder.value(&replaced);
            }
        });
    }
    let values = args.texts(0)?;
    write_texts(args.rows(), |row, buffer| {
        let Some(text) = values.get(row) else { return false };
        apply(&text, buffer);
        true
    })
}
