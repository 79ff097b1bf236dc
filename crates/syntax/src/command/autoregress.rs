//! `autoregress`: values of earlier rows beside each row. `autoregress bytes p=1-3`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice};

/// Copy the values of earlier rows.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoRegress {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// The name of the copy; `<field>_p<n>` where none is written. Only with one distance.
    pub alias: Option<Field>,
    /// The nearest row, from 1 up.
    pub first: u64,
    /// The farthest row.
    pub last: u64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["autoregress"],
    kind: Kind::Centralized,
    summary: "copies values of earlier rows",
    usage: "autoregress <field> [AS <name>] [p=<count>|p=<count>-<count>]",
    options: &["p"],
    differs: &["`p` may be as large as memory allows"],
    parse,
    ..CommandSpec::NEW
};

/// The widest range: each distance is a column.
const MOST_COLUMNS: u64 = 1_000;

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut first, mut last) = (1, 1);
    let (field, alias) = cursor.one_field_as(|cursor, option| match option.name.node.as_str() {
        "p" => (first, last) = distances(cursor, option).unwrap_or((1, 1)),
        _ => cursor.unknown_option(option),
    })?;
    if let Some(alias) = alias.as_ref().filter(|_| first != last) {
        let text = "one name does not serve several rows: `AS` goes with a single `p`";
        cursor.report(Diagnostic::new(Code::BadValue, alias.span, text));
    }
    Some(Command::AutoRegress(AutoRegress { span: cursor.command_span(), field, alias, first, last }))
}

/// The value of `p`: one number or a range.
fn distances(cursor: &mut Cursor, option: &Choice) -> Option<(u64, u64)> {
    let text = option.value.node.as_str();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let read = first.trim().parse().ok().zip(last.trim().parse().ok());
    let range = read.filter(|&(first, last): &(u64, u64)| first >= 1 && first <= last && last - first < MOST_COLUMNS);
    if range.is_none() {
        let message = format!("`p` takes a count of rows from 1 up, or a range such as `1-3`, not `{text}`");
        cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
    }
    range
}

impl Display for AutoRegress {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "autoregress {}", self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))?;
        match (self.first, self.last) {
            (1, 1) => Ok(()),
            (first, last) if first == last => write!(out, " p={first}"),
            (first, last) => write!(out, " p={first}-{last}"),
        }
    }
}
