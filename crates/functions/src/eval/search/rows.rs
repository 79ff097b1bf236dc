//! Rows of patterns at once: `[search index=threats | fields src user]` keeps events of which some row fits.
//!
//! `spl_search_rows(patterns, src, user)` with a pattern per field, row after row. A row fits where each of its patterns
//! matches a value of its field.

use std::collections::HashMap;

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_err},
};

use super::Pattern;
use crate::{
    cache::Cache,
    eval::kernel::{Arguments, booleans},
    value::Lists,
};

/// Compiled rows; case is ignored.
struct PatternRows {
    rows: Vec<Vec<Cell>>,
    /// The field by which rows are found.
    key: usize,
    /// The rows that are exact there, by that text in lower case.
    exact: HashMap<String, Vec<usize>>,
    /// The other rows: each is tried.
    others: Vec<usize>,
}

enum Cell {
    /// `*`: any value.
    Present,
    /// A text in lower case.
    Exact(String),
    /// A wildcard pattern or a range of addresses.
    Pattern(Pattern),
}

impl Cell {
    fn new(text: &str) -> Self {
        let pattern = || Pattern::new(text, false);
        if text.contains('*') {
            return if text.bytes().all(|byte| byte == b'*') { Self::Present } else { Self::Pattern(pattern()) };
        }
        match pattern() {
            range @ Pattern { range: Some(_), .. } => Self::Pattern(range),
            _ => Self::Exact(text.to_lowercase()),
        }
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(text) => *text == value.to_lowercase(),
            Self::Pattern(pattern) => pattern.matches(value),
        }
    }
}

/// A condition on one value.
type Condition<'a> = &'a mut dyn FnMut(&str) -> bool;

impl PatternRows {
    /// Compiles rows of `width` patterns each.
    fn new<'a>(width: usize, patterns: impl Iterator<Item = &'a str>) -> Self {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for cell in patterns.map(Cell::new) {
            match rows.last_mut().filter(|row| row.len() < width) {
                Some(row) => row.push(cell),
                None => rows.push(vec![cell]),
            }
        }
        let exact_in = |field: usize| rows.iter().filter(|row| matches!(row.get(field), Some(Cell::Exact(_)))).count();
        let key = (0..width).max_by_key(|field| exact_in(*field)).unwrap_or_default();
        let mut exact: HashMap<String, Vec<usize>> = HashMap::new();
        let mut others = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            match row.get(key) {
                Some(Cell::Exact(text)) => exact.entry(text.clone()).or_default().push(place),
                _ => others.push(place),
            }
        }
        Self { rows, key, exact, others }
    }

    /// Whether some row fits; `any` says whether a value of a field satisfies a condition.
    fn matches(&self, any: &dyn Fn(usize, Condition<'_>) -> bool) -> bool {
        let fits = |place: usize| {
            let row = self.rows.get(place).map(Vec::as_slice).unwrap_or_default();
            row.iter().enumerate().all(|(field, cell)| any(field, &mut |value| cell.matches(value)))
        };
        let found = any(self.key, &mut |value| {
            self.exact.get(&value.to_lowercase()).is_some_and(|places| places.iter().any(|place| fits(*place)))
        });
        found || self.others.iter().any(|place| fits(*place))
    }
}

/// `spl_search_rows(patterns, field, …)`. The list is a literal; compiled rows are kept between batches.
pub(super) fn is_in_rows(args: &Arguments) -> Result<ArrayRef> {
    static ROWS: Cache<(usize, Vec<String>), PatternRows> = Cache::new(16);
    let width = args.len().saturating_sub(1);
    if !args.is_constant(0) || width == 0 {
        return exec_err!("rows of patterns have to be a literal, with fields after it");
    }
    let patterns: Vec<String> = Lists::new(args.array(0)?)?.get(0).into_iter().flatten().map(str::to_owned).collect();
    let rows = ROWS.get(&(width, patterns), |(width, patterns)| {
        Ok::<_, datafusion::error::DataFusionError>(PatternRows::new(*width, patterns.iter().map(String::as_str)))
    })?;
    let fields = (1..=width).map(|place| args.field(place)).collect::<Result<Vec<_>>>()?;
    booleans(args.rows(), |row| {
        Some(rows.matches(&|field, condition| {
            fields.get(field).and_then(|field| field.any(row, |value| condition(value))).unwrap_or(false)
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::PatternRows;

    fn check(rows: &[[&str; 2]], values: [&[&str]; 2], expected: bool) {
        let compiled = PatternRows::new(2, rows.iter().flatten().copied());
        let found = compiled.matches(&|field, condition| values[field].iter().any(|value| condition(value)));
        assert_eq!(found, expected, "{values:?} in {rows:?}");
    }

    #[test]
    fn all_patterns_of_some_row_match() {
        let rows = [["adam", "10.0.0.0/8"], ["Eve", "*"], ["*@example.com", "x"]];
        check(&rows, [&["ADAM"], &["10.1.1.1"]], true);
        check(&rows, [&["adam"], &["11.1.1.1"]], false);
        check(&rows, [&["eve"], &["anything"]], true);
        check(&rows, [&["eve"], &[]], false);
        check(&rows, [&["a@example.com"], &["X"]], true);
        check(&rows, [&["a@example.com"], &["y"]], false);
        check(&rows, [&["nobody", "eve"], &["y"]], true);
        check(&[], [&["a"], &["b"]], false);
    }
}
