//! `mpreview`: single points of metrics. `| mpreview index=m filter="metric_name=cpu.* host=a"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print};

/// Show points of metrics as events.
#[derive(Debug, Clone, PartialEq)]
pub struct MPreview {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The indexes; none are the default ones.
    pub indexes: Vec<Spanned<String>>,
    /// `filter=`: a condition on metrics and dimensions.
    pub filter: Option<Spanned<String>>,
    /// How many points of each time series; 0 is all.
    pub per_series: u64,
    /// `earliest=`.
    pub earliest: Option<String>,
    /// `latest=`.
    pub latest: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["mpreview", "msearch"],
    kind: Kind::Generating,
    summary: "shows raw metric points",
    usage: "mpreview [index=<name>]… [filter=\"<condition>\"] [target_per_timeseries=<count>] [earliest=<time>] [latest=<time>]",
    options: &["chunk_size", "earliest", "filter", "index", "latest", "splunk_server", "target_per_timeseries"],
    differs: &["`target_per_timeseries` counts exactly; Splunk counts for each of its index files"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut preview = MPreview {
        span: cursor.command_span(),
        indexes: Vec::new(),
        filter: None,
        per_series: 5,
        earliest: None,
        latest: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option");
            return None;
        };
        match option.name.node.as_str() {
            "chunk_size" => drop(cursor.unsigned(&option)),
            "earliest" => preview.earliest = Some(option.value.node),
            "filter" => preview.filter = Some(option.value),
            "index" => preview.indexes.push(option.value),
            "latest" => preview.latest = Some(option.value.node),
            "splunk_server" => {}
            "target_per_timeseries" => preview.per_series = cursor.unsigned(&option),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::MPreview(preview))
}

impl Display for MPreview {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("mpreview")?;
        for index in &self.indexes {
            write!(out, " index={}", print::Quoted(&index.node))?;
        }
        print::option(out, "filter", self.filter.as_ref().map(|filter| print::Quoted(&filter.node)))?;
        if self.per_series != 5 {
            write!(out, " target_per_timeseries={}", self.per_series)?;
        }
        print::option(out, "earliest", self.earliest.as_deref().map(print::Quoted))?;
        print::option(out, "latest", self.latest.as_deref().map(print::Quoted))
    }
}
