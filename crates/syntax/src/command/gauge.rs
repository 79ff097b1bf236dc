//! `gauge`: a number and the ranges of its dial. `stats count | gauge count 0 100 500`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Shape a number for a gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The number, a field or a literal.
    pub value: Field,
    /// Where the ranges begin and end, fields or literals; 0 and 100 where none is written.
    pub bounds: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["gauge"],
    kind: Kind::Transforming,
    summary: "shapes a number for a gauge",
    usage: "gauge <number or field> [<number or field>…]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut fields = cursor.fields(&[]).into_iter();
    let Some(value) = fields.next() else {
        cursor.missing("a number or a field");
        return None;
    };
    Some(Command::Gauge(Gauge { span: cursor.command_span(), value, bounds: fields.collect() }))
}

impl Display for Gauge {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "gauge {}", self.value)?;
        for bound in &self.bounds {
            write!(out, " {bound}")?;
        }
        Ok(())
    }
}
