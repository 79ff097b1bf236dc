//! The command line's grammar: `speleo search --index web=logs/*.log --last 24h 'index=web | top status'`.

mod accelerate;
mod config;
mod doctor;
mod explain;
mod habit;
mod index;
mod lsp;
mod manual;
mod schedule;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use speleo_engine::IndexSetting;

pub(crate) use self::{
    accelerate::AccelerateArgs,
    config::{ConfigArgs, ConfigCommand},
    doctor::DoctorArgs,
    explain::{ExplainArgs, ExplainFormat, InspectArgs, Section, ShownArgs},
    index::{IndexArgs, IndexCommand, IngestArgs},
    lsp::LspArgs,
    manual::{CompletionsArgs, HelpArgs, ManualFormat},
    schedule::{DaemonArgs, RunArgs, concurrent},
};
use crate::{completion, output::Format, plot::Kind};

/// Splunk's search language without Splunk: SPL over Parquet, JSON lines, CSV and raw logs.
#[derive(Debug, Parser)]
#[command(name = "speleo", version, disable_help_subcommand = true, after_help = SHORT_FORM)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const SHORT_FORM: &str = "\
Short forms: `speleo 'SPL'` searches, `… | speleo` runs the search that it reads, and `speleo` alone on a terminal is a shell.";

/// The commands of the program.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one search
    Search(Box<SearchArgs>),
    /// Run saved query files, or folders of them, each under a heading; with --due, the scheduled searches whose time has come
    Run(Box<RunArgs>),
    /// Run scheduled searches whenever their time comes, until it is stopped
    Daemon(Box<DaemonArgs>),
    /// Parse and plan searches without data
    Check(Box<CheckArgs>),
    /// Show what conf files say together, or what is wrong in them
    Conf(Box<ConfArgs>),
    /// Show the settings of all runs and where they come from
    Config(Box<ConfigArgs>),
    /// Make a project of a Splunk app or a repository of detections, with a report of what runs
    Port(Box<PortArgs>),
    /// Make native indexes, look at them, care for them
    Index(Box<IndexArgs>),
    /// Add files to a native index
    Ingest(Box<IngestArgs>),
    /// Compute summaries of data models, show or delete them
    Accelerate(Box<AccelerateArgs>),
    /// Run golden tests and the tests of detections
    Test(Box<TestArgs>),
    /// Bring saved query files into the canonical layout, in place
    Fmt(Box<FmtArgs>),
    /// Serve editors: a language server on standard input and output
    Lsp(Box<LspArgs>),
    /// Show how a search is planned, or what a diagnostic code means
    #[command(after_help = explain::EXPLAIN_KEYS)]
    Explain(Box<ExplainArgs>),
    /// Run a search and show what each operator did, and for which command
    #[command(after_help = explain::INSPECT_KEYS)]
    Inspect(Box<InspectArgs>),
    /// Write a small project with generated mail and traffic, and run the bundled searches over it
    Demo(Box<DemoArgs>),
    /// Look at this installation: build, terminal, machine, folders, project, stores, and a search whose answer is known
    Doctor(Box<DoctorArgs>),
    /// Show the manual: pages of commands, functions, codes and topics, or all of it in files
    Help(HelpArgs),
    /// Print what makes a shell complete the words of this program
    Completions(CompletionsArgs),
}

/// Words that later versions use as commands: not a search by accident now.
const RESERVED: &[&str] = &["serve", "cluster"];

/// Where data, definitions and time come from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WorldArgs {
    /// The folder with speleo.toml; by default the nearest one at or above the current folder
    #[arg(long, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// A file, folder or glob served as index NAME, also in an object store (s3://bucket/logs/*.gz); repeatable
    #[arg(long, value_name = "NAME=PATH", value_parser = name_and_value)]
    pub(crate) index: Vec<(String, String)>,
    /// A folder of conf files, an app with default/ and local/, or a folder of apps; repeatable
    #[arg(long, value_name = "DIR")]
    pub(crate) conf: Vec<PathBuf>,
    /// The app in which searches run, where --conf is a folder of apps; in none they see what apps share
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// Whose own settings they see, where --conf has a folder users
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The sourcetype of events that name none
    #[arg(long, value_name = "S")]
    pub(crate) sourcetype: Option<String>,
    /// The source of events that name none
    #[arg(long, value_name = "S")]
    pub(crate) source: Option<String>,
    /// The host of events that name none
    #[arg(long, value_name = "H")]
    pub(crate) host: Option<String>,
    /// The folder of CSV lookup files
    #[arg(long, value_name = "DIR")]
    pub(crate) lookups: Option<PathBuf>,
    /// A macros.conf; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) macros: Vec<PathBuf>,
    /// A folder of data model definitions, one JSON file each; repeatable
    #[arg(long, value_name = "DIR")]
    pub(crate) datamodels: Vec<PathBuf>,
    /// An MMDB with the places of addresses, also as .zst, instead of the bundled one of countries
    #[arg(long, value_name = "FILE")]
    pub(crate) geoip: Option<PathBuf>,
    /// The first instant: relative (-24h@h), ISO or epoch seconds
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) earliest: Option<String>,
    /// The instant after the last
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) latest: Option<String>,
    /// The time up to now, such as 24h
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["earliest", "latest"])]
    pub(crate) last: Option<String>,
    /// A time range by name, such as "Last 24 hours": Splunk's menu, or the times.conf of --conf
    #[arg(long, value_name = "NAME", conflicts_with_all = ["earliest", "latest", "last"], add = completion::time_ranges())]
    pub(crate) time_range: Option<String>,
    /// What now() and relative times start from
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
    /// IANA time zone; by default the system's
    #[arg(long, value_name = "TZ", add = completion::timezones())]
    pub(crate) timezone: Option<String>,
    /// The most memory that a search may take, such as 2GB
    #[arg(long, value_name = "SIZE", value_parser = byte_size)]
    pub(crate) memory_limit: Option<usize>,
    /// Apply Splunk's silent caps, such as 10,000 rows of a subsearch; limits.conf changes their numbers
    #[arg(long)]
    pub(crate) splunk_limits: bool,
    /// Read all events where a search says `summariesonly=true`
    #[arg(long)]
    pub(crate) ignore_summariesonly: bool,
}

impl WorldArgs {
    /// The indexes as the engine takes them.
    pub(crate) fn indexes(&self) -> Vec<IndexSetting> {
        let setting = |(name, path): &(String, String)| IndexSetting {
            name: name.clone(),
            path: path.clone(),
            sourcetype: self.sourcetype.clone(),
            source: self.source.clone(),
            host: self.host.clone(),
        };
        self.index.iter().map(setting).collect()
    }
}

/// How rows are written.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputArgs {
    /// The form of the rows; by default a table on a terminal and JSON lines in a pipe
    #[arg(long, short, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// Write to a file; its ending picks the form
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Draw a picture in place of the table; a kind may follow, else it suits the rows
    #[arg(long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "auto")]
    pub(crate) plot: Option<Kind>,
    /// Rows printed, 0 for all; by default all, but 100 for a table on a terminal without a pager
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print straight to the terminal, however long the output is
    #[arg(long)]
    pub(crate) no_pager: bool,
    /// Do not show on a terminal how far a search is
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Exit with status 3 where there are no rows
    #[arg(long)]
    pub(crate) fail_on_empty: bool,
    /// Exit with status 4 where there are rows
    #[arg(long, conflicts_with = "fail_on_empty")]
    pub(crate) fail_on_results: bool,
}

/// How diagnostics are written to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    /// For people, with carets.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
    /// One SARIF document at the end.
    Sarif,
}

/// `search`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SearchArgs {
    /// The search; words are joined by blanks, `-` or nothing reads standard input
    #[arg(value_name = "SPL")]
    pub(crate) text: Vec<String>,
    /// A saved query file
    #[arg(long, short, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// Fills $name$ in the search; repeatable
    #[arg(long, short = 'p', value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// How mistakes are told.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ErrorArgs {
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) error_format: ErrorFormat,
}

/// `check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Query files, folders, apps, savedsearches.conf, detection YAML, or JSON lines of {"id", "search"}
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// `text` for people, or one JSON object a search
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// The forms of `check`'s answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Diagnostics, and a line with the sums.
    Text,
    /// One object a search.
    #[value(alias = "json")]
    Jsonl,
}

/// `conf`
#[derive(Debug, Args)]
pub(crate) struct ConfArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: ConfCommand,
}

/// The commands of `conf`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfCommand {
    /// Show the settings that win, as Splunk's btool does
    List(Box<ConfListArgs>),
    /// Find lines that say nothing, regexes that do not compile, objects that are named and missing
    Check(Box<ConfCheckArgs>),
}

/// `conf list`
#[derive(Debug, Args)]
pub(crate) struct ConfListArgs {
    /// The conf file by name, such as props
    #[arg(value_name = "CONF")]
    pub(crate) kind: String,
    /// Only this stanza, or those that begin so
    #[arg(value_name = "STANZA")]
    pub(crate) stanza: Option<String>,
    /// Put the file and line of each setting before it
    #[arg(long)]
    pub(crate) debug: bool,
    /// For whom the files are laid over each other
    #[arg(long, value_name = "CONTEXT", default_value = "search")]
    pub(crate) context: ConfContext,
    /// `text` as a conf file, or one JSON object a setting
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// Whose precedence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfContext {
    /// A search in an app.
    Search,
    /// The reading of events.
    Index,
}

/// `conf check`
#[derive(Debug, Args)]
pub(crate) struct ConfCheckArgs {
    /// Folders of conf files or apps, besides those of --conf
    #[arg(value_name = "DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// `text` for people, or one JSON object a problem
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// `port`
#[derive(Debug, Args)]
pub(crate) struct PortArgs {
    /// An app, a folder of apps such as etc/apps, or a repository of detections; as a folder, .tgz, .tar.gz, .spl or .zip
    #[arg(value_name = "APP")]
    pub(crate) app: PathBuf,
    /// Where to write the project; it must not exist or be empty
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Write over what is in the folder; what an earlier port wrote goes, unless it was changed since
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// `test`
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Golden files (.spltest), detections with tests or notes of regression data (.yml), or folders of these
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// A folder with the data that detections name by path or address; repeatable
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Vec<PathBuf>,
    /// Write a report in the form of JUnit
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// `text` for people, or one JSON object a test
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: TestFormat,
    /// Write the answers into the files
    #[arg(long)]
    pub(crate) accept: bool,
    /// Only cases whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
}

/// The forms of `test`'s report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// What failed, detections that passed, and a line with the sums.
    Text,
    /// One object a test.
    #[value(alias = "json")]
    Jsonl,
}

/// `fmt`
#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Query files, or folders of them (.spl); `-` or nothing formats standard input to standard output
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing: print what would change, and exit with status 1 if anything would
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where to write the project; it must not exist or be empty, or hold an earlier demo
    #[arg(value_name = "DIR", default_value = "speleo-demo")]
    pub(crate) folder: PathBuf,
    /// The instant around which the events lie, and at which the project's clock then stands; by default the clock runs
    #[arg(long, value_name = "T")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// Puts `search` before arguments that name no command: `speleo 'index=web | head'`, `speleo --index web=x.json`.
pub(crate) fn with_default_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let is_command = match args.get(1).and_then(|first| first.to_str()) {
        None => args.len() > 1,
        Some("-h" | "--help" | "-V" | "--version") => true,
        Some(first) => {
            <Cli as clap::CommandFactory>::command().find_subcommand(first).is_some() || RESERVED.contains(&first)
        }
    };
    if !is_command {
        args.insert(args.len().min(1), "search".into());
    }
    habit::translate(join_plot(args))
}

/// `--plot line` becomes `--plot=line`: a search may follow `--plot`, and only a kind is its value.
fn join_plot(args: Vec<OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::with_capacity(args.len());
    let mut is_option = true;
    for arg in args {
        let is_kind = arg.to_str().is_some_and(|text| Kind::from_str(text, true).is_ok());
        match joined.last_mut() {
            Some(last) if is_option && is_kind && last == "--plot" => {
                last.push("=");
                last.push(arg);
            }
            _ => {
                is_option &= arg != "--";
                joined.push(arg);
            }
        }
    }
    joined
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

pub(crate) fn byte_size(text: &str) -> Result<usize, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let shift = match unit.trim().trim_end_matches(['b', 'B', 'i']).to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err("expected a size such as 512MB or 2GB".to_owned()),
    };
    let bytes = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "expected a size such as 512MB or 2GB".to_owned())
}
