//! The kernel of the command `diff`: `spl_diff(old, new, 'unified', '1', '2', 100000)`.
//!
//! Lines are compared by Myers' algorithm (*An O(ND) Difference Algorithm*, 1986) and shown as `diff -u` does, or with
//! `context` as `diff -c`, three equal lines around each change; a header of the names stands before where they are not empty.

use std::{fmt::Write, ops::Range, sync::Arc};

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::kernel::{Arguments, kernel, text, texts};

/// How many equal lines stand around a change.
const AROUND: usize = 3;
/// What stands where there is no difference, in Splunk's words.
const SAME: &str = "Results are the Same";

/// The kernel.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_diff", text, diff)]
}

fn diff(args: &Arguments) -> Result<ArrayRef> {
    let (old, new) = (args.texts(0)?, args.texts(1)?);
    let is_context = args.literal(2)? == "context";
    let names = (args.literal(3)?, args.literal(4)?);
    let most = args.literal(5)?.parse().ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
    texts(args.rows(), |row| {
        let (old, new) = (old.get(row)?, new.get(row)?);
        Some(compare(start(&old, most), start(&new, most), is_context, &names))
    })
}

/// The first bytes of a text, up to the end of a character.
fn start(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn compare(old: &str, new: &str, is_context: bool, names: &(String, String)) -> String {
    if old == new {
        return SAME.to_owned();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let hunks = group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), AROUND);
    let mut out = String::new();
    if !names.0.is_empty() {
        let (first, second) = if is_context { ("***", "---") } else { ("---", "+++") };
        line(&mut out, first, &format!(" {}", names.0));
        line(&mut out, second, &format!(" {}", names.1));
    }
    for hunk in &hunks {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let old_range = first.old_range().start..last.old_range().end;
        let new_range = first.new_range().start..last.new_range().end;
        if is_context {
            context(&mut out, hunk, (&old, old_range), (&new, new_range));
        } else {
            line(&mut out, "@@ ", &format!("-{} +{} @@", extent(&old_range), extent(&new_range)));
            unified(&mut out, hunk, &old, &new);
        }
    }
    // Only line ends differ.
    if hunks.is_empty() { SAME.to_owned() } else { out.trim_end_matches('\n').to_owned() }
}

fn line(out: &mut String, mark: &str, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{mark}{text}");
}

fn lines(out: &mut String, mark: &str, texts: &[&str], range: Range<usize>) {
    texts.get(range).into_iter().flatten().for_each(|text| line(out, mark, text));
}

fn unified(out: &mut String, hunk: &[DiffOp], old: &[&str], new: &[&str]) {
    for change in hunk {
        if change.tag() == DiffTag::Equal {
            lines(out, " ", old, change.old_range());
        } else {
            lines(out, "-", old, change.old_range());
            lines(out, "+", new, change.new_range());
        }
    }
}

/// Where a hunk is: its first line, and how many there are unless it is one.
fn extent(range: &Range<usize>) -> String {
    match range.len() {
        1 => (range.start + 1).to_string(),
        0 => format!("{},0", range.start),
        count => format!("{},{count}", range.start + 1),
    }
}

/// The first and the last line of a hunk.
fn bounds(range: &Range<usize>) -> String {
    match range.len() {
        0 => range.start.to_string(),
        1 => (range.start + 1).to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}

type Side<'a> = (&'a [&'a str], Range<usize>);

fn context(out: &mut String, hunk: &[DiffOp], old: Side, new: Side) {
    let has = |tags: [DiffTag; 2]| hunk.iter().any(|change| tags.contains(&change.tag()));
    line(out, "***************", "");
    line(out, "*** ", &format!("{} ****", bounds(&old.1)));
    if has([DiffTag::Delete, DiffTag::Replace]) {
        for change in hunk {
            let mark = match change.tag() {
                DiffTag::Equal => "  ",
                DiffTag::Delete => "- ",
                DiffTag::Replace => "! ",
                DiffTag::Insert => continue,
            };
            lines(out, mark, old.0, change.old_range());
        }
    }
    line(out, "--- ", &format!("{} ----", bounds(&new.1)));
    if has([DiffTag::Insert, DiffTag::Replace]) {
        for change in hunk {
            let mark = match change.tag() {
                DiffTag::Equal => "  ",
                DiffTag::Insert => "+ ",
                DiffTag::Replace => "! ",
                DiffTag::Delete => continue,
            };
            lines(out, mark, new.0, change.new_range());
        }
    }
}
