//! How far an input was added, kept in the log beside the events: it is true exactly if they are there.

use deltalake_core::kernel::Transaction;

/// How far an input was read. The next one of the same name must go further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What tells the input from others.
    pub input: String,
    /// How far it was read; it only grows.
    pub place: i64,
}

/// What names of inputs begin with in the log.
const PREFIX: &str = "speleo:input:";

impl Progress {
    pub(crate) fn application(input: &str) -> String {
        format!("{PREFIX}{input}")
    }

    pub(crate) fn transaction(&self) -> Transaction {
        Transaction::new(Self::application(&self.input), self.place)
    }
}
