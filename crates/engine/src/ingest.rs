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
use speleo_syntax::{Code, Diagnostic};
use tokio::sync::mpsc;

use self::{
    unit::Unit,
    work::{Worker, Written},
};
use crate::{
    Engine, IndexSetting,
    archive::{ArchiveError, Limits, Unpacked},
    fault::Fault,
    native,
    source::{self, Files},
};

/// Bytes of files that are shown to searches at once.
const PUBLISH_BYTES: u64 = 512 << 20;
/// How long events wait at most until they are shown.
const PUBLISH_TIME: Duration = Duration::from_secs(20);

/// What is to be added to an index.
#[derive(Debug, Clone, Default)]
pub struct IngestOrder {
    /// The index.
    pub index: String,
    /// Files, folders, globs, here or in object stores; archives among them are unpacked, those of object stores not.
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
        let mut target = Target { index: native::open(&place).await?, place, done: Ingested::default() };
        let (plain, archives) = order.inputs()?;
        if !plain.is_empty() {
            self.add(Files::find(&plain)?, order, &mut target, told).await?;
        }
        for (archive, setting) in archives {
            let failed = |error: ArchiveError| Fault::new(Code::File, error.to_string());
            let unpacked = Unpacked::open(&archive, Limits::LOGS).map_err(failed)?;
            let folder = unpacked.folder();
            let setting = IndexSetting { path: folder.to_string_lossy().into_owned(), ..setting };
            let files = Files::of_archive(&setting)?.unpacked(folder, &archive);
            for link in &unpacked.passed_over {
                let message = format!("{}: `{link}` is a link or a device, and was left out", archive.display());
                target.done.warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
            }
            for nested in source::archives(&setting.path)? {
                let nested = nested.strip_prefix(folder).unwrap_or(&nested).display();
                let message =
                    format!("{}: `{nested}` is an archive in an archive, and was left out", archive.display());
                target.done.warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
            }
            if files.is_empty() {
                let message = format!("{} holds no file with events", archive.display());
                target.done.warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
            }
            self.add(files, order, &mut target, told).await?;
        }
        Ok(target.done)
    }

    /// Adds files.
    async fn add(
        &self,
        files: Files,
        order: &IngestOrder,
        target: &mut Target,
        told: &(dyn Fn(&Ingested) + Send + Sync),
    ) -> Result<(), Fault> {
        let Target { index, place, done } = target;
        let zone = self.clock()?.zone();
        let (files, warnings) = files.pieces(zone, self.shared_knowledge());
        done.warnings.extend(warnings);
        done.files += files.len();
        let units = unit::units(files, index, order.whole_lines, done).await?;
        done.bytes += units.iter().map(Unit::bytes).sum::<u64>();
        told(done);
        let worker = Worker::new(zone, index, place, units);
        let (sender, mut written) = mpsc::channel(worker.cores());
        let workers: Vec<_> = (0..worker.cores()).map(|_| tokio::spawn(worker.clone().run(sender.clone()))).collect();
        drop(sender);
        let mut waiting = Waiting::default();
        let mut result = Ok(());
        while let Some(message) = written.recv().await {
            let added = match message {
                Ok(unit) => waiting.add(unit, done, index).await,
                Err(fault) => Err(fault),
            };
            told(done);
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
        let shown = waiting.publish(done, index).await;
        told(done);
        result.and(shown)
    }
}

/// Where files are added, and what was done.
struct Target {
    index: Index,
    place: String,
    done: Ingested,
}

/// Archives, each with what its events are.
type Archives = Vec<(PathBuf, IndexSetting)>;

impl IngestOrder {
    /// The paths with files as parts of an index in place, and the archives.
    fn inputs(&self) -> Result<(Vec<IndexSetting>, Archives), Fault> {
        let (mut plain, mut archives) = (Vec::new(), Vec::new());
        for path in &self.paths {
            let setting = IndexSetting {
                name: self.index.clone(),
                path: path.clone(),
                sourcetype: self.sourcetype.clone(),
                source: self.source.clone(),
                host: self.host.clone(),
            };
            let found = source::archives(path)?;
            // Beside archives there need not be anything else.
            if found.is_empty() || Files::find(std::slice::from_ref(&setting)).is_ok() {
                plain.push(setting.clone());
            }
            archives.extend(found.into_iter().map(|archive| (archive, setting.clone())));
        }
        Ok((plain, archives))
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
