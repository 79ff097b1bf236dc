//! Spans of bins: `5m`, `1d`, `1mon`, `10`, `2log10`, `1w@w1`.

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
