//! A page as text: headings at the margin, all else two columns in, lines no wider than asked. With colours headings are bold and
//! code is cyan; without, code keeps its backticks.

mod inline;

use std::io::{self, Write};

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use self::inline::{Face, Inline};

/// How text is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// The most columns of a line.
    pub(crate) width: usize,
    /// Whether there may be colours.
    pub(crate) colour: bool,
}

/// The margin of what stands below a heading.
const MARGIN: usize = 2;
/// The space between two columns of a table.
const GAP: usize = 2;

/// Writes a page.
pub(crate) fn write(markdown: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer { style, out, lists: Vec::new(), bullet: None, has_gap: true };
    writer.page(super::parse(markdown))
}

struct Writer<'a> {
    style: Style,
    out: &'a mut dyn Write,
    /// The lists that are open, with the number of the next item of those that count.
    lists: Vec<Option<u64>>,
    /// What stands before the first line of an item.
    bullet: Option<String>,
    /// Whether no empty line is wanted before the next block.
    has_gap: bool,
}

impl Writer<'_> {
    fn page<'e>(&mut self, events: impl Iterator<Item = Event<'e>>) -> io::Result<()> {
        let mut text = Inline::new(self.style.colour);
        let mut block: Option<String> = None;
        let mut table: Vec<Vec<Inline>> = Vec::new();
        let mut in_table = false;
        for event in events {
            match event {
                Event::Start(Tag::Heading { .. }) => {
                    self.flush(&mut text)?;
                    text.push_face(Face::Strong);
                }
                Event::End(TagEnd::Heading(level)) => {
                    text.pop_face();
                    self.gap()?;
                    let heading = std::mem::replace(&mut text, Inline::new(self.style.colour));
                    self.lines(&heading.wrapped(self.style.width), 0)?;
                    // What belongs to a heading stands right below it; the title of a page stands alone.
                    self.has_gap = level != HeadingLevel::H1;
                }
                Event::Start(Tag::CodeBlock(_)) => {
                    self.flush(&mut text)?;
                    block = Some(String::new());
                }
                Event::End(TagEnd::CodeBlock) => {
                    let code = block.take().unwrap_or_default();
                    self.code(&code)?;
                }
                Event::Text(part) => match &mut block {
                    Some(code) => code.push_str(&part),
                    None => text.push(&part),
                },
                Event::Code(part) => text.push_code(&part),
                Event::SoftBreak => text.push(" "),
                Event::HardBreak => text.push_break(),
                Event::Start(Tag::Strong) => text.push_face(Face::Strong),
                Event::Start(Tag::Emphasis) => text.push_face(Face::Emphasis),
                Event::End(TagEnd::Strong | TagEnd::Emphasis) => text.pop_face(),
                Event::Start(Tag::List(first)) => {
                    let is_nested = !self.lists.is_empty();
                    self.flush(&mut text)?;
                    if !is_nested {
                        self.gap()?;
                    }
                    self.has_gap = true;
                    self.lists.push(first);
                }
                Event::End(TagEnd::List(_)) => {
                    self.flush(&mut text)?;
                    self.lists.pop();
                    self.has_gap = !self.lists.is_empty();
                }
                Event::Start(Tag::Item) => {
                    self.bullet = Some(match self.lists.last_mut() {
                        Some(Some(number)) => {
                            *number += 1;
                            format!("{}. ", *number - 1)
                        }
                        _ => "* ".to_owned(),
                    });
                }
                Event::End(TagEnd::Item) => {
                    self.flush(&mut text)?;
                    self.has_gap = true;
                }
                Event::End(TagEnd::Paragraph) => self.flush(&mut text)?,
                Event::Start(Tag::Table(_)) => {
                    self.flush(&mut text)?;
                    in_table = true;
                }
                Event::Start(Tag::TableHead | Tag::TableRow) => table.push(Vec::new()),
                Event::End(TagEnd::TableCell) => {
                    let cell = std::mem::replace(&mut text, Inline::new(self.style.colour));
                    if let Some(row) = table.last_mut() {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::Table) if in_table => {
                    self.table(&std::mem::take(&mut table))?;
                    in_table = false;
                }
                _ => {}
            }
        }
        self.flush(&mut text)
    }

    /// An empty line between blocks.
    fn gap(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_gap, false) {
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// How far in the next block stands.
    fn margin(&self) -> usize {
        MARGIN + self.lists.iter().map(|list| if list.is_some() { 3 } else { 2 }).sum::<usize>()
    }

    /// Writes a paragraph, or what an item begins with.
    fn flush(&mut self, text: &mut Inline) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = std::mem::replace(text, Inline::new(self.style.colour));
        self.gap()?;
        let margin = self.margin();
        self.lines(&text.wrapped(self.style.width.saturating_sub(margin)), margin)
    }

    fn lines(&mut self, lines: &[String], margin: usize) -> io::Result<()> {
        for line in lines {
            match self.bullet.take() {
                Some(bullet) => writeln!(self.out, "{:1$}{bullet}{line}", "", margin.saturating_sub(bullet.len()))?,
                None if line.is_empty() => writeln!(self.out)?,
                None => writeln!(self.out, "{:margin$}{line}", "")?,
            }
        }
        Ok(())
    }

    fn code(&mut self, code: &str) -> io::Result<()> {
        self.gap()?;
        let margin = self.margin() + MARGIN;
        for line in code.lines() {
            match (line.is_empty(), self.style.colour) {
                (true, _) => writeln!(self.out)?,
                (false, true) => writeln!(self.out, "{:margin$}\x1b[36m{line}\x1b[0m", "")?,
                (false, false) => writeln!(self.out, "{:margin$}{line}", "")?,
            }
        }
        Ok(())
    }

    /// Columns side by side; the last one takes what room is left.
    fn table(&mut self, rows: &[Vec<Inline>]) -> io::Result<()> {
        self.gap()?;
        let margin = self.margin();
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..columns)
            .map(|column| rows.iter().filter_map(|row| row.get(column)).map(Inline::width).max().unwrap_or_default())
            .collect();
        let room = self.style.width.saturating_sub(margin + GAP * columns.saturating_sub(1));
        // The widest gives way until all have room; what is narrow anyway stays as it is.
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > 12 => *widest -= 1,
                _ => break,
            }
        }
        for (place, row) in rows.iter().enumerate() {
            let mut cells: Vec<Vec<String>> = Vec::new();
            let mut drawn: Vec<Vec<usize>> = Vec::new();
            for (cell, width) in row.iter().zip(&widths) {
                let mut cell = cell.clone();
                if place == 0 {
                    cell.strengthen();
                }
                let lines = cell.wrapped_with_widths(*width);
                drawn.push(lines.iter().map(|(_, width)| *width).collect());
                cells.push(lines.into_iter().map(|(line, _)| line).collect());
            }
            let height = cells.iter().map(Vec::len).max().unwrap_or_default();
            for line in 0..height {
                let mut text = String::new();
                let mut skipped = 0;
                for ((cell, drawn), width) in cells.iter().zip(&drawn).zip(&widths) {
                    text.push_str(&" ".repeat(skipped));
                    text.push_str(cell.get(line).map(String::as_str).unwrap_or_default());
                    skipped = width.saturating_sub(drawn.get(line).copied().unwrap_or_default()) + GAP;
                }
                writeln!(self.out, "{:margin$}{}", "", text.trim_end())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Style, write};

    fn check(markdown: &str, width: usize, colour: bool, expected: &str) {
        let mut out = Vec::new();
        write(markdown, Style { width, colour }, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn blocks_have_one_line_between_them() {
        check(
            "# T\n\nOne two\nthree four.\n\n## H\n\n```\na  b\n\nc\n```\n\nText `x y`.\n",
            14,
            false,
            "T\n\n  One two\n  three four.\n\nH\n    a  b\n\n    c\n\n  Text `x y`.\n",
        );
    }

    #[test]
    fn items_hang() {
        check(
            "Before:\n\n* one two three\n* four\n  * five\n\n1. six\n2. seven\n\nAfter.\n",
            13,
            false,
            "  Before:\n\n  * one two\n    three\n  * four\n    * five\n\n  1. six\n  2. seven\n\n  After.\n",
        );
    }

    #[test]
    fn colours_take_the_place_of_marks() {
        check(
            "# T\n\nA `b` **c**\n",
            20,
            true,
            "\u{1b}[1mT\u{1b}[0m\n\n  A \u{1b}[36mb\u{1b}[0m \u{1b}[1mc\u{1b}[0m\n",
        );
    }

    #[test]
    fn the_widest_column_of_a_table_wraps() {
        check(
            "| a | b |\n| --- | --- |\n| `x` | one two three four five six |\n| yy | z |\n",
            22,
            false,
            "  a    b\n  `x`  one two three\n       four five six\n  yy   z\n",
        );
    }
}
