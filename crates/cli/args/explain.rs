//! What `explain` and `inspect` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ErrorArgs, WorldArgs, name_and_value};

/// The keys of the JSON object of `explain`, below its options.
pub(crate) const EXPLAIN_KEYS: &str = "\
The object of --output json:
  commands           number, name, depth, line, column, text, arguments (name: values); those of a bracket after their command
  expanded, macros   the text; name, args, depth, line, column of the call, span in the text, text
  steps              name, command, totals, logical, physical, scans
  logical, optimized, physical
                     a node: name, operator, details, commands (their numbers), inputs (nodes)
  scans              from, more, commands, columns, condition, limit, left_out
  sql                statement, or reason why there is none; own_functions, which a database lacks
--section leaves out the other keys.";

/// The keys of the JSON object of `inspect`, below its options.
pub(crate) const INSPECT_KEYS: &str = "\
The object of --output json:
  commands           as of explain
  operators          a node as of explain's physical, with rows, seconds (of all cores), share, memory_bytes, spilled_bytes,
                     spilled_files; null where an operator does not tell
  by_command         commands (several where they share operators), seconds, share
  scans              as of explain, with read: rows, events, bytes, row_groups, row_groups_left_out, pages, pages_left_out,
                     rows_left_out_by_pages, rows_left_out_while_decoding
  steps              as of explain
  totals             events, bytes, rows, reading_seconds, planning_seconds, running_seconds";

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A search, or a code such as E0203; `analyze` in front of a search is an older name of `inspect`
    #[arg(value_name = "SPL|CODE")]
    pub(crate) text: Vec<String>,
    /// Run the search too, as `inspect` does
    #[arg(long)]
    pub(crate) analyze: bool,
    /// Only this part
    #[arg(long, value_name = "SECTION")]
    pub(crate) section: Option<Section>,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
}

/// `inspect`
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The search; words are joined by blanks
    #[arg(value_name = "SPL")]
    pub(crate) text: Vec<String>,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
}

/// What both take.
#[derive(Debug, Args)]
pub(crate) struct ShownArgs {
    /// Whole expressions, also where they are wider than the window, and the operators of steps
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// `text` for people, or one JSON object
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: ExplainFormat,
    /// A saved query file
    #[arg(long, short, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// Fills $name$ in the search; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// A part of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// The commands with their arguments.
    Tree,
    /// The text with macros expanded, and what each stands for.
    Macros,
    /// The plans whose rows shaped the rest.
    Steps,
    /// The plan as lowered, and as optimized.
    Logical,
    /// The operators.
    Physical,
    /// What reached the files.
    Scan,
    /// The plan as SQL.
    Sql,
}

/// The forms of an explanation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}
