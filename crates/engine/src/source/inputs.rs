//! The files of an index one by one, with what tells whether they are as they were: what a summary was made of.
//!
//! A file in place is the same as long as its size, its age and what settings say of it are; a file of a native index never changes.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{Files, builder::Origin, files::DataFile};
use crate::fault::Fault;

/// What tells a file from others, and from what it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct InputKey {
    /// Where it is.
    pub(crate) path: String,
    /// What tells one content of it from another.
    pub(crate) print: String,
}

/// A file of an index as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) key: InputKey,
    /// Its bytes.
    pub(crate) size: u64,
    /// Its number in `__seq`; none in a native index, whose events keep theirs.
    pub(crate) number: Option<u32>,
}

impl Input {
    fn of_file(file: &DataFile, origin: &Origin) -> Self {
        let nanos = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let said = [Some(&origin.index), origin.host.as_ref(), Some(&origin.source), Some(&origin.sourcetype)];
        let key = InputKey {
            path: file.path.to_string_lossy().into_owned(),
            print: format!("{} {} {said:?}", file.size, file.modified.map_or(0, nanos)),
        };
        Self { key, size: file.size, number: Some(origin.file) }
    }

    fn of_part(folder: &Path, name: &str, part: &speleo_index::Part) -> Self {
        let path = format!("{}/{}", folder.to_string_lossy(), part.path);
        let key = InputKey { path, print: format!("{} {name}", part.size) };
        Self { key, size: part.size, number: None }
    }
}

impl Files {
    /// The files, those of native indexes too, in the order of their events.
    ///
    /// # Errors
    /// Where a native index cannot be read.
    pub(crate) async fn inputs(&self) -> Result<Vec<Input>, Fault> {
        let mut inputs: Vec<Input> = self.found.iter().map(|(file, origin)| Input::of_file(file, origin)).collect();
        for (name, folder) in &self.stored {
            let index = speleo_index::Index::open(&folder.to_string_lossy()).await?;
            inputs.extend(index.parts()?.iter().map(|part| Input::of_part(folder, name, part)));
        }
        Ok(inputs)
    }

    /// Those of the files that are wanted, under their numbers among all.
    ///
    /// # Errors
    /// As [`Files::inputs`].
    pub(crate) async fn only(mut self, is_wanted: &(dyn Fn(&Input) -> bool + Sync)) -> Result<Self, Fault> {
        self.found.retain(|(file, origin)| is_wanted(&Input::of_file(file, origin)));
        let mut stored: Vec<(String, PathBuf)> = Vec::new();
        for (name, folder) in std::mem::take(&mut self.stored) {
            let index = speleo_index::Index::open(&folder.to_string_lossy()).await?;
            let parts = index.parts()?;
            let wanted = parts.iter().filter(|part| is_wanted(&Input::of_part(&folder, &name, part)));
            let chosen: HashSet<String> = wanted.map(|part| part.path.to_string()).collect();
            if !chosen.is_empty() {
                self.chosen.insert(folder.clone(), chosen);
                stored.push((name, folder));
            }
        }
        self.stored = stored;
        Ok(self)
    }
}
