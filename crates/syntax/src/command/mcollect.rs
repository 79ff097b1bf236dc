//! `mcollect`: writes rows as points of metrics. `… | mcollect index=m split=true prefix_field=group series`
//!
//! `meventcollect` is the same for events as they stream.

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, Spanned, cursor::Cursor, option::Choice, print,
};

/// Write the rows to an index as points of metrics and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct MCollect {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether it is written `meventcollect`.
    pub of_events: bool,
    /// The index.
    pub index: Spanned<String>,
    /// Which fields hold metrics.
    pub split: Split,
    /// The field whose value the names of metrics begin with; rows without it make no points.
    pub prefix: Option<Field>,
    /// The host of the points.
    pub host: Option<String>,
    /// The source of the points.
    pub source: Option<String>,
    /// The source type of the points; none is `mcollect_stash`.
    pub sourcetype: Option<String>,
    /// The dimensions; empty means all other fields.
    pub dimensions: Vec<Field>,
}

/// Which fields hold metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// `metric_name` with `_value`, and `metric_name:<metric>`.
    No,
    /// All but the dimensions.
    All,
    /// All but the dimensions that have no value but numbers.
    Numbers,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["mcollect"],
    kind: Kind::Centralized,
    summary: "writes rows as points of metrics",
    usage: "mcollect index=<index> [split=<bool>|allnums] [prefix_field=<field>] [host=<text>] [source=<text>] [sourcetype=<text>] [<dimension>…]",
    options: &["file", "host", "index", "marker", "name", "prefix_field", "source", "sourcetype", "split", "spool"],
    differs: &[
        "the index must be a JSON lines file or a folder; in a folder the file is `<index>-collected.ndjson`",
        "a row's own host and source stay where the command names none",
        "`file`, `marker`, `name` and `spool` are read and have no effect",
    ],
    may_write: true,
    parse: |cursor| parse(cursor, false),
    ..CommandSpec::NEW
};

/// The row of `meventcollect`.
pub(crate) const OF_EVENTS: CommandSpec = CommandSpec {
    names: &["meventcollect"],
    kind: Kind::Streaming,
    summary: "writes events as points of metrics",
    usage: "meventcollect index=<index> [split=<bool>|allnums] [prefix_field=<field>] [host=<text>] [source=<text>] [sourcetype=<text>] [<dimension>…]",
    parse: |cursor| parse(cursor, true),
    ..SPEC
};

fn parse(cursor: &mut Cursor, of_events: bool) -> Option<Command> {
    let span = cursor.command_span();
    let mut index = None;
    let mut collect = MCollect {
        span,
        of_events,
        index: Spanned { span, node: String::new() },
        split: Split::No,
        prefix: None,
        host: None,
        source: None,
        sourcetype: None,
        dimensions: Vec::new(),
    };
    collect.dimensions = cursor.any_fields(|cursor, option| match option.name.node.as_str() {
        "index" => index = Some(option.value.clone()),
        _ => collect.set(cursor, option),
    })?;
    let Some(index) = index else {
        cursor.missing("`index=<index>`");
        return None;
    };
    if collect.split == Split::All && collect.dimensions.is_empty() {
        let message = "`split=true` makes metrics of all fields but the dimensions, and none is named";
        cursor.report(
            Diagnostic::new(Code::MissingArgument, span, message)
                .help("name the dimensions at the end, or write `split=allnums` to take the fields of numbers"),
        );
        return None;
    }
    Some(Command::MCollect(MCollect { index, ..collect }))
}

impl MCollect {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let text = || Some(option.value.node.clone());
        match option.name.node.as_str() {
            "split" if option.value.node.eq_ignore_ascii_case("allnums") => self.split = Split::Numbers,
            "split" => self.split = if cursor.boolean(option) { Split::All } else { Split::No },
            "prefix_field" => self.prefix = Some(option.field()),
            "host" => self.host = text(),
            "source" => self.source = text(),
            "sourcetype" => self.sourcetype = text(),
            "spool" => drop(cursor.boolean(option)),
            "file" | "marker" | "name" => {}
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for MCollect {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(if self.of_events { "meventcollect" } else { "mcollect" })?;
        print::option(out, "index", Some(print::Quoted(&self.index.node)))?;
        match self.split {
            Split::No => {}
            Split::All => print::flag(out, "split", true)?,
            Split::Numbers => print::option(out, "split", Some("allnums"))?,
        }
        print::option(out, "prefix_field", self.prefix.as_ref().map(|field| print::Quoted(&field.name)))?;
        for (name, value) in [("host", &self.host), ("source", &self.source), ("sourcetype", &self.sourcetype)] {
            print::option(out, name, value.as_deref().map(print::Quoted))?;
        }
        self.dimensions.iter().try_for_each(|field| write!(out, " {field}"))
    }
}
