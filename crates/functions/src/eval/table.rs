//! The lines of a text table, for `multikv` and `KV_MODE = multi`: the output of `ps`, `netstat`, `df`.
//!
//! `spl_table_lines(_raw, 0)` gives a text for each line below the header, which carries its number and the header along;
//! `spl_table_fields` and `spl_table_text` take it apart. Columns are separated by tabs, or by blanks.

use std::sync::Arc;

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};

use super::kernel::{Arguments, kernel, list, lists, text, texts};

/// What separates the number, the header and the line.
const SEPARATOR: char = '\0';

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_table_lines", list, table_lines),
        kernel("spl_table_fields", list, table_fields),
        kernel("spl_table_text", text, table_text),
    ]
}

/// The lines below the header: text, the header's number (from 1 on; 0 for the first line that is not blank, -1 for none),
/// and texts of which a line must hold one, where there are any.
fn table_lines(args: &Arguments) -> Result<ArrayRef> {
    let source = args.field(0)?;
    let header: i64 = args.literal(1)?.parse().unwrap_or(0);
    let filter: Vec<String> = (2..args.len()).map(|n| Ok(args.literal(n)?.to_lowercase())).collect::<Result<_>>()?;
    lists(args.rows(), |row, out| {
        source.each(row, |source| {
            for (number, (header, line)) in rows(source, header).enumerate() {
                let lower = line.to_lowercase();
                if filter.is_empty() || filter.iter().any(|text| lower.contains(text)) {
                    out.value(&format!("{number:08}{SEPARATOR}{header}{SEPARATOR}{line}"));
                }
            }
        });
    })
}

/// The header and each line of data. Blank lines and rules (`-----`) are none.
fn rows(text: &str, header: i64) -> impl Iterator<Item = (&str, &str)> {
    let mut lines = text.lines();
    let title = match header {
        -1 => Some(""),
        0 => lines.by_ref().find(|line| !line.trim().is_empty()),
        number => lines.by_ref().nth(usize::try_from(number - 1).unwrap_or(0)),
    };
    let is_data = |line: &&str| line.contains(|c: char| !c.is_whitespace() && !matches!(c, '-' | '=' | '+' | '|'));
    title.into_iter().flat_map(move |title| lines.clone().filter(is_data).map(move |line| (title, line)))
}

/// The cells of a line. The last column takes what is left over.
fn cells(line: &str, most: usize) -> impl Iterator<Item = &str> {
    let by_tab = line.contains('\t');
    let is_end = move |c: char| if by_tab { c == '\t' } else { c.is_whitespace() };
    let mut rest = line.trim();
    let mut count = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        count += 1;
        let (cell, behind) = match rest.split_once(is_end) {
            Some((cell, behind)) if count < most => (cell, behind),
            _ => (rest, ""),
        };
        rest = if by_tab { behind } else { behind.trim_start() };
        Some(cell.trim())
    })
}

/// Names and values by turns: the line, and the names that count, all where none is given.
fn table_fields(args: &Arguments) -> Result<ArrayRef> {
    let lines = args.texts(0)?;
    let wanted: Vec<String> = (1..args.len()).map(|n| args.literal(n)).collect::<Result<_>>()?;
    lists(args.rows(), |row, out| {
        let Some(line) = lines.get(row) else { return };
        let Some((header, line)) = split(&line) else { return };
        each_value(&titles(header), line, |name, value| {
            if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
                out.value(name);
                out.value(value);
            }
        });
    })
}

/// The names of the columns.
fn titles(header: &str) -> Vec<String> {
    cells(header, usize::MAX).map(name).collect()
}

/// Visits the cells of a line that are not empty, with the names of their columns.
fn each_value(titles: &[String], line: &str, mut found: impl FnMut(&str, &str)) {
    let most = if titles.is_empty() { usize::MAX } else { titles.len() };
    for (n, value) in cells(line, most).enumerate().filter(|(_, value)| !value.is_empty()) {
        match titles.get(n) {
            Some(title) => found(title, value),
            None => found(&format!("Column_{}", n + 1), value),
        }
    }
}

/// Visits the cells of a table below its first line that is not blank, with the names of their columns.
pub(super) fn each_cell(text: &str, mut found: impl FnMut(&str, &str)) {
    let mut names: Option<Vec<String>> = None;
    for (header, line) in rows(text, 0) {
        each_value(names.get_or_insert_with(|| titles(header)), line, &mut found);
    }
}

/// The line as it stands in the table.
fn table_text(args: &Arguments) -> Result<ArrayRef> {
    let lines = args.texts(0)?;
    texts(args.rows(), |row| Some(split(&lines.get(row)?)?.1.to_owned()))
}

/// The header and the line.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once(SEPARATOR)?.1.split_once(SEPARATOR)
}

/// The name of a column: what is neither a letter nor a digit becomes `_`.
fn name(title: &str) -> String {
    title.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{cells, rows};
    use crate::eval::kernel::testing::{check, literal, texts};

    #[test]
    fn lines_of_a_table() {
        let text = "\nPID  COMMAND\n---- -------\n1    init\n\n22   sshd -D";
        let found = |header| rows(text, header).map(|(_, line)| line).collect::<Vec<_>>();
        assert_eq!(found(0), ["1    init", "22   sshd -D"]);
        assert_eq!(found(4), ["22   sshd -D"]);
        assert_eq!(found(-1).len(), 3);
        assert!(rows("", 0).next().is_none());
    }

    #[test]
    fn cells_of_a_line() {
        let cells = |line, most| cells(line, most).collect::<Vec<_>>();
        assert_eq!(cells("22   sshd -D", 2), ["22", "sshd -D"]);
        assert_eq!(cells(" a  b c ", usize::MAX), ["a", "b", "c"]);
        assert_eq!(cells("a b\tc\t\td", 9), ["a b", "c", "", "d"]);
        assert!(cells("", 3).is_empty());
    }

    #[test]
    fn fields_of_a_line() {
        let line = "00000000\0PID CPU%\x001 2.5";
        check("spl_table_fields", &[texts(&[line])], &["[PID, 1, CPU_, 2.5]"]);
        check("spl_table_fields", &[texts(&[line]), literal("PID")], &["[PID, 1]"]);
        check("spl_table_fields", &[texts(&["00000000\0\0a b"])], &["[Column_1, a, Column_2, b]"]);
        check("spl_table_text", &[texts(&[line])], &["1 2.5"]);
    }
}
