//! `selfjoin`: rows joined with later rows of the same values. `selfjoin max=2 keepsingle=t session`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Join rows with later ones that have equal fields.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfJoin {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the later row's values replace those of the row itself.
    pub overwrite: bool,
    /// How many later rows each row is joined with at most; 0 is all.
    pub max: u64,
    /// Whether rows without a later one stay.
    pub keep_single: bool,
    /// The fields that have to be equal.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["selfjoin"],
    kind: Kind::Dataset,
    summary: "joins rows with later rows of the same values",
    usage: "selfjoin [overwrite=<bool>] [max=<n>] [keepsingle=<bool>] <field>…",
    options: &["keepsingle", "max", "overwrite"],
    differs: &["a value that the later row lacks stays, also with `overwrite`"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut overwrite, mut max, mut keep_single, mut fields) = (true, 1, false, Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "overwrite" => overwrite = cursor.boolean(&option),
                "max" => max = cursor.unsigned(&option),
                "keepsingle" => keep_single = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            fields.push(field);
        } else {
            break;
        }
    }
    if fields.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::SelfJoin(SelfJoin { span: cursor.command_span(), overwrite, max, keep_single, fields }))
}

impl Display for SelfJoin {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("selfjoin")?;
        print::option(out, "overwrite", (!self.overwrite).then_some(false))?;
        print::option(out, "max", (self.max != 1).then_some(self.max))?;
        print::flag(out, "keepsingle", self.keep_single)?;
        for field in &self.fields {
            write!(out, " {field}")?;
        }
        Ok(())
    }
}
