//! What is said of summaries: `speleo accelerate Web Endpoint.Processes`, `speleo accelerate --status`.

use clap::Args;

use super::{CheckFormat, ErrorArgs, WorldArgs};

/// `accelerate`
#[derive(Debug, Args)]
pub(crate) struct AccelerateArgs {
    /// Data models, or roots of them; by default those with `acceleration = true` in datamodels.conf
    #[arg(value_name = "MODEL[.ROOT]")]
    pub(crate) names: Vec<String>,
    /// All that datamodels.conf marks
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Compute what is there anew
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Show the summaries and what they cover
    #[arg(long, conflicts_with_all = ["rebuild", "drop"])]
    pub(crate) status: bool,
    /// Delete summaries
    #[arg(long, conflicts_with = "rebuild")]
    pub(crate) drop: bool,
    /// How far back summaries reach, such as 90d; by default as datamodels.conf says, or to the beginning
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true)]
    pub(crate) retain: Option<String>,
    /// `text` for people, or one JSON object a summary, with --status
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}
