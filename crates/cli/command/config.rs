//! `speleo config`: the settings of all runs and where they come from. `speleo config show --origin`

use std::io::{self, Write};

use anyhow::Result;

use crate::{
    args::{ConfigArgs, ConfigCommand},
    config,
    exit::{Exit, UsageError},
    session,
};

/// Shows the settings, or the file.
pub(crate) fn run(args: &ConfigArgs) -> Result<Exit> {
    let mut out = io::stdout().lock();
    match &args.command {
        ConfigCommand::Path => match config::path() {
            Some(path) => writeln!(out, "{}", path.display())?,
            None => return Err(UsageError("there is no home folder; $SPELEO_CONFIG names a file".to_owned()).into()),
        },
        ConfigCommand::Show { origin } => {
            for entry in config::entries(session::named_project(&[]).as_deref())? {
                let value = entry.value.as_deref().unwrap_or("default");
                match origin {
                    true => writeln!(out, "{:<14} {value:<20} {}", entry.key, entry.origin)?,
                    false => writeln!(out, "{:<14} {value}", entry.key)?,
                }
            }
        }
    }
    Ok(Exit::Fine)
}
