//! `timewrap`: puts periods of a timechart side by side. `timechart span=1d count | timewrap 1week`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Kind, Span,
    clause::{BinSpan, TimeUnit},
    cursor::Cursor,
    option::Choice,
    print,
};

/// Compare periods of time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeWrap {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many units a period has.
    pub count: u32,
    /// The unit: seconds to years.
    pub unit: TimeUnit,
    /// Whether periods end now, not where the search ends.
    pub align_now: bool,
    /// How series are named.
    pub series: Series,
    /// The format of names made of times.
    pub time_format: Option<String>,
}

/// How the series of a period are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// `count_latest_week`, `count_1week_before`.
    Relative,
    /// `count_s0`, `count_s1`.
    Short,
    /// By the time at which the period starts.
    Exact,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["timewrap"],
    kind: Kind::Transforming,
    summary: "compares periods of a timechart",
    usage: "timewrap [<count>]<unit> [align=now|end] [series=relative|short|exact] [time_format=<format>]",
    options: &["align", "series", "time_format"],
    differs: &["where the time range has no end, periods end with the last row"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut wrap = TimeWrap {
        span: cursor.command_span(),
        count: 0,
        unit: TimeUnit::Day,
        align_now: false,
        series: Series::Relative,
        time_format: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            wrap.set(cursor, &option);
            continue;
        }
        let written = cursor.field()?;
        let text = written.name.as_str();
        let text =
            if text.starts_with(|first: char| first.is_ascii_digit()) { text.to_owned() } else { format!("1{text}") };
        match BinSpan::read(&text) {
            Some(BinSpan::Time { count, unit, snap: None }) if is_period(unit) && (1..=100_000).contains(&count) => {
                (wrap.count, wrap.unit) = (u32::try_from(count).unwrap_or(1), unit);
            }
            _ => {
                let text = format!("`{}` is no period", written.name);
                let error = Diagnostic::new(Code::BadValue, written.span, text);
                cursor.fail(error.help("a number and a unit from seconds to years: `1d`, `2week`, `1month`"));
                return None;
            }
        }
    }
    if wrap.count == 0 {
        cursor.missing("a period such as `1week`");
        return None;
    }
    Some(Command::TimeWrap(wrap))
}

fn is_period(unit: TimeUnit) -> bool {
    use TimeUnit::{Day, Hour, Minute, Month, Quarter, Second, Week, Year};
    matches!(unit, Second | Minute | Hour | Day | Week | Month | Quarter | Year)
}

impl TimeWrap {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let value = option.value.node.to_lowercase();
        let bad = |cursor: &mut Cursor, expected: &str| {
            let text = format!("`{}` takes {expected}, not `{}`", option.name.node, option.value.node);
            cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
        };
        match (option.name.node.as_str(), value.as_str()) {
            ("align", "now") => self.align_now = true,
            ("align", "end") => self.align_now = false,
            ("align", _) => bad(cursor, "`now` or `end`"),
            ("series", "relative") => self.series = Series::Relative,
            ("series", "short") => self.series = Series::Short,
            ("series", "exact") => self.series = Series::Exact,
            ("series", _) => bad(cursor, "`relative`, `short` or `exact`"),
            ("time_format", _) => self.time_format = Some(option.value.node.clone()),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for TimeWrap {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "timewrap {}{}", self.count, self.unit.name())?;
        if self.align_now {
            out.write_str(" align=now")?;
        }
        match self.series {
            Series::Relative => {}
            Series::Short => out.write_str(" series=short")?,
            Series::Exact => out.write_str(" series=exact")?,
        }
        print::option(out, "time_format", self.time_format.as_deref().map(print::Quoted))
    }
}
