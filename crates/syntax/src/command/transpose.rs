//! `transpose`: turns rows into columns. `transpose 0 header_field=host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print, token};

/// A row for each field, and a column for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Transpose {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows count; 0 is all.
    pub count: u64,
    /// The column of the fields' names.
    pub column_name: String,
    /// The field that names the columns.
    pub header: Option<Field>,
    /// Whether fields without any value make a row.
    pub include_empty: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["transpose"],
    kind: Kind::Dataset,
    summary: "turns rows into columns",
    usage: "transpose [<count>] [column_name=<name>] [header_field=<field>] [include_empty=<bool>]",
    options: &["column_name", "header_field", "include_empty", "int"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut transpose = Transpose {
        span: cursor.command_span(),
        count: 5,
        column_name: "column".to_owned(),
        header: None,
        include_empty: true,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            transpose.set(cursor, &option);
        } else if let Some(count) = cursor.token(token::integer).and_then(|count| count.node.parse().ok()) {
            transpose.count = count;
        } else {
            break;
        }
    }
    Some(Command::Transpose(transpose))
}

impl Transpose {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "column_name" => self.column_name.clone_from(&option.value.node),
            "header_field" => self.header = Some(option.field()),
            "include_empty" => self.include_empty = cursor.boolean(option),
            "int" => self.count = cursor.unsigned(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Transpose {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("transpose")?;
        if self.count != 5 {
            write!(out, " {}", self.count)?;
        }
        if self.column_name != "column" {
            print::option(out, "column_name", Some(print::Quoted(&self.column_name)))?;
        }
        print::option(out, "header_field", self.header.as_ref())?;
        if self.include_empty { Ok(()) } else { out.write_str(" include_empty=false") }
    }
}
