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

/// Writes rows of as many cells each; columns without any text but their name are left out.
pub(super) fn write(rows: Vec<Vec<Cell>>, view: &View, out: &mut dyn Write) -> Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width()).max();
    let is_empty =
        |column: &usize| rows.iter().skip(1).all(|row| row.get(*column).is_none_or(|cell| cell.text.is_empty()));
    let shown: Vec<usize> = (0..columns).filter(|column| !is_empty(column)).collect();
    let mut widths: Vec<usize> = shown.iter().map(|column| width(*column).unwrap_or(0)).collect();
    let total: usize = widths.iter().sum::<usize>() + 2 * widths.len();
    if let (Some(window), Some(first)) = (view.width, widths.first_mut()) {
        *first = first.saturating_sub(total.saturating_sub(window)).max(12);
    }
    for row in &rows {
        let mut line: Line = Vec::new();
        for (column, width) in shown.iter().zip(&widths) {
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
