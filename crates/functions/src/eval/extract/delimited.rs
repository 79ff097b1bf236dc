//! Fields between delimiters: `spl_delimited(_raw, ';', '=', '', 'clean', 'a', 'b')` of `a=1;b=2`, and with named columns
//! `spl_delimited(_raw, '|', '', 'date\nuser', 'clean', 'user')` of `2026-01-15|bob`.
//!
//! Each character of a set is a delimiter of its own; what stands in double quotes holds none. Pairs of keys and values have no
//! empty values, whatever `KEEP_EMPTY_VALS` says: so a real Splunk does it. Columns do with the option `empty`. Options are those
//! of `spl_transform`.

use std::borrow::Cow;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
    logical_expr::ReturnFieldArgs,
};

use super::{
    name::clean,
    slots::{self, has_word, planned, slots_type},
};
use crate::eval::{fields::delimited, kernel::Arguments};

/// The first argument that is a name.
const NAMES: usize = 5;

struct Delimiters {
    ends: String,
    keys: String,
    columns: Vec<String>,
    cleans: bool,
    keeps_empty: bool,
}

impl Delimiters {
    fn new(args: &Arguments) -> Result<Self> {
        let options = args.literal(4)?;
        let cleans = has_word(&options, "clean");
        let columns = args.literal(3)?.lines().map(|name| column(name, cleans)).collect();
        let (ends, keys) = (args.literal(1)?, args.literal(2)?);
        Ok(Self { ends, keys, columns, cleans, keeps_empty: has_word(&options, "empty") })
    }

    /// Visits names and values until `visit` says no.
    fn each(&self, text: &str, visit: &mut slots::Visit<'_>) {
        if !self.keys.is_empty() {
            for (key, value) in delimited(text, &self.keys, &self.ends) {
                let key = if self.cleans { clean(key) } else { Cow::Borrowed(key) };
                if !key.is_empty() && !visit(&key, value) {
                    return;
                }
            }
            return;
        }
        let mut is_quoted = false;
        let cells = text.split(|c| {
            is_quoted ^= c == '"';
            !is_quoted && self.ends.contains(c)
        });
        for (name, cell) in self.columns.iter().zip(cells) {
            let cell = cell.trim();
            let cell = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell);
            let counts = !name.is_empty() && (self.keeps_empty || !cell.is_empty());
            if counts && !visit(name, cell) {
                return;
            }
        }
    }
}

/// The name of a field for a column.
fn column(name: &str, cleans: bool) -> String {
    if cleans { clean(name).into_owned() } else { name.to_owned() }
}

/// The names that the columns of a transform make.
pub fn column_names(columns: &[String], cleans: bool) -> Vec<String> {
    columns.iter().map(|name| column(name, cleans)).filter(|name| !name.is_empty()).collect()
}

pub(super) fn fields_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let adds = has_word(planned(args, 4), "add");
    slots_type(args, NAMES, |_| adds)
}

/// The values of the names; null where the text has none.
pub(super) fn fields(args: &Arguments) -> Result<ArrayRef> {
    let delimiters = Delimiters::new(args)?;
    slots::values(args, |source, visit| delimiters.each(source, visit))
}

/// The names of the fields of a text, each once.
pub(super) fn names(args: &Arguments) -> Result<ArrayRef> {
    let delimiters = Delimiters::new(args)?;
    slots::names(args, |source, visit| delimiters.each(source, visit))
}
