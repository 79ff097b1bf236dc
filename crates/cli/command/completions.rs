//! `speleo completions`: what makes a shell complete this program's words. `source <(speleo completions bash)`

use std::io::{self, Write};

use anyhow::Result;

use crate::{args::CompletionsArgs, completion, exit::Exit};

/// Prints the script.
pub(crate) fn run(args: CompletionsArgs) -> Result<Exit> {
    io::stdout().lock().write_all(&completion::registration(&args.shell)?)?;
    Ok(Exit::Fine)
}
