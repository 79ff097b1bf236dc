//! `filldown`: the last value above, where a field has none. `filldown host, src_*`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Repeat the last value where a field is null; empty text is a value.
#[derive(Debug, Clone, PartialEq)]
pub struct FillDown {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The fields, wildcards allowed; empty means all of the result.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["filldown"],
    kind: Kind::Centralized,
    summary: "fills nulls with the value above",
    usage: "filldown [<field>…]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let fields = cursor.fields(&[]);
    Some(Command::FillDown(FillDown { span: cursor.command_span(), fields }))
}

impl Display for FillDown {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("filldown")?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, ", ")
    }
}
