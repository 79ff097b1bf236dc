//! `speleo.toml`: what a project's searches find without options.
//!
//! ```toml
//! lookups = "lookups"
//! macros = ["macros.conf"]
//! timezone = "Europe/Berlin"
//!
//! [indexes]
//! web = "data/web*.ndjson.gz"
//! mail = { path = "data/mail", sourcetype = "cisco:esa" }
//! cloud = "s3://bucket/trail/*.json.gz"
//!
//! [stores."s3://bucket"]
//! endpoint = "http://localhost:9000"
//! ```
//!
//! Paths are relative to the file's folder. Unknown keys are errors: a mistyped one would otherwise change answers in silence.

mod key;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use speleo_index::{
    IndexError,
    store::{self, Place},
};
use speleo_syntax::{Code, Diagnostic};

pub use self::key::{PROJECT_KEYS, ProjectKey};
use crate::{IndexSetting, Settings};

/// The file's name.
pub(crate) const FILE: &str = "speleo.toml";
/// Where native indexes are unless the project says otherwise.
const STORE: &str = "indexes";
/// Where summaries of data models are unless the project says otherwise.
const SUMMARIES: &str = "summaries";
/// Where query files are unless the project says otherwise.
const QUERIES: &str = "queries";

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Project {
    indexes: BTreeMap<String, Index>,
    store: Option<String>,
    stores: BTreeMap<String, BTreeMap<String, Scalar>>,
    summaries: Option<PathBuf>,
    ignore_summariesonly: Option<bool>,
    conf: Vec<PathBuf>,
    app: Option<String>,
    user: Option<String>,
    macros: Vec<PathBuf>,
    lookups: Option<PathBuf>,
    datamodels: Vec<PathBuf>,
    queries: Option<Vec<PathBuf>>,
    geoip: Option<PathBuf>,
    sourcetype: Option<String>,
    source: Option<String>,
    host: Option<String>,
    earliest: Option<String>,
    latest: Option<String>,
    time_range: Option<String>,
    now: Option<String>,
    timezone: Option<String>,
    memory_limit: Option<usize>,
    splunk_limits: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a path, or a table with `path` and perhaps `sourcetype`, `source`, `host`")]
enum Index {
    Path(String),
    Table(IndexTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexTable {
    path: String,
    sourcetype: Option<String>,
    source: Option<String>,
    host: Option<String>,
}

/// The value of a store's option.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, a number, `true` or `false`")]
enum Scalar {
    Text(String),
    Number(i64),
    Flag(bool),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

/// Adds a project's values under the explicit ones.
///
/// # Errors
/// Where the file cannot be read or says something that is not understood, with the line.
pub fn resolve(settings: Settings) -> Result<Settings, Diagnostic> {
    let Some(folder) = settings.project.clone() else {
        store::configure(&settings.stores);
        return Ok(settings);
    };
    let file = folder.join(FILE);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Diagnostic::unplaced(Code::File, format!("cannot read `{}`: {error}", file.display())))?;
    let project: Project = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let place = line.map_or_else(String::new, |line| format!(":{line}"));
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        Diagnostic::unplaced(Code::Knowledge, format!("{}{place}: {message}", file.display()))
    })?;
    under(settings, project, &folder)
}

/// The native indexes of a folder, or of a place in an object store, by their names.
fn stored(folder: &Path) -> Result<BTreeMap<String, PathBuf>, Diagnostic> {
    let is_index = |path: &PathBuf| speleo_index::Index::is_at(path);
    let place = Place::of(&folder.to_string_lossy()).map_err(unlisted)?;
    if let Some(place) = place {
        let names = place.folders().map_err(unlisted)?;
        let known = names.into_iter().map(|name| (name.clone(), folder.join(name)));
        return Ok(known.filter(|(_, path)| is_index(path)).collect());
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path()).filter(is_index);
    Ok(folders.filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), path.clone()))).collect())
}

fn unlisted(error: IndexError) -> Diagnostic {
    Diagnostic::unplaced(Code::File, format!("the project's indexes cannot be listed: {}", error.message))
}

/// A path relative to the project, or an address as it is.
fn located(folder: &Path, path: &str) -> PathBuf {
    if store::is_address(path) { PathBuf::from(path) } else { folder.join(path) }
}

/// Options of stores; those that are explicit hold.
fn stores(settings: &mut Settings, stores: BTreeMap<String, BTreeMap<String, Scalar>>) -> Result<(), Diagnostic> {
    for (address, options) in stores {
        if !store::is_address(&address) {
            let message = format!("{FILE}: `{address}` is no address of an object store, such as `s3://bucket`");
            return Err(Diagnostic::unplaced(Code::Knowledge, message));
        }
        let known = settings.stores.entry(address).or_default();
        for (name, value) in options {
            known.entry(name).or_insert_with(|| value.into_text());
        }
    }
    store::configure(&settings.stores);
    Ok(())
}

fn under(mut settings: Settings, project: Project, folder: &Path) -> Result<Settings, Diagnostic> {
    stores(&mut settings, project.stores)?;
    let at = |path: PathBuf| folder.join(path);
    let all = |paths: Vec<PathBuf>| paths.into_iter().map(at);
    let explicit: Vec<String> = settings.indexes.iter().map(|index| index.name.to_lowercase()).collect();
    for (name, index) in project.indexes {
        if explicit.contains(&name.to_lowercase()) {
            continue;
        }
        let table = match index {
            Index::Path(path) => IndexTable { path, sourcetype: None, source: None, host: None },
            Index::Table(table) => table,
        };
        settings.indexes.push(IndexSetting {
            name,
            path: located(folder, &table.path).to_string_lossy().into_owned(),
            sourcetype: table.sourcetype,
            source: table.source,
            host: table.host,
        });
    }
    let store = project.store.as_deref().unwrap_or(STORE);
    let store = settings.store.take().unwrap_or_else(|| located(folder, store));
    let named: Vec<String> = settings.indexes.iter().map(|index| index.name.to_lowercase()).collect();
    for (name, place) in stored(&store)?.into_iter().filter(|(name, _)| !named.contains(&name.to_lowercase())) {
        let path = place.to_string_lossy().into_owned();
        settings.indexes.push(IndexSetting { name, path, ..IndexSetting::default() });
    }
    settings.store = Some(store);
    settings.summaries = settings.summaries.or_else(|| Some(at(project.summaries.unwrap_or_else(|| SUMMARIES.into()))));
    settings.ignore_summaries_only |= project.ignore_summariesonly.unwrap_or(false);
    // What comes later wins, so the project's files stand first.
    settings.conf = all(project.conf).chain(settings.conf).collect();
    settings.macros = all(project.macros).chain(settings.macros).collect();
    settings.datamodels = all(project.datamodels).chain(settings.datamodels).collect();
    settings.app = settings.app.or(project.app);
    for queries in all(project.queries.unwrap_or_else(|| vec![QUERIES.into()])) {
        // Of several saved searches of a name, an app means its own.
        let own = settings.app.as_ref().map(|app| queries.join(app)).filter(|own| own.is_dir());
        settings.queries.extend(own.into_iter().chain([queries]));
    }
    settings.lookups = settings.lookups.or(project.lookups.map(at));
    settings.user = settings.user.or(project.user);
    settings.geoip = settings.geoip.or(project.geoip.map(at));
    settings.sourcetype = settings.sourcetype.or(project.sourcetype);
    settings.source = settings.source.or(project.source);
    settings.host = settings.host.or(project.host);
    // A range that is asked for takes the place of the project's, however either is written.
    if settings.time_range.is_none() {
        if settings.earliest.is_none() && settings.latest.is_none() {
            settings.time_range = project.time_range;
        }
        settings.earliest = settings.earliest.or(project.earliest);
        settings.latest = settings.latest.or(project.latest);
    }
    settings.now = settings.now.or(project.now);
    settings.timezone = settings.timezone.or(project.timezone);
    settings.memory_limit = settings.memory_limit.or(project.memory_limit);
    settings.splunk_limits |= project.splunk_limits.unwrap_or(false);
    Ok(settings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn read(text: &str, explicit: Settings) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let settings = Settings { project: Some(folder.path().to_owned()), ..explicit };
        let strip = |text: String| text.replace(&*folder.path().to_string_lossy(), "P");
        let mut settings = resolve(settings).map_err(|diagnostic| strip(diagnostic.message))?;
        settings.project = None;
        settings.indexes.iter_mut().for_each(|index| index.path = strip(index.path.clone()));
        settings.lookups = settings.lookups.map(|path| strip(path.to_string_lossy().into_owned()).into());
        settings.macros =
            settings.macros.iter().map(|path| strip(path.to_string_lossy().into_owned()).into()).collect();
        Ok(settings)
    }

    #[test]
    fn paths_are_relative_to_the_file_and_explicit_values_win() {
        let explicit = Settings {
            indexes: vec![IndexSetting { name: "WEB".into(), path: "mine".into(), ..IndexSetting::default() }],
            macros: vec!["own.conf".into()],
            timezone: Some("UTC".into()),
            ..Settings::default()
        };
        let text = "lookups = \"l\"\nmacros = [\"m.conf\"]\ntimezone = \"Asia/Tokyo\"\nhost = \"h\"\n\
                    [indexes]\nweb = \"theirs\"\nmail = { path = \"/abs/mail\", sourcetype = \"esa\" }\n";
        let settings = read(text, explicit).unwrap();
        assert_eq!(settings.indexes.iter().map(|index| index.path.as_str()).collect::<Vec<_>>(), ["mine", "/abs/mail"]);
        assert_eq!(settings.indexes[1].sourcetype.as_deref(), Some("esa"));
        assert_eq!(settings.lookups, Some("P/l".into()));
        assert_eq!(settings.macros, [PathBuf::from("P/m.conf"), "own.conf".into()]);
        assert_eq!((settings.timezone.as_deref(), settings.host.as_deref()), (Some("UTC"), Some("h")));
    }

    #[test]
    fn unknown_keys_are_errors_with_a_line() {
        let error = read("lookups = \"l\"\nlokups = \"x\"\n", Settings::default()).unwrap_err();
        assert!(error.starts_with("P/speleo.toml:2: unknown field `lokups`"), "{error}");
        assert!(read("[indexes]\nweb = 5\n", Settings::default()).unwrap_err().contains(":2: expected a path"));
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let settings = Settings { project: Some("/nowhere/at/all".into()), ..Settings::default() };
        assert_eq!(resolve(settings).unwrap_err().code, Code::File);
    }
}
