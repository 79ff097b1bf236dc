//! `mvrange`: `eval hour=mvrange(0, 24)`, `eval week=mvrange(first, last, "7d")`.

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_err},
};

use super::super::kernel::{Arguments, lists};
use crate::value::format_number;

/// The most values that one row may have, lest a slip of the pen fill the memory.
const MOST_VALUES: usize = 1_000_000;

/// `spl_mvrange(start, end[, step], timezone)`. A step that is not above 0 gives null.
pub(super) fn range(args: &Arguments) -> Result<ArrayRef> {
    let (starts, ends) = (args.numbers(0)?, args.numbers(1)?);
    let steps = if args.len() > 3 { Some(args.numbers(2)?) } else { None };
    let mut too_many = false;
    let column = lists(args.rows(), |row, builder| {
        let (Some(start), Some(end)) = (starts.get(row), ends.get(row)) else { return };
        let step = match &steps {
            Some(steps) => steps.get(row).filter(|step| *step > 0.0),
            None => Some(1.0),
        };
        let Some(step) = step else { return };
        let mut added = 0;
        // Each value is reckoned from the start, so that errors do not add up.
        while let Some(value) = Some(start + step * added as f64).filter(|value| *value < end) {
            if added >= MOST_VALUES {
                too_many = true;
                return;
            }
            builder.value(&format_number(value));
            added += 1;
        }
    })?;
    if too_many { exec_err!("mvrange gives more than {MOST_VALUES} values") } else { Ok(column) }
}
