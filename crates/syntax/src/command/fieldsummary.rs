//! `fieldsummary`: a row of statistics for each field. `fieldsummary maxvals=10 status, bytes*`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Summarise fields.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSummary {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many values are listed for each field; 0 is all.
    pub max_values: u64,
    /// The fields, wildcards allowed; empty means all that are not internal.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["fieldsummary"],
    kind: Kind::Transforming,
    summary: "summarises each field",
    usage: "fieldsummary [maxvals=<count>] [<field>…]",
    options: &["maxvals"],
    differs: &["counts of different values are exact: `is_exact` is always 1"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut max_values = 100;
    let fields = cursor.any_fields(|cursor, option| match option.name.node.as_str() {
        "maxvals" => max_values = cursor.unsigned(option),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::FieldSummary(FieldSummary { span: cursor.command_span(), max_values, fields }))
}

impl Display for FieldSummary {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("fieldsummary")?;
        if self.max_values != 100 {
            write!(out, " maxvals={}", self.max_values)?;
        }
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, ", ")
    }
}
