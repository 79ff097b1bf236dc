//! Spans of bins: `5m`, `1d`, `1mon`, `10`, `2log10`, `1w@w1`.

use std::fmt::{self, Display, Formatter};

/// The width of a bin.
#[derive(Debug, Clone, PartialEq)]
pub enum BinSpan {
    /// A plain number: seconds on `_time`, a width elsewhere.
    Number(f64),
    /// A count of time units, with the unit to snap to where one is written (`1w@w1`).
    Time {
        /// How many.
        count: i64,
        /// Of what.
        unit: TimeUnit,
        /// The text after `@`, if any.
        snap: Option<String>,
    },
    /// `[coefficient]log[base]`.
    Log {
        /// The factor; 1 where none is written.
        coefficient: f64,
        /// The base; 10 where none is written.
        base: f64,
    },
}

/// Units of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// `us`
    Microsecond,
    /// `ms`
    Millisecond,
    /// `cs`
    Centisecond,
    /// `ds`
    Decisecond,
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
    /// `mon`
    Month,
    /// `q`
    Quarter,
    /// `y`
    Year,
}

impl BinSpan {
    /// Reads a span as it stands after `span=`. A sign is allowed where a unit to snap to follows (`-1d@d`).
    pub(crate) fn read(text: &str) -> Option<BinSpan> {
        let (coefficient, rest) = split_number(text);
        if let Some(base) = rest.strip_prefix("log") {
            let coefficient = if coefficient.is_empty() { 1.0 } else { coefficient.parse().ok()? };
            let base: f64 = if base.is_empty() { 10.0 } else { base.parse().ok()? };
            let valid = base.is_finite() && base > 1.0 && coefficient >= 1.0 && coefficient < base;
            return valid.then_some(BinSpan::Log { coefficient, base });
        }
        if rest.is_empty() {
            let number: f64 = coefficient.parse().ok()?;
            return (number.is_finite() && number > 0.0).then_some(BinSpan::Number(number));
        }
        let (unit, snap) = match rest.split_once('@') {
            Some((unit, snap)) => (unit, Some(snap.to_string()).filter(|snap| !snap.is_empty())),
            None => (rest, None),
        };
        let count = match coefficient {
            "" | "+" => 1,
            "-" => -1,
            number => number.parse().ok()?,
        };
        let unit = TimeUnit::read(unit)?;
        (count != 0).then_some(BinSpan::Time { count, unit, snap })
    }
}

/// The number at the start and the rest.
fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .find(|&(at, next)| !(next.is_ascii_digit() || next == '.' || (at == 0 && matches!(next, '+' | '-'))))
        .map_or(text.len(), |(at, _)| at);
    text.split_at(end)
}

/// Every unit with its spellings; the first is canonical.
const UNITS: &[(TimeUnit, &[&str])] = &[
    (TimeUnit::Microsecond, &["us"]),
    (TimeUnit::Millisecond, &["ms"]),
    (TimeUnit::Centisecond, &["cs"]),
    (TimeUnit::Decisecond, &["ds"]),
    (TimeUnit::Second, &["s", "sec", "secs", "second", "seconds"]),
    (TimeUnit::Minute, &["m", "min", "mins", "minute", "minutes"]),
    (TimeUnit::Hour, &["h", "hr", "hrs", "hour", "hours"]),
    (TimeUnit::Day, &["d", "day", "days"]),
    (TimeUnit::Week, &["w", "week", "weeks"]),
    (TimeUnit::Month, &["mon", "month", "months"]),
    (TimeUnit::Quarter, &["q", "qtr", "qtrs", "quarter", "quarters"]),
    (TimeUnit::Year, &["y", "yr", "yrs", "year", "years"]),
];

impl TimeUnit {
    /// The unit of that name; any case. `M` is no month: `m` is a minute.
    pub fn read(text: &str) -> Option<TimeUnit> {
        let text = text.to_lowercase();
        UNITS.iter().find(|(_, names)| names.contains(&text.as_str())).map(|&(unit, _)| unit)
    }

    /// The canonical name.
    pub fn name(self) -> &'static str {
        UNITS.iter().find(|(unit, _)| *unit == self).and_then(|(_, names)| names.first()).copied().unwrap_or("s")
    }
}

impl Display for BinSpan {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            BinSpan::Number(width) => write!(out, "{width}"),
            BinSpan::Time { count, unit, snap } => {
                write!(out, "{count}{}", unit.name())?;
                snap.as_ref().map_or(Ok(()), |snap| write!(out, "@{snap}"))
            }
            BinSpan::Log { coefficient, base } => write!(out, "{coefficient}log{base}"),
        }
    }
}
