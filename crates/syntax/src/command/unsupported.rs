//! `unsupported`: a command that is valid SPL and that speleo cannot run yet. `cluster t=0.9`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Search, Span, Spanned, cursor::Cursor, parser::Place};

/// A command that is valid SPL and has no rows here yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's name.
    pub name: Spanned<String>,
    /// The text after it.
    pub args: String,
    /// Subsearches in its arguments, so that `check` reads them too.
    pub subsearches: Vec<Search>,
}

/// A row for a command that is only read.
const fn row(names: &'static [&'static str], kind: Kind, summary: &'static str) -> CommandSpec {
    CommandSpec { names, kind, summary, usage: "", options: &[], differs: &["not supported yet"], parse }
}

/// Every command of SPL that cannot run yet.
pub(crate) const ROWS: [CommandSpec; ROW_COUNT] = [
    row(&["abstract"], Kind::Streaming, "shortens events to their most telling lines"),
    row(&["accum"], Kind::Centralized, "keeps a running sum of a field"),
    row(&["addcoltotals"], Kind::Transforming, "adds a row with the sum of each column"),
    row(&["addinfo"], Kind::Streaming, "adds the time range and identity of the search to each row"),
    row(&["addtotals"], Kind::Streaming, "adds the sum of its numbers to each row"),
    row(&["analyzefields", "af"], Kind::Transforming, "tells how well each numeric field predicts another"),
    row(&["anomalies"], Kind::Centralized, "tells how unexpected each event is"),
    row(&["anomalousvalue"], Kind::Dataset, "finds values that are rare for their field"),
    row(&["anomalydetection"], Kind::Dataset, "finds events that are improbable as a whole"),
    row(&["appendcols"], Kind::Dataset, "adds the columns of another search, row by row"),
    row(&["appendpipe"], Kind::Dataset, "adds the result of a pipeline over the rows so far"),
    row(&["apply"], Kind::Streaming, "applies a trained model of the machine learning toolkit"),
    row(&["arules"], Kind::Transforming, "finds association rules between fields"),
    row(&["associate"], Kind::Transforming, "finds fields that tell about each other"),
    row(&["audit"], Kind::Generating, "checks the signatures of audit events"),
    row(&["autoregress"], Kind::Centralized, "copies values of earlier rows"),
    row(&["bucketdir"], Kind::Dataset, "replaces paths by their folders"),
    row(&["chart"], Kind::Transforming, "aggregates into a table with one column per value"),
    row(&["cluster"], Kind::Centralized, "groups events with similar text"),
    row(&["cofilter"], Kind::Transforming, "counts pairs of items that users share"),
    row(&["collect", "stash", "summaryindex", "sumindex"], Kind::Centralized, "writes rows to a summary index"),
    row(&["concurrency"], Kind::Centralized, "counts events that run at the same time"),
    row(&["contingency", "counttable", "ctable"], Kind::Transforming, "counts combinations of two fields as a table"),
    row(&["convert"], Kind::Streaming, "converts values, such as times and sizes"),
    row(&["copyresults"], Kind::Generating, "copies the result of another search"),
    row(&["correlate"], Kind::Transforming, "tells which fields occur together"),
    row(&["crawl"], Kind::Generating, "looks for files to index"),
    row(&["datamodel"], Kind::Generating, "reads a data model or its events"),
    row(&["dbinspect"], Kind::Generating, "lists the buckets of an index"),
    row(&["dbxquery"], Kind::Generating, "asks an SQL database"),
    row(&["delete"], Kind::Transforming, "hides events from later searches"),
    row(&["delta"], Kind::Centralized, "computes the difference to an earlier row"),
    row(&["diff"], Kind::Transforming, "compares the text of two rows"),
    row(&["dump"], Kind::Centralized, "exports events to files"),
    row(&["entitymerge"], Kind::Centralized, "merges rows of one entity"),
    row(&["erex"], Kind::Streaming, "learns an extraction from examples"),
    row(&["eventcount"], Kind::Generating, "counts the events of indexes"),
    row(&["extract", "kv"], Kind::Streaming, "extracts key and value pairs from the text"),
    row(&["fieldformat"], Kind::Streaming, "formats a field for display only"),
    row(&["fieldsummary"], Kind::Transforming, "summarises each field"),
    row(&["file"], Kind::Generating, "reads a file of the server"),
    row(&["filldown"], Kind::Centralized, "fills nulls with the value above"),
    row(&["findkeywords"], Kind::Transforming, "finds the words that tell groups apart"),
    row(&["findtypes", "typelearner"], Kind::Transforming, "suggests event types"),
    row(&["fit"], Kind::Dataset, "trains a model of the machine learning toolkit"),
    row(&["folderize"], Kind::Transforming, "groups rows by path prefixes"),
    row(&["foreach"], Kind::Streaming, "runs a template for each field"),
    row(&["from"], Kind::Generating, "reads a dataset"),
    row(&["fromjson"], Kind::Streaming, "turns the keys of a JSON object into fields"),
    row(&["gauge"], Kind::Transforming, "shapes a number for a gauge"),
    row(&["gentimes"], Kind::Generating, "makes rows of time ranges"),
    row(&["geom"], Kind::Streaming, "adds polygons of regions"),
    row(&["geomfilter"], Kind::Streaming, "clips polygons to a box"),
    row(&["geostats"], Kind::Transforming, "aggregates by places for a map"),
    row(&["highlight"], Kind::Streaming, "marks words for display"),
    row(&["history"], Kind::Generating, "lists earlier searches"),
    row(&["iconify"], Kind::Streaming, "shows icons for values"),
    row(&["input"], Kind::Generating, "changes what the server reads"),
    row(&["inputcsv"], Kind::Generating, "reads a CSV file"),
    row(&["inputintelligence"], Kind::Generating, "reads a threat intelligence collection"),
    row(&["inputxml"], Kind::Generating, "reads an XML file"),
    row(&["join"], Kind::Dataset, "joins the rows of another search"),
    row(&["kmeans"], Kind::Dataset, "groups rows by the distance of their numbers"),
    row(&["kvform"], Kind::Streaming, "extracts fields by a form"),
    row(&["loadjob"], Kind::Generating, "reads the result of an earlier search"),
    row(&["localize"], Kind::Transforming, "lists time ranges in which events occur"),
    row(&["localop"], Kind::Streaming, "runs what follows on the search head"),
    row(&["makecontinuous"], Kind::Dataset, "adds rows for missing steps of a field"),
    row(&["makejson"], Kind::Streaming, "packs fields into a JSON object"),
    row(&["makemv"], Kind::Streaming, "splits a value into several"),
    row(&["map"], Kind::Centralized, "runs a search for each row"),
    row(&["mcatalog"], Kind::Generating, "lists metrics and their dimensions"),
    row(&["mcollect"], Kind::Centralized, "writes rows to a metric index"),
    row(&["metadata"], Kind::Generating, "lists hosts, sources or source types"),
    row(&["metasearch"], Kind::Generating, "retrieves only the metadata of events"),
    row(&["meventcollect"], Kind::Streaming, "writes events to a metric index"),
    row(&["mpreview", "msearch"], Kind::Generating, "shows raw metric points"),
    row(&["mstats"], Kind::Generating, "aggregates metrics"),
    row(&["multikv"], Kind::Streaming, "extracts fields from tables in the text"),
    row(&["multisearch"], Kind::Generating, "runs several searches and merges their events"),
    row(&["mvexpand"], Kind::Streaming, "makes a row of each value"),
    row(&["nomv"], Kind::Streaming, "joins several values into one"),
    row(&["noop"], Kind::Streaming, "does nothing"),
    row(&["outlier"], Kind::Dataset, "clips or removes extreme numbers"),
    row(&["outputcsv"], Kind::Centralized, "writes rows to a CSV file"),
    row(&["outputraw"], Kind::Centralized, "writes the text of events to a file"),
    row(&["outputtelemetry"], Kind::Centralized, "sends rows as telemetry"),
    row(&["outputtext"], Kind::Centralized, "passes on the text of events"),
    row(&["overlap"], Kind::Transforming, "finds gaps and overlaps of a summary index"),
    row(&["pivot"], Kind::Generating, "aggregates a data model as a table"),
    row(&["predict"], Kind::Dataset, "predicts the values of a time series"),
    row(&["prjob"], Kind::Streaming, "distributes what follows over processes"),
    row(&["rangemap"], Kind::Streaming, "names the range that a number falls into"),
    row(&["redistribute"], Kind::Streaming, "distributes rows over processes"),
    row(&["relevancy"], Kind::Streaming, "tells how well events match the terms"),
    row(&["reltime"], Kind::Streaming, "adds the age of events in words"),
    row(&["replace"], Kind::Streaming, "replaces values of fields"),
    row(&["require"], Kind::Centralized, "fails where there are no rows"),
    row(&["rest"], Kind::Generating, "reads the management interface of the server"),
    row(&["reverse"], Kind::Dataset, "reverses the order of rows"),
    row(&["rtorder"], Kind::Centralized, "orders events of a real-time search"),
    row(&["runshellscript"], Kind::Centralized, "runs a script of an alert"),
    row(&["savedsearch"], Kind::Generating, "runs a saved search"),
    row(&["score"], Kind::Dataset, "scores models of the machine learning toolkit"),
    row(&["script", "run"], Kind::Centralized, "runs a script of the server"),
    row(&["scrub"], Kind::Streaming, "makes events anonymous"),
    row(&["searchtxn"], Kind::Generating, "retrieves transactions"),
    row(&["selfjoin"], Kind::Dataset, "joins rows with later rows of the same values"),
    row(&["sendalert"], Kind::Centralized, "runs an alert action"),
    row(&["sendemail"], Kind::Centralized, "sends rows by mail"),
    row(&["set"], Kind::Generating, "unites, intersects or subtracts two searches"),
    row(&["setfields"], Kind::Streaming, "sets fields to constants"),
    row(&["sichart"], Kind::Transforming, "chart for a summary index"),
    row(&["sirare"], Kind::Transforming, "rare for a summary index"),
    row(&["sistats"], Kind::Transforming, "stats for a summary index"),
    row(&["sitimechart"], Kind::Transforming, "timechart for a summary index"),
    row(&["sitop"], Kind::Transforming, "top for a summary index"),
    row(&["snowevent"], Kind::Centralized, "creates an event in ServiceNow"),
    row(&["snowincident"], Kind::Centralized, "creates an incident in ServiceNow"),
    row(&["spath"], Kind::Streaming, "extracts fields from JSON or XML"),
    row(&["strcat"], Kind::Streaming, "joins fields and texts"),
    row(&["streamstats"], Kind::Centralized, "adds running aggregates to each row"),
    row(&["summarize"], Kind::Transforming, "summarises events"),
    row(&["summary"], Kind::Generating, "describes a model of the machine learning toolkit"),
    row(&["tags"], Kind::Streaming, "adds the tags of field values"),
    row(&["tail"], Kind::Dataset, "keeps the last rows"),
    row(&["timechart"], Kind::Transforming, "aggregates over time"),
    row(&["timewrap"], Kind::Transforming, "compares periods of a timechart"),
    row(&["tojson"], Kind::Streaming, "packs each row into a JSON object"),
    row(&["transaction", "transam"], Kind::Dataset, "groups events into transactions"),
    row(&["transpose"], Kind::Dataset, "turns rows into columns"),
    row(&["trendline"], Kind::Centralized, "computes moving averages"),
    row(&["tscollect"], Kind::Centralized, "writes rows to a file for tstats"),
    row(&["typeahead"], Kind::Generating, "suggests terms"),
    row(&["typer"], Kind::Streaming, "adds event types"),
    row(&["union"], Kind::Generating, "adds the rows of several datasets"),
    row(&["uniq"], Kind::Centralized, "drops rows equal to the one before"),
    row(&["untable"], Kind::Streaming, "turns columns into rows"),
    row(&["walklex"], Kind::Generating, "lists the terms of an index"),
    row(&["x11"], Kind::Dataset, "removes seasons from a time series"),
    row(&["xmlkv"], Kind::Streaming, "extracts fields from XML tags"),
    row(&["xmlunescape"], Kind::Streaming, "undoes the escapes of XML"),
    row(&["xpath"], Kind::Streaming, "extracts a field from XML by a path"),
    row(&["xyseries"], Kind::Transforming, "turns rows into a table with one column per value"),
];

/// How many there are.
pub(crate) const ROW_COUNT: usize = 144;

/// Whether the command may stand behind a pipe although it makes rows: `mstats append=t`, `inputcsv append=t`, `union`.
pub(crate) fn may_follow(command: &Unsupported) -> bool {
    let name = command.name.node.as_str();
    let appends = command.args.split_whitespace().any(|word| {
        let word = word.to_lowercase();
        word.strip_prefix("append=").is_some_and(|value| matches!(value, "t" | "true" | "1" | "yes" | "y"))
    });
    matches!(name, "union") || appends
}

/// Keeps the text, and reads the searches in brackets. The brackets of `foreach` hold a template, those of `appendpipe` go on with
/// the rows outside.
fn parse(cursor: &mut Cursor) -> Option<Command> {
    let name = cursor.command_name();
    let start = cursor.command_span().start as usize;
    let written = cursor.text().get(start..cursor.position()).unwrap_or_default();
    let name_span = Span::new(start, start + written.len());
    let args = cursor.rest().trim().to_string();
    let place = match name {
        "appendpipe" => Some(Place::Continuation),
        "foreach" => None,
        _ => Some(Place::Bracket),
    };
    let mut subsearches = Vec::new();
    if let Some(place) = place {
        while let Some(at) = crate::structure::next_bracket(cursor.rest()) {
            cursor.go(cursor.position() + at);
            match cursor.bracket(place) {
                Some(search) => subsearches.push(search),
                None => break,
            }
        }
    }
    cursor.go(cursor.end());
    let name = Spanned { span: name_span, node: name.to_string() };
    Some(Command::Unsupported(Unsupported { span: cursor.command_span(), name, args, subsearches }))
}

impl Display for Unsupported {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(&self.name.node)?;
        if self.args.is_empty() { Ok(()) } else { write!(out, " {}", self.args) }
    }
}
