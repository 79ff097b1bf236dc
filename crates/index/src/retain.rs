//! What is old leaves the index: whole files, whose newest event is older than a time; and what its writer does not want any more.

use deltalake_core::{kernel::Action, protocol::DeltaOperation};

use crate::{Index, IndexError, Part, Problem, append::is_conflict, error::Result};

/// How often it begins anew because others changed the index.
const ATTEMPTS: usize = 10;

/// What left the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retained {
    /// How many files.
    pub files: usize,
    /// How many events, as far as the log knows.
    pub rows: u64,
    /// Bytes of the files.
    pub bytes: u64,
}

impl Index {
    /// Takes out files all of whose events are older than a time in epoch microseconds, as Splunk freezes buckets. A file with
    /// one newer event stays whole, and so does one without times. The files themselves are deleted by [`Index::clean`].
    ///
    /// # Errors
    /// Where the log cannot be written, or others change it without end.
    pub async fn retain(&mut self, oldest: i64) -> Result<Retained> {
        self.remove(|part| part.latest.is_some_and(|latest| latest < oldest)).await
    }

    /// Takes out the files that are meant, all of them or none. What is meant is asked again where others changed the index.
    ///
    /// # Errors
    /// Where the log cannot be written, or others change it without end.
    pub async fn remove(&mut self, is_meant: impl Fn(&Part) -> bool) -> Result<Retained> {
        for _ in 0..ATTEMPTS {
            let meant: Vec<Part> = self.parts()?.into_iter().filter(&is_meant).collect();
            if meant.is_empty() {
                return Ok(Retained::default());
            }
            let actions = self.removals(&meant)?.into_iter().map(|action| match action {
                Action::Remove(remove) => {
                    Action::Remove(deltalake_core::kernel::Remove { data_change: true, ..remove })
                }
                other => other,
            });
            let actions = actions.collect();
            match self.commit(actions, &[], DeltaOperation::Delete { predicate: None }).await {
                Ok(_) => {
                    return Ok(Retained {
                        files: meant.len(),
                        rows: meant.iter().filter_map(|part| part.rows).sum(),
                        bytes: meant.iter().map(|part| part.size).sum(),
                    });
                }
                Err(error) if is_conflict(&error) => self.refresh().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(IndexError::new(Problem::Contended, "others changed the index all the time"))
    }
}
