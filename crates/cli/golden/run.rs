//! Runs one case: its data and definitions go to a folder that vanishes, its search to an engine of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use speleo_engine::{Engine, IndexSetting, Outcome, Settings};
use speleo_syntax::Diagnostic;

use super::{Case, Key, NOW, Part, compare, compare::Found};
use crate::query_file::Query;

/// What came of a case.
pub(crate) enum Verdict {
    /// As expected.
    Pass,
    /// Not so: the difference as text, and the answers that `accept` writes, one an expectation.
    Fail {
        /// For people.
        text: String,
        /// The bodies of the expectations as they would pass.
        answers: Vec<Vec<String>>,
    },
    /// The case itself makes no sense: a file is missing, a block cannot be read.
    Broken(String),
}

/// Runs a case of the file at `path`.
pub(crate) async fn run(path: PathBuf, case: Case, base: Settings, colour: bool) -> Verdict {
    match find(&path, &case, base).await {
        Ok(found) => compare::compare(&case, &found, colour),
        Err(error) => Verdict::Broken(format!("{error:#}")),
    }
}

async fn find(path: &Path, case: &Case, base: Settings) -> Result<Found> {
    let folder = tempfile::tempdir().context("cannot make a folder for the case")?;
    let place = Place { test: path, folder: folder.path() };
    let settings = place.settings(case, base)?;
    let timezone = settings.timezone.clone();
    let mut searches = Vec::new();
    for part in case.all(Key::Search) {
        searches.push(place.query(part)?);
    }
    let Some((last, first)) = searches.split_last() else { bail!("the case has no `search:`") };
    let engine = match Engine::open(settings).await {
        Ok(engine) => engine,
        Err(diagnostics) => return Ok(Found::failed(Query::typed(""), diagnostics)),
    };
    for query in first {
        let outcome = engine.search(&query.text).await;
        if outcome.result.is_err() {
            return Ok(Found::failed(query.clone(), outcome.diagnostics));
        }
    }
    let Outcome { result, diagnostics } = engine.search(&last.text).await;
    let timezone = timezone.and_then(|name| name.parse().ok()).unwrap_or(chrono_tz::UTC);
    Ok(Found { query: last.clone(), answer: result.ok(), diagnostics, timezone })
}

impl Found {
    fn failed(query: Query, diagnostics: Vec<Diagnostic>) -> Self {
        Self { query, answer: None, diagnostics, timezone: chrono_tz::UTC }
    }
}

/// The case's surroundings.
struct Place<'a> {
    test: &'a Path,
    folder: &'a Path,
}

impl Place<'_> {
    fn settings(&self, case: &Case, base: Settings) -> Result<Settings> {
        let mut settings = base;
        let text = |key| case.value(key).map(str::to_owned);
        // A test sees no searches of whoever runs it.
        settings.history = None;
        settings.now = text(Key::Now).or(settings.now).or_else(|| Some(NOW.to_owned()));
        settings.timezone = text(Key::Timezone).or(settings.timezone).or_else(|| Some("UTC".to_owned()));
        settings.earliest = text(Key::Earliest).or(settings.earliest);
        settings.latest = text(Key::Latest).or(settings.latest);
        // Nothing behind the key takes away what stands above the cases.
        let said = |key| text(key).filter(|text| !text.is_empty());
        settings.sourcetype = said(Key::Sourcetype).or(settings.sourcetype);
        settings.source = said(Key::Source).or(settings.source);
        settings.host = said(Key::Host).or(settings.host);
        settings.splunk_limits |= case.value(Key::SplunkLimits) == Some("true");
        for part in case.all(Key::Data) {
            // A case's own data replace those of the same name above the cases: the file is the same.
            let index = self.index(part, &settings)?;
            if !settings.indexes.iter().any(|known| known.name == index.name && known.path == index.path) {
                settings.indexes.push(index);
            }
        }
        if let Some(file) = case.value(Key::GeoIp) {
            settings.geoip = Some(self.file(file)?);
        }
        self.lookups(case, &mut settings)?;
        self.definitions(case, &mut settings)?;
        Ok(settings)
    }

    fn index(&self, part: &Part, base: &Settings) -> Result<IndexSetting> {
        let name = part.name.clone().unwrap_or_default();
        let path = match &part.block {
            None => self.file(&part.value)?,
            Some(block) => {
                let is_json = block.trim_start().starts_with('{');
                self.write(&format!("data/{name}.{}", if is_json { "jsonl" } else { "log" }), block)?
            }
        };
        let path = path.display().to_string();
        let (sourcetype, source, host) = (base.sourcetype.clone(), base.source.clone(), base.host.clone());
        Ok(IndexSetting { name, path, sourcetype, source, host })
    }

    /// Lookups are copied, so that a search that writes one leaves the original alone.
    fn lookups(&self, case: &Case, settings: &mut Settings) -> Result<()> {
        let mut transforms = String::new();
        for part in case.all(Key::Lookup) {
            let name = part.name.clone().unwrap_or_default();
            let content = match &part.block {
                None => fs::read_to_string(self.file(&part.value)?)
                    .with_context(|| format!("cannot read {}", part.value))?,
                Some(block) => format!("{block}\n"),
            };
            if name.contains('.') {
                self.write(&format!("lookups/{name}"), &content)?;
            } else {
                // A name without an ending is a definition's.
                self.write(&format!("lookups/{name}.csv"), &content)?;
                transforms.push_str(&format!("[{name}]\nfilename = {name}.csv\n"));
            }
        }
        for part in case.all(Key::Transforms) {
            transforms.push_str(&part.text());
            transforms.push('\n');
        }
        if !transforms.is_empty() {
            let file = self.write("conf/transforms.conf", &transforms)?;
            settings.conf.extend(file.parent().map(Path::to_owned));
        }
        if settings.lookups.is_none() && (settings.project.is_none() || case.all(Key::Lookup).next().is_some()) {
            let folder = self.folder.join("lookups");
            fs::create_dir_all(&folder).context("cannot make a folder for lookups")?;
            settings.lookups = Some(folder);
        }
        Ok(())
    }

    fn definitions(&self, case: &Case, settings: &mut Settings) -> Result<()> {
        for (number, part) in case.all(Key::Macros).enumerate() {
            let path = match &part.block {
                None => self.file(&part.value)?,
                Some(block) => self.write(&format!("macros{number}/macros.conf"), block)?,
            };
            settings.macros.push(path);
        }
        for part in case.all(Key::File) {
            let name = part.name.as_deref().unwrap_or_default();
            self.write(&format!("app/{name}"), &format!("{}\n", part.text()))?;
            let folder = self.folder.join("app");
            settings.conf.extend(Some(folder).filter(|folder| !settings.conf.contains(folder)));
        }
        for part in case.all(Key::Query) {
            let name = part.name.as_deref().unwrap_or_default();
            let path = self.write(&format!("queries/{name}.spl"), &part.text())?;
            let folder = path.parent().map(Path::to_owned);
            settings.queries.extend(folder.filter(|folder| !settings.queries.contains(folder)));
        }
        for part in case.all(Key::DataModel) {
            let name = part.name.as_deref().unwrap_or_default();
            let content = match &part.block {
                None => fs::read_to_string(self.file(&part.value)?)
                    .with_context(|| format!("cannot read {}", part.value))?,
                Some(block) => block.clone(),
            };
            let path = self.write(&format!("datamodels/{name}.json"), &content)?;
            let folder = path.parent().map(Path::to_owned);
            settings.datamodels.extend(folder.filter(|folder| !settings.datamodels.contains(folder)));
        }
        Ok(())
    }

    fn query(&self, part: &Part) -> Result<Query> {
        let text = part.text();
        match text.strip_prefix('@') {
            Some(file) => {
                let mut query = Query::read(&self.file(file.trim())?)?;
                query.fill_defaults();
                Ok(query)
            }
            None => Ok(Query::typed(text)),
        }
    }

    /// A file that a case names: beside the test, in `data/` there, or the same in a folder above.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let test = std::path::absolute(self.test).context("there is no current folder")?;
        let folders = test.ancestors().skip(1);
        let mut candidates = folders.flat_map(|folder| [folder.join(name), folder.join("data").join(name)]);
        candidates.find(|path| path.exists()).with_context(|| format!("there is no file `{name}`"))
    }

    fn write(&self, name: &str, content: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        let context = || format!("cannot write {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(context)?;
        }
        fs::write(&path, content).with_context(context)?;
        Ok(path)
    }
}
