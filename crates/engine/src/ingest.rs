//! Files become events of a native index: `speleo ingest --index web logs/*.log.gz`
//!
//! Files are cut into [`unit`]s of some megabytes, and cores take one after the other: each is read by the same code that reads files
//! in place, written as Parquet files, and shown to searches together with the note how far its inputs were read. A run that
//! was stopped goes on where the last unit ended, and a file that was read is not read again.

mod collected;
mod input;
mod rejected;
mod unit;
mod work;

pub(crate) use self::collected::collect;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use speleo_index::{Index, Staged};
use speleo_syntax::Diagnostic;
use tokio::sync::mpsc;

use self::{
    unit::Unit,
    work::{Worker, Written},
};
use crate::{Engine, IndexSetting, fault::Fault, native::words, source::Files};

/// Bytes of files that are shown to searches at once.
const PUBLISH_BYTES: u64 = 512 << 20;
/// How long events wait at most until they are shown.
const PUBLISH_TIME: Duration = Duration::from_secs(20);

/// What is to be added to an index.
#[derive(Debug, Clone, Default)]
pub struct IngestOrder {
    /// The index.
    pub index: String,
    /// Files, folders, globs.
    pub paths: Vec<String>,
    /// The source type of events that do not say theirs.
    pub sourcetype: Option<String>,
    /// Their source; none is the file's path.
    pub source: Option<String>,
    /// Their host.
    pub host: Option<String>,
    /// Whether a last line without an end waits for it.
    pub whole_lines: bool,
}

/// How far an ingest is, and in the end what it did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ingested {
    /// How many files were found.
    pub files: usize,
    /// How many of them had nothing new.
    pub known: usize,
    /// Bytes that are to be read.
    pub bytes: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// How many events were added.
    pub events: u64,
    /// Bytes of the files that they became.
    pub bytes_written: u64,
    /// How many lines were no events.
    pub rejected: u64,
    /// Where these are kept.
    pub rejects: Vec<PathBuf>,
    /// What there is to say.
    pub warnings: Vec<Diagnostic>,
}

impl Engine {
    /// Adds files to a native index. `told` hears how far it is, a few times a second.
    ///
    /// # Errors
    /// Where the index does not exist or is no native one, a file cannot be read, or nothing can be written. What was added
    /// until then stays, and the next run goes on behind it.
    pub async fn ingest(
        &self,
        order: &IngestOrder,
        told: &(dyn Fn(&Ingested) + Send + Sync),
    ) -> Result<Ingested, Vec<Diagnostic>> {
        self.ingest_into(order, told).await.map_err(|fault| vec![fault.diagnostic()])
    }

    async fn ingest_into(
        &self,
        order: &IngestOrder,
        told: &(dyn Fn(&Ingested) + Send + Sync),
    ) -> Result<Ingested, Fault> {
        let place = self.catalog().native(&order.index)?;
        let mut index = Index::open(&place).await?.with_words(words());
        let mut done = Ingested::default();
        let zone = self.clock()?.zone();
        let (files, warnings) = Files::find(&order.settings())?.pieces(zone, self.shared_knowledge());
        done.warnings = warnings;
        done.files = files.len();
        let units = unit::units(files, &index, order.whole_lines, &mut done).await?;
        done.bytes = units.iter().map(Unit::bytes).sum();
        told(&done);
        let worker = Worker::new(zone, &index, &place, units);
        let (sender, mut written) = mpsc::channel(worker.cores());
        let workers: Vec<_> = (0..worker.cores()).map(|_| tokio::spawn(worker.clone().run(sender.clone()))).collect();
        drop(sender);
        let mut waiting = Waiting::default();
        let mut result = Ok(());
        while let Some(message) = written.recv().await {
            let added = match message {
                Ok(unit) => waiting.add(unit, &mut done, &mut index).await,
                Err(fault) => Err(fault),
            };
            told(&done);
            if let Err(fault) = added {
                result = Err(fault);
                break;
            }
        }
        written.close();
        for worker in workers {
            worker.abort();
            let _ = worker.await;
        }
        // What was read until a fault is shown all the same: the next run begins behind it.
        let shown = waiting.publish(&mut done, &mut index).await;
        told(&done);
        result.and(shown).map(|()| done)
    }
}

impl IngestOrder {
    /// The files as those of an index in place.
    fn settings(&self) -> Vec<IndexSetting> {
        let setting = |path: &String| IndexSetting {
            name: self.index.clone(),
            path: path.clone(),
            sourcetype: self.sourcetype.clone(),
            source: self.source.clone(),
            host: self.host.clone(),
        };
        self.paths.iter().map(setting).collect()
    }
}

/// Units that were written and not shown.
#[derive(Default)]
struct Waiting {
    staged: Vec<Staged>,
    progress: Vec<speleo_index::Progress>,
    bytes: u64,
    since: Option<Instant>,
    /// What shows once it is published.
    events: u64,
    bytes_written: u64,
}

impl Waiting {
    async fn add(&mut self, unit: Written, done: &mut Ingested, index: &mut Index) -> Result<(), Fault> {
        self.bytes += unit.bytes;
        self.events += unit.staged.iter().map(Staged::rows).sum::<u64>();
        self.bytes_written += unit.staged.iter().map(Staged::bytes).sum::<u64>();
        self.staged.extend(unit.staged);
        self.progress.extend(unit.progress);
        done.bytes_read += unit.bytes;
        done.rejected += unit.rejected;
        done.rejects.extend(unit.rejects);
        for warning in unit.warnings {
            if !done.warnings.contains(&warning) {
                done.warnings.push(warning);
            }
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.bytes >= PUBLISH_BYTES || since.elapsed() >= PUBLISH_TIME {
            self.publish(done, index).await
        } else {
            Ok(())
        }
    }

    async fn publish(&mut self, done: &mut Ingested, index: &mut Index) -> Result<(), Fault> {
        let waiting = std::mem::take(self);
        if waiting.progress.is_empty() && waiting.staged.is_empty() {
            return Ok(());
        }
        index.publish(waiting.staged, &waiting.progress).await?;
        done.events += waiting.events;
        done.bytes_written += waiting.bytes_written;
        Ok(())
    }
}

/// A settled number of workers shares what is left to do.
type Shared<T> = Arc<tokio::sync::Mutex<T>>;

#[cfg(test)]
mod tests;
