//! What the files of a project look like, so that a daemon knows when to read them again.
//!
//! Lookups and data are not among them: each search looks at those anew. A new native index is.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use super::history;
use crate::{Settings, project};

/// The endings of files that define something.
const ENDINGS: [&str; 4] = ["spl", "conf", "meta", "json"];
/// How deep folders are looked into: links may lead round in circles.
const DEEPEST: usize = 12;

/// A number for names, sizes and times of the files that say what runs and how.
pub(super) fn of(settings: &Settings, paths: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let files = settings.project.iter().map(|folder| folder.join(project::FILE)).chain(settings.macros.iter().cloned());
    files.for_each(|file| hash(&file, &mut hasher));
    for path in settings.conf.iter().chain(&settings.queries).chain(&settings.datamodels).chain(paths) {
        walk(path, DEEPEST, &mut hasher);
    }
    let store = settings.store.iter().flat_map(|store| fs::read_dir(store).into_iter().flatten().flatten());
    // The history is made when it is first needed, by whoever asks here.
    let is_index = |path: &PathBuf| speleo_index::Index::is_at(path) && !path.ends_with(history::NAME);
    let mut indexes: Vec<PathBuf> = store.map(|entry| entry.path()).filter(is_index).collect();
    indexes.sort();
    indexes.hash(&mut hasher);
    hasher.finish()
}

fn walk(path: &Path, depth: usize, hasher: &mut DefaultHasher) {
    if !path.is_dir() {
        return hash(path, hasher);
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let is_definition = || entry.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if entry.is_dir() && depth > 0 {
            walk(&entry, depth - 1, hasher);
        } else if is_definition() {
            hash(&entry, hasher);
        }
    }
}

fn hash(file: &Path, hasher: &mut DefaultHasher) {
    file.hash(hasher);
    let metadata = fs::metadata(file).ok();
    metadata.as_ref().map(fs::Metadata::len).hash(hasher);
    metadata.and_then(|metadata| metadata.modified().ok()).hash(hasher);
}
