//! `lookup`: adds fields from a lookup table. `lookup users.csv id AS uid OUTPUT name`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Add the fields of matching rows of a lookup table.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// What must be equal.
    pub inputs: Vec<Mapping>,
    /// What is added; empty means every other column.
    pub outputs: Vec<Mapping>,
    /// Whether existing values are overwritten.
    pub output: Output,
}

/// A column of the table and the field of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The column of the table.
    pub column: Field,
    /// The field of the event; the same name where no `AS` is written.
    pub field: Field,
}

/// What happens to fields that exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// No clause: all other columns, as `OUTPUT`.
    Implied,
    /// `OUTPUT`: they are overwritten. Without columns behind it, all others are meant.
    Overwrite,
    /// `OUTPUTNEW`: rows that have them keep them.
    New,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["lookup"],
    kind: Kind::Streaming,
    summary: "adds fields from a lookup table",
    usage: "lookup <table> <column> [AS <field>]… [OUTPUT|OUTPUTNEW <column> [AS <field>]…]",
    options: &["local", "update"],
    differs: &["`local` and `update` are read and have no effect"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    while let Some(option) = cursor.option() {
        match option.name.node.as_str() {
            "local" | "update" => drop(cursor.boolean(&option)),
            _ => cursor.unknown_option(&option),
        }
    }
    let Some(table) = cursor.field() else {
        cursor.missing("the name of a lookup table");
        return None;
    };
    let inputs = mappings(cursor)?;
    let output = if cursor.keyword("output").is_some() {
        Output::Overwrite
    } else if cursor.keyword("outputnew").is_some() {
        Output::New
    } else {
        Output::Implied
    };
    let outputs = mappings(cursor)?;
    if inputs.is_empty() {
        cursor.missing("a column to compare with");
        return None;
    }
    Some(Command::Lookup(Lookup { span: cursor.command_span(), table, inputs, outputs, output }))
}

/// `column AS field, column`, up to `OUTPUT`.
fn mappings(cursor: &mut Cursor) -> Option<Vec<Mapping>> {
    let mut mappings = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() || cursor.at_keyword(&["output", "outputnew"]) {
            return Some(mappings);
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "local" | "update" => drop(cursor.boolean(&option)),
                _ => cursor.unknown_option(&option),
            }
            continue;
        }
        let Some(column) = cursor.field() else {
            cursor.expected("a column");
            return None;
        };
        let field = cursor.alias().unwrap_or_else(|| column.clone());
        mappings.push(Mapping { column, field });
    }
}

impl Display for Lookup {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "lookup {} ", self.table)?;
        print::join(out, &self.inputs, ", ")?;
        match self.output {
            Output::Implied => return Ok(()),
            Output::Overwrite => out.write_str(" OUTPUT ")?,
            Output::New => out.write_str(" OUTPUTNEW ")?,
        }
        print::join(out, &self.outputs, ", ")
    }
}

impl Display for Mapping {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let Mapping { column, field } = self;
        if column == field { write!(out, "{column}") } else { write!(out, "{column} AS {field}") }
    }
}
