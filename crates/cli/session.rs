//! The engine for a run of the program: settings from arguments, the nearest project; and what runs a search in it.

mod answer;
mod preview;
mod workers;

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use speleo_engine::{Checked, Engine, Names, Settings, Status};
use speleo_syntax::{Code, Diagnostic, Span};
use tokio::task::JoinError;

pub(crate) use self::{
    answer::{Asked, Bound, Kept, answer},
    workers::{STACK_SIZE, aside, workers},
};
use crate::{args::WorldArgs, diagnostic::Reporter, exit::UsageError, query_file::Query};

/// The file that makes a folder a project.
pub(crate) const PROJECT_FILE: &str = "speleo.toml";

/// The file of the shell's searches.
const SEARCHES: &str = "searches.jsonl";

/// The engine's settings as the arguments say.
pub(crate) fn settings(world: &WorldArgs) -> Settings {
    let (earliest, latest) = match &world.last {
        Some(span) => (Some(format!("-{}", span.trim_start_matches('-'))), Some("now".to_owned())),
        None => (world.earliest.clone(), world.latest.clone()),
    };
    Settings {
        project: world.project.clone().or_else(nearest_project),
        indexes: world.indexes(),
        store: None,
        stores: std::collections::BTreeMap::new(),
        summaries: None,
        ignore_summaries_only: world.ignore_summariesonly,
        conf: world.conf.clone(),
        app: world.app.clone(),
        user: world.user.clone(),
        macros: world.macros.clone(),
        lookups: world.lookups.clone(),
        queries: Vec::new(),
        datamodels: world.datamodels.clone(),
        history: state_folder().map(|folder| folder.join(SEARCHES)),
        geoip: world.geoip.clone(),
        sourcetype: world.sourcetype.clone(),
        source: world.source.clone(),
        host: world.host.clone(),
        earliest,
        latest,
        time_range: world.time_range.clone(),
        now: world.now.clone(),
        timezone: world.timezone.clone(),
        memory_limit: world.memory_limit,
        splunk_limits: world.splunk_limits,
    }
}

/// The folder for what outlives a run; none where there is no home. It may not be there yet.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    Some(state.or_else(|| Some(home()?.join(".local/state")))?.join("speleo"))
}

/// The settings for a query file: its own time range and its app where the arguments give none.
pub(crate) fn settings_for(world: &WorldArgs, query: &Query) -> Settings {
    let mut settings = settings(world);
    if settings.earliest.is_none() && settings.latest.is_none() && settings.time_range.is_none() {
        settings.earliest = query.key("earliest").map(str::to_owned);
        settings.latest = query.key("latest").map(str::to_owned);
    }
    settings.app = settings.app.or_else(|| query.key("app").map(str::to_owned));
    settings
}

/// The project that a command line names, else the nearest one.
pub(crate) fn named_project(args: &[OsString]) -> Option<PathBuf> {
    let mut texts = args.iter().filter_map(|arg| arg.to_str());
    let named = texts.find_map(|arg| Some(arg.strip_prefix("--project")?.strip_prefix('=').map(PathBuf::from)));
    match named {
        Some(Some(folder)) => Some(folder),
        Some(None) => {
            let place = args.iter().position(|arg| arg == "--project")?;
            args.get(place + 1).map(PathBuf::from)
        }
        None => nearest_project(),
    }
}

fn nearest_project() -> Option<PathBuf> {
    project_above(&env::current_dir().ok()?)
}

/// The nearest project at or above a path.
pub(crate) fn project_above(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()).map(Path::to_owned)
}

/// Opens the engine and tells which definitions it had to leave out; none where it cannot be opened.
pub(crate) async fn open(settings: Settings, reporter: &mut Reporter) -> Option<Engine> {
    match Engine::open(settings).await {
        Ok(engine) => {
            reporter.report_settings(engine.warnings());
            Some(engine)
        }
        Err(diagnostics) => {
            reporter.report_settings(&diagnostics);
            None
        }
    }
}

/// A bug must look like one, not like an answer without rows.
fn bug(text: &str, error: &str) -> Diagnostic {
    let message = format!("speleo failed over this search, which is a bug: {error}");
    Diagnostic::new(Code::Bug, Span::new(0, text.len()), message)
}

/// The search that the arguments name: words, a file, or standard input. None where there is no text and standard input
/// is a terminal.
pub(crate) fn query(words: &[String], file: Option<&Path>, values: &[(String, String)]) -> Result<Option<Query>> {
    let mut query = match (file, words) {
        (Some(path), _) => Query::read(path)?,
        (None, [] | [_]) if words.first().is_none_or(|word| word == "-") => {
            if words.is_empty() && io::stdin().is_terminal() {
                return Ok(None);
            }
            Query::typed(read_stdin()?)
        }
        (None, words) => Query::typed(words.join(" ")),
    };
    query.fill(values)?;
    query.fill_defaults();
    Ok(Some(query))
}

/// As [`query`], for commands that make no sense without a search.
pub(crate) fn needed_query(words: &[String], file: Option<&Path>, values: &[(String, String)]) -> Result<Query> {
    query(words, file, values)?.ok_or_else(|| UsageError("there is no search".to_owned()).into())
}

fn read_stdin() -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    let text = String::from_utf8(bytes).context("standard input is not UTF-8")?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Checks a search in a task of its own: all cores plan, and a bug in one search ends that search only.
pub(crate) async fn check(engine: &Engine, text: &str) -> Checked {
    let (shared, owned) = (engine.clone(), text.to_owned());
    tokio::spawn(async move { shared.check(&owned).await }).await.unwrap_or_else(|error| check_failed(text, &error))
}

/// A check that did not come to its end.
fn check_failed(text: &str, error: &JoinError) -> Checked {
    Checked {
        status: Status::Invalid,
        ..Checked::new(Vec::new(), vec![bug(text, &error.to_string())], Names::default())
    }
}
