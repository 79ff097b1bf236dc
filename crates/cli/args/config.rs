//! `speleo config`: what is set for all runs.

use clap::{Args, Subcommand};

/// `config`
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// The commands of `config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the values that hold here
    Show {
        /// Tell where each comes from
        #[arg(long)]
        origin: bool,
    },
    /// Tell which file is read
    Path,
}
