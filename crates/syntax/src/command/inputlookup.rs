//! `inputlookup`: reads a lookup table. `| inputlookup whitelist.csv where sender=*`

use std::fmt::{self, Display, Formatter};

use crate::{
    Command, CommandSpec, Field, Kind, SearchExpr, Span, cursor::Cursor, option::Choice, print, search::grammar,
};

/// Read the rows of a lookup table.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the rows are added to those that come in.
    pub append: bool,
    /// Whether a missing table is an error.
    pub strict: bool,
    /// How many rows to leave out at the front.
    pub start: u64,
    /// How many rows at most.
    pub max: Option<u64>,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// The `where` part, in the search language.
    pub condition: Option<SearchExpr>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["inputlookup"],
    kind: Kind::Generating,
    summary: "reads a lookup table",
    usage: "inputlookup [append=<bool>] [strict=<bool>] [start=<count>] [max=<count>] <table> [where <condition>]",
    options: &["append", "max", "start", "strict"],
    differs: &["a table that does not exist is an error; with `append=true` a warning"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut lookup = InputLookup {
        span: cursor.command_span(),
        append: false,
        strict: false,
        start: 0,
        max: None,
        table: Field::new("", Span::default()),
        condition: None,
    };
    let mut table = None;
    loop {
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            lookup.set(cursor, &option);
        } else if table.is_some() && cursor.keyword("where").is_some() {
            lookup.condition = Some(grammar::expr(cursor, &[]));
            break;
        } else if table.is_none() {
            table = cursor.field();
            if table.is_none() {
                break;
            }
        } else {
            break;
        }
    }
    let Some(table) = table else {
        cursor.missing("the name of a lookup table");
        return None;
    };
    Some(Command::InputLookup(InputLookup { table, ..lookup }))
}

impl InputLookup {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "append" => self.append = cursor.boolean(option),
            "max" => self.max = Some(cursor.unsigned(option)),
            "start" => self.start = cursor.unsigned(option),
            "strict" => self.strict = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for InputLookup {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("inputlookup")?;
        print::flag(out, "append", self.append)?;
        print::flag(out, "strict", self.strict)?;
        print::option(out, "start", Some(self.start).filter(|&start| start != 0))?;
        print::option(out, "max", self.max)?;
        write!(out, " {}", self.table)?;
        self.condition.as_ref().map_or(Ok(()), |condition| write!(out, " where {condition}"))
    }
}
