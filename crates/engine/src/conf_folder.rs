//! Folders of conf files on disk: a plain one, an app, a folder of apps, or Splunk's `etc`.
//!
//! ```text
//! etc/system/{default,local}/*.conf    etc/apps/NAME/{default,local}/*.conf    etc/users/USER/NAME/local/*.conf
//! ```
//!
//! Which file wins is [`speleo_knowledge::layer`]'s affair; this finds and reads them. An app without metadata shares
//! everything: it was handed over on purpose. Absent: the folders of clusters and deployment servers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use speleo_knowledge::{
    Conf, Problem,
    layer::{AppLayer, Context, Home, Layers, Visibility},
};

/// The folders of an app that hold conf files, the weakest first.
const LAYERS: [(&str, AppLayer); 3] =
    [("", AppLayer::Plain), ("default", AppLayer::Default), ("local", AppLayer::Local)];

/// What was found at a path.
#[derive(Debug, Clone, Default)]
pub struct ConfFolder {
    homes: Vec<(Home, PathBuf)>,
    /// Apps by name.
    apps: BTreeMap<String, PathBuf>,
    /// Of the apps that have metadata.
    visibility: BTreeMap<String, Visibility>,
    /// The app in which searches run: the only one, or the one asked for.
    current: Option<String>,
    /// The folder of `apps`, `system` and `users`.
    etc: Option<PathBuf>,
}

impl ConfFolder {
    /// Looks what is at a path. `app` is the app in which searches run, `user` whose own settings they see; a folder that is
    /// one app is always its own.
    pub fn open(path: &Path, app: Option<&str>, user: Option<&str>) -> (ConfFolder, Vec<Problem>) {
        let mut found = ConfFolder::default();
        let mut problems = Vec::new();
        let etc = [path.to_owned(), path.join("etc")].into_iter().find(|folder| folder.join("apps").is_dir());
        if let Some(etc) = etc {
            found.current = app.map(str::to_owned);
            for (name, home) in [("default", Home::SystemDefault), ("local", Home::SystemLocal)] {
                found.homes.push((home, etc.join("system").join(name)));
            }
            found.etc = Some(etc.clone());
            for (name, app) in folders(&etc.join("apps")) {
                found.add_app(name, app, &mut problems);
            }
            let own = user.map(|user| folders(&etc.join("users").join(user))).unwrap_or_default();
            for (app, folder) in own {
                found.homes.push((Home::User(app), folder.join("local")));
            }
        } else if ConfFolder::is_app(path) {
            let name = app_name(path);
            found.current = Some(name.clone());
            found.add_app(name, path.to_owned(), &mut problems);
        } else {
            let apps: Vec<_> = folders(path).into_iter().filter(|(_, folder)| ConfFolder::is_app(folder)).collect();
            if apps.is_empty() {
                // It may still hold lookups or data models.
                let name = app_name(path);
                found.current = Some(name.clone());
                found.add_app(name, path.to_owned(), &mut problems);
            } else {
                found.current = app.map(str::to_owned);
                for (name, folder) in apps {
                    found.add_app(name, folder, &mut problems);
                }
            }
        }
        (found, problems)
    }

    fn add_app(&mut self, name: String, folder: PathBuf, problems: &mut Vec<Problem>) {
        for (layer, kind) in LAYERS {
            self.homes.push((Home::App(name.clone(), kind), folder.join(layer)));
        }
        let mut metadata = Conf::default();
        let files = ["default.meta", "local.meta"].map(|file| folder.join("metadata").join(file));
        let mut has_metadata = false;
        for file in files.iter().filter(|file| file.is_file()) {
            has_metadata = true;
            metadata.layer(read(file, problems));
        }
        if has_metadata {
            self.visibility.insert(name.clone(), Visibility::from_conf(&metadata));
        }
        self.apps.insert(name, folder);
    }

    /// Whether a folder is an app: it has layers of conf files, or conf files.
    pub fn is_app(path: &Path) -> bool {
        ["default", "local"].iter().any(|layer| path.join(layer).is_dir()) || !files(path, "conf").is_empty()
    }

    /// The `etc` that was found: the folder of `apps`, and perhaps of `system` and `users`.
    pub fn etc(&self) -> Option<&Path> {
        self.etc.as_deref()
    }

    /// The app in which searches run.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The apps and their folders by name.
    pub fn apps(&self) -> &BTreeMap<String, PathBuf> {
        &self.apps
    }

    /// The names, without ending, of all conf files.
    pub fn kinds(&self) -> BTreeSet<String> {
        let mut kinds = BTreeSet::new();
        for (_, folder) in &self.homes {
            for file in files(folder, "conf") {
                kinds.extend(file.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
        kinds
    }

    /// The conf files of a name.
    pub fn read(&self, kind: &str) -> (ConfFiles<'_>, Vec<Problem>) {
        let mut layers = Layers::default();
        let mut problems = Vec::new();
        for (home, folder) in &self.homes {
            let file = folder.join(format!("{kind}.conf"));
            if file.is_file() {
                layers.push(home.clone(), read(&file, &mut problems));
            }
        }
        (ConfFiles { kind: kind.to_owned(), layers, folder: self }, problems)
    }

    /// Folders of a name below the apps that a search may read, such as `lookups`, the strongest app first; the empty name is
    /// the app itself. `kind` is their name in
    /// metadata.
    pub fn shared_folders(&self, name: &str, kind: &str) -> Vec<PathBuf> {
        let seen = |app: &String| {
            self.current.as_ref() == Some(app) || self.visibility.get(app).is_none_or(|own| own.is_shared(&[kind]))
        };
        let mut apps: Vec<&String> = self.apps.keys().filter(|app| seen(app)).collect();
        let rank = |app: &str| Home::App(app.to_owned(), AppLayer::Plain).search_rank(self.current());
        apps.sort_by_key(|app| std::cmp::Reverse(rank(app)));
        let folders = apps.into_iter().filter_map(|app| self.apps.get(app)).map(|app| match name {
            "" => app.clone(),
            name => app.join(name),
        });
        folders.filter(|folder| folder.is_dir()).collect()
    }
}

/// The files of one name in a folder.
#[derive(Debug, Clone)]
pub struct ConfFiles<'a> {
    kind: String,
    layers: Layers,
    folder: &'a ConfFolder,
}

impl ConfFiles<'_> {
    /// As a search in the current app sees them.
    pub fn for_search(&self) -> Conf {
        self.layers.resolve(&self.kind, Context::Search(self.folder.current()), &self.folder.visibility)
    }

    /// As a search in an app sees them.
    pub fn for_app(&self, app: &str) -> Conf {
        self.layers.resolve(&self.kind, Context::Search(Some(app)), &self.folder.visibility)
    }

    /// The stanzas that are an app's own.
    pub fn stanzas_of(&self, app: &str) -> BTreeSet<&str> {
        self.layers.stanzas_of(app)
    }

    /// As the reading of events sees them.
    pub fn for_index(&self) -> Conf {
        self.layers.resolve(&self.kind, Context::Index, &self.folder.visibility)
    }
}

fn app_name(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    full.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The folders in a folder by name; hidden ones are left out.
fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let named = entries.filter(|path| path.is_dir()).filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        (!name.starts_with('.')).then_some((name, path))
    });
    let mut found: Vec<_> = named.collect();
    found.sort();
    found
}

/// The files with an ending in a folder by name.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|found| found == ending) && path.is_file();
    let mut files: Vec<PathBuf> = entries.filter(is_wanted).collect();
    files.sort();
    files
}

/// Reads a conf file. One that is not UTF-8 is read as far as it can be, and told of.
fn read(file: &Path, problems: &mut Vec<Problem>) -> Conf {
    let mut problem = |line: usize, message: String| {
        problems.push(Problem { file: Some(file.into()), ..Problem::new(line, message) });
    };
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            problem(1, format!("cannot be read: {error}"));
            return Conf::default();
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            problem(line, "this is not UTF-8; what cannot be read is replaced".to_owned());
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
    };
    let (conf, more) = Conf::parse_file(file, &text);
    problems.extend(more);
    conf
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// The definition of the macro `m` for searches.
    fn definition(folder: &Path, app: Option<&str>, user: Option<&str>) -> Option<String> {
        let (found, problems) = ConfFolder::open(folder, app, user);
        assert!(problems.is_empty(), "{problems:?}");
        let (files, problems) = found.read("macros");
        assert!(problems.is_empty(), "{problems:?}");
        let conf = files.for_search();
        conf.stanzas.get("m").and_then(|stanza| conf.text(stanza, "definition")).map(str::to_owned)
    }

    #[test]
    fn an_etc_has_a_system_apps_and_users() {
        let etc = folder(&[
            ("etc/system/local/macros.conf", "[m]\ndefinition = system\n"),
            ("etc/apps/b/default/macros.conf", "[m]\ndefinition = b\n"),
            ("etc/apps/c/local/macros.conf", "[m]\ndefinition = c\n"),
            ("etc/apps/c/metadata/default.meta", "[]\nexport = none\n"),
            ("etc/users/ann/b/local/macros.conf", "[m]\ndefinition = ann\n"),
        ]);
        let of = |app, user| definition(etc.path(), app, user).unwrap();
        assert_eq!(of(None, None), "b");
        assert_eq!(of(Some("c"), None), "c");
        assert_eq!(of(Some("b"), Some("ann")), "ann");
        assert_eq!(of(Some("c"), Some("ann")), "c");
        assert_eq!(definition(&etc.path().join("etc/apps"), None, None).unwrap(), "b");
    }

    #[test]
    fn an_app_and_a_plain_folder_see_themselves() {
        let app = folder(&[
            ("macros.conf", "[m]\ndefinition = plain\n"),
            ("metadata/local.meta", "[]\nexport = none\n"),
            ("lookups/a.csv", "a\n"),
        ]);
        assert_eq!(definition(app.path(), None, None).unwrap(), "plain");
        fs::create_dir(app.path().join("default")).unwrap();
        fs::write(app.path().join("default/macros.conf"), "[m]\ndefinition = default\n").unwrap();
        assert_eq!(definition(app.path(), Some("other"), None).unwrap(), "default");
        let (found, _) = ConfFolder::open(app.path(), None, None);
        assert_eq!(found.shared_folders("lookups", "lookups"), [app.path().join("lookups")]);
        assert_eq!(found.kinds().into_iter().collect::<Vec<_>>(), ["macros"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let app = folder(&[]);
        fs::write(app.path().join("macros.conf"), b"[m]\ndefinition = \xff\xfe\n").unwrap();
        let (found, _) = ConfFolder::open(app.path(), None, None);
        let (_, problems) = found.read("macros");
        assert_eq!((problems.len(), problems[0].line), (1, 2));
        assert!(problems[0].file.as_deref().unwrap().ends_with("macros.conf"));
    }
}
