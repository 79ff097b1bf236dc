//! Partitions that wait for each other once: what one of them gives is known when all have read their rows. `eventstats`, a trial
//!
//! All begin with the first of them, in a task of their own: whoever reads one of them to its end before the next would wait for
//! ever.

use std::{fmt, sync::Arc};

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

impl<T> fmt::Debug for Together<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("partitions", &self.partitions.len()).finish_non_exhaustive()
    }
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
    pub(super) fn share(&mut self, partition: usize) -> Result<Share<T>> {
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
