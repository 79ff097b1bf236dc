//! An index as a whole: its place, its version, its columns and its files.

use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::AtomicI64},
};

use crate::{
    Columns, DAY, IndexError, Part, Problem, Words,
    error::Result,
    progress::Progress,
    store::{self, Place, is_address, storage_error},
};
use deltalake_core::{
    DeltaTable, DeltaTableBuilder, ObjectStore, ObjectStoreError, TableProperty,
    arrow::datatypes::SchemaRef,
    ensure_table_uri,
    kernel::{StructType, transaction::CommitProperties},
    operations::create::CreateBuilder,
    protocol::SaveMode,
};
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use url::Url;

/// The name of the folder with the log, by which an index is known.
const LOG: &str = "_delta_log";

/// So many versions are read one by one at most when an index is opened; then there is a summary of all before.
const CHECKPOINT: &str = "20";

/// An index that is open, as it was when it was last looked at.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) table: DeltaTable,
    pub(crate) columns: Columns,
    /// The columns with those that files were written for, and that the log does not have yet. Clones share them, so that what
    /// they write fits together.
    pub(crate) planned: Arc<Mutex<Columns>>,
    /// The greatest number of an event that was given out here.
    pub(crate) sequence: Arc<AtomicI64>,
    /// What words are of which files get filters.
    pub(crate) words: Option<Arc<dyn Words>>,
}

impl Index {
    /// Whether a folder, or a place in an object store, holds an index. What cannot be looked at holds none, and a web server has
    /// none: a log must be listed.
    pub fn is_at(folder: &Path) -> bool {
        match folder.to_str().filter(|text| is_address(text)) {
            Some(address) => Place::of(address).is_ok_and(|place| place.is_some_and(|place| holds_log(&place))),
            None => folder.join(LOG).is_dir(),
        }
    }

    /// Makes an empty index. A place is a folder or the address of one in an object store.
    ///
    /// # Errors
    /// Where there is one already, or nothing can be written.
    pub async fn create(place: &str) -> Result<Self> {
        let columns = Columns::new();
        let none = StructType::try_new([]).map_err(|error| IndexError::new(Problem::Damaged, error.to_string()))?;
        let schema = columns.schema(&none)?;
        let mut table = DeltaTableBuilder::from_url(location(place)?)?.build()?;
        if table.verify_deltatable_existence().await? {
            return Err(IndexError::new(Problem::Exists, format!("there is an index at `{place}` already")));
        }
        table = CreateBuilder::new()
            .with_log_store(table.log_store())
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_columns(schema.fields().cloned())
            .with_partition_columns([DAY])
            .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT))
            .with_commit_properties(CommitProperties::default())
            .await?;
        Self::of(table)
    }

    /// Opens an index; any Delta table is one.
    ///
    /// # Errors
    /// Where there is none, or it uses what is not understood.
    pub async fn open(place: &str) -> Result<Self> {
        let table = DeltaTableBuilder::from_url(location(place)?)?.load().await.map_err(|error| {
            let error = IndexError::from(error);
            IndexError { message: format!("no index can be read at `{place}`: {}", error.message), ..error }
        })?;
        Self::of(table)
    }

    pub(crate) fn of(table: DeltaTable) -> Result<Self> {
        let columns = Columns::of(table.snapshot()?.schema().as_ref());
        let planned = Arc::new(Mutex::new(columns.clone()));
        Ok(Self { table, columns, planned, sequence: Arc::default(), words: None })
    }

    /// Gives filters of these words to files that are written from now on.
    #[must_use]
    pub fn with_words(self, words: Arc<dyn Words>) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Looks whether others changed it.
    ///
    /// # Errors
    /// Where it cannot be read any more.
    pub async fn refresh(&mut self) -> Result<()> {
        self.table.update_state().await?;
        self.columns = Columns::of(self.table.snapshot()?.schema().as_ref());
        Ok(())
    }

    /// What tells it from every other index.
    ///
    /// # Errors
    /// Where it was never read.
    pub fn id(&self) -> Result<String> {
        Ok(self.table.snapshot()?.metadata().id().to_owned())
    }

    /// Its version: a number that grows with every change.
    ///
    /// # Errors
    /// Where it was never read.
    pub fn version(&self) -> Result<u64> {
        Ok(self.table.snapshot()?.version())
    }

    /// Its columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The types of its columns, as files have them.
    ///
    /// # Errors
    /// Where it was never read.
    pub fn schema(&self) -> Result<SchemaRef> {
        Ok(self.table.snapshot()?.snapshot().arrow_schema())
    }

    /// Its files.
    ///
    /// # Errors
    /// Where events of a file are marked as deleted, which other writers may do.
    pub fn parts(&self) -> Result<Vec<Part>> {
        let snapshot = self.table.snapshot()?.snapshot();
        let mut parts = Vec::new();
        for view in snapshot.try_log_data()?.iter() {
            if view.deletion_vector_descriptor().is_some() {
                let message =
                    format!("`{}` has events that are marked as deleted, which is not supported", view.path());
                return Err(IndexError::new(Problem::Damaged, message));
            }
            parts.push(Part::of(&view));
        }
        Ok(parts)
    }

    /// How far an input was added; none where it never was.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub async fn progress(&self, input: &str) -> Result<Option<i64>> {
        let snapshot = self.table.snapshot()?.snapshot();
        let log = self.table.log_store();
        Ok(snapshot.transaction_version(log.as_ref(), Progress::application(input)).await?)
    }

    /// Deletes an index with all its events. The log goes first: what is left after that is no index any more.
    ///
    /// # Errors
    /// Where something cannot be deleted.
    pub async fn delete(place: &str) -> Result<()> {
        let Some(found) = Place::of(place)? else {
            let folder = Path::new(place);
            let gone = std::fs::remove_dir_all(folder.join(LOG)).and_then(|()| std::fs::remove_dir_all(folder));
            return gone
                .map_err(|error| IndexError::new(Problem::Storage, format!("cannot delete `{place}`: {error}")));
        };
        let failed = |error| storage_error(&error, place);
        let folder = found.key()?;
        // From the newest change to the oldest: without its first one a log is none, and with it all that was deleted is missing.
        for part in [folder.clone().join(LOG), folder] {
            let mut objects: Vec<_> =
                found.store.list(Some(&part)).map_ok(|object| object.location).try_collect().await.map_err(failed)?;
            objects.sort_by(|one, other| other.cmp(one));
            for object in objects {
                match found.store.delete(&object).await {
                    Ok(()) | Err(ObjectStoreError::NotFound { .. }) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        Ok(())
    }

    /// The store in which its files lie, at their paths.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        self.table.object_store()
    }

    /// The address of its place.
    pub fn address(&self) -> &str {
        self.table.table_url().as_str()
    }
}

fn holds_log(place: &Place) -> bool {
    let is_folder = !place.is_web() && !place.rest.contains(['*', '?']);
    let Some(folder) = place.key().ok().filter(|_| is_folder) else { return false };
    let (store, log) = (Arc::clone(&place.store), folder.join(LOG));
    let first = store::wait(async move { store.list(Some(&log)).try_next().await });
    first.is_ok_and(|first| first.is_some())
}

/// The address of a place as Delta's library takes it.
fn location(place: &str) -> Result<Url> {
    if is_address(place) {
        store::register();
    }
    Ok(ensure_table_uri(place)?)
}
