//! `untable`: turns columns into rows. `untable _time host count`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// A row for each cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct UnTable {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that stays.
    pub row: Field,
    /// The field that gets a column's name.
    pub column: Field,
    /// The field that gets the cell.
    pub value: Field,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["untable"],
    kind: Kind::Streaming,
    summary: "turns columns into rows",
    usage: "untable <row> <column> <value>",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut field = || {
        cursor.skip_separators();
        cursor.field()
    };
    let (Some(row), Some(column), Some(value)) = (field(), field(), field()) else {
        cursor.missing("three fields: the one that stays, and those of the names and the cells");
        return None;
    };
    Some(Command::UnTable(UnTable { span: cursor.command_span(), row, column, value }))
}

impl Display for UnTable {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "untable {} {} {}", self.row, self.column, self.value)
    }
}
