//! Definitions that are read once for many engines, as tests need them: macros, lookups, data models, conf files.
//!
//! `Library::read(settings)?.engine_over(indexes, Some(folder))?.search("index=web")`

use std::{path::PathBuf, sync::Arc};

use speleo_knowledge::{Knowledge, Problem, time_preset};
use speleo_plan::nearest;
use speleo_syntax::{Code, Diagnostic};

use super::{Engine, Shared};
use crate::{
    IndexSetting, Settings, catalog::Catalog, clock::Clock, definitions::Definitions, event_searches::EventSearches,
    fault::diagnose, lookup::Lookups, project, session,
};

/// Settings, and the definitions that they name. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Library {
    settings: Settings,
    knowledge: Arc<Knowledge>,
    event_searches: Arc<EventSearches>,
    lookup_folders: Vec<PathBuf>,
    homes: Vec<PathBuf>,
    warnings: Vec<Diagnostic>,
    problems: Vec<Problem>,
}

impl Library {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn read(settings: Settings) -> Result<Self, Vec<Diagnostic>> {
        let explicit = settings.indexes.len();
        let mut settings = project::resolve(settings).map_err(|diagnostic| vec![diagnostic])?;
        let definitions = Definitions::read(&settings);
        let mut problems: Vec<Diagnostic> = take_range(&mut settings, &definitions.knowledge).into_iter().collect();
        problems.extend(Clock::new(&settings).err().unwrap_or_default());
        problems.extend(definitions.errors);
        // A project may list data that is not there today; what was asked for in person must be.
        let asked: Vec<IndexSetting> = settings.indexes.iter().take(explicit).cloned().collect();
        problems.extend(missing(asked));
        if let Some(file) = settings.geoip.as_ref().filter(|file| !file.is_file()) {
            let message = format!("there is no address database `{}`", file.display());
            problems.push(Diagnostic::unplaced(Code::File, message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            settings,
            knowledge: Arc::new(definitions.knowledge),
            event_searches: Arc::default(),
            lookup_folders: definitions.lookup_folders,
            homes: definitions.homes,
            warnings: definitions.warnings,
            problems: definitions.problems,
        })
    }

    /// Definitions that were left out, and why.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// An engine over the settings' own data.
    ///
    /// # Errors
    /// Where no memory pool can be made.
    pub fn engine(self) -> Result<Engine, Vec<Diagnostic>> {
        let lookups = Lookups { folders: self.lookup_folders, overlay: None };
        assemble(
            self.settings,
            (self.knowledge, self.event_searches),
            lookups,
            self.homes,
            (self.warnings, self.problems),
        )
    }

    /// An engine over these data and no others. With an overlay, lookups are written to that folder and read from it first; the
    /// folders of the settings stay as they are.
    ///
    /// # Errors
    /// Where the data do not exist.
    pub fn engine_over(
        &self,
        indexes: Vec<IndexSetting>,
        range: (Option<String>, Option<String>),
        overlay: Option<PathBuf>,
    ) -> Result<Engine, Vec<Diagnostic>> {
        let problems = missing(indexes.clone());
        if !problems.is_empty() {
            return Err(problems);
        }
        let (earliest, latest) = range;
        let settings = Settings {
            indexes,
            earliest: earliest.or_else(|| self.settings.earliest.clone()),
            latest: latest.or_else(|| self.settings.latest.clone()),
            history: None,
            // A test is about its own data, whole: nothing is computed before.
            summaries: None,
            ignore_summaries_only: true,
            ..self.settings.clone()
        };
        let lookups = Lookups { folders: self.lookup_folders.clone(), overlay };
        let knowledge = (Arc::clone(&self.knowledge), Arc::clone(&self.event_searches));
        assemble(settings, knowledge, lookups, self.homes.clone(), (Vec::new(), Vec::new()))
    }
}

/// Puts the bounds of the range that has a name into the settings; what is wrong with the name.
fn take_range(settings: &mut Settings, knowledge: &Knowledge) -> Option<Diagnostic> {
    let name = settings.time_range.as_deref()?;
    let presets = &knowledge.time_presets;
    let Some(preset) = time_preset::find(presets, name) else {
        let error = Diagnostic::unplaced(Code::Time, format!("no time range is called `{name}`"));
        let labels = presets.values().map(|preset| preset.label.as_str());
        return Some(match nearest(name, labels) {
            Some(near) => error.help(format!("`{near}` is one")),
            None => error.help("time ranges are the stanzas of `times.conf`, such as `Last 24 hours`"),
        });
    };
    if settings.earliest.is_none() && settings.latest.is_none() {
        settings.earliest.clone_from(&preset.earliest);
        settings.latest.clone_from(&preset.latest);
    }
    None
}

/// What is not there.
fn missing(indexes: Vec<IndexSetting>) -> Vec<Diagnostic> {
    let asked = Settings { indexes, ..Settings::default() };
    Catalog::new(&asked).check().iter().map(|fault| fault.diagnostic()).collect()
}

fn assemble(
    settings: Settings,
    (knowledge, event_searches): (Arc<Knowledge>, Arc<EventSearches>),
    lookups: Lookups,
    homes: Vec<PathBuf>,
    (warnings, problems): (Vec<Diagnostic>, Vec<Problem>),
) -> Result<Engine, Vec<Diagnostic>> {
    let session = session::open(settings.memory_limit).map_err(|error| diagnose(error.into()))?;
    let catalog = Arc::new(Catalog::new(&settings));
    Ok(Engine {
        shared: Arc::new(Shared {
            settings,
            session,
            catalog,
            lookups,
            knowledge,
            event_searches,
            definitions: Arc::default(),
            homes,
            warnings,
            problems,
            mark: None,
        }),
    })
}
