//! `makecontinuous`: adds rows for the bins that have none. `makecontinuous _time span=1h`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::bins::Bins, cursor::Cursor};

/// Put the values of a field into bins, and add a row for each bin without one.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeContinuous {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field; `_time` where none is written.
    pub field: Option<Field>,
    /// The bins.
    pub bins: Bins,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["makecontinuous"],
    kind: Kind::Dataset,
    summary: "adds rows for the bins that have none",
    usage: "makecontinuous [<field>] [span=<span>] [bins=<count>] [minspan=<span>] [start=<number>] [end=<number>]",
    options: &["aligntime", "bins", "end", "minspan", "span", "start"],
    differs: &["rows stand in the order of the field"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut field, mut bins) = (None, Bins::default());
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            if !bins.set(cursor, &option) {
                cursor.unknown_option(&option);
            }
        } else if let Some(name) = cursor.field().filter(|_| field.is_none()) {
            field = Some(name);
        } else {
            break;
        }
    }
    Some(Command::MakeContinuous(MakeContinuous { span: cursor.command_span(), field, bins }))
}

impl Display for MakeContinuous {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("makecontinuous")?;
        if let Some(field) = &self.field {
            write!(out, " {field}")?;
        }
        write!(out, "{}", self.bins)
    }
}
