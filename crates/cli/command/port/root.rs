//! What is at a path: an app, several apps, or a repository of detections. `speleo port etc/apps -o hunting`
//!
//! The only folder in a folder stands for it, as archives have it. Several apps are the children of a folder, of `apps` in it, or
//! of `etc/apps`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use speleo_engine::ConfFolder;

/// How many folders may stand for each other.
const DEPTH: usize = 4;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// The folder of one app.
    App(PathBuf),
    /// A folder of apps.
    Apps {
        /// What all of it is below.
        folder: PathBuf,
        /// The apps by name.
        apps: Vec<(String, PathBuf)>,
        /// The `etc` that they are in, with `system` and `users`.
        etc: Option<PathBuf>,
    },
    /// The folder of a repository.
    Detections(PathBuf),
}

impl Root {
    /// Looks what a folder holds.
    ///
    /// # Errors
    /// Where it is none of the three.
    pub(super) fn find(folder: &Path) -> Result<Root> {
        let mut inner = folder.to_owned();
        for _ in 0..DEPTH {
            if let Some(found) = Root::of(&inner) {
                return Ok(found);
            }
            match only_folder(&inner)? {
                Some(only) => inner = only,
                None => break,
            }
        }
        bail!(
            "{} is no app, no folder of apps and no repository of detections: there is no default/, local/ or detections/",
            folder.display()
        )
    }

    fn of(folder: &Path) -> Option<Root> {
        if folder.join("detections").is_dir() {
            return Some(Root::Detections(folder.to_owned()));
        }
        if ConfFolder::is_app(folder) {
            return Some(Root::App(folder.to_owned()));
        }
        let (found, _) = ConfFolder::open(folder, None, None);
        let apps = found.apps().iter().filter(|(_, app)| ConfFolder::is_app(app));
        let apps: Vec<(String, PathBuf)> = apps.map(|(name, app)| (name.clone(), app.clone())).collect();
        let etc = found.etc().map(Path::to_owned);
        match apps.as_slice() {
            [] => None,
            [(_, app)] if etc.is_none() => Some(Root::App(app.clone())),
            _ => Some(Root::Apps { folder: folder.to_owned(), apps, etc }),
        }
    }

    /// The folder that everything is below.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Root::App(folder) | Root::Apps { folder, .. } | Root::Detections(folder) => folder,
        }
    }
}

/// The folder that is all that a folder holds, besides what systems leave there.
fn only_folder(folder: &Path) -> Result<Option<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let is_noise = |path: &Path| {
        path.file_name().is_some_and(|name| name == "__MACOSX" || name.to_string_lossy().starts_with('.'))
    };
    let mut entries = entries.flatten().map(|entry| entry.path()).filter(|path| !is_noise(path));
    let first = entries.next();
    Ok(first.filter(|first| entries.next().is_none() && first.is_dir()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is found in a folder of these files, below the folder.
    fn found(files: &[&str]) -> Result<Root, String> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let inside = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_owned();
        Ok(match Root::find(folder.path()).map_err(|error| error.to_string())? {
            Root::App(app) => Root::App(inside(app)),
            Root::Detections(root) => Root::Detections(inside(root)),
            Root::Apps { folder, apps, etc } => Root::Apps {
                folder: inside(folder),
                apps: apps.into_iter().map(|(name, app)| (name, inside(app))).collect(),
                etc: etc.map(inside),
            },
        })
    }

    fn apps(folder: &str, apps: &[(&str, &str)], etc: Option<&str>) -> Result<Root, String> {
        let apps = apps.iter().map(|(name, path)| ((*name).to_owned(), path.into())).collect();
        Ok(Root::Apps { folder: folder.into(), apps, etc: etc.map(PathBuf::from) })
    }

    #[test]
    fn the_only_folder_stands_for_the_one_around_it() {
        assert_eq!(found(&["default/app.conf"]), Ok(Root::App("".into())));
        assert_eq!(found(&["macros.conf", "lookups/a.csv"]), Ok(Root::App("".into())));
        assert_eq!(found(&["app/default/app.conf", "__MACOSX/x", ".git/y"]), Ok(Root::App("app".into())));
        assert_eq!(found(&["repository-1.0/app/local/app.conf"]), Ok(Root::App("repository-1.0/app".into())));
        assert_eq!(
            found(&["content/detections/a.yml", "content/macros/b.yml"]),
            Ok(Root::Detections("content".into()))
        );
        assert!(found(&["notes.txt", "more/notes.txt"]).unwrap_err().contains("no repository of detections"));
        assert!(found(&[]).is_err());
    }

    #[test]
    fn several_apps_are_one_thing_to_port() {
        let two = [("a", "a"), ("b", "b")];
        assert_eq!(found(&["a/default/app.conf", "b/local/app.conf", "notes/x"]), apps("", &two, None));
        let below = [("a", "splunk/etc/apps/a")];
        let files = ["splunk/etc/apps/a/default/app.conf", "splunk/etc/apps/empty/x", "splunk/etc/system/local/x.conf"];
        assert_eq!(found(&files), apps("splunk", &below, Some("splunk/etc")));
    }
}
