//! The table for people, fitted to the terminal: too long a text ends in `…`, several values stand one a line.
//!
//! Absent on purpose: wrapping. A row of a wide search would fill the screen; `--output vertical` shows everything.

use std::io::Write;

use anyhow::Result;
use comfy_table::{Attribute, Cell as Drawn, CellAlignment, ContentArrangement, Table, presets};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    Page,
    cell::{self, Column},
};
use crate::diagnostic;

/// Below this many characters a column says nothing.
const NARROWEST: usize = 8;
/// Values of one cell on a terminal before `+N more`.
const MOST_VALUES: usize = 20;

struct Row {
    cells: Vec<Vec<String>>,
}

/// Writes the table; the answer is how many columns had no room.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<usize> {
    let names: Vec<String> = page.names().map(|name| cell::visible(name).replace('\n', "␊")).collect();
    if names.is_empty() {
        return Ok(0);
    }
    let mut is_number = vec![false; names.len()];
    let mut rows = Vec::new();
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for (flag, column) in is_number.iter_mut().zip(&columns) {
            *flag |= column.is_number();
        }
        rows.extend((0..batch.num_rows()).map(|row| read_row(page, &columns, row)));
    }
    let mut table = new_table();
    let room = if page.terminal { table.width().map(usize::from) } else { None };
    // Half a number or half a time says something else than the whole.
    let whole: Vec<bool> =
        is_number.iter().zip(&names).map(|(is_number, name)| *is_number || name == "_time").collect();
    let widths = fit(natural_widths(&names, &rows), &whole, room);
    let colour = page.terminal && diagnostic::has_colour_stdout();
    let header = names.iter().zip(&widths).map(|(name, width)| {
        let drawn = Drawn::new(cut(name, *width));
        if colour { drawn.add_attribute(Attribute::Bold) } else { drawn }
    });
    table.set_header(header.collect::<Vec<_>>());
    if colour {
        table.enforce_styling();
    }
    for row in &rows {
        let cells = row.cells.iter().zip(&widths).zip(&is_number).map(|((lines, width), is_number)| {
            let text: Vec<_> = lines.iter().map(|line| cut(line, *width)).collect();
            let drawn = Drawn::new_owned(text.join("\n"));
            if *is_number { drawn.set_alignment(CellAlignment::Right) } else { drawn }
        });
        table.add_row(cells.collect::<Vec<_>>());
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(names.len() - widths.len())
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED.with_rounded_corners());
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn read_row(page: &Page, columns: &[Column], row: usize) -> Row {
    let lines = |column: &Column| {
        let cell = column.cell(row);
        let shown = cell.shown(page.timezone);
        let text = cell::visible(shown.trim_end_matches('\n'));
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        if page.terminal && lines.len() > MOST_VALUES + 1 {
            let more = lines.len() - MOST_VALUES;
            lines.truncate(MOST_VALUES);
            lines.push(format!("+{more} more"));
        }
        lines
    };
    Row { cells: columns.iter().map(lines).collect() }
}

fn natural_widths(names: &[String], rows: &[Row]) -> Vec<usize> {
    let mut widths: Vec<usize> = names.iter().map(|name| name.width()).collect();
    for row in rows {
        for (width, lines) in widths.iter_mut().zip(&row.cells) {
            *width = lines.iter().map(|line| line.width()).fold(*width, usize::max);
        }
    }
    widths
}

/// Takes room from the widest columns until all fit, from the `whole` ones last; columns at the end that still do not fit are
/// left out.
fn fit(mut widths: Vec<usize>, whole: &[bool], room: Option<usize>) -> Vec<usize> {
    let Some(room) = room else { return widths };
    // A border and two blanks a column, and one more border.
    let available = |columns: usize| room.saturating_sub(3 * columns + 1);
    while widths.len() > 1
        && widths.iter().map(|width| (*width).min(NARROWEST)).sum::<usize>() > available(widths.len())
    {
        widths.pop();
    }
    let available = available(widths.len());
    let least: usize =
        widths.iter().zip(whole).map(|(width, whole)| if *whole { *width } else { (*width).min(NARROWEST) }).sum();
    let is_kept = |column: usize| least <= available && whole.get(column).is_some_and(|whole| *whole);
    let total = |cap: usize| {
        widths.iter().enumerate().map(|(n, width)| if is_kept(n) { *width } else { (*width).min(cap) }).sum::<usize>()
    };
    let widest = widths.iter().copied().max().unwrap_or(0);
    if total(widest) <= available {
        return widths;
    }
    // The largest cap that fits; narrower columns keep their width.
    let (mut low, mut high) = (1, widest);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if total(middle) <= available { low = middle } else { high = middle - 1 }
    }
    let mut left = available.saturating_sub(total(low));
    for (column, width) in widths.iter_mut().enumerate() {
        if *width > low && !is_kept(column) {
            // What the division leaves goes to the first columns, a character each.
            let extra = usize::from(left > 0);
            left -= extra;
            *width = low + extra;
        }
    }
    widths
}

/// The text, at most `width` wide, with `…` for what is cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::{cut, fit};

    #[test]
    fn wide_columns_give_room_first() {
        assert_eq!(fit(vec![4, 100, 50], &[false; 3], Some(80)), [4, 33, 33]);
        assert_eq!(fit(vec![4, 10], &[false; 2], Some(80)), [4, 10]);
        assert_eq!(fit(vec![4, 100], &[false; 2], None), [4, 100]);
    }

    #[test]
    fn numbers_and_times_stay_whole_while_others_can_shrink() {
        assert_eq!(fit(vec![23, 40, 40], &[true, false, false], Some(60)), [23, 14, 13]);
        assert_eq!(fit(vec![40, 40], &[true, true], Some(41)), [17, 17]);
    }

    #[test]
    fn columns_without_room_are_left_out() {
        assert_eq!(fit(vec![20; 10], &[false; 10], Some(40)).len(), 3);
    }

    #[test]
    fn a_cut_counts_columns_not_bytes() {
        assert_eq!(cut("größer", 4), "grö…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("short", 5), "short");
    }
}
