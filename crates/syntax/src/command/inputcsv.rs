//! `inputcsv`: reads a CSV file of the lookup folder. `| inputcsv results.csv where status>=500`

use std::fmt::{self, Display, Formatter};

use crate::{
    Command, CommandSpec, Field, Kind, SearchExpr, Span, cursor::Cursor, option::Choice, print, search::grammar,
};

/// Read the rows of a CSV file.
#[derive(Debug, Clone, PartialEq)]
pub struct InputCsv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the rows are added to those that come in.
    pub append: bool,
    /// Whether a missing file is an error even with `append`.
    pub strict: bool,
    /// Whether rows are events: newest first.
    pub events: bool,
    /// How many rows to leave out at the front.
    pub start: u64,
    /// How many rows at most.
    pub max: Option<u64>,
    /// The file; without an ending it is a `.csv`.
    pub file: Field,
    /// The `where` part, in the search language.
    pub condition: Option<SearchExpr>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["inputcsv"],
    kind: Kind::Generating,
    summary: "reads a CSV file",
    usage: "| inputcsv [append=<bool>] [strict=<bool>] [start=<count>] [max=<count>] [events=<bool>] <file> [where <condition>]",
    options: &["append", "dispatch", "events", "max", "start", "strict"],
    differs: &[
        "files are in the folder of lookup tables",
        "a file that does not exist is an error; with `append=true` a warning",
        "`dispatch` is read and has no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut input = InputCsv {
        span: cursor.command_span(),
        append: false,
        strict: false,
        events: false,
        start: 0,
        max: None,
        file: Field::new("", Span::default()),
        condition: None,
    };
    let file = cursor.one_field("the name of a CSV file", |cursor, option| input.set(cursor, option))?;
    if cursor.keyword("where").is_some() {
        input.condition = Some(grammar::expr(cursor, &[]));
    }
    Some(Command::InputCsv(InputCsv { file, ..input }))
}

impl InputCsv {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "append" => self.append = cursor.boolean(option),
            "dispatch" => drop(cursor.boolean(option)),
            "events" => self.events = cursor.boolean(option),
            "max" => self.max = Some(cursor.unsigned(option)),
            "start" => self.start = cursor.unsigned(option),
            "strict" => self.strict = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for InputCsv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("inputcsv")?;
        print::flag(out, "append", self.append)?;
        print::flag(out, "strict", self.strict)?;
        print::flag(out, "events", self.events)?;
        print::option(out, "start", Some(self.start).filter(|&start| start != 0))?;
        print::option(out, "max", self.max)?;
        write!(out, " {}", self.file)?;
        self.condition.as_ref().map_or(Ok(()), |condition| write!(out, " where {condition}"))
    }
}
