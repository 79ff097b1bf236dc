//! `config.toml`: what a person wants of every run. `timezone = "Europe/Berlin"`
//!
//! A flag wins over the environment (`SPELEO_TIMEZONE`), that over the project's `speleo.toml`, that over this file. The keys are
//! options of the command line; they become defaults of the parser, so that no command has to know of them. Absent on purpose:
//! what belongs to a project, such as indexes and lookups.

use std::{
    env,
    error::Error,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Arg, CommandFactory, FromArgMatches, error::ErrorKind};
use toml::{Table, Value};

use crate::{args::Cli, diagnostic, exit::UsageError, session};

/// The options that can be set once for all runs, under their names in files.
pub(crate) const KEYS: &[&str] = &[
    "error_format",
    "geoip",
    "limit",
    "memory_limit",
    "no_pager",
    "no_progress",
    "output",
    "splunk_limits",
    "timezone",
];

/// The file's name.
const FILE: &str = "config.toml";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The program.
    Default,
    /// A line of a file.
    File(PathBuf, usize),
    /// A variable.
    Environment(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "${name}"),
        }
    }
}

/// A key with the value that holds, if one is set anywhere but on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: &'static str,
    /// The value as text.
    pub(crate) value: Option<String>,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

/// `speleo/config.toml` in the folder for configuration, or what `$SPELEO_CONFIG` names; none where there is no home.
pub(crate) fn path() -> Option<PathBuf> {
    if let Some(path) = env::var_os("SPELEO_CONFIG").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let set = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    Some(set.or_else(|| Some(home()?.join(".config")))?.join("speleo").join(FILE))
}

/// The values that hold for a project, or outside of one.
///
/// # Errors
/// Where the file cannot be read, or holds what is no key.
pub(crate) fn entries(project: Option<&Path>) -> Result<Vec<Entry>> {
    let own = match path().filter(|path| path.is_file()) {
        Some(path) => Some((read(&path)?, path)),
        None => None,
    };
    if let Some((table, path)) = &own {
        check(table, path)?;
    }
    // What is wrong with a project's file, opening it tells.
    let project = project.map(|folder| folder.join(session::PROJECT_FILE)).filter(|path| path.is_file());
    let project = project.and_then(|path| Some((read(&path).ok()?, path)));
    let of = |files: &Option<((Table, String), PathBuf)>, key: &str| {
        let ((table, text), path) = files.as_ref()?;
        Some((shown(table.get(key)?), Origin::File(path.clone(), line_of(text, key))))
    };
    let entry = |key: &&'static str| {
        let variable = format!("SPELEO_{}", key.to_uppercase());
        let set = env::var(&variable).ok().filter(|value| !value.is_empty());
        let found = set
            .map(|value| (value, Origin::Environment(variable)))
            .or_else(|| of(&project, key))
            .or_else(|| of(&own, key));
        match found {
            Some((value, origin)) => Entry { key, value: Some(value), origin },
            None => Entry { key, value: None, origin: Origin::Default },
        }
    };
    Ok(KEYS.iter().map(entry).collect())
}

fn read(path: &Path) -> Result<(Table, String)> {
    let context = || format!("cannot read {}", path.display());
    let text = std::fs::read_to_string(path).with_context(context)?;
    let table = text.parse::<Table>().map_err(|error| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        UsageError(format!("{}:{line}: {}", path.display(), error.message()))
    })?;
    Ok((table, text))
}

fn check((table, text): &(Table, String), path: &Path) -> Result<()> {
    for (key, value) in table {
        let place = || format!("{}:{}", path.display(), line_of(text, key));
        if !KEYS.contains(&key.as_str()) {
            let near = diagnostic::nearest(key, KEYS.iter().copied(), "");
            return Err(UsageError(format!("{}: there is no key `{key}`{near}", place())).into());
        }
        if matches!(value, Value::Array(_) | Value::Table(_) | Value::Datetime(_)) {
            return Err(UsageError(format!("{}: `{key}` is a text, a number, `true` or `false`", place())).into());
        }
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The line that sets a key, from 1.
fn line_of(text: &str, key: &str) -> usize {
    let sets = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(sets).map_or(1, |line| line + 1)
}

/// Reads the command line with what is set elsewhere as its defaults.
///
/// # Errors
/// Where what is set elsewhere cannot be read. Mistakes of the command line end the process, as clap has it.
pub(crate) fn parse(args: Vec<OsString>) -> Result<Cli> {
    let entries = entries(session::named_project(&args).as_deref())?;
    let mut command = Cli::command();
    for entry in entries {
        // The project's own values are the engine's to read: they may name what only it knows.
        let is_project = matches!(&entry.origin, Origin::File(path, _) if path.ends_with(session::PROJECT_FILE));
        let Some(value) = entry.value.filter(|_| !is_project) else { continue };
        // What is asked for here says the form by itself.
        let is_said = |arg: &OsString| {
            arg.to_str()
                .is_some_and(|arg| ["--out", "--plot"].iter().any(|option| arg.split('=').next() == Some(option)))
        };
        if entry.key == "output" && args.iter().any(is_said) {
            continue;
        }
        let origin = entry.origin;
        let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        for name in names {
            let Some(sub) = command.find_subcommand_mut(&name) else { continue };
            let Some(arg) = sub.get_arguments().find(|arg| arg.get_id() == entry.key) else { continue };
            match refusal(&name, arg, &value) {
                None => {
                    // The parser lives as long as the program, and takes no text that does not.
                    let value: &'static str = value.clone().leak();
                    *sub = sub.clone().mut_arg(entry.key, |arg| arg.default_value(value));
                }
                // The forms of other commands are others: `check` knows `text` and `jsonl`.
                Some(_) if name != "search" => {}
                Some(why) => {
                    let message = format!("{origin}: `{}` cannot be `{value}`: {why}", entry.key);
                    return Err(UsageError(message).into());
                }
            }
        }
    }
    let matches = command.get_matches_from(args);
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// Why an option of a command does not take a value; none where it does.
fn refusal(command: &str, arg: &Arg, value: &str) -> Option<String> {
    let values = arg.get_possible_values();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        let is_one = values.iter().any(|one| one.matches(value, true));
        return (!is_one).then(|| format!("expected {}", names.join(", ")));
    }
    let option = format!("--{}={value}", arg.get_long()?);
    let refused = Cli::command().try_get_matches_from(["speleo", command, option.as_str()]).err()?;
    // Only the value is in question here.
    (refused.kind() == ErrorKind::ValueValidation)
        .then(|| refused.source().map_or_else(String::new, ToString::to_string))
}
