//! Files that the index does not have any more, or never had because their writer was stopped, are deleted after a while: until
//! then a search that began earlier may still read them.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use deltalake_core::{ObjectStore, Path};
use futures::TryStreamExt;
use object_store::ObjectStoreExt;

use crate::{Index, clock, error::Result};

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// How many files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Index {
    /// Deletes Parquet files that left the index longer than `grace` ago, and files as old that were never in it: a writer that
    /// is at work has younger ones.
    ///
    /// # Errors
    /// Where the store cannot be listed. A file that is gone already is none.
    pub async fn clean(&mut self, grace: Duration) -> Result<Cleaned> {
        self.refresh().await?;
        let known: HashSet<Path> = self.parts()?.into_iter().map(|part| part.path).collect();
        let left = self.left().await?;
        let limit = clock::now().checked_sub(grace).unwrap_or(SystemTime::UNIX_EPOCH);
        let store = self.store();
        let listed: Vec<_> = store.list(None).try_collect().await?;
        let mut cleaned = Cleaned::default();
        for file in listed {
            let is_hidden =
                file.location.parts().any(|part| part.as_ref() == "_delta_log" || part.as_ref().starts_with('.'));
            let is_data = file.location.extension() == Some("parquet") && !is_hidden;
            let since = left.get(&file.location).copied().unwrap_or_else(|| file.last_modified.into());
            if !is_data || known.contains(&file.location) || since > limit {
                continue;
            }
            match store.delete(&file.location).await {
                Ok(()) => {
                    cleaned.files += 1;
                    cleaned.bytes += file.size;
                }
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(cleaned)
    }

    /// When files left the index, as far as the log still knows.
    async fn left(&self) -> Result<HashMap<Path, SystemTime>> {
        let log = self.table.log_store();
        let tombstones: Vec<_> = self.table.snapshot()?.all_tombstones(log.as_ref()).try_collect().await?;
        let time = |millis: i64| UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0));
        let left = tombstones
            .iter()
            .filter_map(|file| Some((Path::from_url_path(file.path()).ok()?, time(file.deletion_timestamp()?))));
        Ok(left.collect())
    }
}
