//! Knowledge from files: folders of conf files, apps, `macros.conf` files, data models, query files.
//!
//! An app is a folder with `default` and `local`; what `local` says wins. Its lookup files and data models come along.

use std::path::{Path, PathBuf};

use speleo_knowledge::{
    Conf, DataModel, Knowledge, Problem, Props, SavedSearch, event_type, lookup, macros, saved_search, tag,
    transaction_type, transform,
};
use speleo_syntax::{Code, Diagnostic, Severity};

use crate::Settings;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// The knowledge objects.
    pub(crate) knowledge: Knowledge,
    /// Folders of lookup files; the first that has a file wins.
    pub(crate) lookup_folders: Vec<PathBuf>,
    /// Warnings: definitions that are left out.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Files that were asked for and cannot be used.
    pub(crate) errors: Vec<Diagnostic>,
}

impl Definitions {
    /// Reads everything that the settings name.
    pub(crate) fn read(settings: &Settings) -> Self {
        let mut found = Self::default();
        found.lookup_folders.extend(settings.lookups.clone());
        for folder in &settings.conf {
            found.app(folder);
        }
        for file in &settings.macros {
            let conf = found.conf(file, true);
            found.macros(conf, file);
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
        found
    }

    fn app(&mut self, folder: &Path) {
        if !folder.is_dir() {
            let message = format!("there is no folder `{}`", folder.display());
            self.errors.push(Diagnostic::unplaced(Code::File, message));
            return;
        }
        let layers: Vec<PathBuf> = ["", "default", "local"].iter().map(|name| folder.join(name)).collect();
        let mut layered = |name: &str| {
            let mut conf = Conf::default();
            for file in layers.iter().map(|layer| layer.join(name)).filter(|file| file.is_file()) {
                conf.layer(self.conf(&file, false));
            }
            conf
        };
        let (macros, transforms) = (layered("macros.conf"), layered("transforms.conf"));
        let (saved, transactions) = (layered("savedsearches.conf"), layered("transactiontypes.conf"));
        let (event_types, tags) = (layered("eventtypes.conf"), layered("tags.conf"));
        let props = layered("props.conf");
        let (searches, problems) = saved_search::from_conf(&saved);
        self.report(&folder.join("savedsearches.conf"), problems);
        self.knowledge.saved_searches.extend(searches);
        let (types, problems) = transaction_type::from_conf(&transactions);
        self.report(&folder.join("transactiontypes.conf"), problems);
        self.knowledge.transaction_types.extend(types);
        let (types, problems) = event_type::from_conf(&event_types);
        self.report(&folder.join("eventtypes.conf"), problems);
        let (tags, more) = tag::from_conf(&tags);
        self.report(&folder.join("tags.conf"), more);
        let (props, problems) = Props::from_conf(&props);
        self.report(&folder.join("props.conf"), problems);
        let (changes, problems) = transform::from_conf(&transforms);
        self.report(&folder.join("transforms.conf"), problems);
        self.knowledge.merge(Knowledge {
            event_types: types,
            tags,
            props,
            transforms: changes,
            ..Knowledge::default()
        });
        self.macros(macros, &folder.join("macros.conf"));
        let (lookups, problems) = lookup::from_conf(&transforms);
        self.report(&folder.join("transforms.conf"), problems);
        self.knowledge.lookups.extend(lookups);
        for layer in &layers {
            let models = layer.join("data/models");
            if models.is_dir() {
                self.data_models(&models, false);
            }
        }
        let lookups = folder.join("lookups");
        if lookups.is_dir() {
            self.lookup_folders.push(lookups);
        }
    }

    fn macros(&mut self, conf: Conf, file: &Path) {
        let (macros, problems) = macros::from_conf(&conf);
        self.report(file, problems);
        self.knowledge.macros.extend(macros);
    }

    fn conf(&mut self, file: &Path, wanted: bool) -> Conf {
        let Some(text) = self.text(file, wanted) else { return Conf::default() };
        let (conf, problems) = Conf::parse_file(file, &text);
        self.report(file, problems);
        conf
    }

    fn data_models(&mut self, path: &Path, wanted: bool) {
        let files = if path.is_dir() { json_files(path) } else { vec![path.to_owned()] };
        for file in files {
            let Some(text) = self.text(&file, wanted) else { continue };
            match DataModel::parse(&text) {
                Ok(model) => {
                    self.knowledge.data_models.insert(model.name.clone(), model);
                }
                Err(problem) => self.errors.push(diagnostic(&file, &problem)),
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
            let known = &mut self.knowledge.saved_searches;
            known.entry(name.clone()).or_insert_with(|| SavedSearch::of_file(&name, text));
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

    fn report(&mut self, file: &Path, problems: Vec<Problem>) {
        self.warnings.extend(problems.iter().map(|problem| warning(diagnostic(file, problem))));
    }
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

fn diagnostic(file: &Path, problem: &Problem) -> Diagnostic {
    let column = problem.column.map_or_else(String::new, |column| format!(":{column}"));
    let file = problem.file.as_deref().unwrap_or(file);
    Diagnostic::unplaced(Code::Knowledge, format!("{}:{}{column}: {}", file.display(), problem.line, problem.message))
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
