//! What a shell offers after Tab: commands and options out of clap's tree, and names that depend on the project.
//! `source <(speleo completions bash)`
//!
//! The shell asks the program itself, with [`VARIABLE`] set, so that names of indexes are those of today. Absent: words inside of
//! a search, which stands in quotes; the program's own shell completes those.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::{
    ArgValueCandidates, CompletionCandidate,
    env::{CompleteEnv, Shells},
};
use speleo_knowledge::builtin;

use crate::{
    args::{Cli, WorldArgs},
    command::help,
    session,
};

/// The variable by which a shell asks.
const VARIABLE: &str = "SPELEO_COMPLETE";

/// Answers a shell that asks, and ends the program then.
pub(crate) fn answer() {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).complete();
}

/// The shells that can ask.
pub(crate) fn shells() -> Vec<&'static str> {
    Shells::builtins().names().collect()
}

/// What a shell has to read before it asks.
pub(crate) fn registration(shell: &str) -> Result<Vec<u8>> {
    let shells = Shells::builtins();
    let completer = shells.completer(shell).with_context(|| format!("there are no completions for `{shell}`"))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "speleo", "speleo", "speleo", &mut script)?;
    Ok(script)
}

/// Names of pages of the manual.
pub(crate) fn pages() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(help::page_names()))
}

/// Names of time ranges, in the form without blanks.
pub(crate) fn time_ranges() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(builtin::source_types().time_presets.keys().cloned()))
}

/// Names of time zones.
pub(crate) fn timezones() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned())))
}

/// The native indexes of the nearest project.
pub(crate) fn native_indexes() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let settings = speleo_engine::resolve_settings(session::settings(&WorldArgs::default()));
        let indexes = settings.map(|settings| settings.indexes).unwrap_or_default();
        let is_native = |path: &str| Path::new(path).join("_delta_log").is_dir();
        candidates(indexes.into_iter().filter(|index| is_native(&index.path)).map(|index| index.name))
    })
}

fn candidates(names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}
