//! Files that shape answers, and whether they changed: what `run --watch` and the language server look at.
//!
//! Looking at times and sizes twice a second costs nothing for the files of a project, and works where notifications of
//! the system do not: on network drives, in containers, through editors that replace files.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use speleo_engine::Settings;

use crate::session::PROJECT_FILE;

/// The most files that are looked at: a folder of events may hold any number.
const MOST_FILES: usize = 20_000;

/// Some files, folders and patterns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
    /// Files that do not count, by their full paths.
    apart: Vec<PathBuf>,
}

impl Watched {
    /// These files and folders.
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        Self { paths: paths.to_vec(), apart: Vec::new() }
    }

    /// The definitions that settings name: the project's file, conf files, macros, lookups, data models, query files.
    pub(crate) fn definitions(settings: &Settings) -> Self {
        let project = settings.project.iter().map(|folder| folder.join(PROJECT_FILE));
        // Where the project cannot be read, its file is what has to change.
        let resolved = speleo_engine::resolve_settings(settings.clone()).unwrap_or_else(|_| settings.clone());
        let files = [resolved.conf, resolved.macros, resolved.datamodels, resolved.queries].concat();
        let all = project.chain(files).chain(resolved.lookups).chain(resolved.geoip);
        Self { paths: all.collect(), apart: Vec::new() }
    }

    /// The data that settings name, as far as they are files here.
    pub(crate) fn data(settings: &Settings) -> Self {
        let resolved = speleo_engine::resolve_settings(settings.clone()).unwrap_or_else(|_| settings.clone());
        let local = |path: &String| !path.contains("://");
        let indexes = resolved.indexes.into_iter().map(|index| index.path).filter(local).map(PathBuf::from);
        Self { paths: indexes.collect(), apart: Vec::new() }
    }

    /// These and others.
    pub(crate) fn and(mut self, other: Watched) -> Self {
        self.paths.extend(other.paths);
        self
    }

    /// Leaves files out that are looked at in another way.
    pub(crate) fn leave_out(&mut self, files: &[PathBuf]) {
        self.apart.extend(files.iter().filter_map(|file| fs::canonicalize(file).ok()));
    }

    /// A number that is another one once a file was written, made or deleted.
    pub(crate) fn stamp(&self) -> u64 {
        let mut look = Look { apart: &self.apart, left: MOST_FILES, hasher: DefaultHasher::new() };
        for path in &self.paths {
            if fs::symlink_metadata(path).is_ok() {
                look.add(path, true);
                continue;
            }
            for file in glob::glob(&path.to_string_lossy()).into_iter().flatten().flatten() {
                look.add(&file, true);
            }
        }
        look.hasher.finish()
    }
}

/// One look at all files.
struct Look<'a> {
    apart: &'a [PathBuf],
    left: usize,
    hasher: DefaultHasher,
}

impl Look<'_> {
    /// Adds a file, or the files of a folder. Links within folders are not followed: they may lead back.
    fn add(&mut self, path: &Path, follows: bool) {
        let metadata = if follows { fs::metadata(path) } else { fs::symlink_metadata(path) };
        let Ok(metadata) = metadata else { return };
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        if !metadata.is_dir() {
            let is_apart =
                !self.apart.is_empty() && fs::canonicalize(path).is_ok_and(|full| self.apart.contains(&full));
            if !is_apart {
                (path, metadata.len(), metadata.modified().ok()).hash(&mut self.hasher);
            }
            return;
        }
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.retain(|file| !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
        files.sort();
        for file in files {
            self.add(&file, false);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stamp_changes_with_files_of_folders_and_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("a")).unwrap();
        fs::write(at("a/one.csv"), "x").unwrap();
        fs::write(at("b.json"), "x").unwrap();
        let watched = Watched::of(&[at("a"), at("*.json"), at("missing")]);
        let stamp = watched.stamp();
        assert_eq!(stamp, watched.stamp());
        let mut seen = vec![stamp];
        let mut changed = |what: &str| {
            let stamp = watched.stamp();
            assert!(!seen.contains(&stamp), "{what}");
            seen.push(stamp);
        };
        fs::write(at("a/one.csv"), "longer").unwrap();
        changed("written");
        fs::write(at("c.json"), "x").unwrap();
        changed("made, and found by the pattern");
        fs::remove_file(at("b.json")).unwrap();
        changed("deleted");
        fs::write(at("missing"), "x").unwrap();
        changed("there at last");
        fs::write(at("other.txt"), "x").unwrap();
        assert_eq!(watched.stamp(), *seen.last().unwrap());
    }
}
