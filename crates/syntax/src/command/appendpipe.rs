//! `appendpipe`: adds the result of a pipeline over the rows so far. `appendpipe [stats sum(bytes) AS bytes]`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Search, Span, cursor::Cursor, parser::Place};

/// Add the rows that a pipeline makes of the rows that come in.
#[derive(Debug, Clone, PartialEq)]
pub struct AppendPipe {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The pipeline, which begins with the rows that come in.
    pub pipeline: Search,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["appendpipe"],
    kind: Kind::Dataset,
    summary: "adds the result of a pipeline over the rows so far",
    usage: "appendpipe [<pipeline>]",
    options: &["run_in_preview"],
    differs: &["`run_in_preview` is read and has no effect"],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut pipeline = None;
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "run_in_preview" => drop(cursor.boolean(&option)),
                _ => cursor.unknown_option(&option),
            }
        } else if cursor.peek() == Some('[') && pipeline.is_none() {
            pipeline = cursor.bracket(Place::Continuation);
        } else {
            break;
        }
    }
    let Some(pipeline) = pipeline else {
        cursor.missing("a pipeline in brackets");
        return None;
    };
    Some(Command::AppendPipe(AppendPipe { span: cursor.command_span(), pipeline }))
}

impl Display for AppendPipe {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let text = self.pipeline.to_string();
        write!(out, "appendpipe [{}]", text.strip_prefix("| ").unwrap_or(&text))
    }
}
