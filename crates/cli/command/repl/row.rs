//! The list of what fits: names, and behind them a line of help. `dedup   keeps the first events of each combination of values`

use rustyline::completion::Candidate;
use unicode_width::UnicodeWidthStr;

use crate::output::{Screen, table};

/// Columns of the name in a list with help.
const NAME_WIDTH: usize = 24;
/// Columns that stay free at the end of a line.
const MARGIN: usize = 2;

/// Makes the lines of one list.
pub(super) struct Rows {
    width: usize,
}

impl Rows {
    /// For the screen as it is now.
    pub(super) fn new() -> Self {
        Self { width: Screen::current(false).width.saturating_sub(MARGIN) }
    }

    /// A line; one with help is as wide as the screen, so that each stands in a line of its own.
    pub(super) fn row(&self, text: String, label: &str, detail: &str) -> Row {
        if detail.is_empty() {
            return Row { text, shown: label.to_owned() };
        }
        let gap = NAME_WIDTH.saturating_sub(label.width()).max(1);
        let shown = table::cut(&format!("{label}{:gap$}{detail}", ""), self.width);
        let fill = self.width.saturating_sub(shown.width());
        Row { text, shown: format!("{shown}{:fill$}", "") }
    }
}

/// A line of the list.
pub(super) struct Row {
    text: String,
    shown: String,
}

impl Candidate for Row {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}
