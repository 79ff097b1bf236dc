//! `findtypes`: searches that could be event types. `index=web | findtypes max=20 useraw`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, print};

/// Suggest event types.
#[derive(Debug, Clone, PartialEq)]
pub struct FindTypes {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many types are suggested at most.
    pub most: u64,
    /// Whether types are left out whose events all have an event type.
    pub not_covered: bool,
    /// Whether words of `_raw` count beside the values of fields.
    pub use_raw: bool,
}

/// Splunk's number of types.
const MOST: u64 = 10;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["findtypes"],
    kind: Kind::Transforming,
    summary: "suggests event types",
    usage: "findtypes [max=<n>] [notcovered] [useraw]",
    options: &["max"],
    differs: &[
        "types are found from the frequent to the rare: the most frequent `field=value` (with `useraw` also word) that not all \
         events have makes a type, of equal ones the first by its text; the rest and, one level deeper, the type's own events are divided \
         likewise; Splunk does not say how it finds them",
        "a type has at least two events; values of fields that are different on nearly all events make no types",
        "columns are `search`, `count`, `depth` (how many conditions), `coverage` and `percent-with-eventtypes` (percents); \
         Splunk documents none",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut types = FindTypes { span: cursor.command_span(), most: MOST, not_covered: false, use_raw: false };
    while !cursor.at_end() {
        if cursor.keyword("notcovered").is_some() {
            types.not_covered = true;
        } else if cursor.keyword("useraw").is_some() {
            types.use_raw = true;
        } else if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "max" => types.most = cursor.unsigned(&option),
                _ => cursor.unknown_option(&option),
            }
        } else {
            cursor.expected("`max=`, `notcovered`, `useraw` or the end");
            return None;
        }
    }
    Some(Command::FindTypes(types))
}

impl Display for FindTypes {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("findtypes")?;
        print::option(out, "max", (self.most != MOST).then_some(self.most))?;
        out.write_str(if self.not_covered { " notcovered" } else { "" })?;
        out.write_str(if self.use_raw { " useraw" } else { "" })
    }
}
