//! The care of native indexes: `speleo index create|list|info|compact|retain|drop`
//!
//! What they are stands in `speleo-index`; here they have names and a folder.

mod stage;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use speleo_functions::terms;
use speleo_index::{Cleaned, Column, Compacted, Index, IndexError, Part, Retained, Words, store::is_address};
use speleo_syntax::{Code, Diagnostic};

pub(crate) use self::stage::stage;
use crate::{Engine, fault::Fault};

/// How long files stay after they have left an index: searches that began before may still read them.
pub(crate) const GRACE: Duration = Duration::from_secs(3600);

/// The words of searches, as filters of files have them.
#[derive(Debug)]
struct SearchWords;

impl Words for SearchWords {
    fn rule(&self) -> &'static str {
        terms::RULE
    }

    fn each(&self, text: &str, keep: &mut dyn FnMut(&[u8])) {
        terms::each(text, keep);
    }
}

/// Opens the index at a place, so that files that are written to it have filters of words.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub(crate) async fn open(place: &str) -> Result<Index, IndexError> {
    Ok(Index::open(place).await?.with_words(Arc::new(SearchWords)))
}

/// Puts the files of an index together where they have become many, and deletes those that nobody reads any more.
///
/// # Errors
/// Where it cannot be read or written.
pub(crate) async fn tend(index: &mut Index) -> Result<Compacted, IndexError> {
    let compacted = index.tend().await?;
    if compacted.before > 0 {
        index.clean(GRACE).await?;
    }
    Ok(compacted)
}

/// A native index, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIndex {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: String,
    /// A number that grows with every change.
    pub version: u64,
    /// How many files it has.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many events.
    pub events: u64,
    /// A time at or before that of the oldest event, in epoch microseconds; exact to a millisecond.
    pub earliest: Option<i64>,
    /// A time at or behind that of the newest.
    pub latest: Option<i64>,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl StoredIndex {
    fn new(name: &str, place: &str, index: &Index) -> Result<Self, Fault> {
        let parts = index.parts()?;
        Ok(Self {
            name: name.to_owned(),
            place: place.to_owned(),
            version: index.version()?,
            files: parts.len(),
            bytes: parts.iter().map(|part| part.size).sum(),
            events: parts.iter().filter_map(|part| part.rows).sum(),
            earliest: parts.iter().filter_map(|part: &Part| part.earliest).min(),
            latest: parts.iter().filter_map(|part| part.latest).max(),
            columns: index.columns().iter().cloned().collect(),
        })
    }
}

type Answer<T> = Result<T, Diagnostic>;

impl Engine {
    /// An absolute or relative time in epoch microseconds, as the engine's clock and zone have it.
    ///
    /// # Errors
    /// Where it cannot be read: why.
    pub fn instant(&self, text: &str) -> std::result::Result<i64, String> {
        let clock = self.clock().map_err(|fault| fault.message)?;
        crate::time::read(text, clock.zone())
    }

    /// Makes an empty index in the project's folder for them, or in another.
    ///
    /// # Errors
    /// Where there is one already, or the folder cannot be written.
    pub async fn create_index(&self, name: &str, folder: Option<&Path>) -> Answer<PathBuf> {
        self.create(name, folder).await.map_err(|fault| fault.diagnostic())
    }

    async fn create(&self, name: &str, folder: Option<&Path>) -> Result<PathBuf, Fault> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(is_plain) || name.starts_with(['_', '-']) {
            let message = format!(
                "`{name}` cannot be an index: its name is of lower-case letters, digits, `_` and `-`, and begins with \
                 a letter or digit"
            );
            return Err(Fault::new(Code::UnknownIndex, message));
        }
        let place = match (folder, self.store()) {
            (Some(folder), _) => folder.to_owned(),
            (None, Some(store)) => store.join(name),
            (None, None) => {
                let message = "there is no project: say where the index is to be".to_owned();
                return Err(Fault::new(Code::File, message));
            }
        };
        if self.index_names().iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(Fault::new(Code::File, format!("an index is called `{name}` already")));
        }
        if !is_address(&place.to_string_lossy()) {
            std::fs::create_dir_all(&place).map_err(|error| Fault::file(&place, "make", error))?;
        }
        Index::create(&place.to_string_lossy()).await?;
        Ok(place)
    }

    /// The native indexes by name.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub async fn stored_indexes(&self) -> Answer<Vec<StoredIndex>> {
        let mut all = Vec::new();
        for name in self.index_names() {
            if self.catalog().native(&name).is_ok() {
                all.push(self.stored_index(&name).await?);
            }
        }
        Ok(all)
    }

    /// A native index.
    ///
    /// # Errors
    /// Where there is none of the name, or it cannot be read.
    pub async fn stored_index(&self, name: &str) -> Answer<StoredIndex> {
        let open = async {
            let (place, index) = self.open_native(name).await?;
            StoredIndex::new(name, &place, &index)
        };
        open.await.map_err(|fault| fault.diagnostic())
    }

    async fn open_native(&self, name: &str) -> Result<(String, Index), Fault> {
        let place = self.catalog().native(name)?;
        let index = open(&place).await?;
        Ok((place, index))
    }

    /// Puts an index's small files together, and deletes those that nobody reads any more.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn compact_index(&self, name: &str) -> Answer<(Compacted, Cleaned)> {
        let compact = async {
            let (_, mut index) = self.open_native(name).await?;
            let compacted = index.compact().await?;
            Ok((compacted, index.clean(GRACE).await?))
        };
        compact.await.map_err(|fault: Fault| fault.diagnostic())
    }

    /// Puts an index's small files together where they have become many.
    ///
    /// # Errors
    /// As [`Engine::compact_index`].
    pub async fn tend_index(&self, name: &str) -> Answer<Compacted> {
        let tend = async {
            let (_, mut index) = self.open_native(name).await?;
            Ok(tend(&mut index).await?)
        };
        tend.await.map_err(|fault: Fault| fault.diagnostic())
    }

    /// Takes events out of an index that are older than a time in epoch microseconds, whole files at a time.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn retain_index(&self, name: &str, oldest: i64) -> Answer<(Retained, Cleaned)> {
        let retain = async {
            let (_, mut index) = self.open_native(name).await?;
            let retained = index.retain(oldest).await?;
            Ok((retained, index.clean(GRACE).await?))
        };
        retain.await.map_err(|fault: Fault| fault.diagnostic())
    }

    /// Deletes an index with all its events.
    ///
    /// # Errors
    /// Where there is none of the name, or a file cannot be deleted.
    pub async fn drop_index(&self, name: &str) -> Answer<String> {
        let place = self.catalog().native(name).map_err(|fault| fault.diagnostic())?;
        Index::delete(&place).await.map_err(|error| Fault::from(error).diagnostic())?;
        Ok(place)
    }
}
