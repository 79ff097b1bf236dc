//! The options that put an axis of `chart` or `timechart` into bins. `span=1h`, `bins=20 start=0 end=100`

use std::fmt::{self, Display, Formatter};

use super::BinSpan;
use crate::{Field, cursor::Cursor, option::Choice, print};

/// How values are put into bins; all absent means that they stay as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bins {
    /// `span=`.
    pub width: Option<BinSpan>,
    /// `minspan=`.
    pub min_span: Option<BinSpan>,
    /// `bins=`: how many at most.
    pub bins: Option<u64>,
    /// `start=`.
    pub start: Option<f64>,
    /// `end=`.
    pub end: Option<f64>,
    /// `aligntime=`.
    pub align_time: Option<String>,
}

impl Bins {
    /// Whether nothing asks for bins.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes an option; false where it is none of these.
    pub(crate) fn set(&mut self, cursor: &mut Cursor, option: &Choice) -> bool {
        match option.name.node.as_str() {
            "aligntime" => self.align_time = Some(option.value.node.clone()),
            "bins" => self.bins = Some(cursor.unsigned(option)),
            "end" => self.end = Some(cursor.number(option)),
            "minspan" => self.min_span = cursor.bin_span(option),
            "span" => self.width = cursor.bin_span(option),
            "start" => self.start = Some(cursor.number(option)),
            _ => return false,
        }
        true
    }
}

impl Display for Bins {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        print::option(out, "span", self.width.as_ref())?;
        print::option(out, "minspan", self.min_span.as_ref())?;
        print::option(out, "bins", self.bins)?;
        print::option(out, "start", self.start)?;
        print::option(out, "end", self.end)?;
        print::option(out, "aligntime", self.align_time.as_deref().map(print::Quoted))
    }
}

/// A field whose values name the rows or the columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The field.
    pub field: Field,
    /// The bins that its values are put into.
    pub bins: Bins,
}

impl Display for Axis {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{}{}", self.field, self.bins)
    }
}
