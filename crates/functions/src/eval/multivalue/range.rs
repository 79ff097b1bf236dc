//! `mvrange`: `eval hour=mvrange(0, 24)`, `eval week=mvrange(first, last, "7d")`.

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err, exec_err},
};

use super::super::kernel::{Arguments, lists};
use crate::{
    time::{Span, Tz, add, micros, zone},
    value::{parse_number, push_number},
};

/// The most values that one row may have, lest a slip of the pen fill the memory.
const MOST_VALUES: usize = 1_000_000;

/// `spl_mvrange(start, end[, step], timezone)`. A step that is not above 0 gives null.
pub(super) fn range(args: &Arguments) -> Result<ArrayRef> {
    let (starts, ends) = (args.numbers(0)?, args.numbers(1)?);
    let steps = if args.len() > 3 { Some(args.texts(2)?) } else { None };
    let timezone = args.literal(args.len().saturating_sub(1))?;
    let tz = zone(&timezone).map_err(|error| exec_datafusion_err!("{error}"))?;
    let mut too_many = false;
    let column = lists(args.rows(), |row, builder| {
        let (Some(start), Some(end)) = (starts.get(row), ends.get(row)) else { return };
        let step = match &steps {
            Some(steps) => steps.get(row).and_then(|text| Step::parse(&text)),
            None => Some(Step::Number(1.0)),
        };
        let Some(step) = step else { return };
        let mut added: u32 = 0;
        // Each value is reckoned from the start, so that neither errors nor short months add up.
        while let Some(value) = step.after(start, added, tz).filter(|value| *value < end) {
            if added as usize >= MOST_VALUES {
                too_many = true;
                return;
            }
            builder.write(|out| push_number(value, out));
            added += 1;
        }
    })?;
    if too_many { exec_err!("mvrange gives more than {MOST_VALUES} values") } else { Ok(column) }
}

/// What lies between two values.
enum Step {
    /// A difference.
    Number(f64),
    /// A span of time; days and longer ones go by the calendar.
    Span(Span),
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        if let Some(number) = parse_number(text) {
            return (number > 0.0).then_some(Self::Number(number));
        }
        let forward = !text.starts_with('-');
        Span::parse(text).ok().filter(|span| forward && span.snap.is_none()).map(Self::Span)
    }

    /// The value so many steps after the start; none beyond the calendar.
    fn after(&self, start: f64, steps: u32, tz: Tz) -> Option<f64> {
        match self {
            Self::Number(step) => Some(start + step * f64::from(steps)),
            Self::Span(span) => {
                let moved = add(micros(start)?, span.count.checked_mul(i64::from(steps))?, span.unit, tz)?;
                Some(moved as f64 / 1e6)
            }
        }
    }
}
