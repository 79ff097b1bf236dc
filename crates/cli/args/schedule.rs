//! What is said of saved query files and of schedules: `speleo run --due`, `speleo daemon`.

use std::path::PathBuf;

use clap::Args;

use super::{ErrorArgs, OutputArgs, WorldArgs, name_and_value};

/// `run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Query files or folders of them; with --due also a savedsearches.conf, by default the project's
    #[arg(required_unless_present = "due", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Run each scheduled search whose time has come since it last ran, for cron
    #[arg(long, conflicts_with = "set")]
    pub(crate) due: bool,
    /// Run nothing: show what is due, and when each search runs next
    #[arg(long, visible_alias = "list", requires = "due")]
    pub(crate) dry_run: bool,
    /// How many scheduled searches run at once; by default one a core
    #[arg(long, value_name = "N", requires = "due")]
    pub(crate) max_concurrent: Option<usize>,
    /// Fills $name$ in the searches; repeatable. A line `param name: value` in a file's comment is its default
    #[arg(long, short = 'p', value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) set: Vec<(String, String)>,
    /// Run again what changes, or whose definitions and data change, until Ctrl-C
    #[arg(long, conflicts_with_all = ["due", "out"])]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// `daemon`
#[derive(Debug, Args)]
pub(crate) struct DaemonArgs {
    /// Query files, folders of them, savedsearches.conf; by default the project's
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How many searches run at once; by default one a core
    #[arg(long, value_name = "N")]
    pub(crate) max_concurrent: Option<usize>,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// How many searches run at once.
pub(crate) fn concurrent(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}
