//! `spath`: extracts fields from JSON or XML. `spath input=data path=user.roles{} output=role`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Extract the values at a path, or all values.
#[derive(Debug, Clone, PartialEq)]
pub struct SPath {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that holds the text; `_raw` where none is written.
    pub input: Option<Field>,
    /// The field that gets the values; the path's text where none is written.
    pub output: Option<Field>,
    /// The path; without one every value becomes a field.
    pub path: Option<Spanned<String>>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["spath"],
    kind: Kind::Streaming,
    summary: "extracts fields from JSON or XML",
    usage: "spath [input=<field>] [output=<field>] [[path=]<path>]",
    options: &["input", "output", "path"],
    differs: &["texts of any length are read", "of invalid JSON nothing is extracted"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut spath = SPath { span: cursor.command_span(), input: None, output: None, path: None };
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "input" => spath.input = Some(option.field()),
                "output" => spath.output = Some(option.field()),
                "path" => spath.path = Some(option.value),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(path) = cursor.field().filter(|_| spath.path.is_none()) {
            spath.path = Some(Spanned { span: path.span, node: path.name });
        } else {
            break;
        }
    }
    if spath.output.is_some() && spath.path.is_none() && !cursor.failed() {
        cursor.missing("a path where `output` is written");
        return None;
    }
    Some(Command::SPath(spath))
}

impl Display for SPath {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("spath")?;
        print::option(out, "input", self.input.as_ref())?;
        print::option(out, "output", self.output.as_ref())?;
        print::option(out, "path", self.path.as_ref().map(|path| print::Quoted(&path.node)))
    }
}
