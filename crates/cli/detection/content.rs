//! The macros and lookups of a repository of detections, which keeps them as YAML beside the detections.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use speleo_engine::{Library, Settings};
use speleo_syntax::Diagnostic;

use super::{definition, read::broken};
use crate::query_file;

/// The folders that make a repository: detections, and what these use.
const PARTS: [&str; 2] = ["macros", "lookups"];

/// What tests of several repositories are run with: definitions are read once for each.
pub(crate) struct Content {
    base: Settings,
    libraries: HashMap<Option<PathBuf>, Result<Library, Vec<Diagnostic>>>,
    /// Where definitions in conf form are written; they vanish with this.
    folder: tempfile::TempDir,
}

impl Content {
    /// Nothing is read yet.
    pub(crate) fn new(base: Settings) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for definitions")?;
        Ok(Self { base, libraries: HashMap::new(), folder })
    }

    /// The definitions for a test at `path`: the caller's, and those of the repository that the test stands in.
    ///
    /// # Errors
    /// Where a file of the repository cannot be read.
    pub(crate) fn library(&mut self, path: &Path) -> Result<Result<Library, Vec<Diagnostic>>> {
        let root = root(path);
        if let Some(known) = self.libraries.get(&root) {
            return Ok(known.clone());
        }
        let mut settings = self.base.clone();
        if let Some(root) = &root {
            let app = self.folder.path().join(self.libraries.len().to_string());
            write(root, &app)?;
            // What the caller names counts more.
            settings.conf = [app, root.clone()].into_iter().chain(settings.conf).collect();
        }
        let library = Library::read(settings);
        self.libraries.insert(root, library.clone());
        Ok(library)
    }
}

/// The repository that a file stands in.
fn root(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let is_root = |folder: &&Path| PARTS.iter().any(|part| has_yaml(&folder.join(part)));
    absolute.ancestors().skip(1).find(is_root).map(Path::to_owned)
}

fn has_yaml(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| is_yaml(&entry.path()))
}

pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

/// Writes the definitions of a repository in the form of conf files.
fn write(root: &Path, app: &Path) -> Result<()> {
    let mut macros = String::new();
    let mut transforms = String::new();
    each(&root.join("macros"), &mut |path, text| {
        macros.push_str(&definition::macro_stanza(text).map_err(|error| broken(path, &error))?.1);
        Ok(())
    })?;
    each(&root.join("lookups"), &mut |path, text| {
        transforms.push_str(&definition::lookup_stanza(path, text).map_err(|error| broken(path, &error))?);
        Ok(())
    })?;
    fs::create_dir_all(app).context("cannot make a folder for definitions")?;
    for (name, text) in [("macros.conf", macros), ("transforms.conf", transforms)] {
        fs::write(app.join(name), text).context("cannot write definitions")?;
    }
    Ok(())
}

/// Each YAML file of a folder, if there is one.
fn each(folder: &Path, found: &mut dyn FnMut(&Path, &str) -> Result<()>) -> Result<()> {
    let mut files = Vec::new();
    if folder.is_dir() {
        query_file::walk(folder, &mut files, &is_yaml)?;
    }
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        found(&path, &text)?;
    }
    Ok(())
}
