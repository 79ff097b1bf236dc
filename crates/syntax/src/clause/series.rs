//! Which columns the values of a field make, in `chart` and `timechart`. `limit=top5 useother=f nullstr=none`

use std::fmt::{self, Display, Formatter};

use crate::{cursor::Cursor, option::Choice, print, token};

/// How the values of a field become columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// How many columns are kept; 0 is all.
    pub limit: u64,
    /// Whether those of the smallest score are kept.
    pub bottom: bool,
    /// The function that makes a score of a column's cells; a sum where none is written.
    pub score: Option<String>,
    /// Whether the columns that are not kept become one.
    pub use_other: bool,
    /// The name of that one.
    pub other_text: String,
    /// Whether rows without the field make a column.
    pub use_null: bool,
    /// The name of that one.
    pub null_text: String,
    /// What stands between an aggregation's name and a value.
    pub separator: String,
    /// The form of names of several aggregations: `$AGG$` and `$VAL$` stand for the two.
    pub format: Option<String>,
    /// Whether equal values of one row count once.
    pub dedup_split_values: bool,
    /// The `where` clause, which takes the place of `limit`.
    pub filter: Option<SeriesFilter>,
}

/// Which columns are kept: `where max in top5`, `where avg > 100`.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesFilter {
    /// The function over a column's cells.
    pub function: String,
    /// What its result is compared with.
    pub test: SeriesTest,
}

/// The comparison of a `where` clause of columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SeriesTest {
    /// `in top5`, `notin bottom3`.
    Rank {
        /// Whether it is `notin`.
        negated: bool,
        /// Whether the smallest count.
        bottom: bool,
        /// How many.
        count: u64,
    },
    /// `> 100`.
    Above(f64),
    /// `< 100`.
    Below(f64),
}

impl Default for Series {
    fn default() -> Self {
        Self {
            limit: 10,
            bottom: false,
            score: None,
            use_other: true,
            other_text: "OTHER".to_owned(),
            use_null: true,
            null_text: "NULL".to_owned(),
            separator: ": ".to_owned(),
            format: None,
            dedup_split_values: false,
            filter: None,
        }
    }
}

impl Series {
    /// Takes an option; false where it is none of these.
    pub(crate) fn set(&mut self, cursor: &mut Cursor, option: &Choice) -> bool {
        match option.name.node.as_str() {
            "agg" => self.score = Some(function(&option.value.node)),
            "dedup_splitvals" => self.dedup_split_values = cursor.boolean(option),
            "format" => self.format = Some(option.value.node.clone()),
            "limit" => match ranked(&option.value.node) {
                Some((bottom, count)) => (self.bottom, self.limit) = (bottom, count),
                None => drop(cursor.unsigned(option)),
            },
            "nullstr" => self.null_text.clone_from(&option.value.node),
            "otherstr" => self.other_text.clone_from(&option.value.node),
            "sep" => self.separator.clone_from(&option.value.node),
            "usenull" => self.use_null = cursor.boolean(option),
            "useother" => self.use_other = cursor.boolean(option),
            _ => return false,
        }
        true
    }

    /// Reads what follows `where`.
    pub(crate) fn read_filter(&mut self, cursor: &mut Cursor) {
        // The field in the parentheses says nothing new: it is the columns' cells that count.
        let Some(aggregate) = cursor.call() else { return };
        let test = if cursor.symbol(">").is_some() {
            number(cursor).map(SeriesTest::Above)
        } else if cursor.symbol("<").is_some() {
            number(cursor).map(SeriesTest::Below)
        } else {
            let negated = cursor.keyword("notin").is_some();
            if !negated && cursor.keyword("in").is_none() {
                cursor.expected("`in`, `notin`, `<` or `>`");
                return;
            }
            let rank = cursor.token(token::word).and_then(|word| ranked(word.node));
            rank.map(|(bottom, count)| SeriesTest::Rank { negated, bottom, count })
        };
        match test {
            Some(test) => self.filter = Some(SeriesFilter { function: function(&aggregate.function), test }),
            None => cursor.expected("a number, or `top5` or `bottom5`"),
        }
    }
}

fn number(cursor: &mut Cursor) -> Option<f64> {
    let negative = cursor.symbol("-").is_some();
    let number: f64 = cursor.token(token::number)?.node.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// The function's name of `sum(x)` or `sum`.
fn function(text: &str) -> String {
    text.split('(').next().unwrap_or_default().trim().to_lowercase()
}

/// `5`, `top5`, `bottom5`: whether the smallest count, and how many.
fn ranked(text: &str) -> Option<(bool, u64)> {
    let text = text.trim().to_lowercase();
    let (bottom, digits) = match text.strip_prefix("bottom") {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix("top").unwrap_or(&text)),
    };
    digits.trim().parse().ok().map(|count| (bottom, count))
}

impl Display for Series {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let usual = Series::default();
        if (self.limit, self.bottom) != (usual.limit, usual.bottom) {
            write!(out, " limit={}{}", if self.bottom { "bottom" } else { "" }, self.limit)?;
        }
        print::option(out, "agg", self.score.as_ref())?;
        let text = |own: &str, usual: &str| (own != usual).then(|| own.to_owned());
        if !self.use_other {
            out.write_str(" useother=false")?;
        }
        let quoted = |out: &mut Formatter, name: &str, text: Option<String>| {
            print::option(out, name, text.as_deref().map(print::Quoted))
        };
        quoted(out, "otherstr", text(&self.other_text, &usual.other_text))?;
        if !self.use_null {
            out.write_str(" usenull=false")?;
        }
        quoted(out, "nullstr", text(&self.null_text, &usual.null_text))?;
        quoted(out, "sep", text(&self.separator, &usual.separator))?;
        quoted(out, "format", self.format.clone())?;
        print::flag(out, "dedup_splitvals", self.dedup_split_values)
    }
}

impl Display for SeriesFilter {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, " where {}", self.function)?;
        match self.test {
            SeriesTest::Above(number) => write!(out, " > {number}"),
            SeriesTest::Below(number) => write!(out, " < {number}"),
            SeriesTest::Rank { negated, bottom, count } => {
                let word = if negated { "notin" } else { "in" };
                write!(out, " {word} {}{count}", if bottom { "bottom" } else { "top" })
            }
        }
    }
}
