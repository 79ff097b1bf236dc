//! What files were found to hold, several at a time. `--index web=logs/`, a folder of ten thousand files
//!
//! What a file holds is found in its first bytes, and remembered as long as the file stays as it is: the next search in a shell only
//! asks for sizes and ages. Absent: what a file's events say, which [`super::Remembered`] keeps.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};

use speleo_syntax::Code;

use super::files::{Compression, DataFile, Format, Version, recognise};
use crate::fault::{Fault, panic_text};

/// Fewer files than this are not worth a thread.
const SHARE: usize = 64;

/// What the first bytes of a file told.
#[derive(Debug, Clone, Copy)]
struct Look {
    format: Format,
    compression: Compression,
    is_wide: bool,
    sourcetype: Option<&'static str>,
}

/// What files were found to hold, by their addresses, and the version that was looked at.
static LOOKED: LazyLock<Mutex<HashMap<OsString, (Version, Look)>>> = LazyLock::new(Mutex::default);

/// The files of a disk at these paths.
///
/// # Errors
/// The first that comes up.
pub(super) fn all(paths: Vec<PathBuf>) -> Result<Vec<DataFile>, Fault> {
    let threads = threads(paths.len());
    each(paths, threads, |path| at(listed(&path)?))
}

/// A file as a listing of its folder tells it.
fn listed(path: &Path) -> Result<DataFile, Fault> {
    let failed = |error: std::io::Error| Fault::file(path, "read", error);
    let metadata = std::fs::metadata(path).map_err(failed)?;
    Ok(DataFile {
        path: std::path::absolute(path).map_err(failed)?,
        shown: path.to_string_lossy().into_owned(),
        size: metadata.len(),
        modified: metadata.modified().ok(),
        ..DataFile::default()
    })
}

/// Finds out what a file holds, unless that is known of this version of it.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn at(file: DataFile) -> Result<DataFile, Fault> {
    let looked = || LOOKED.lock().unwrap_or_else(PoisonError::into_inner);
    let version = file.version();
    let known = looked().get(file.path.as_os_str()).filter(|(known, _)| *known == version).map(|(_, look)| *look);
    if let Some(Look { format, compression, is_wide, sourcetype }) = known {
        return Ok(DataFile { format, compression, is_wide, sourcetype, ..file });
    }
    let file = recognise(file)?;
    let DataFile { format, compression, is_wide, sourcetype, .. } = file;
    // A pipe has no size, and no age that tells its contents apart.
    if file.size > 0 {
        let look = Look { format, compression, is_wide, sourcetype };
        looked().insert(file.path.as_os_str().to_owned(), (version, look));
    }
    Ok(file)
}

/// How many threads look at so many files of a disk.
fn threads(files: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    files.div_ceil(SHARE).clamp(1, cores)
}

/// Does something for each of some files, by so many threads. The answers come in the order of the files.
///
/// # Errors
/// The first that comes up.
pub(super) fn each<T, F>(files: Vec<T>, threads: usize, look: F) -> Result<Vec<DataFile>, Fault>
where
    T: Send,
    F: Fn(T) -> Result<DataFile, Fault> + Sync,
{
    let look = &look;
    if threads <= 1 {
        return files.into_iter().map(look).collect();
    }
    let share = files.len().div_ceil(threads).max(1);
    let mut files = files.into_iter().peekable();
    std::thread::scope(|scope| {
        let mut running = Vec::with_capacity(threads);
        while files.peek().is_some() {
            let own: Vec<T> = files.by_ref().take(share).collect();
            running.push(scope.spawn(move || own.into_iter().map(look).collect::<Result<Vec<_>, _>>()));
        }
        let mut all = Vec::new();
        for thread in running {
            all.extend(thread.join().map_err(|panic| Fault::new(Code::Bug, panic_text(panic.as_ref())))??);
        }
        Ok(all)
    })
}
