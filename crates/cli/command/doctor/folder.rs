//! Files and folders of whoever runs the program: what is set for all runs, what outlives a run, what does not fit into memory.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Finding;
use crate::{config, quantity::size, session};

/// With less than this a large sort may find no room.
const LITTLE_SPACE: u64 = 1 << 30;

/// Configuration, state and spill.
pub(super) fn findings() -> Vec<Finding> {
    vec![config(config::path()), state(session::state_folder()), spill(&env::temp_dir())]
}

fn config(path: Option<PathBuf>) -> Finding {
    const TOPIC: &str = "config";
    match path {
        // What is wrong in it ended the program before this.
        Some(path) if path.is_file() => Finding::ok(TOPIC, path.display().to_string()),
        Some(path) => Finding::ok(TOPIC, format!("{}, not there", path.display())),
        None => Finding::ok(TOPIC, "there is no home for it; SPELEO_CONFIG names a file"),
    }
}

fn state(folder: Option<PathBuf>) -> Finding {
    const TOPIC: &str = "state";
    let Some(folder) = folder else {
        return Finding::warning(
            TOPIC,
            "there is no home",
            "the shell keeps no history; HOME or XDG_STATE_HOME names a folder",
        );
    };
    // It is made when there is something to keep.
    let place = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    match tempfile::tempfile_in(place) {
        Ok(_) if place == folder => Finding::ok(TOPIC, folder.display().to_string()),
        Ok(_) => Finding::ok(TOPIC, format!("{}, not there yet", folder.display())),
        Err(error) => Finding::warning(
            TOPIC,
            format!("{}: {error}", folder.display()),
            "the shell keeps no history; XDG_STATE_HOME names another folder",
        ),
    }
}

fn spill(folder: &Path) -> Finding {
    const TOPIC: &str = "spill";
    const ADVICE: &str = "what does not fit into memory goes there; TMPDIR names another folder";
    if let Err(error) = tempfile::tempfile_in(folder) {
        return Finding::problem(TOPIC, format!("{}: {error}", folder.display()), ADVICE);
    }
    match free(folder) {
        Some(bytes) if bytes < LITTLE_SPACE => {
            Finding::warning(TOPIC, format!("{}, {} free", folder.display(), size(bytes)), ADVICE)
        }
        Some(bytes) => Finding::ok(TOPIC, format!("{}, {} free", folder.display(), size(bytes))),
        None => Finding::ok(TOPIC, folder.display().to_string()),
    }
}

/// The bytes that whoever runs the program may still write there.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    space.f_bavail.checked_mul(space.f_frsize)
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{spill, state};
    use crate::command::doctor::Verdict;

    #[test]
    fn a_folder_that_is_not_there_yet_is_fine_and_a_file_in_its_place_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = state(Some(folder.path().join("a/b")));
        assert_eq!(fresh.verdict, Verdict::Ok);
        assert!(fresh.text.ends_with("not there yet"));
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(state(Some(folder.path().join("file/speleo"))).verdict, Verdict::Warning);
        assert_eq!(state(None).verdict, Verdict::Warning);
    }

    #[test]
    fn without_a_place_to_spill_large_searches_fail() {
        assert_eq!(spill(std::path::Path::new("/nowhere/at/all")).verdict, Verdict::Problem);
    }
}
