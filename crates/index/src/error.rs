//! Why an index could not do what it was asked to.

use std::fmt;

use deltalake_core::{DeltaTableError, ObjectStoreError};

use crate::store::{Reason, is_remote};

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There is no index at the place.
    Missing,
    /// There is one already.
    Exists,
    /// What is there is damaged, or uses what is not understood.
    Damaged,
    /// The place cannot be read or written: rights, a full disk, a network.
    Storage,
    /// Others changed the index again and again; nothing was changed.
    Contended,
    /// The events do not have the form of events.
    Events,
}

/// A fault with its reason, told in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexError {
    /// Its kind.
    pub problem: Problem,
    /// What happened.
    pub message: String,
}

/// What everything here gives.
pub(crate) type Result<T> = std::result::Result<T, IndexError>;

impl IndexError {
    pub(crate) fn new(problem: Problem, message: impl Into<String>) -> Self {
        Self { problem, message: message.into() }
    }

    pub(crate) fn events(error: impl fmt::Display) -> Self {
        Self::new(Problem::Events, error.to_string())
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for IndexError {}

impl From<ObjectStoreError> for IndexError {
    fn from(error: ObjectStoreError) -> Self {
        let message =
            if is_remote(&error) { Reason { error: &error, address: "" }.to_string() } else { error.to_string() };
        Self::new(Problem::Storage, message)
    }
}

impl From<DeltaTableError> for IndexError {
    fn from(error: DeltaTableError) -> Self {
        let problem = match &error {
            DeltaTableError::NotATable(_) | DeltaTableError::InvalidTableLocation(_) => Problem::Missing,
            DeltaTableError::ObjectStore { .. } | DeltaTableError::Io { .. } => Problem::Storage,
            DeltaTableError::Transaction { .. } => Problem::Contended,
            _ => Problem::Damaged,
        };
        match cause(&error).filter(|cause| is_remote(cause)) {
            // What the store says is more than what is said around it.
            Some(cause) => Self::new(Problem::Storage, Reason { error: cause, address: "" }.to_string()),
            None => Self::new(problem, error.to_string()),
        }
    }
}

/// The failure of a store behind a failure.
fn cause(error: &DeltaTableError) -> Option<&ObjectStoreError> {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn std::error::Error + 'static)| (*error).source())
        .find_map(|error| error.downcast_ref())
}
