//! `trendline`: moving averages. `trendline sma5(bytes) AS smooth ema10(bytes)`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, print};

/// Add moving averages.
#[derive(Debug, Clone, PartialEq)]
pub struct Trendline {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The averages.
    pub trends: Vec<Trend>,
}

/// One moving average.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Which one.
    pub average: Average,
    /// How many values it looks at, from 2 to 10,000.
    pub period: u64,
    /// The field.
    pub field: Field,
    /// The name of the result; `sma5(field)` where none is written.
    pub alias: Option<Field>,
}

/// The kinds of moving averages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// `sma`: the plain mean.
    Simple,
    /// `ema`: older values count less by a constant factor.
    Exponential,
    /// `wma`: the newest value counts n times, the one before n-1 times.
    Weighted,
}

impl Average {
    /// The name before the period.
    pub fn name(self) -> &'static str {
        match self {
            Average::Simple => "sma",
            Average::Exponential => "ema",
            Average::Weighted => "wma",
        }
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["trendline"],
    kind: Kind::Centralized,
    summary: "computes moving averages",
    usage: "trendline (sma|ema|wma)<count>(<field>) [AS <name>]…",
    differs: &["rows without a number are left out of the averages and get none"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut trends = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(written) = cursor.field() else {
            cursor.expected("an average such as `sma5(field)`");
            return None;
        };
        let Some((average, period, field)) = read(&written) else {
            let text = format!("`{}` is no moving average", written.name);
            let error = Diagnostic::new(Code::Syntax, written.span, text);
            cursor.fail(error.help("`sma`, `ema` or `wma`, a number of rows from 2 to 10000, a field: `sma5(bytes)`"));
            return None;
        };
        trends.push(Trend { average, period, field, alias: cursor.alias() });
    }
    if trends.is_empty() {
        cursor.missing("an average such as `sma5(field)`");
        return None;
    }
    Some(Command::Trendline(Trendline { span: cursor.command_span(), trends }))
}

/// Takes `sma5(field)` apart.
fn read(written: &Field) -> Option<(Average, u64, Field)> {
    let (head, rest) = written.name.split_once('(')?;
    let field = rest.strip_suffix(')')?.trim().trim_matches('"');
    let (name, period) = head.split_at_checked(3)?;
    let averages = [Average::Simple, Average::Exponential, Average::Weighted];
    let average = averages.into_iter().find(|average| name.eq_ignore_ascii_case(average.name()))?;
    let period = period.parse().ok().filter(|period| (2..=10_000).contains(period))?;
    let start = written.span.start as usize + head.len() + 1;
    (!field.is_empty()).then(|| (average, period, Field::new(field, Span::new(start, start + field.len()))))
}

impl Display for Trend {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{}{}({})", self.average.name(), self.period, self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))
    }
}

impl Display for Trendline {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("trendline ")?;
        print::join(out, &self.trends, " ")
    }
}
