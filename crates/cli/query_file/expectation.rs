//! What a query file expects of its answer: `expect: empty`, `expect: results`, `expect: 3 rows`.

use crate::exit::Exit;

/// How many rows there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// None.
    Empty,
    /// Any but none.
    Results,
    /// So many.
    Rows(u64),
}

impl Expectation {
    /// Reads the value of the key.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = match words.as_slice() {
            ["empty"] => Some(Self::Empty),
            ["results"] => Some(Self::Results),
            [number, "row" | "rows"] => number.replace(',', "").parse().ok().map(Self::Rows),
            _ => None,
        };
        found.ok_or_else(|| format!("`expect` is `{text}`: expected `empty`, `results`, or a number as in `3 rows`"))
    }

    /// What is wrong with an answer of so many rows, with the exit status that says it: 3 where rows are missing, 4 where
    /// there are other rows than expected.
    pub(crate) fn complaint(self, rows: u64) -> Option<(String, Exit)> {
        let is_met = match self {
            Self::Empty => rows == 0,
            Self::Results => rows > 0,
            Self::Rows(expected) => rows == expected,
        };
        let count = |rows: u64| match rows {
            0 => "no rows".to_owned(),
            1 => "1 row".to_owned(),
            _ => format!("{} rows", crate::quantity::thousands(rows)),
        };
        let expected = match self {
            Self::Empty => count(0),
            Self::Results => "rows".to_owned(),
            Self::Rows(expected) => count(expected),
        };
        let exit = if rows == 0 { Exit::Empty } else { Exit::Results };
        (!is_met).then(|| (format!("expected {expected}, found {}", count(rows)), exit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_meet_expectations_or_say_why_not() {
        let check = |text: &str, rows, expected: Option<(&str, Exit)>| {
            let complaint = Expectation::read(text).ok().and_then(|expectation| expectation.complaint(rows));
            assert_eq!(complaint, expected.map(|(text, exit)| (text.to_owned(), exit)), "{text} {rows}");
        };
        check("empty", 0, None);
        check("Empty", 2, Some(("expected no rows, found 2 rows", Exit::Results)));
        check("results", 1, None);
        check("results", 0, Some(("expected rows, found no rows", Exit::Empty)));
        check("1,000 rows", 1000, None);
        check("1 row", 0, Some(("expected 1 row, found no rows", Exit::Empty)));
        check("2 rows", 1, Some(("expected 2 rows, found 1 row", Exit::Results)));
    }

    #[test]
    fn what_is_no_expectation_is_told() {
        for text in ["", "some", "3", "-1 rows", "many rows"] {
            assert!(Expectation::read(text).is_err(), "{text}");
        }
    }
}
