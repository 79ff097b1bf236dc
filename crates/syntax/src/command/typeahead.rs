//! `typeahead`: how a search may go on. `| typeahead prefix="host=w" count=10 index=web`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, clause::IndexList, cursor::Cursor, option::Choice, print};

/// Suggest words, and fields with values.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeAhead {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The search so far; its last word is the one that goes on.
    pub prefix: Spanned<String>,
    /// How many suggestions at most.
    pub count: u64,
    /// The indexes; the default ones where none is named.
    pub indexes: IndexList,
    /// The first second of events that count.
    pub start: Option<i64>,
    /// The second after the last.
    pub end: Option<i64>,
    /// Whether a word is left out that begins another one of the same number of events.
    pub collapse: bool,
    /// Patterns of suggestions that are left out.
    pub banned: Vec<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["typeahead"],
    kind: Kind::Generating,
    summary: "suggests how a search may go on",
    usage: "| typeahead prefix=<text> count=<n> [index=<index>]… [starttimeu=<seconds>] [endtimeu=<seconds>] [collapse=<bool>] [banned_segments=<patterns>]",
    options: &[
        "banned_segments",
        "collapse",
        "count",
        "endtimeu",
        "index",
        "max_servers",
        "max_time",
        "prefix",
        "starttimeu",
        "use_cache",
    ],
    differs: &[
        "the events are read; nothing is kept from one call to the next, and there is no limit of time",
        "words are as `walklex` lists them, the most frequent first; `operator` is always false",
        "`max_servers`, `max_time` and `use_cache` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut ahead = TypeAhead {
        span: cursor.command_span(),
        prefix: Spanned { span: Span::default(), node: String::new() },
        count: 0,
        indexes: IndexList::default(),
        start: None,
        end: None,
        collapse: true,
        banned: Vec::new(),
    };
    let (mut prefix, mut count) = (false, false);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option such as `prefix=…`");
            return None;
        };
        prefix |= option.name.node == "prefix";
        count |= option.name.node == "count";
        ahead.set(cursor, option);
    }
    if !prefix || !count {
        cursor.missing(if prefix { "`count=…`" } else { "`prefix=…`" });
        return None;
    }
    Some(Command::TypeAhead(ahead))
}

impl TypeAhead {
    fn set(&mut self, cursor: &mut Cursor, option: Choice) {
        match option.name.node.as_str() {
            "banned_segments" => {
                let patterns = option.value.node.split(';').map(str::trim).filter(|pattern| !pattern.is_empty());
                self.banned = patterns.map(str::to_owned).collect();
            }
            "collapse" => self.collapse = cursor.boolean(&option),
            "count" => self.count = cursor.unsigned(&option),
            "endtimeu" => self.end = i64::try_from(cursor.unsigned(&option)).ok(),
            "index" => self.indexes.push(option.value),
            "max_servers" | "max_time" => drop(cursor.unsigned(&option)),
            "prefix" => self.prefix = option.value,
            "starttimeu" => self.start = i64::try_from(cursor.unsigned(&option)).ok(),
            "use_cache" => drop(cursor.boolean(&option)),
            _ => cursor.unknown_option(&option),
        }
    }
}

impl Display for TypeAhead {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "typeahead prefix={} count={}", print::Quoted(&self.prefix.node), self.count)?;
        write!(out, "{}", self.indexes)?;
        print::option(out, "starttimeu", self.start)?;
        print::option(out, "endtimeu", self.end)?;
        print::option(out, "collapse", Some(false).filter(|_| !self.collapse))?;
        let banned = Some(self.banned.join(";")).filter(|banned| !banned.is_empty());
        print::option(out, "banned_segments", banned.as_deref().map(print::Quoted))
    }
}
