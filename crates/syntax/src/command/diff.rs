//! `diff`: how the texts of two rows differ. `diff position1=1 position2=2 attribute=config`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Compare a field of two rows, line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The number of the first row, from 1.
    pub first: u64,
    /// The number of the second row.
    pub second: u64,
    /// The field; `_raw` where none is written.
    pub attribute: Option<Field>,
    /// Whether lines with the numbers of the rows stand before the difference.
    pub header: bool,
    /// Whether the difference has the form of `diff -c`, not of `diff -u`.
    pub context: bool,
    /// How many bytes of each text are compared; 0 is all.
    pub most: u64,
}

/// Splunk's limit of bytes.
const MOST: u64 = 100_000;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["diff"],
    kind: Kind::Transforming,
    summary: "compares the text of two rows",
    usage: "diff [position1=<n>] [position2=<n>] [attribute=<field>] [diffheader=<bool>] [context=<bool>] [maxlen=<bytes>]",
    options: &["attribute", "context", "diffheader", "maxlen", "position1", "position2"],
    differs: &[
        "the header names the numbers of the rows",
        "there is no row where one of the two does not exist",
        "of a longer text the first `maxlen` bytes are compared",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut diff = Diff {
        span: cursor.command_span(),
        first: 1,
        second: 2,
        attribute: None,
        header: false,
        context: false,
        most: MOST,
    };
    while !cursor.at_end() {
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "position1" => diff.first = cursor.unsigned(&option),
            "position2" => diff.second = cursor.unsigned(&option),
            "attribute" => diff.attribute = Some(option.field()),
            "diffheader" => diff.header = cursor.boolean(&option),
            "context" => diff.context = cursor.boolean(&option),
            "maxlen" => diff.most = cursor.unsigned(&option),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::Diff(diff))
}

impl Display for Diff {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("diff")?;
        print::option(out, "position1", (self.first != 1).then_some(self.first))?;
        print::option(out, "position2", (self.second != 2).then_some(self.second))?;
        print::option(out, "attribute", self.attribute.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::flag(out, "diffheader", self.header)?;
        print::flag(out, "context", self.context)?;
        print::option(out, "maxlen", (self.most != MOST).then_some(self.most))
    }
}
