//! Knowledge from files: folders of conf files, apps, `macros.conf` files, data models, query files.
//!
//! What lies in folders of conf files is [`ConfFolder`]'s affair; lookup files and data models of apps come along.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use speleo_knowledge::{
    Conf, DataModel, IndexTimeKnowledge, Knowledge, Origins, Place, Problem, Props, SavedSearch, acceleration, builtin,
    collection, event_type, field_setting, limits, lookup, macros, origin, saved_search, tag, time_preset,
    transaction_type, transform,
};
use speleo_syntax::{Code, Diagnostic, Severity};

use crate::{
    Settings,
    conf_folder::{self, ConfFolder},
};

/// The built-in source types, read once.
static SOURCE_TYPES: LazyLock<Knowledge> = LazyLock::new(builtin::source_types);

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// The knowledge objects.
    pub(crate) knowledge: Knowledge,
    /// Folders of lookup files; the first that has a file wins.
    pub(crate) lookup_folders: Vec<PathBuf>,
    /// The folders of apps, the weakest first.
    pub(crate) homes: Vec<PathBuf>,
    /// Warnings: definitions that are left out.
    pub(crate) warnings: Vec<Diagnostic>,
    /// What the warnings about conf files say, with the places apart.
    pub(crate) problems: Vec<Problem>,
    /// Files that were asked for and cannot be used.
    pub(crate) errors: Vec<Diagnostic>,
}

impl Definitions {
    /// Reads everything that the settings name.
    pub(crate) fn read(settings: &Settings) -> Self {
        let mut found = Self { knowledge: SOURCE_TYPES.clone(), ..Self::default() };
        found.lookup_folders.extend(settings.lookups.clone());
        found.folders(settings);
        for file in &settings.macros {
            let conf = found.conf(file, true);
            found.macros(conf);
        }
        for path in &settings.datamodels {
            found.data_models(path, true);
        }
        for folder in &settings.queries {
            found.queries(folder);
        }
        for folder in &found.lookup_folders {
            if !folder.is_dir() {
                let message = format!("there is no folder `{}` for lookups", folder.display());
                found.errors.push(Diagnostic::unplaced(Code::File, message));
            }
        }
        found.knowledge.index_time.lookup_folders.clone_from(&found.lookup_folders);
        found
    }

    /// Everything in the folders of conf files. What lies over what is decided setting by setting, so all are laid over each
    /// other before any is understood.
    fn folders(&mut self, settings: &Settings) {
        let mut folders = Vec::new();
        for path in &settings.conf {
            if !path.is_dir() {
                let message = format!("there is no folder `{}`", path.display());
                self.errors.push(Diagnostic::unplaced(Code::File, message));
                continue;
            }
            let (folder, problems) = ConfFolder::open(path, settings.app.as_deref(), settings.user.as_deref());
            self.report(problems);
            folders.push(folder);
        }
        if let Some(app) = &settings.app
            && !folders.iter().any(|folder| folder.apps().contains_key(app))
        {
            let message = format!("there is no app `{app}` in the folders of conf files");
            self.errors.push(Diagnostic::unplaced(Code::File, message));
        }
        self.objects(&folders);
        for folder in &folders {
            // The strongest app comes first there; here the last wins.
            for app in folder.shared_folders("", "models").into_iter().rev() {
                for layer in ["data/models", "default/data/models", "local/data/models"] {
                    self.data_models(&app.join(layer), false);
                }
            }
        }
        for folder in &folders {
            self.homes.extend(folder.shared_folders("", "").into_iter().rev());
        }
        for folder in folders.iter().rev() {
            self.lookup_folders.extend(folder.shared_folders("lookups", "lookups"));
        }
    }

    /// The objects that conf files define.
    fn objects(&mut self, folders: &[ConfFolder]) {
        let mut found = Knowledge::default();
        let mut problems = Vec::new();
        let (transforms, index_transforms) = self.layered("transforms", folders);
        let (props, index_props) = self.layered("props", folders);
        let mut conf = |kind: &str| self.layered(kind, folders).0;
        let (macros, searches) = (conf("macros"), conf("savedsearches"));
        found.origins = Origins {
            macros: origin::of_conf(&macros, "definition", macros::key_of),
            lookups: origin::of_conf(&transforms, "filename", str::to_owned),
            saved_searches: origin::of_conf(&searches, "search", str::to_owned),
            ..Origins::default()
        };
        found.macros = taken(&mut problems, macros::from_conf(&macros));
        found.accelerations = taken(&mut problems, acceleration::from_conf(&conf("datamodels")));
        found.saved_searches = taken(&mut problems, saved_search::from_conf(&searches));
        found.transaction_types = taken(&mut problems, transaction_type::from_conf(&conf("transactiontypes")));
        found.event_types = taken(&mut problems, event_type::from_conf(&conf("eventtypes")));
        found.tags = taken(&mut problems, tag::from_conf(&conf("tags")));
        found.fields = taken(&mut problems, field_setting::from_conf(&conf("fields")));
        found.collections = taken(&mut problems, collection::from_conf(&conf("collections")));
        found.limits = taken(&mut problems, limits::from_conf(&conf("limits")));
        found.time_presets = time_preset::from_conf(&conf("times"));
        found.lookups = taken(&mut problems, lookup::from_conf(&transforms));
        found.transforms = taken(&mut problems, transform::from_conf(&transforms));
        found.props = taken(&mut problems, Props::from_conf(&props));
        // What is wrong in them was told above, save in stanzas that no search sees.
        found.index_time = IndexTimeKnowledge {
            props: Props::from_conf(&index_props).0,
            transforms: transform::from_conf(&index_transforms).0,
            ..IndexTimeKnowledge::default()
        };
        self.report(problems);
        self.knowledge.merge(found);
    }

    /// The conf files of a name, laid over each other for searches and for the reading of events.
    fn layered(&mut self, kind: &str, folders: &[ConfFolder]) -> (Conf, Conf) {
        let (mut search, mut index) = (Conf::default(), Conf::default());
        for folder in folders {
            let (files, problems) = folder.read(kind);
            self.report(problems);
            search.layer(files.for_search());
            index.layer(files.for_index());
        }
        (search, index)
    }

    fn macros(&mut self, conf: Conf) {
        let (macros, problems) = macros::from_conf(&conf);
        self.report(problems);
        self.knowledge.macros.extend(macros);
        self.knowledge.origins.macros.extend(origin::of_conf(&conf, "definition", macros::key_of));
    }

    fn conf(&mut self, file: &Path, wanted: bool) -> Conf {
        let Some(text) = self.text(file, wanted) else { return Conf::default() };
        let (conf, problems) = Conf::parse_file(file, &text);
        self.report(problems);
        conf
    }

    fn data_models(&mut self, path: &Path, wanted: bool) {
        if !wanted && !path.is_dir() {
            return;
        }
        let files = if path.is_dir() { conf_folder::files(path, "json") } else { vec![path.to_owned()] };
        for file in files {
            let Some(text) = self.text(&file, wanted) else { continue };
            match DataModel::parse(&text) {
                Ok(model) => {
                    let place = Place { file: Some(file.as_path().into()), line: 1 };
                    self.knowledge.origins.data_models.insert(model.name.clone(), place);
                    self.knowledge.data_models.insert(model.name.clone(), model);
                }
                Err(problem) => {
                    let problem = Problem { file: Some(file.as_path().into()), ..problem };
                    // A model that came along with an app is no reason to run nothing.
                    match wanted {
                        true => self.errors.push(diagnostic(&problem)),
                        false => self.report(vec![problem]),
                    }
                }
            }
        }
    }

    /// The query files below a folder. Of files of one name the first counts, in the order of their paths.
    fn queries(&mut self, folder: &Path) {
        let mut files = Vec::new();
        if let Ok(found) = glob::glob(&format!("{}/**/*.spl", glob::Pattern::escape(&folder.to_string_lossy()))) {
            files.extend(found.flatten());
        }
        for file in files {
            let name = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let Some(text) = self.text(&file, false) else { continue };
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let (saved, problems) = SavedSearch::of_file(&name, text, Some(&file));
            self.report(problems);
            let place = Place { file: Some(file.as_path().into()), line: 1 };
            self.knowledge.origins.saved_searches.entry(name.clone()).or_insert(place);
            self.knowledge.saved_searches.entry(name).or_insert(saved);
        }
    }

    fn text(&mut self, file: &Path, wanted: bool) -> Option<String> {
        match std::fs::read(file) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", file.display());
                let diagnostic = Diagnostic::unplaced(Code::File, message);
                if wanted {
                    self.errors.push(diagnostic)
                } else {
                    self.warnings.push(warning(diagnostic))
                }
                None
            }
        }
    }

    fn report(&mut self, problems: Vec<Problem>) {
        self.warnings.extend(problems.iter().map(warning_of));
        self.problems.extend(problems);
    }
}

fn taken<T>(problems: &mut Vec<Problem>, (found, more): (T, Vec<Problem>)) -> T {
    problems.extend(more);
    found
}

fn diagnostic(problem: &Problem) -> Diagnostic {
    Diagnostic::unplaced(Code::Knowledge, problem.to_string())
}

/// The warning about something in a conf file: it is left out, everything else holds.
pub(crate) fn warning_of(problem: &Problem) -> Diagnostic {
    warning(diagnostic(problem))
}

fn warning(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Warning;
    diagnostic
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn an_app_brings_macros_lookups_and_models_and_local_wins() {
        let app = folder(&[
            ("default/macros.conf", "[a]\ndefinition = 1\n[b]\ndefinition = 2\n"),
            ("local/macros.conf", "[a]\ndefinition = 3\n"),
            ("default/transforms.conf", "[l]\nfilename = l.csv\nmax_matches = 0\n"),
            ("default/data/models/M.json", r#"{"modelName": "M", "objects": []}"#),
            ("lookups/l.csv", "a\n"),
        ]);
        let settings = Settings { conf: vec![app.path().to_owned()], ..Settings::default() };
        let found = Definitions::read(&settings);
        let macros = &found.knowledge.macros;
        assert_eq!((macros["a"].definition.as_str(), macros["b"].definition.as_str()), ("3", "2"));
        assert!(found.knowledge.lookups.contains_key("l") && found.knowledge.data_models.contains_key("M"));
        assert_eq!(found.lookup_folders, [app.path().join("lookups")]);
        assert!(found.errors.is_empty());
        assert_eq!(found.warnings.len(), 1);
        assert!(found.warnings[0].message.contains("transforms.conf:3"), "{}", found.warnings[0].message);
    }

    #[test]
    fn a_broken_model_of_an_app_is_left_out_with_a_warning() {
        let app = folder(&[
            ("default/data/models/Bad.json", "{\n"),
            ("default/data/models/Good.json", r#"{"modelName": "G", "objects": []}"#),
        ]);
        let found = Definitions::read(&Settings { conf: vec![app.path().to_owned()], ..Settings::default() });
        assert!(found.errors.is_empty() && found.knowledge.data_models.contains_key("G"));
        assert!(found.warnings[0].message.contains("Bad.json:2"), "{}", found.warnings[0].message);
        assert_eq!(found.problems.len(), 1);
    }

    #[test]
    fn of_apps_in_a_folder_the_last_name_wins_for_searches_and_the_first_for_reading() {
        let apps = folder(&[
            ("a/default/props.conf", "[s]\nTZ = A\n"),
            ("b/default/props.conf", "[s]\nTZ = B\n"),
            ("b/lookups/l.csv", "b\n"),
            ("a/lookups/l.csv", "a\n"),
        ]);
        let found = Definitions::read(&Settings { conf: vec![apps.path().to_owned()], ..Settings::default() });
        let zone = |props: &Props| props.effective(None, None, Some("s")).text("TZ").map(str::to_owned);
        assert_eq!(zone(&found.knowledge.props).as_deref(), Some("B"));
        assert_eq!(zone(&found.knowledge.index_time.props).as_deref(), Some("A"));
        assert_eq!(found.lookup_folders, [apps.path().join("b/lookups"), apps.path().join("a/lookups")]);
        assert_eq!(found.homes, [apps.path().join("a"), apps.path().join("b")]);
        let settings = Settings { conf: vec![apps.path().to_owned()], app: Some("c".into()), ..Settings::default() };
        assert!(Definitions::read(&settings).errors[0].message.contains("no app `c`"));
    }

    #[test]
    fn files_that_were_asked_for_must_be_usable() {
        let models = folder(&[("Bad.json", "{\n"), ("notes.txt", "x")]);
        let settings = Settings {
            macros: vec!["/nowhere/macros.conf".into()],
            datamodels: vec![models.path().to_owned()],
            lookups: Some("/nowhere/lookups".into()),
            conf: vec!["/nowhere/app".into()],
            ..Settings::default()
        };
        let found = Definitions::read(&settings);
        let codes: Vec<&str> = found.errors.iter().map(|error| error.code.text()).collect();
        assert_eq!(codes, ["E0501", "E0501", "E0504", "E0501"]);
        assert!(found.errors[2].message.contains("Bad.json:2:"), "{}", found.errors[2].message);
    }
}
