//! The projects of open files: an engine for each folder with a `speleo.toml` and each app of it.
//!
//! An engine is opened when it is first asked for and opened again when a file of the project has changed. Of data only samples are read, for the names of fields.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use speleo_engine::{Engine, Settings};
use speleo_syntax::Diagnostic;
use tokio::runtime::Handle;

use crate::{args::WorldArgs, editor::Editor, query_file::Query, session, watched::Watched};

/// How long files of a project are taken to be as they were.
const LOOKED_AT_FOR: Duration = Duration::from_secs(1);

/// What searches of a file mean.
pub(super) struct World {
    /// The engine; none where not even one without a project can be opened.
    pub(super) engine: Option<Engine>,
    /// The shell's completion in that world.
    pub(super) editor: Option<Editor>,
    /// Why the project cannot be used.
    pub(super) problems: Vec<Diagnostic>,
    /// The project's folder.
    pub(super) folder: Option<PathBuf>,
}

/// A project's folder and an app.
type Key = (Option<PathBuf>, Option<String>);

/// All that are open.
#[derive(Default)]
pub(super) struct Worlds {
    arguments: WorldArgs,
    /// Each behind a lock of its own: who needs the same one waits for it, others do not.
    known: Mutex<HashMap<Key, Arc<Mutex<Option<Opened>>>>>,
    /// How often a client told of changes.
    changes: AtomicU64,
}

struct Opened {
    world: Arc<World>,
    watched: Watched,
    stamp: u64,
    /// When files were looked at, and the count of changes then.
    looked: (Instant, u64),
}

impl Worlds {
    /// None yet; arguments hold for all.
    pub(super) fn new(arguments: WorldArgs) -> Self {
        Self { arguments, known: Mutex::default(), changes: AtomicU64::new(0) }
    }

    /// What holds for a query. Blocks while the engine is opened.
    pub(super) fn of(&self, query: &Query, runtime: &Handle) -> Arc<World> {
        let nearest = query.path.as_deref().and_then(session::project_above);
        let folder = self.arguments.project.clone().or(nearest);
        let mut settings = Settings { project: folder.clone(), ..session::settings_for(&self.arguments, query) };
        let around = query.path.as_deref().and_then(app_around).filter(|_| settings.app.is_none());
        let name = around.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        // An app that lies in no project is one to itself.
        let alone = around.filter(|_| folder.is_none()).map(Path::to_owned);
        settings.conf.extend(alone.clone());
        let guess = name.filter(|_| alone.is_none());
        let key = (folder.or(alone), settings.app.clone().or_else(|| guess.clone()));
        let slot = Arc::clone(self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (Instant::now(), self.changes.load(Ordering::Relaxed));
        if let Some(opened) = slot.as_mut() {
            let (time, changes) = opened.looked;
            let is_recent = changes == now.1 && time.elapsed() < LOOKED_AT_FOR;
            if is_recent || opened.watched.stamp() == opened.stamp {
                if !is_recent {
                    opened.looked = now;
                }
                return Arc::clone(&opened.world);
            }
        }
        let watched = Watched::definitions(&settings);
        let stamp = watched.stamp();
        let world = Arc::new(open(settings, guess, runtime));
        *slot = Some(Opened { world: Arc::clone(&world), watched, stamp, looked: now });
        world
    }

    /// Files are to be looked at again: a client told of a change.
    pub(super) fn look_again(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }
}

/// The app that a conf file belongs to: the folder above `default` or `local`.
fn app_around(path: &Path) -> Option<&Path> {
    let layer = path.parent().filter(|layer| layer.ends_with("default") || layer.ends_with("local"))?;
    layer.parent().filter(|_| path.extension().is_some_and(|ending| ending == "conf"))
}

/// Opens an engine, in the app that the file seems to be of where the project has it.
fn open(settings: Settings, app: Option<String>, runtime: &Handle) -> World {
    if app.is_some() {
        let within = Settings { app, ..settings.clone() };
        if let Ok(engine) = runtime.block_on(Engine::open(within)) {
            let editor = Some(Editor::new(&engine));
            return World { editor, engine: Some(engine), problems: Vec::new(), folder: settings.project };
        }
    }
    let folder = settings.project.clone();
    let bare = Settings { timezone: settings.timezone.clone(), now: settings.now.clone(), ..Settings::default() };
    let (engine, problems) = match runtime.block_on(Engine::open(settings)) {
        Ok(engine) => (Some(engine), Vec::new()),
        // Without its project a search still has a grammar.
        Err(problems) => (runtime.block_on(Engine::open(bare)).ok(), problems),
    };
    World { editor: engine.as_ref().map(Editor::new), engine, problems, folder }
}

/// Whether a change of a file may change what searches mean.
pub(super) fn is_definition(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["conf", "toml", "csv", "json", "jsonl", "spl", "meta"].contains(&ending)
}
