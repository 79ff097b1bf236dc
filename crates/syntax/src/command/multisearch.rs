//! `multisearch`: runs several searches and puts their events together. `| multisearch [search index=a] [search index=b]`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Search, Span, cursor::Cursor, parser::Place};

/// The events of several searches by time, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiSearch {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The searches, two at least.
    pub searches: Vec<Search>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["multisearch"],
    kind: Kind::Generating,
    summary: "runs several searches and puts their events together",
    usage: "| multisearch [<search>] [<search>]…",
    differs: &["the searches may hold any command, not streaming ones alone"],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let searches = brackets(cursor)?;
    if searches.len() < 2 {
        cursor.missing("two searches in brackets");
        return None;
    }
    Some(Command::MultiSearch(MultiSearch { span: cursor.command_span(), searches }))
}

/// The searches in brackets that come next.
pub(super) fn brackets(cursor: &mut Cursor) -> Option<Vec<Search>> {
    let mut searches = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.peek() != Some('[') {
            return Some(searches);
        }
        searches.push(cursor.bracket(Place::Bracket)?);
    }
}

impl Display for MultiSearch {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("multisearch")?;
        self.searches.iter().try_for_each(|search| write!(out, " [{search}]"))
    }
}
