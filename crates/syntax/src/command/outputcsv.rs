//! `outputcsv`: writes rows to a CSV file of the lookup folder. `outputcsv append=true results.csv`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Write the rows to a CSV file and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputCsv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The file; without an ending it is a `.csv`.
    pub file: Field,
    /// Whether to add to the file; its columns stay.
    pub append: bool,
    /// Whether no rows make an empty file.
    pub create_empty: bool,
    /// Whether no rows clear the file.
    pub override_if_empty: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["outputcsv"],
    kind: Kind::Centralized,
    summary: "writes rows to a CSV file",
    usage: "outputcsv [append=<bool>] [create_empty=<bool>] [override_if_empty=<bool>] <file>",
    options: &["append", "create_empty", "dispatch", "override_if_empty", "singlefile", "usexml"],
    differs: &[
        "files are in the folder of lookup tables",
        "`dispatch`, `singlefile` and `usexml` are read and have no effect",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut output = OutputCsv {
        span: cursor.command_span(),
        file: Field::new("", Span::default()),
        append: false,
        create_empty: false,
        override_if_empty: true,
    };
    let file = cursor.one_field("the name of a CSV file", |cursor, option| {
        output.set(cursor, option);
    })?;
    Some(Command::OutputCsv(OutputCsv { file, ..output }))
}

impl OutputCsv {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "append" => self.append = cursor.boolean(option),
            "create_empty" => self.create_empty = cursor.boolean(option),
            "override_if_empty" => self.override_if_empty = cursor.boolean(option),
            "dispatch" | "singlefile" | "usexml" => drop(cursor.boolean(option)),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for OutputCsv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("outputcsv")?;
        print::flag(out, "append", self.append)?;
        print::flag(out, "create_empty", self.create_empty)?;
        print::option(out, "override_if_empty", Some(false).filter(|_| !self.override_if_empty))?;
        write!(out, " {}", self.file)
    }
}
