//! `arules`: finds association rules between values of fields. `arules sup=5 conf=0.8 host, status`

use std::fmt::{self, Display, Formatter};

use super::contingency::share;
use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Find association rules.
#[derive(Debug, Clone, PartialEq)]
pub struct ARules {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows must have all values of a rule.
    pub support: u64,
    /// The share of rows with the given values that must have the implied ones.
    pub confidence: f64,
    /// The fields, wildcards allowed.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["arules"],
    kind: Kind::Transforming,
    summary: "finds association rules between fields",
    usage: "arules [sup=<count>] [conf=<share>] <field> <field>…",
    options: &["conf", "sup"],
    differs: &["of several values of a field on a row the first counts"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut rules = ARules { span: cursor.command_span(), support: 3, confidence: 0.5, fields: Vec::new() };
    rules.fields = cursor.any_fields(|cursor, option| match option.name.node.as_str() {
        "conf" => rules.confidence = share(cursor, option),
        "sup" => rules.support = cursor.unsigned(option),
        _ => cursor.unknown_option(option),
    })?;
    let is_enough = rules.fields.len() >= 2 || rules.fields.iter().any(Field::is_wildcard);
    if !is_enough {
        cursor.missing("at least two fields");
        return None;
    }
    Some(Command::ARules(rules))
}

impl Display for ARules {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "arules sup={} conf={} ", self.support, self.confidence)?;
        print::join(out, &self.fields, " ")
    }
}
