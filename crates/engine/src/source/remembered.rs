//! What readings of files told, kept as long as the files stay as they are: their fields, and where their events are from.
//!
//! When `index=web` gets one more file, only that one is read for its fields. Absent: anything of more than a search's planning; the
//! events themselves are read by every search.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use speleo_plan::Origin;

use super::{
    builder,
    files::{DataFile, Version},
    text::Inferred,
};

/// The memory of an engine.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<HashMap<Name, Told>>);

/// A file, and what is said of it from outside: its path, index, host, source, source type.
type Name = (PathBuf, String, Option<String>, String, String);

/// The columns that were asked for, and the origins that they gave.
type Origins = (Vec<&'static str>, Arc<[Origin]>);

/// What a content of a file told.
#[derive(Debug, Default)]
struct Told {
    version: Version,
    inferred: Option<Arc<Inferred>>,
    origins: Vec<Origins>,
}

impl Told {
    fn is_of(&self, file: &DataFile) -> bool {
        self.version == file.version()
    }
}

impl Remembered {
    /// What the first reading of a file told.
    pub(super) fn inferred(&self, file: &DataFile, origin: &builder::Origin) -> Option<Arc<Inferred>> {
        self.told(file, origin, |told| told.inferred.clone())
    }

    /// Keeps what the first reading of a file told.
    pub(super) fn keep_inferred(&self, file: &DataFile, origin: &builder::Origin, inferred: Arc<Inferred>) {
        self.keep(file, origin, |told| told.inferred = Some(inferred));
    }

    /// Where a file's events are from, by these columns.
    pub(super) fn origins(
        &self,
        file: &DataFile,
        origin: &builder::Origin,
        columns: &[&'static str],
    ) -> Option<Arc<[Origin]>> {
        self.told(file, origin, |told| {
            told.origins.iter().find(|(known, _)| known == columns).map(|(_, origins)| Arc::clone(origins))
        })
    }

    /// Keeps where a file's events are from.
    pub(super) fn keep_origins(
        &self,
        file: &DataFile,
        origin: &builder::Origin,
        columns: &[&'static str],
        origins: Arc<[Origin]>,
    ) {
        self.keep(file, origin, |told| {
            told.origins.retain(|(known, _)| known != columns);
            told.origins.push((columns.to_vec(), origins));
        });
    }

    fn told<T>(&self, file: &DataFile, origin: &builder::Origin, look: impl FnOnce(&Told) -> Option<T>) -> Option<T> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&name(file, origin)).filter(|told| told.is_of(file)).and_then(look)
    }

    fn keep(&self, file: &DataFile, origin: &builder::Origin, keep: impl FnOnce(&mut Told)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = known.entry(name(file, origin)).or_default();
        if !told.is_of(file) {
            *told = Told { version: file.version(), ..Told::default() };
        }
        keep(told);
    }
}

fn name(file: &DataFile, origin: &builder::Origin) -> Name {
    let (host, sourcetype) = (origin.host.clone(), origin.sourcetype.clone());
    (file.path.clone(), origin.index.clone(), host, origin.source.clone(), sourcetype)
}
