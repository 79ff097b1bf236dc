//! What is said of the self-test: `speleo doctor --output json`.

use clap::Args;

use super::{CheckFormat, WorldArgs};

/// `doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// `text` for people, or one JSON object a line of the report
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
}
