//! `setfields`: constants in every row. `setfields vendor="Cisco", product="ESA"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Set fields to texts.
#[derive(Debug, Clone, PartialEq)]
pub struct SetFields {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The fields and their values.
    pub values: Vec<(Field, String)>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["setfields"],
    kind: Kind::Streaming,
    summary: "sets fields to texts",
    usage: "setfields <field>=\"<text>\"[, …]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut values = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("a field, `=` and a text");
            return None;
        };
        // Options are folded to lower case, fields are not.
        let name = cursor.text().get(option.name.span.range()).unwrap_or_default();
        values.push((Field::new(name.to_owned(), option.name.span), option.value.node));
    }
    if values.is_empty() {
        cursor.missing("a field, `=` and a text");
        return None;
    }
    Some(Command::SetFields(SetFields { span: cursor.command_span(), values }))
}

impl Display for SetFields {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("setfields")?;
        for (index, (field, value)) in self.values.iter().enumerate() {
            write!(out, "{} {}={}", if index == 0 { "" } else { "," }, field.name, print::Quoted(value))?;
        }
        Ok(())
    }
}
