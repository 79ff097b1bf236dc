//! The cores of an `eventstats`: each reads its own rows, and all wait for each other once.
//!
//! All begin with the first of them, in tasks of their own: whoever reads one of them to its end before the next would wait for
//! ever.

use std::{fmt, sync::Arc};

use datafusion::{
    common::{DataFusionError, Result, internal_datafusion_err, internal_err},
    execution::SendableRecordBatchStream,
};
use tokio::{sync::oneshot, task::JoinSet};

use super::{
    epochs::merged,
    gather::{Gather, Waiting},
    sums::{Results, Sums, results},
};

/// The rows of a core with their results, when all have read theirs; without where these are on disk.
type Rows = oneshot::Receiver<Result<(Waiting, Option<Results>)>>;

/// The rows of each core, until they are asked for.
pub(super) struct Together {
    cores: Vec<Option<Rows>>,
    /// Reads as long as one core's rows are wanted; none where all were asked for.
    reading: Option<Arc<JoinSet<()>>>,
}

/// What a core waits for.
pub(super) struct Core {
    rows: Rows,
    reading: Arc<JoinSet<()>>,
}

impl fmt::Debug for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("cores", &self.cores.len()).finish_non_exhaustive()
    }
}

impl Together {
    /// Begins to read.
    pub(super) fn begin(cores: Vec<(Gather, SendableRecordBatchStream)>) -> Self {
        let (senders, receivers): (Vec<_>, Vec<_>) = cores.iter().map(|_| oneshot::channel()).unzip();
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            let rows = read(cores).await.map_err(Arc::new);
            // Whoever is gone wants nothing.
            match rows {
                Ok(rows) => senders.into_iter().zip(rows).for_each(|(sender, rows)| drop(sender.send(Ok(rows)))),
                Err(error) => senders
                    .into_iter()
                    .for_each(|sender| drop(sender.send(Err(DataFusionError::Shared(Arc::clone(&error)))))),
            }
        });
        Self { cores: receivers.into_iter().map(Some).collect(), reading: Some(Arc::new(reading)) }
    }

    /// The rows of a core.
    ///
    /// # Errors
    /// Where they were asked for before.
    pub(super) fn core(&mut self, number: usize) -> Result<Core> {
        let rows = self.cores.get_mut(number).and_then(Option::take);
        let reading = self.reading.clone();
        let (Some(rows), Some(reading)) = (rows, reading) else {
            return internal_err!("the rows of a core are wanted twice");
        };
        if self.cores.iter().all(Option::is_none) {
            self.reading = None;
        }
        Ok(Core { rows, reading })
    }
}

impl Core {
    /// Waits until all cores have read their rows.
    pub(super) async fn rows(self) -> Result<(Waiting, Option<Results>)> {
        let Self { rows, reading } = self;
        let rows = rows.await.map_err(|_| internal_datafusion_err!("eventstats ended without rows"))?;
        drop(reading);
        rows
    }
}

/// The rows of all cores.
async fn read(cores: Vec<(Gather, SendableRecordBatchStream)>) -> Result<Vec<(Waiting, Option<Results>)>> {
    let mut tasks = JoinSet::new();
    for (number, (gather, input)) in cores.into_iter().enumerate() {
        tasks.spawn(async move { (number, gather.read(input).await) });
    }
    let mut read = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        let (number, rows) = ended.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))?;
        read.push((number, rows?));
    }
    read.sort_unstable_by_key(|(number, _)| *number);
    let (mut sums, mut waiting): (Vec<_>, Vec<_>) = read.into_iter().map(|(_, core)| core).unzip();
    if !fit(&sums, &mut waiting)? {
        for (sums, waiting) in sums.iter_mut().zip(&mut waiting) {
            waiting.close(sums)?;
        }
        drop(sums);
        merged(&mut waiting).await?;
        return Ok(waiting.into_iter().map(|waiting| (waiting, None)).collect());
    }
    let results = results(sums)?;
    for (waiting, results) in waiting.iter_mut().zip(&results) {
        waiting.reserve(results.bytes())?;
    }
    Ok(waiting.into_iter().zip(results.into_iter().map(Some)).collect())
}

/// Whether the sums of all cores go into those of the first.
///
/// # Errors
/// "Resources exhausted" where they do not, and cannot go to disk.
fn fit(sums: &[Sums], waiting: &mut [Waiting]) -> Result<bool> {
    if waiting.iter().any(|waiting| !waiting.epochs().is_empty()) {
        return Ok(false);
    }
    let Some(first) = waiting.first_mut() else { return Ok(true) };
    match first.reserve(sums.iter().map(Sums::bytes).sum()) {
        Ok(()) => Ok(true),
        Err(_) if sums.iter().any(|sums| first.epochs().are_worth(sums)) => Ok(false),
        Err(error) => Err(error),
    }
}
