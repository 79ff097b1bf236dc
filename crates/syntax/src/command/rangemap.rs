//! `rangemap`: the names of the ranges that a number lies in. `rangemap field=score low=0-29 high=30-100 default=severe`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Name the ranges of a number in the field `range`.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeMap {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the number.
    pub field: Field,
    /// The ranges as they are written.
    pub ranges: Vec<NumberRange>,
    /// What stands outside of all ranges; `None` where nothing is written.
    pub default: Option<String>,
}

/// A range with a name; both ends belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRange {
    /// Its name.
    pub name: String,
    /// The smallest number in it.
    pub low: f64,
    /// The largest number in it.
    pub high: f64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["rangemap"],
    kind: Kind::Streaming,
    summary: "names the range that a number lies in",
    usage: "rangemap field=<field> <name>=<number>-<number>… [default=<text>]",
    options: &["default", "field"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut field, mut ranges, mut default) = (None, Vec::new(), None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.free_option() else {
            cursor.expected("a range such as `low=0-10`");
            return None;
        };
        match option.name.node.as_str() {
            "field" => field = Some(option.field()),
            "default" => default = Some(option.value.node),
            _ => ranges.push(range(cursor, &option)?),
        }
    }
    let Some(field) = field else {
        cursor.missing("`field=` and a field");
        return None;
    };
    Some(Command::RangeMap(RangeMap { span: cursor.command_span(), field, ranges, default }))
}

/// Reads `name=-5--1`: each of the two numbers may have a sign. Options are folded to lower case, names of ranges are not.
fn range(cursor: &mut Cursor, option: &Choice) -> Option<NumberRange> {
    let name = cursor.text().get(option.name.span.range()).unwrap_or_default().to_owned();
    let text = option.value.node.trim();
    let split = text.char_indices().skip(1).find(|&(_, next)| next == '-').map(|(at, _)| at);
    let ends = split.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match ends.and_then(|(low, high)| Some((number(low)?, number(high)?))) {
        Some((low, high)) => Some(NumberRange { name, low, high }),
        None => {
            let message = format!("`{text}` is no range of numbers");
            let error = Diagnostic::new(Code::BadValue, option.value.span, message);
            cursor.fail(error.help("a range has a number, a hyphen and a number: `low=0-10`, `cold=-20--1`"));
            None
        }
    }
}

impl Display for RangeMap {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "rangemap field={}", self.field)?;
        for NumberRange { name, low, high } in &self.ranges {
            write!(out, " {name}={low}-{high}")?;
        }
        print::option(out, "default", self.default.as_deref().map(print::Quoted))
    }
}
