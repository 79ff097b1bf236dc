//! `anomalies`: how little an event is like those before it. `anomalies labelonly=t maxvalues=50 BY host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Score events by how unexpected they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomalies {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Rows that are not more unexpected are dropped.
    pub threshold: f64,
    /// Whether all rows stay.
    pub label_only: bool,
    /// Whether all digits count as one.
    pub normalize: bool,
    /// How many rows before a row it is compared with, from 10 to 10,000.
    pub max_values: u64,
    /// The field; `_raw` where none is written.
    pub field: Option<Field>,
    /// Where the list of texts that are known stands, which is not supported.
    pub list: Option<Span>,
    /// Rows with equal values are compared with each other only.
    pub by: Vec<Field>,
}

/// Splunk's values.
const THRESHOLD: f64 = 0.01;
const MAX_VALUES: u64 = 100;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["anomalies"],
    kind: Kind::Centralized,
    summary: "tells how unexpected each event is",
    usage: "anomalies [threshold=<number>] [labelonly=<bool>] [normalize=<bool>] [maxvalues=<n>] [field=<field>] [BY <field>…]",
    options: &[
        "blacklist",
        "blacklistthreshold",
        "denylist",
        "denylistthreshold",
        "field",
        "labelonly",
        "maxvalues",
        "normalize",
        "threshold",
    ],
    differs: &[
        "how far texts can be compressed is measured by the phrases of Lempel and Ziv (1978), where Splunk does not say how: \
         numbers are not those of Splunk",
        "of each text the first 4096 bytes count",
        "a list of known texts is not supported",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut anomalies = Anomalies {
        span: cursor.command_span(),
        threshold: THRESHOLD,
        label_only: false,
        normalize: true,
        max_values: MAX_VALUES,
        field: None,
        list: None,
        by: Vec::new(),
    };
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "threshold" => anomalies.threshold = cursor.number(&option),
                "labelonly" => anomalies.label_only = cursor.boolean(&option),
                "normalize" => anomalies.normalize = cursor.boolean(&option),
                "maxvalues" => anomalies.max_values = cursor.unsigned(&option).clamp(10, 10_000),
                "field" => anomalies.field = Some(option.field()),
                "denylist" | "blacklist" => anomalies.list = Some(option.value.span),
                "denylistthreshold" | "blacklistthreshold" => _ = cursor.number(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if cursor.keyword("by").is_some() {
            anomalies.by = cursor.fields(&[]);
        } else {
            break;
        }
    }
    Some(Command::Anomalies(anomalies))
}

impl Display for Anomalies {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("anomalies")?;
        print::option(out, "threshold", (self.threshold != THRESHOLD).then_some(self.threshold))?;
        print::flag(out, "labelonly", self.label_only)?;
        print::option(out, "normalize", (!self.normalize).then_some(false))?;
        print::option(out, "maxvalues", (self.max_values != MAX_VALUES).then_some(self.max_values))?;
        print::option(out, "field", self.field.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "denylist", self.list.map(|_| print::Quoted("list")))?;
        print::by(out, &self.by)
    }
}
