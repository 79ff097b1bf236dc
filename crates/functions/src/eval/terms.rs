//! The kernels of commands that score events by the search's terms: `spl_term_counts(text, "disk\nerror")` of `relevancy` and
//! `spl_abstract(text, "disk\nerror", 1000, 10)` of `abstract`. The terms are one text, a term a line; `*` is any run.
//!
//! An abstract keeps an event's best lines in their order (extraction by scored units, Luhn, *The Automatic Creation of
//! Literature Abstracts*, 1958). A line's score is the number of the search's terms in it and half of that number in the lines
//! beside it; of equal ones the line with more of them in itself wins, then the one with the rarer words: the sum of ln(lines / lines with the word) over its words
//! (inverse document frequency, Spärck Jones, 1972), then the first.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, plan_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::kernel::{Arguments, kernel, text, texts};
use crate::words::{Wanted, pieces, words};

/// The part of the result of `spl_term_counts` that has the number of all words.
pub const LENGTH: &str = "words";

/// What stands before a line that does not follow the one before it.
const GAP: &str = "...";

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_term_counts", counts_type, counts), kernel("spl_abstract", text, shorten)]
}

/// A number for each term, called by its place from 0, and the number of all words.
fn parts(terms: &str) -> Fields {
    let names = (0..terms.lines().count()).map(|place| place.to_string()).chain([LENGTH.to_owned()]);
    names.map(|name| Field::new(name, DataType::Int64, true)).collect()
}

fn counts_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let terms = args.scalar_arguments.get(1).copied().flatten().and_then(|terms| terms.try_as_str().flatten());
    match terms {
        Some(terms) => Ok(DataType::Struct(parts(terms))),
        None => plan_err!("the terms have to be a literal"),
    }
}

/// Null where there is no text.
fn counts(args: &Arguments) -> Result<ArrayRef> {
    let (texts, terms) = (args.texts(0)?, args.literal(1)?);
    let wanted = Wanted::of_lines(&terms);
    let parts = parts(&terms);
    let mut columns: Vec<Vec<Option<i64>>> = vec![vec![None; args.rows()]; parts.len()];
    for row in 0..args.rows() {
        let Some(text) = texts.get(row) else { continue };
        let mut found = vec![0_i64; parts.len()];
        for word in words(&text) {
            let all = parts.len().saturating_sub(1);
            for place in wanted.places(word).chain([all]) {
                if let Some(count) = found.get_mut(place) {
                    *count += 1;
                }
            }
        }
        for (column, count) in columns.iter_mut().zip(found) {
            if let Some(cell) = column.get_mut(row) {
                *cell = Some(count);
            }
        }
    }
    let columns = columns.into_iter().map(|column| Arc::new(Int64Array::from(column)) as ArrayRef).collect();
    Ok(Arc::new(StructArray::try_new(parts, columns, None)?))
}

fn shorten(args: &Arguments) -> Result<ArrayRef> {
    let (column, wanted) = (args.texts(0)?, Wanted::of_lines(&args.literal(1)?));
    let most =
        |index: usize| Ok::<_, datafusion::error::DataFusionError>(args.literal(index)?.parse().unwrap_or(usize::MAX));
    let (terms, lines) = (most(2)?, most(3)?);
    texts(args.rows(), |row| column.get(row).map(|text| summary(&text, &wanted, terms, lines)))
}

/// The most telling lines of a text.
fn summary(text: &str, wanted: &Wanted, most_terms: usize, most_lines: usize) -> String {
    let end: usize = pieces(text).take(most_terms).map(str::len).sum();
    let text = text.get(..end).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= most_lines {
        return text.to_owned();
    }
    let mut chosen: Vec<usize> = best(&lines, wanted).into_iter().take(most_lines).collect();
    chosen.sort_unstable();
    let mut out = String::new();
    let mut before: Option<usize> = None;
    for place in chosen {
        if let Some(before) = before {
            out.push('\n');
            out.push_str(if before + 1 == place { "" } else { GAP });
        }
        out.push_str(lines.get(place).copied().unwrap_or_default());
        before = Some(place);
    }
    out
}

/// The places of the lines, the best first.
fn best(lines: &[&str], wanted: &Wanted) -> Vec<usize> {
    let hits: Vec<usize> = lines.iter().map(|line| words(line).map(|word| wanted.places(word).count()).sum()).collect();
    let distinct: Vec<HashSet<&str>> = lines.iter().map(|line| words(line).collect()).collect();
    let mut holders: HashMap<&str, usize> = HashMap::new();
    distinct.iter().flatten().for_each(|word| *holders.entry(word).or_default() += 1);
    let rarity = |words: &HashSet<&str>| -> f64 {
        // In the order of their texts, so that the sum is the same whatever the set's order.
        let mut words: Vec<&str> = words.iter().copied().collect();
        words.sort_unstable();
        words.iter().filter_map(|word| holders.get(word)).map(|count| (lines.len() as f64 / *count as f64).ln()).sum()
    };
    let at = |place: Option<usize>| place.and_then(|place| hits.get(place)).copied().unwrap_or(0);
    let score = |place: usize| {
        let own = at(Some(place));
        (2 * own + at(place.checked_sub(1)) + at(place.checked_add(1)), own)
    };
    let mut scored: Vec<((usize, usize), f64, usize)> =
        distinct.iter().enumerate().map(|(place, words)| (score(place), rarity(words), place)).collect();
    scored.sort_by(|left, right| right.0.cmp(&left.0).then(right.1.total_cmp(&left.1)).then(left.2.cmp(&right.2)));
    scored.into_iter().map(|(_, _, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::{Wanted, summary};

    fn check(text: &str, terms: &str, most_terms: usize, most_lines: usize, expected: &str) {
        assert_eq!(summary(text, &Wanted::of_lines(terms), most_terms, most_lines), expected, "{text}");
    }

    #[test]
    fn lines_with_terms_and_beside_them() {
        check("a\nb\ndisk\nd\ne", "disk", 1000, 1, "disk");
        check("a\nb\ndisk\nd\ne", "disk", 1000, 2, "b\ndisk");
        check("disk\nb\nc\nd\nDISK disk", "disk", 1000, 2, "disk\n...DISK disk");
    }

    #[test]
    fn rare_words_decide_where_no_term_does() {
        check("x\nx\nrare\nx", "", 1000, 1, "rare");
        check("x\nx\nx", "", 1000, 2, "x\nx");
    }

    /// The example of Splunk's manual: a word is a term, each other character too.
    #[test]
    fn terms_are_words_and_what_is_between() {
        check("91.205.189.15 - - [04/Jan/2023:18:22:16]", "", 20, 10, "91.205.189.15 - - [04/Jan/2023:18");
        check("zwölf ü", "", 1, 10, "zwölf");
        check("a\r\nb\n", "", 1000, 2, "a\r\nb\n");
    }
}
