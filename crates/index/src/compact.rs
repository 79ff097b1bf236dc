//! Few large files of many small ones: what follows one another in time comes together, and is compressed for keeping.

use deltalake_core::{
    DeltaTableError, Path,
    arrow::array::RecordBatch,
    kernel::{Action, Add, LogicalFileView},
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    protocol::DeltaOperation,
};
use futures::{StreamExt, stream};
use object_store::ObjectStoreExt;

use crate::{
    Index, IndexError, Layout, Part, Problem, Progress,
    append::{NewFile, is_conflict, sorted},
    clock::millis,
    error::Result,
};

/// A file of at least so many bytes stays as it is.
const LARGE: u64 = 64 << 20;
/// The bytes of files that a core puts together at once, as they are on disk.
const TOGETHER: u64 = 128 << 20;
/// What compactions take turns by: of two at once the second one fails. The log alone lets both take out the same files, since that
/// changes no event, and each would bring the events in anew.
const TURN: &str = "compaction";
/// With so many small files searches slow down, and putting them together pays by itself.
const MANY: usize = 16;

/// What a compaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// How many files were there before, of those that were put together.
    pub before: usize,
    /// How many they became.
    pub after: usize,
    /// Bytes of the ones.
    pub bytes_before: u64,
    /// Bytes of the others.
    pub bytes_after: u64,
    /// How often others were faster; what they changed is left for the next time.
    pub passed_over: usize,
}

impl Index {
    /// Puts the small files of each day together. Searches and additions go on meanwhile; the events stay the same.
    ///
    /// # Errors
    /// Where a file cannot be read or written. What was done until then stays done; a file that was written and not shown is left to
    /// [`Index::clean`].
    pub async fn compact(&mut self) -> Result<Compacted> {
        self.compact_from(2).await
    }

    /// Puts small files together where there are many of a day: what writers do now and then.
    ///
    /// # Errors
    /// As [`Index::compact`].
    pub async fn tend(&mut self) -> Result<Compacted> {
        self.compact_from(MANY).await
    }

    async fn compact_from(&mut self, files: usize) -> Result<Compacted> {
        let mut done = Compacted::default();
        // A file is written while the one before it comes into the index, and another beside it where there is a core for it.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let writer = self.clone();
        let write = |group: Vec<Part>| {
            let writer = writer.clone();
            tokio::spawn(async move { (writer.together(&group).await, group) })
        };
        let mut written = stream::iter(groups(self.parts()?, files)).map(write).buffered(cores);
        while let Some(answer) = written.next().await {
            let (file, group) = answer.map_err(IndexError::events)?;
            match self.put_together(&group, file?).await {
                Ok(file) => {
                    done.before += group.len();
                    done.after += 1;
                    done.bytes_before += group.iter().map(|part| part.size).sum::<u64>();
                    done.bytes_after += u64::try_from(file.add.size).unwrap_or(0);
                }
                Err(error) if error.problem == Problem::Contended => {
                    done.passed_over += 1;
                    self.refresh().await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Writes the events of files to one, which no search sees yet.
    async fn together(&self, group: &[Part]) -> Result<NewFile> {
        let mut batches = Vec::new();
        for part in group {
            batches.extend(self.read(part).await?);
        }
        let events = sorted(&batches)?;
        drop(batches);
        let file = Layout::Cold.file(&events, self.words.as_deref())?;
        let day = group.first().and_then(|part| part.day.as_deref());
        self.put(day, &events, file).await
    }

    /// Shows a file to searches in place of those that it is made of.
    async fn put_together(&mut self, group: &[Part], file: NewFile) -> Result<NewFile> {
        let removed = self.removals(group)?;
        let path = Path::from(file.add.path.as_str());
        if removed.len() != group.len() {
            self.take_back(&[path]).await;
            return Err(IndexError::new(Problem::Contended, "files are gone"));
        }
        let mut actions = removed;
        actions.push(Action::Add(Add { data_change: false, ..file.add.clone() }));
        let operation =
            DeltaOperation::Optimize { predicate: None, target_size: i64::try_from(LARGE).unwrap_or(i64::MAX) };
        let turn = Progress { input: TURN.to_owned(), place: millis() };
        match self.commit(actions, &[turn], operation).await {
            Err(error) if self.take_back(&[path]).await => return Err(contended(error)),
            _ => {}
        }
        Ok(file)
    }

    /// The actions that take files out of the index, for those that are still in it.
    pub(crate) fn removals(&self, parts: &[Part]) -> Result<Vec<Action>> {
        let snapshot = self.table.snapshot()?.snapshot();
        let is_meant = |view: &LogicalFileView| parts.iter().any(|part| part.path == view.object_store_path());
        let views = snapshot.try_log_data()?;
        Ok(views.iter().filter(is_meant).map(|view| Action::Remove(view.remove_action(false))).collect())
    }

    async fn read(&self, part: &Part) -> Result<Vec<RecordBatch>> {
        let bytes = self.store().get(&part.path).await?.bytes().await?;
        let damaged = |error: &dyn std::fmt::Display| {
            IndexError::new(Problem::Damaged, format!("`{}` cannot be read: {error}", part.path))
        };
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| damaged(&error))?;
        let reader = reader.build().map_err(|error| damaged(&error))?;
        reader.map(|batch| batch.map_err(|error| damaged(&error))).collect()
    }
}

pub(crate) fn contended(error: DeltaTableError) -> IndexError {
    let is_contended = is_conflict(&error);
    let error = IndexError::from(error);
    if is_contended { IndexError { problem: Problem::Contended, ..error } } else { error }
}

/// Files that become one, so many at least: small ones of one day, next to each other in time.
fn groups(mut parts: Vec<Part>, files: usize) -> Vec<Vec<Part>> {
    parts.retain(|part| part.size < LARGE);
    parts.sort_by(|a, b| (&a.day, a.earliest, &a.path).cmp(&(&b.day, b.earliest, &b.path)));
    let mut groups: Vec<Vec<Part>> = Vec::new();
    let mut size = 0;
    for part in parts {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| first.day == part.day) && size + part.size <= TOGETHER => {
                size += part.size;
                group.push(part);
            }
            _ => {
                size = part.size;
                groups.push(vec![part]);
            }
        }
    }
    groups.retain(|group| group.len() >= files);
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::DAY;

    fn part(day: &str, earliest: i64, size: u64) -> Part {
        let path = Path::from(format!("{DAY}={day}/{earliest}"));
        Part {
            path,
            size,
            modified: 0,
            rows: Some(1),
            day: Some(day.to_owned()),
            earliest: Some(earliest),
            latest: None,
            origins: None,
            tags: HashMap::new(),
            words: None,
            nulls: HashMap::new(),
        }
    }

    #[test]
    fn small_files_of_a_day_come_together() {
        let parts = vec![part("b", 9, 10), part("a", 2, 10), part("b", 7, 10), part("a", 1, LARGE), part("c", 3, 5)];
        assert_eq!(groups(parts.clone(), 2), [[part("b", 7, 10), part("b", 9, 10)]]);
        assert!(groups(parts, 3).is_empty());
    }

    #[test]
    fn no_more_is_put_together_than_fits_into_memory() {
        let parts = (0..5).map(|time| part("a", time, LARGE - 1)).collect();
        assert_eq!(groups(parts, 2).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    }
}
