//! `associate`: finds values of a field that tell about another. `associate supcnt=10 improv=0.2 host, status`

use std::fmt::{self, Display, Formatter};

use super::contingency::share;
use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Find values that make another field less uncertain.
#[derive(Debug, Clone, PartialEq)]
pub struct Associate {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows must have the value.
    pub support: u64,
    /// The share of rows that must have it.
    pub frequency: f64,
    /// By how many bits it must lower the entropy.
    pub improvement: f64,
    /// The fields, wildcards allowed; empty means all that are not internal.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["associate"],
    kind: Kind::Transforming,
    summary: "finds fields that tell about each other",
    usage: "associate [supcnt=<count>] [supfreq=<share>] [improv=<bits>] [<field>…]",
    options: &["improv", "supcnt", "supfreq"],
    differs: &["of several values of a field on a row the first counts"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let span = cursor.command_span();
    let mut associate = Associate { span, support: 100, frequency: 0.1, improvement: 0.5, fields: Vec::new() };
    associate.fields = cursor.any_fields(|cursor, option| match option.name.node.as_str() {
        "improv" => associate.improvement = cursor.number(option),
        "supcnt" => associate.support = cursor.unsigned(option),
        "supfreq" => associate.frequency = share(cursor, option),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::Associate(associate))
}

impl Display for Associate {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "associate supcnt={} supfreq={} improv={}", self.support, self.frequency, self.improvement)?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, " ")
    }
}
