//! The table for people, fitted to the screen by its first rows; those that follow keep to the widths.
//!
//! Too long a text is wrapped where few rows leave room for that, and cut with `…` where there are many. Several values stand one
//! a line. Columns without room are left out, and a column `…` says so. A cell without a value is a quiet `∅`. What must not be
//! cut, a number that is wider than all before it, or anything where no person looks on, sticks out of its column.
//!
//! Absent on purpose: zebra stripes. Whatever grey suits a dark screen hides the text on a bright one.

mod fit;
mod share;

use std::fmt::Write as _;

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;
use unicode_width::UnicodeWidthStr;

pub(crate) use self::fit::cut;
use self::fit::{Column, Fitted, fit, wrap};
pub(super) use self::share::column as shares;
use super::{
    Form, Out, Page,
    cell::{self, Cell},
};
use crate::plot::sparkline;

/// By so many rows the table is fitted, or by those that came in the first moment.
const FITTED_BY: usize = 1000;
/// Values of one cell on a screen before `+N more`: of a table that fits it, and of a longer one.
const MOST_VALUES: [usize; 2] = [20, 5];
/// Lines of one text on a screen, of a table that fits it, and of a longer one.
const MOST_LINES: [usize; 2] = [3, 1];
/// Lines of a table that are no rows.
const FRAME: usize = 5;

/// The table.
pub(super) struct Table {
    page: Page,
    columns: Vec<Column>,
    /// The rows before the table is fitted.
    waiting: Vec<Row>,
    fitted: Option<Fitted>,
    /// Whether rows are many, so that each has little room.
    is_long: bool,
    hidden: Vec<String>,
}

/// The cells of a row.
struct Row(Vec<Content>);

/// What stands in a cell, before it is cut.
enum Content {
    Nothing,
    /// The lines of one text.
    Text(String),
    /// Several values.
    Values(Vec<String>),
}

impl Content {
    fn of(cell: &Cell, page: &Page) -> Self {
        let text = |text: &str| cell::visible(text.trim_end_matches('\n')).into_owned();
        match cell {
            Cell::Null => Self::Nothing,
            Cell::List(texts) => sparkline::of_cell(texts).map_or_else(
                || Self::Values(texts.iter().map(|value| text(value).replace('\n', "␊")).collect()),
                Self::Text,
            ),
            _ => Self::Text(text(&cell.shown(page.timezone))),
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Nothing => 1,
            Self::Text(text) => text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or(0),
            Self::Values(values) => values.iter().map(|value| value.width()).max().unwrap_or(0),
        }
    }

    fn has_value(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

impl Table {
    /// A table of rows with the columns of `page`.
    pub(super) fn new(page: Page) -> Self {
        let column = |name: &str| Column::new(&cell::visible(name).replace('\n', "␊"));
        let columns = page.names().map(column).collect();
        Self { columns, waiting: Vec::new(), fitted: None, is_long: false, hidden: Vec::new(), page }
    }

    /// Fits the table to the rows so far, and writes them. `is_whole` where there are no more.
    fn fit(&mut self, is_whole: bool, out: &mut Out) -> Result<()> {
        if self.fitted.is_some() || self.columns.is_empty() {
            return Ok(());
        }
        for row in &self.waiting {
            for (column, content) in self.columns.iter_mut().zip(&row.0) {
                column.width = column.width.max(content.width());
                column.has_values |= content.has_value();
            }
        }
        let fitted = fit(&self.columns, self.page.screen.map(|screen| screen.width));
        let is_kept = |place: &usize| fitted.places.contains(place);
        let left_out = (0..self.columns.len()).filter(|place| !is_kept(place));
        self.hidden = left_out.filter_map(|place| Some(self.columns.get(place)?.name.clone())).collect();
        let room = self.page.screen.map_or(usize::MAX, |screen| screen.height.saturating_sub(FRAME));
        self.is_long = !is_whole || self.waiting.len().saturating_mul(MOST_LINES[0]) > room;
        self.fitted = Some(fitted);
        self.rule('╭', '─', '┬', '╮', out)?;
        self.header(out)?;
        self.rule('╞', '═', '╪', '╡', out)?;
        for row in std::mem::take(&mut self.waiting) {
            self.row(&row, out)?;
        }
        Ok(())
    }

    /// The kept columns with their widths, and a narrow one where some are left out.
    fn widths(&self) -> Vec<usize> {
        let Some(fitted) = &self.fitted else { return Vec::new() };
        let narrow = (!self.hidden.is_empty()).then_some(1);
        fitted.widths.iter().copied().chain(narrow).collect()
    }

    fn rule(&self, left: char, line: char, cross: char, right: char, out: &mut Out) -> Result<()> {
        let (dim, reset) = self.page.dim();
        let pieces: Vec<String> = self.widths().iter().map(|width| String::from(line).repeat(width + 2)).collect();
        writeln!(out, "{dim}{left}{}{right}{reset}", pieces.join(&String::from(cross)))?;
        Ok(())
    }

    fn header(&self, out: &mut Out) -> Result<()> {
        let Some(fitted) = &self.fitted else { return Ok(()) };
        let names = fitted.places.iter().zip(&fitted.widths);
        let mut names: Vec<String> = names
            .map(|(place, width)| self.columns.get(*place).map_or_else(String::new, |column| cut(&column.name, *width)))
            .collect();
        if !self.hidden.is_empty() {
            names.push("…".to_owned());
        }
        let (bold, reset) = if self.page.colour() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let cell = |(name, width): (&String, usize)| {
            let gap = width.saturating_sub(name.width());
            format!("{bold}{name}{reset}{:gap$}", "")
        };
        let cells: Vec<String> = names.iter().zip(self.widths()).map(cell).collect();
        self.line(&cells, out)
    }

    fn row(&self, row: &Row, out: &mut Out) -> Result<()> {
        let Some(fitted) = &self.fitted else { return Ok(()) };
        let mut cells: Vec<Vec<String>> = Vec::with_capacity(fitted.places.len());
        for (place, width) in fitted.places.iter().zip(&fitted.widths) {
            let content = row.0.get(*place).unwrap_or(&Content::Nothing);
            let is_whole = self.columns.get(*place).is_some_and(Column::is_whole);
            cells.push(self.lines(content, *width, is_whole));
        }
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        let widths = self.widths();
        let (dim, reset) = self.page.dim();
        for line in 0..height {
            let mut drawn = Vec::with_capacity(widths.len());
            for ((cell, place), width) in cells.iter().zip(&fitted.places).zip(&widths) {
                let text = cell.get(line).map_or("", String::as_str);
                let gap = width.saturating_sub(text.width());
                let column = self.columns.get(*place);
                let is_nothing = row.0.get(*place).is_some_and(|content| !content.has_value());
                let mut piece = String::new();
                if column.is_some_and(|column| column.is_number) {
                    write!(piece, "{:gap$}", "")?;
                }
                if is_nothing {
                    write!(piece, "{dim}{text}{reset}")?;
                } else if column.is_some_and(|column| column.name == "_raw") {
                    piece.push_str(&self.page.terms.highlight(text));
                } else {
                    piece.push_str(text);
                }
                if column.is_none_or(|column| !column.is_number) {
                    write!(piece, "{:gap$}", "")?;
                }
                drawn.push(piece);
            }
            if !self.hidden.is_empty() {
                drawn.push(if line == 0 { format!("{dim}…{reset}") } else { " ".to_owned() });
            }
            self.line(&drawn, out)?;
        }
        Ok(())
    }

    fn line(&self, cells: &[String], out: &mut Out) -> Result<()> {
        let (dim, reset) = self.page.dim();
        let between = format!(" {dim}┆{reset} ");
        writeln!(out, "{dim}│{reset} {} {dim}│{reset}", cells.join(&between))?;
        Ok(())
    }

    /// The lines of a cell, cut to its width and to what room there is for a row.
    fn lines(&self, content: &Content, width: usize, is_whole: bool) -> Vec<String> {
        let is_screen = self.page.screen.is_some();
        let most = |most: [usize; 2]| most[usize::from(self.is_long)];
        match content {
            Content::Nothing if is_screen => vec!["∅".to_owned()],
            Content::Nothing => vec![String::new()],
            Content::Text(text) if is_whole || !is_screen => text.split('\n').map(str::to_owned).collect(),
            Content::Text(text) => wrap(text, width, most(MOST_LINES)),
            Content::Values(values) if is_screen => {
                let most = most(MOST_VALUES);
                // One more line says no less than how many more there are.
                let shown = if values.len() > most + 1 { most } else { values.len() };
                let mut lines: Vec<String> = values.iter().take(shown).map(|value| cut(value, width)).collect();
                if shown < values.len() {
                    lines.push(cut(&format!("+{} more", values.len() - shown), width));
                }
                lines
            }
            Content::Values(values) => values.clone(),
        }
    }
}

impl Form for Table {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        for (known, column) in self.columns.iter_mut().zip(&columns) {
            known.is_number |= column.is_number();
        }
        for row in 0..rows.num_rows() {
            let is_share =
                |place: usize| self.columns.get(place).map(|column| &column.name) == self.page.shares.as_ref();
            let contents = columns.iter().enumerate().map(|(place, column)| match column.cell(row) {
                Cell::Float(share) if is_share(place) => Content::Text(share::drawn(share)),
                Cell::Int(share) if is_share(place) => Content::Text(share::drawn(share as f64)),
                cell => Content::of(&cell, &self.page),
            });
            let row = Row(contents.collect());
            match self.fitted {
                Some(_) => self.row(&row, out)?,
                None => self.waiting.push(row),
            }
            if self.fitted.is_none() && self.waiting.len() >= FITTED_BY {
                self.fit(false, out)?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, out: &mut Out) -> Result<()> {
        if self.waiting.is_empty() { Ok(()) } else { self.fit(false, out) }
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        self.fit(true, out)?;
        self.rule('╰', '─', '┴', '╯', out)
    }

    fn hidden(&self) -> &[String] {
        &self.hidden
    }
}

#[cfg(test)]
mod tests;
