//! Where summaries are: `summaries/Web/Web/9f2c…`, a folder for each root and for what it was computed by. In it lie a Delta table and
//! a note of what it is.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{fault::Fault, lookup::is_plain};

/// The file of the note.
const NOTE: &str = "summary.json";

/// What a summary is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// The data model.
    pub(crate) model: String,
    /// Its root.
    pub(crate) root: String,
    /// What it was computed by.
    pub(crate) definition: String,
    /// When it was begun, in epoch seconds.
    pub(crate) made: i64,
    /// Events before this time in epoch microseconds are left out.
    pub(crate) from: Option<i64>,
}

/// The folder of a root; none where its name is none of a folder.
pub(crate) fn of_root(summaries: &Path, model: &str, root: &str) -> Option<PathBuf> {
    (is_plain(model) && is_plain(root)).then(|| summaries.join(model).join(root))
}

impl Note {
    /// The note in a folder; none where there is no summary.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(NOTE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes it: a reader finds the old one or this one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Fault> {
        let failed = |error: std::io::Error| Fault::file(&folder.join(NOTE), "write", error);
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(folder.join(NOTE)).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// The summaries of a root, the newest first.
pub(crate) fn all(folder: &Path) -> Vec<(PathBuf, Note)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(PathBuf, Note)> =
        entries.filter_map(|entry| Some((entry.path(), Note::read(&entry.path())?))).collect();
    found.sort_by(|(_, one), (_, other)| (other.made, &other.definition).cmp(&(one.made, &one.definition)));
    found
}

/// Deletes a summary. Its log goes first: what is left after that is none any more.
///
/// # Errors
/// Where a file cannot be deleted.
pub(crate) fn delete(folder: &Path) -> Result<(), Fault> {
    let failed = |error: std::io::Error| Fault::file(folder, "delete", error);
    for part in [folder.join(NOTE), folder.join("_delta_log"), folder.to_owned()] {
        let gone = if part.is_dir() { std::fs::remove_dir_all(&part) } else { std::fs::remove_file(&part) };
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    // The folders of its root and model go with the last one in them; others are not empty and stay.
    folder.ancestors().skip(1).take(2).for_each(|above| drop(std::fs::remove_dir(above)));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn notes_are_found_newest_first_and_deleted_with_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        for (name, made) in [("a", 1), ("b", 3), ("c", 2)] {
            let at = folder.path().join(name);
            std::fs::create_dir_all(&at).unwrap();
            let text = name.to_owned();
            Note { model: "M".into(), root: "R".into(), definition: text, made, from: None }.write(&at).unwrap();
        }
        std::fs::create_dir(folder.path().join("no summary")).unwrap();
        let names = || all(folder.path()).into_iter().map(|(_, note)| note.definition).collect::<Vec<_>>();
        assert_eq!(names(), ["b", "c", "a"]);
        delete(&folder.path().join("b")).unwrap();
        delete(&folder.path().join("b")).unwrap();
        assert_eq!(names(), ["c", "a"]);
        assert!(of_root(folder.path(), "../M", "R").is_none());
    }
}
