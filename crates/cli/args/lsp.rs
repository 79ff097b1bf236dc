//! What is said of the language server: `speleo lsp`.

use clap::Args;

use super::WorldArgs;

/// `lsp`
#[derive(Debug, Args)]
pub(crate) struct LspArgs {
    /// Some editors say so; there is no other way
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
}
