//! Partitions that wait for each other once: what one of them gives is known when all have read their rows. `eventstats`, a trial,
//! sums in parts
//!
//! All begin with the first of them, in a task of their own: whoever reads one of them to its end before the next would wait for
//! ever.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::common::{DataFusionError, Result, internal_datafusion_err, internal_err};
use tokio::{sync::oneshot, task::JoinSet};

/// What each partition gets, until it is asked for.
pub(super) struct Together<T> {
    partitions: Vec<Option<oneshot::Receiver<Result<T>>>>,
    /// Goes on as long as one partition waits; none where all were asked for.
    work: Option<Arc<JoinSet<()>>>,
}

/// What a partition waits for.
pub(super) struct Share<T> {
    own: oneshot::Receiver<Result<T>>,
    work: Arc<JoinSet<()>>,
}

/// The partitions of an operator, from the first that runs on.
pub(super) struct Running<T>(Mutex<Option<Together<T>>>);

impl<T> fmt::Debug for Running<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl<T> Default for Running<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Send + 'static> Running<T> {
    /// What a partition waits for; the first that asks begins the work.
    ///
    /// # Errors
    /// Where it was asked for before, or the work does not begin.
    pub(super) fn share(&self, partition: usize, begin: impl FnOnce() -> Result<Together<T>>) -> Result<Share<T>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let together = match running.as_mut() {
            Some(together) => together,
            None => running.insert(begin()?),
        };
        together.share(partition)
    }
}

/// What tasks give, in the order of their numbers.
///
/// # Errors
/// That of the first that fails.
pub(super) async fn joined<T: 'static>(mut tasks: JoinSet<Result<(usize, T)>>) -> Result<Vec<T>> {
    let mut all = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        all.push(ended.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??);
    }
    all.sort_unstable_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, own)| own).collect())
}

impl<T: Send + 'static> Together<T> {
    /// Begins the work, which gives something to each of so many partitions.
    pub(super) fn begin(partitions: usize, work: impl Future<Output = Result<Vec<T>>> + Send + 'static) -> Self {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..partitions).map(|_| oneshot::channel()).unzip();
        let mut task = JoinSet::new();
        task.spawn(async move {
            // Whoever is gone wants nothing.
            match work.await.map_err(Arc::new) {
                Ok(all) => senders.into_iter().zip(all).for_each(|(sender, own)| drop(sender.send(Ok(own)))),
                Err(error) => senders
                    .into_iter()
                    .for_each(|sender| drop(sender.send(Err(DataFusionError::Shared(Arc::clone(&error)))))),
            }
        });
        Self { partitions: receivers.into_iter().map(Some).collect(), work: Some(Arc::new(task)) }
    }

    /// What a partition waits for.
    ///
    /// # Errors
    /// Where it was asked for before.
    fn share(&mut self, partition: usize) -> Result<Share<T>> {
        let own = self.partitions.get_mut(partition).and_then(Option::take);
        let (Some(own), Some(work)) = (own, self.work.clone()) else {
            return internal_err!("the rows of a partition are wanted twice");
        };
        if self.partitions.iter().all(Option::is_none) {
            self.work = None;
        }
        Ok(Share { own, work })
    }
}

impl<T> Share<T> {
    /// Waits until all partitions have read their rows.
    ///
    /// # Errors
    /// Those of the work.
    pub(super) async fn get(self) -> Result<T> {
        let Self { own, work } = self;
        let own = own.await.map_err(|_| internal_datafusion_err!("partitions that wait for each other got nothing"))?;
        drop(work);
        own
    }
}
