//! `x11`: a series without its season. `timechart span=1d sum(bytes) AS bytes | x11 mult7(bytes) AS trend`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor};

/// Remove the season from a series.
#[derive(Debug, Clone, PartialEq)]
pub struct X11 {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the season is a factor of the numbers, not added to them.
    pub multiply: bool,
    /// How many rows a season has, from 2 to 10,000.
    pub period: u64,
    /// The field.
    pub field: Field,
    /// The name of the result; `x11(field)` where none is written.
    pub alias: Option<Field>,
}

/// Splunk's period.
const PERIOD: u64 = 12;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["x11"],
    kind: Kind::Dataset,
    summary: "removes the season from a time series",
    usage: "x11 [add|mult][<period>](<field>) [AS <name>]",
    differs: &[
        "the core of the X-11 method: extreme values are not replaced, and averages near the ends are of what is there",
        "a series of less than two periods has no result",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let Some(written) = cursor.field() else {
        cursor.missing("a series such as `mult12(field)`");
        return None;
    };
    // A blank may stand before the parenthesis.
    let rest = if written.name.contains('(') { None } else { cursor.field() };
    let text = format!("{}{}", written.name, rest.as_ref().map_or("", |rest| rest.name.as_str()));
    let span = rest.map_or(written.span, |rest| written.span.to(rest.span));
    let Some((multiply, period, name)) = read(&text) else {
        let error = Diagnostic::new(Code::Syntax, span, format!("`{text}` is no series for `x11`"));
        cursor.fail(error.help("`add` or `mult`, a period from 2 to 10000, and a field: `mult12(bytes)`"));
        return None;
    };
    let field = Field::new(name, span);
    Some(Command::X11(X11 { span: cursor.command_span(), multiply, period, field, alias: cursor.alias() }))
}

/// Takes `mult12(field)` apart.
fn read(text: &str) -> Option<(bool, u64, String)> {
    let (head, rest) = text.split_once('(')?;
    let field = rest.strip_suffix(')')?.trim().trim_matches('"');
    let head = head.trim().trim_end_matches("()").to_lowercase();
    let (multiply, period) = match head.strip_prefix("add") {
        Some(period) => (false, period),
        None => (true, head.strip_prefix("mult").unwrap_or(&head)),
    };
    let period = match period {
        "" => PERIOD,
        digits => digits.parse().ok().filter(|period| (2..=10_000).contains(period))?,
    };
    (!field.is_empty()).then(|| (multiply, period, field.to_owned()))
}

impl Display for X11 {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let kind = if self.multiply { "mult" } else { "add" };
        write!(out, "x11 {kind}{}({})", self.period, self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))
    }
}
