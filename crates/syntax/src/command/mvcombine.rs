//! `mvcombine`: merges rows that differ in one field. `mvcombine delim="," host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Merge rows that are equal in all other fields.
#[derive(Debug, Clone, PartialEq)]
pub struct MvCombine {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What joins the values when they are flattened.
    pub delim: Option<String>,
    /// The field whose values are collected.
    pub field: Field,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["mvcombine"],
    kind: Kind::Transforming,
    summary: "merges rows that differ in one field",
    usage: "mvcombine [delim=<text>] <field>",
    options: &["delim"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut delim = None;
    let field = cursor.one_field("a field", |cursor, option| match option.name.node.as_str() {
        "delim" => delim = Some(option.value.node.clone()),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::MvCombine(MvCombine { span: cursor.command_span(), delim, field }))
}

impl Display for MvCombine {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("mvcombine")?;
        print::option(out, "delim", self.delim.as_deref().map(print::Quoted))?;
        write!(out, " {}", self.field)
    }
}
