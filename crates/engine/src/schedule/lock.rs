//! One run of a search at a time: a file for each search, which its run holds locked. `indexes/.schedule/sender_domains-….lock`
//!
//! The file says for which time the run is, so that another that finds it locked knows whether it would be the same. The system
//! gives a lock back when a process ends, however it ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::Scheduled;
use crate::fault::Fault;

/// The folder of locks beside the indexes.
const FOLDER: &str = ".schedule";
/// How much of a name stands in that of its file.
const READABLE: usize = 60;

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is held.
    Held(Lock),
    /// Another run holds it, for this time where that can be told.
    Busy(Option<i64>),
}

impl Lock {
    /// Asks for the lock of a search.
    ///
    /// # Errors
    /// Where its file cannot be made, or the file system has no locks.
    pub(super) fn ask(store: &Path, scheduled: &Scheduled) -> Result<Asked, Fault> {
        let folder = store.join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(|error| Fault::file(&folder, "make", error))?;
        let path = folder.join(file_name(scheduled));
        let failed = |error: std::io::Error| Fault::file(&path, "lock", error);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                // What a run said that was killed.
                let _ = file.set_len(0);
                Ok(Asked::Held(Self { file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Where locks keep others from reading, too, it cannot be told.
                let _ = file.read_to_string(&mut text);
                Ok(Asked::Busy(text.trim().parse().ok()))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Says for which time the run is.
    pub(super) fn tell(&mut self, time: i64) {
        // Whoever does not find it knows less, and does nothing wrong.
        let _ = self.file.set_len(0).and_then(|()| self.file.rewind());
        let _ = self.file.write_all(time.to_string().as_bytes());
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

/// A name that no other search's file has, and that people recognise.
fn file_name(scheduled: &Scheduled) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let readable: String = scheduled.name.chars().take(READABLE).map(plain).collect();
    let digest = Sha256::digest(scheduled.id().as_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{readable}-{short}.lock")
}
