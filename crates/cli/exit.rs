//! Exit statuses, and how an error outside of a search is told: `speleo search -f missing.spl`.

use std::{fmt, io, process::ExitCode};

use crate::diagnostic;

/// How the process ends; scripts rest on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well.
    Fine = 0,
    /// The search failed.
    Failed = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// The search gave no rows and `--fail-on-empty` is set.
    Empty = 3,
    /// The search gave rows and `--fail-on-results` is set.
    Results = 4,
    /// Ctrl-C.
    Cancelled = 130,
}

impl Exit {
    /// Every status with what it says to people.
    pub(crate) const ALL: &'static [(Exit, &'static str)] = &[
        (Exit::Fine, "All went well. A reader that closed the pipe, as `| head` does, is no failure"),
        (Exit::Failed, "The search, a test or a file failed; standard error says why"),
        (Exit::Usage, "The arguments make no sense; nothing was done"),
        (Exit::Empty, "There were no rows, with `--fail-on-empty`"),
        (Exit::Results, "There were rows, with `--fail-on-results`"),
        (Exit::Cancelled, "Ctrl-C"),
    ];

    /// The worse of two.
    pub(crate) fn and(self, other: Exit) -> Exit {
        let rank = |exit| match exit {
            Exit::Fine => 0,
            Exit::Empty => 1,
            Exit::Results => 2,
            Exit::Failed => 3,
            Exit::Usage => 4,
            Exit::Cancelled => 5,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Arguments that clap accepts and that still make no sense.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Reports an error and gives its exit status. A pipe that the reader closed is no error: `speleo … | head`.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return Exit::Fine.into();
    }
    diagnostic::print_error(&format!("{error:#}"));
    if error.is::<UsageError>() { Exit::Usage.into() } else { Exit::Failed.into() }
}

/// Whether it is a pipe that its reader closed.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => io.kind() == io::ErrorKind::BrokenPipe,
        None => false,
    })
}
