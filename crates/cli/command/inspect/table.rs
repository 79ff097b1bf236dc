//! Columns without borders: texts to the left, numbers to the right; where the window is narrow the first column gives room.

use std::io::Write;

use anyhow::Result;
use unicode_width::UnicodeWidthStr;

use crate::{
    command::explain::picture::{Line, Style, View},
    output::table::cut,
};

/// Where a cell's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    /// At the beginning.
    Left,
    /// At the end.
    Right,
}

/// A cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// Its text.
    pub(super) text: String,
    /// How it looks.
    pub(super) style: Style,
    /// Where it stands.
    pub(super) alignment: Alignment,
}

/// The names of columns; those of numbers stand to the right.
pub(super) fn header(names: &[&str]) -> Vec<Cell> {
    let alignment = |name: &&str| match *name {
        "operator" | "command" => Alignment::Left,
        _ => Alignment::Right,
    };
    names.iter().map(|name| Cell { text: (*name).to_owned(), style: Style::Dim, alignment: alignment(name) }).collect()
}

/// The columns that have any text but their name, and how wide they are.
fn columns(rows: &[Vec<Cell>]) -> Vec<(usize, usize)> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width()).max();
    let is_empty =
        |column: &usize| rows.iter().skip(1).all(|row| row.get(*column).is_none_or(|cell| cell.text.trim().is_empty()));
    let shown = (0..columns).filter(|column| !is_empty(column));
    shown.map(|column| (column, width(column).unwrap_or(0))).collect()
}

fn total(columns: &[(usize, usize)]) -> usize {
    columns.iter().map(|(_, width)| width + 2).sum()
}

/// Whether nothing has to be cut.
pub(super) fn fits(rows: &[Vec<Cell>], view: &View) -> bool {
    view.width.is_none_or(|width| total(&columns(rows)) <= width)
}

/// Writes rows of as many cells each; columns without any text but their name are left out.
pub(super) fn write(rows: &[Vec<Cell>], view: &View, out: &mut dyn Write) -> Result<()> {
    let mut shown = columns(rows);
    let total = total(&shown);
    if let (Some(window), Some((_, first))) = (view.width, shown.first_mut()) {
        *first = first.saturating_sub(total.saturating_sub(window)).max(12);
    }
    for row in rows {
        let mut line: Line = Vec::new();
        for (column, width) in &shown {
            let Some(cell) = row.get(*column) else { continue };
            let text = cut(&cell.text, *width);
            let gap = " ".repeat(width - text.width().min(*width));
            let (before, after) = match cell.alignment {
                Alignment::Left => (String::new(), gap),
                Alignment::Right => (gap, String::new()),
            };
            line.push((Style::Plain, before));
            line.push((cell.style, text));
            line.push((Style::Plain, after + "  "));
        }
        view.line(&line, out)?;
    }
    Ok(())
}
