//! `geomfilter`: cuts the shapes of regions to a box. `geom geo_us_states | geomfilter min_x=-130 max_x=-60`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, clause::frame::Frame, cursor::Cursor};

/// Cut shapes to a box.
#[derive(Debug, Clone, PartialEq)]
pub struct GeomFilter {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The box.
    pub frame: Frame,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["geomfilter"],
    kind: Kind::Streaming,
    summary: "cuts the shapes of regions to a box",
    usage: "geomfilter [min_x=<n>] [min_y=<n>] [max_x=<n>] [max_y=<n>]",
    options: &["max_x", "max_y", "min_x", "min_y"],
    differs: &["shapes end at the edges of the box; of a shape outside of it nothing is left, and its row stays"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut frame = Frame::default();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option such as `min_x=0`");
            return None;
        };
        if !frame.set(cursor, &option) {
            cursor.unknown_option(&option);
        }
    }
    Some(Command::GeomFilter(GeomFilter { span: cursor.command_span(), frame }))
}

impl Display for GeomFilter {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "geomfilter{}", self.frame)
    }
}
