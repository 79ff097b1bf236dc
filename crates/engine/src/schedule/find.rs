//! Where scheduled searches are found: query files with `schedule:`, and the stanzas of savedsearches.conf in each app's folder.
//!
//! A search belongs to the app whose files define it, runs in that app, and is found once, however many apps see it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use speleo_knowledge::{Conf, Problem, SavedSearch, saved_search};
use speleo_syntax::{Code, Diagnostic};

use super::{APP, Scheduled, looks};
use crate::{Settings, conf_folder::ConfFolder, project};

/// The conf file of saved searches, without its ending.
const CONF: &str = "savedsearches";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The settings with what the project says.
    pub(super) settings: Settings,
    pub(super) scheduled: Vec<Scheduled>,
    /// What is wrong with schedules.
    pub(super) problems: Vec<Problem>,
    /// What the files looked like before they were read.
    pub(super) looks: u64,
    files: BTreeSet<PathBuf>,
}

/// Looks at the paths, or where there are none in the folders that the settings name.
///
/// # Errors
/// Where the project or a path cannot be read.
pub(super) fn find(settings: &Settings, paths: &[PathBuf]) -> Result<Found, Vec<Diagnostic>> {
    let asked = settings.app.clone();
    let settings = project::resolve(settings.clone()).map_err(|problem| vec![problem])?;
    let looks = looks::of(&settings, paths);
    let mut found = Found { settings, looks, ..Found::default() };
    if paths.is_empty() {
        for folder in found.settings.conf.clone() {
            found.conf_folder(&folder, asked.as_deref());
        }
        for folder in found.settings.queries.clone() {
            found.folder(&folder, asked.as_deref());
        }
    }
    for path in paths {
        if path.is_dir() {
            found.folder(path, asked.as_deref());
            continue;
        }
        let text = read(path).map_err(|problem| vec![problem])?;
        if path.extension().is_some_and(|ending| ending == "conf") {
            let (conf, _) = Conf::parse_file(path, &text);
            let app = found.settings.app.clone().unwrap_or_else(|| APP.to_owned());
            found.conf(&conf, &app, None, |_| true);
        } else {
            found.file(path, &text, asked.as_deref());
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String, Diagnostic> {
    let bytes = std::fs::read(path)
        .map_err(|error| Diagnostic::unplaced(Code::File, format!("cannot read `{}`: {error}", path.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Found {
    /// The apps of a folder of conf files; of several only the one asked for, if one is.
    fn conf_folder(&mut self, path: &Path, asked: Option<&str>) {
        let user = self.settings.user.clone();
        let (folder, _) = ConfFolder::open(path, None, user.as_deref());
        if let Some(only) = folder.current() {
            let is_named = ["default", "local"].iter().any(|layer| path.join(layer).is_dir());
            let plain = || self.settings.app.clone().unwrap_or_else(|| APP.to_owned());
            let app = if is_named { only.to_owned() } else { plain() };
            self.conf(&folder.read(CONF).0.for_search(), &app, None, |_| true);
            return;
        }
        let files = folder.read(CONF).0;
        for app in folder.apps().keys().filter(|app| asked.is_none_or(|asked| asked == app.as_str())) {
            let own = files.stanzas_of(app);
            self.conf(&files.for_app(app), app, Some(app), |name| own.contains(name));
        }
    }

    fn conf(&mut self, conf: &Conf, app: &str, context: Option<&str>, is_own: impl Fn(&str) -> bool) {
        let (searches, problems) = saved_search::from_conf(conf);
        self.tell(problems);
        for saved in searches.into_values().filter(|saved| is_own(&saved.name)) {
            self.add(saved, app, context, None);
        }
    }

    /// The query files below a folder, by their paths.
    fn folder(&mut self, folder: &Path, asked: Option<&str>) {
        let pattern = format!("{}/**/*.spl", glob::Pattern::escape(&folder.to_string_lossy()));
        let files: Vec<PathBuf> = glob::glob(&pattern).into_iter().flatten().flatten().collect();
        for file in files {
            // One that cannot be read is told of when an engine is opened.
            if let Ok(text) = read(&file) {
                self.file(&file, &text, asked);
            }
        }
    }

    fn file(&mut self, file: &Path, text: &str, asked: Option<&str>) {
        if !self.files.insert(file.to_owned()) {
            return;
        }
        let name = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (saved, problems) = SavedSearch::of_file(&name, text, Some(file));
        self.tell(problems);
        let own = saved.settings.get("app").filter(|app| !app.is_empty()).cloned();
        let is_meant = asked.is_none() || own.is_none() || own.as_deref() == asked;
        if is_meant {
            let context = asked.map(str::to_owned).or_else(|| own.clone());
            let app = context.clone().or_else(|| self.settings.app.clone()).unwrap_or_else(|| APP.to_owned());
            self.add(saved, &app, context.as_deref(), Some(file));
        }
    }

    fn add(&mut self, saved: SavedSearch, app: &str, context: Option<&str>, file: Option<&Path>) {
        let Some(schedule) = saved.schedule else { return };
        let bound = |text: Option<String>| {
            // A window that slides in real time stands still for each run.
            let text = text?.trim().trim_start_matches("rt").to_owned();
            (!text.is_empty() && text != "0").then_some(text)
        };
        let scheduled = Scheduled {
            name: saved.name,
            app: app.to_owned(),
            context: context.map(str::to_owned),
            search: saved.search,
            earliest: bound(saved.earliest),
            latest: bound(saved.latest),
            schedule,
            file: file.map(Path::to_owned),
        };
        match self.scheduled.iter().find(|known| known.id() == scheduled.id()) {
            None => self.scheduled.push(scheduled),
            // As where searches are named: what comes first counts.
            Some(known) => {
                let of = |file: &Option<PathBuf>| match file {
                    Some(file) => file.display().to_string(),
                    None => format!("{CONF}.conf"),
                };
                let message = format!(
                    "`{}` does not run by itself: `{}` is a scheduled search of that name in the app `{app}` already",
                    of(&scheduled.file),
                    of(&known.file)
                );
                self.tell(vec![Problem {
                    file: scheduled.file.as_deref().map(Into::into),
                    ..Problem::new(1, message)
                }]);
            }
        }
    }

    fn tell(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }
}
