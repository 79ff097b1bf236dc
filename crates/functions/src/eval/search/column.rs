//! Whole columns of text: a test of each text without a detour, and one search through the buffer that all texts share.

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, StringViewArray},
    buffer::BooleanBuffer,
    datatypes::DataType,
};

/// Texts this far apart in a buffer are searched with what is between them: rows that were filtered out, lengths.
const GAP: usize = 64;

/// Texts of up to so many bytes stand in the view itself.
const INLINE: usize = 12;

/// Tests each text; null where there is none. Not for columns that hold something else than texts.
pub(super) fn test(array: &ArrayRef, test: impl Fn(&str) -> bool) -> Option<BooleanArray> {
    let rows = array.len();
    let verdicts = match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            BooleanBuffer::collect_bool(rows, |row| test(texts.value(row)))
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            BooleanBuffer::collect_bool(rows, |row| test(texts.value(row)))
        }
        DataType::Utf8View => {
            let texts = array.as_string_view();
            BooleanBuffer::collect_bool(rows, |row| test(texts.value(row)))
        }
        _ => return None,
    };
    Some(BooleanArray::new(verdicts, array.nulls().cloned()))
}

/// What a candidate says about its row.
pub(crate) enum Verdict {
    /// The row matches.
    Matches,
    /// No place of the row matches.
    Differs,
    /// Not here, perhaps further on.
    GoesOn,
}

/// Something to look for in texts.
pub(crate) trait Probe {
    /// The first place at or after `from` that may be part of a match. The buffer holds many texts.
    fn next(&self, buffer: &[u8], from: usize) -> Option<usize>;

    /// Whether the text matches in which a candidate is.
    fn decide(&self, text: &[u8], place: usize) -> Verdict;

    /// Whether a text matches.
    fn matches(&self, text: &[u8]) -> bool;
}

/// Searches all texts at once; null where there is none. Not for columns that hold something else than texts.
pub(super) fn scan(array: &ArrayRef, probe: &impl Probe) -> Option<BooleanArray> {
    let mut found = BooleanBufferBuilder::new(array.len());
    found.append_n(array.len(), false);
    let hit = |row: usize| found.set_bit(row, true);
    match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            let offsets = texts.value_offsets();
            let place = |row: usize| offsets.get(row).map_or(0, |offset| *offset as usize);
            scan_run(texts.value_data(), texts.len(), |row| (place(row), place(row + 1)), probe, hit);
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            let offsets = texts.value_offsets();
            let place = |row: usize| offsets.get(row).map_or(0, |offset| *offset as usize);
            scan_run(texts.value_data(), texts.len(), |row| (place(row), place(row + 1)), probe, hit);
        }
        DataType::Utf8View => scan_views(array.as_string_view(), probe, hit),
        _ => return None,
    }
    Some(BooleanArray::new(found.finish(), array.nulls().cloned()))
}

/// Texts that follow each other in one buffer; `bounds` says where, from 0 to `rows`.
fn scan_run(
    buffer: &[u8],
    rows: usize,
    bounds: impl Fn(usize) -> (usize, usize),
    probe: &impl Probe,
    mut hit: impl FnMut(usize),
) {
    let Some(last) = rows.checked_sub(1) else { return };
    let Some(buffer) = buffer.get(..bounds(last).1) else { return };
    let (mut row, mut from) = (0, bounds(0).0);
    while let Some(place) = probe.next(buffer, from) {
        row = first_from(row, rows, |row| bounds(row).1 > place);
        if row == rows {
            return;
        }
        let (start, end) = bounds(row);
        from = place + 1;
        if let Some(inside) = place.checked_sub(start) {
            match probe.decide(buffer.get(start..end).unwrap_or_default(), inside) {
                Verdict::Matches => {
                    hit(row);
                    from = end;
                }
                Verdict::Differs => from = end,
                Verdict::GoesOn => {}
            }
        }
    }
}

/// The first row from one on of which a condition is true that is true of all rows behind it. It is expected to be near.
fn first_from(row: usize, rows: usize, condition: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut step) = (row, 1);
    while low + step <= rows && !condition(low + step - 1) {
        low += step;
        step *= 2;
    }
    let mut high = (low + step - 1).min(rows);
    while low < high {
        let middle = low.midpoint(high);
        if condition(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Views point anywhere. Readers and filters leave them in the order of their buffers, so runs of them are searched at once.
fn scan_views(texts: &StringViewArray, probe: &impl Probe, mut hit: impl FnMut(usize)) {
    let buffers = texts.data_buffers();
    let mut run: Vec<(usize, usize, usize)> = Vec::new();
    let mut of_buffer = 0;
    let flush = |buffer: usize, run: &mut Vec<(usize, usize, usize)>, hit: &mut dyn FnMut(usize)| {
        if let Some(buffer) = buffers.get(buffer) {
            let bounds = |place: usize| run.get(place).map_or((0, 0), |(start, end, _)| (*start, *end));
            scan_run(buffer, run.len(), bounds, probe, |place| {
                if let Some((_, _, row)) = run.get(place) {
                    hit(*row);
                }
            });
        }
        run.clear();
    };
    for (row, view) in texts.views().iter().enumerate() {
        // The layout of a view: length, four bytes of the text, buffer, place in it.
        let part = |shift: u32| (*view >> shift) as u32 as usize;
        let (len, buffer, start) = (part(0), part(64), part(96));
        if len <= INLINE {
            if texts.is_valid(row) && probe.matches(texts.value(row).as_bytes()) {
                hit(row);
            }
            continue;
        }
        let follows = run.last().is_some_and(|(_, end, _)| {
            buffer == of_buffer && start.checked_sub(*end).is_some_and(|between| between <= GAP)
        });
        if !follows {
            flush(of_buffer, &mut run, &mut hit);
            of_buffer = buffer;
        }
        run.push((start, start + len, row));
    }
    flush(of_buffer, &mut run, &mut hit);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::{
        array::{Array, ArrayRef, BooleanArray, LargeStringArray, StringArray, StringViewArray},
        compute::{concat, filter},
    };

    use super::{first_from, scan, test};
    use crate::eval::search::term::{Mode, Term};

    /// The word is found in exactly the rows that hold it, as the column is and with every other row filtered out.
    fn check(column: ArrayRef) {
        let term = Term::new("needle", Mode::Term);
        let every_other: BooleanArray = (0..column.len()).map(|row| Some(row % 2 == 0)).collect();
        for column in [filter(&column, &every_other).unwrap(), column.slice(3, column.len() - 3), column] {
            let expected =
                test(&column, |text| text.split(' ').any(|word| word.eq_ignore_ascii_case("needle"))).unwrap();
            assert_eq!(scan(&column, &term).unwrap(), expected);
            assert!(expected.true_count() > 0 && expected.true_count() < expected.len());
        }
    }

    #[test]
    fn rows_are_told_apart_in_every_layout() {
        let pieces =
            ["a needle in hay", "", "need", "le", "NEEDLE", "needles", "x needle", "no", "a longer text without it"];
        let texts: Vec<Option<String>> = (0..200)
            .map(|n| (n % 7 != 3).then(|| [pieces[n % 9], pieces[n * n % 9]].join(if n % 2 == 0 { " " } else { "" })))
            .collect();
        check(Arc::new(StringArray::from(texts.clone())));
        check(Arc::new(LargeStringArray::from(texts.clone())));
        let views: ArrayRef = Arc::new(StringViewArray::from_iter(texts));
        check(concat(&[views.as_ref(), views.as_ref()]).unwrap());
        check(views);
    }

    #[test]
    fn the_first_row_is_found_from_anywhere_before_it() {
        for rows in 0..20 {
            for first in 0..=rows {
                for from in 0..=first {
                    assert_eq!(first_from(from, rows, |row| row >= first), first);
                }
            }
        }
    }
}
