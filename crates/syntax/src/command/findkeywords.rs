//! `findkeywords`: the words that tell groups of events apart. `cluster labelonly=t | findkeywords labelfield=cluster_label`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Find a search for each group of events.
#[derive(Debug, Clone, PartialEq)]
pub struct FindKeywords {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that tells an event's group.
    pub label: Field,
    /// Whether of groups with the same search only the one that it fits best is shown.
    pub dedup: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["findkeywords"],
    kind: Kind::Transforming,
    summary: "finds the words that tell groups apart",
    usage: "findkeywords labelfield=<field> [dedup=<bool>]",
    options: &["dedup", "labelfield"],
    differs: &[
        "words are added to a group's search one by one, at most 5 that events must have and 5 that they must not, each time \
         the one after which the search fits the group best (F1, the harmonic mean of precision and recall); Splunk does not \
         say how it finds them",
        "`confidence` is that F1; `percentInInputGroup` and `percentMatched` are shares from 0 to 1",
        "words are runs of letters, digits and `_`; case does not count",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut label, mut dedup) = (None, false);
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "dedup" => dedup = cursor.boolean(option),
        "labelfield" => label = Some(option.field()),
        _ => cursor.unknown_option(option),
    });
    if !is_read {
        return None;
    }
    let Some(label) = label else {
        cursor.missing("`labelfield=` with a field");
        return None;
    };
    Some(Command::FindKeywords(FindKeywords { span: cursor.command_span(), label, dedup }))
}

impl Display for FindKeywords {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "findkeywords labelfield={}", print::Quoted(&self.label.name))?;
        print::flag(out, "dedup", self.dedup)
    }
}
