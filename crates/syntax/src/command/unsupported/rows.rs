//! The table of the commands that are only read. `fit`

use crate::{CommandSpec, Kind};

/// A row for a command that is only read.
const fn row(names: &'static [&'static str], kind: Kind, summary: &'static str) -> CommandSpec {
    CommandSpec { names, kind, summary, differs: &["not supported yet"], parse: super::parse, ..CommandSpec::NEW }
}

/// Every command of SPL that cannot run yet.
pub(crate) const ROWS: &[CommandSpec] = &[
    row(&["apply"], Kind::Streaming, "applies a trained model of the machine learning toolkit"),
    row(&["audit"], Kind::Generating, "checks the signatures of audit events"),
    row(&["copyresults"], Kind::Generating, "copies the result of another search"),
    row(&["crawl"], Kind::Generating, "looks for files to index"),
    row(&["dbxquery", "dbquery"], Kind::Generating, "asks an SQL database"),
    row(&["delete"], Kind::Transforming, "hides events from later searches"),
    row(&["entitymerge"], Kind::Centralized, "merges rows of one entity"),
    row(&["file"], Kind::Generating, "reads a file of the server"),
    row(&["typelearner"], Kind::Transforming, "suggests event types"),
    row(&["fit"], Kind::Dataset, "trains a model of the machine learning toolkit"),
    row(&["input"], Kind::Generating, "changes what the server reads"),
    row(&["inputintelligence"], Kind::Generating, "reads a threat intelligence collection"),
    row(&["inputxml"], Kind::Generating, "reads an XML file"),
    row(&["outputtelemetry"], Kind::Centralized, "sends rows as telemetry"),
    row(&["rtorder"], Kind::Centralized, "orders events of a real-time search"),
    row(&["runshellscript"], Kind::Centralized, "runs a script of an alert"),
    row(&["score"], Kind::Dataset, "scores models of the machine learning toolkit"),
    row(&["script", "run"], Kind::Centralized, "runs a script of the server"),
    row(&["snowevent"], Kind::Centralized, "creates an event in ServiceNow"),
    row(&["snowincident"], Kind::Centralized, "creates an incident in ServiceNow"),
    row(&["summarize"], Kind::Transforming, "summarises events"),
    row(&["summary"], Kind::Generating, "describes a model of the machine learning toolkit"),
];

/// How many there are.
pub(crate) const ROW_COUNT: usize = ROWS.len();
