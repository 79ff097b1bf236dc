//! Bins of a value by a span, for `bin` and `tstats … BY _time span=`. `bin _time span=5m`, `bin bytes span=2log10`
//!
//! A bin of time is its first instant; a bin of numbers is the text `low-high`. What is no number stays as it is; each of several
//! values has its bin.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    logical_expr::{Expr, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{
    Code, Diagnostic, Span,
    clause::{BinSpan, TimeUnit},
};

use crate::{Result, kernel, lower::Context, meet};

/// The spans in seconds that are chosen where none is written; the last is a month.
const NICE_SECONDS: [i64; 11] = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 86_400, MONTH];

const MONTH: i64 = 2_592_000;

/// The largest power of ten that a double holds.
const MOST_DIGITS: i32 = 308;

/// How a value is put into bins.
#[derive(Debug, Clone)]
pub(crate) struct Bins<'a> {
    /// The width.
    pub(crate) width: &'a BinSpan,
    /// An instant (microseconds) that starts a bin; spans of days and more have their own starts.
    pub(crate) align: Option<i64>,
    /// Where the command stands.
    pub(crate) span: Span,
}

impl Bins<'_> {
    /// The bin of a value, and its type: a timestamp where times are binned, else text.
    pub(crate) fn of(&self, value: Expr, data_type: &DataType, cx: &Context<'_>) -> Result<(Expr, DataType)> {
        match self.width {
            BinSpan::Time { count, unit, snap } => self.time(value, data_type, *count, *unit, snap.as_deref(), cx),
            BinSpan::Number(seconds) if meet::is_time(data_type) => {
                let micros = seconds * 1e6;
                if !(1.0..=9e18).contains(&micros) {
                    return Err(self.too_small());
                }
                let (count, unit) = match seconds.fract() {
                    0.0 => (*seconds as i64, TimeUnit::Second),
                    _ => (micros as i64, TimeUnit::Microsecond),
                };
                self.time(value, data_type, count, unit, None, cx)
            }
            BinSpan::Number(width) => {
                if *width <= 0.0 || !width.is_finite() {
                    return Err(self.too_small());
                }
                labelled("spl_bin_number", value, data_type, &[*width])
            }
            BinSpan::Log { coefficient, base } => {
                if *base <= 1.0 || *coefficient < 1.0 || coefficient >= base {
                    let text = "a logarithmic span needs a base above 1 and a factor from 1 up to the base";
                    return Err(Diagnostic::new(Code::BadValue, self.span, text).into());
                }
                labelled("spl_bin_log", value, data_type, &[*coefficient, *base])
            }
        }
    }

    fn time(
        &self,
        value: Expr,
        data_type: &DataType,
        count: i64,
        unit: TimeUnit,
        snap: Option<&str>,
        cx: &Context<'_>,
    ) -> Result<(Expr, DataType)> {
        if count < 1 {
            return Err(self.too_small());
        }
        let value = match data_type {
            time if meet::is_time(time) || meet::is_number(time) => value,
            _ => kernel::call("spl_num", vec![value])?,
        };
        let args = vec![
            value,
            lit(count),
            lit(unit_name(unit)),
            lit(ScalarValue::Utf8(snap.map(str::to_owned))),
            lit(cx.world.timezone().name()),
            lit(ScalarValue::Int64(self.align)),
        ];
        Ok((kernel::call("spl_bin_time", args)?, meet::time_type()))
    }

    fn too_small(&self) -> crate::Error {
        Diagnostic::new(Code::BadValue, self.span, "a span must be greater than 0").into()
    }
}

/// The label that a kernel gives, and for what is no number the value itself.
fn labelled(name: &str, value: Expr, data_type: &DataType, numbers: &[f64]) -> Result<(Expr, DataType)> {
    let label = |value: Expr| {
        let args = std::iter::once(value).chain(numbers.iter().map(|number| lit(*number)));
        kernel::call(name, args.collect())
    };
    if meet::is_number(data_type) {
        return Ok((label(value)?, DataType::Utf8));
    }
    if meet::is_list(data_type) {
        return Ok((label(value)?, meet::list_type()));
    }
    let label = label(value.clone())?;
    let own = meet::utf8(meet::convert(value, data_type, &DataType::Utf8)?, data_type);
    Ok((coalesce().call(vec![label, own]), DataType::Utf8))
}

/// The name that kernels give to a unit.
fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Microsecond => "us",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Centisecond => "cs",
        TimeUnit::Decisecond => "ds",
        TimeUnit::Second => "s",
        TimeUnit::Minute => "m",
        TimeUnit::Hour => "h",
        TimeUnit::Day => "d",
        TimeUnit::Week => "w",
        TimeUnit::Month => "mon",
        TimeUnit::Quarter => "q",
        TimeUnit::Year => "y",
    }
}

/// The smallest nice span of time, of at least `floor` seconds, that needs `most` bins at most from `low` to `high` (seconds).
pub(crate) fn nice_time(low: f64, high: f64, most: u64, floor: f64) -> BinSpan {
    let fits = |seconds: i64| {
        let width = seconds as f64;
        width >= floor && (high / width).floor() - (low / width).floor() < most as f64
    };
    match NICE_SECONDS.into_iter().find(|seconds| fits(*seconds)) {
        Some(86_400) => BinSpan::Time { count: 1, unit: TimeUnit::Day, snap: None },
        Some(seconds) if seconds < MONTH => BinSpan::Time { count: seconds, unit: TimeUnit::Second, snap: None },
        _ => BinSpan::Time { count: 1, unit: TimeUnit::Month, snap: None },
    }
}

/// The smallest power of ten, of at least `floor`, that needs `most` bins at most from `low` to `high`; a fraction only where
/// all lies within 1.
pub(crate) fn nice_number(low: f64, high: f64, most: u64, floor: f64) -> BinSpan {
    let range = high - low;
    let most = most.max(1) as f64;
    let mut power = if range > 0.0 && range <= 1.0 { (range / most).log10().floor() as i32 } else { 0 };
    let width = |power: i32| 10_f64.powi(power);
    let fits = |width: f64| width >= floor && (high / width).floor() - (low / width).floor() < most;
    while power < MOST_DIGITS && !fits(width(power)) {
        power += 1;
    }
    BinSpan::Number(width(power))
}

/// The seconds of a span, months and more by their usual lengths.
pub(crate) fn seconds(span: &BinSpan) -> f64 {
    match span {
        BinSpan::Number(seconds) => *seconds,
        BinSpan::Log { .. } => 0.0,
        BinSpan::Time { count, unit, .. } => {
            let one = match unit {
                TimeUnit::Microsecond => 1e-6,
                TimeUnit::Millisecond => 1e-3,
                TimeUnit::Centisecond => 1e-2,
                TimeUnit::Decisecond => 1e-1,
                TimeUnit::Second => 1.0,
                TimeUnit::Minute => 60.0,
                TimeUnit::Hour => 3600.0,
                TimeUnit::Day => 86_400.0,
                TimeUnit::Week => 604_800.0,
                TimeUnit::Month => MONTH as f64,
                TimeUnit::Quarter => 3.0 * MONTH as f64,
                TimeUnit::Year => 31_536_000.0,
            };
            *count as f64 * one
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_spans_are_the_documented_ones() {
        let time = |range: f64| nice_time(0.0, range, 100, 0.0);
        let of = |count, unit| BinSpan::Time { count, unit, snap: None };
        assert_eq!(time(900.0), of(10, TimeUnit::Second), "15 minutes");
        assert_eq!(time(3600.0), of(60, TimeUnit::Second), "an hour");
        assert_eq!(time(7.0 * 86_400.0), of(86_400 / 86_400, TimeUnit::Day), "a week");
        assert_eq!(time(365.0 * 86_400.0), of(1, TimeUnit::Month), "a year");
        assert_eq!(nice_time(0.0, 10.0, 100, 900.0), of(1800, TimeUnit::Second), "minspan=15m");
    }

    #[test]
    fn numeric_widths_are_powers_of_ten() {
        assert_eq!(nice_number(0.0, 12.0, 100, 0.0), BinSpan::Number(1.0));
        assert_eq!(nice_number(0.0, 999.0, 10, 0.0), BinSpan::Number(100.0));
        assert_eq!(nice_number(5.0, 5.0, 10, 0.0), BinSpan::Number(1.0));
        assert_eq!(nice_number(0.0, 50.0, 100, 101.0), BinSpan::Number(1000.0), "minspan=101");
        assert_eq!(nice_number(0.0, 0.5, 10, 0.0), BinSpan::Number(0.1));
        assert!(matches!(nice_number(f64::MIN, f64::MAX, 1, 0.0), BinSpan::Number(width) if width > 1e307), "it ends");
    }
}
