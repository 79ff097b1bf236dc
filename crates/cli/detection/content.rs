//! The macros and lookups of a repository of detections, which keeps them as YAML beside the detections.
//!
//! ```text
//! name: security_content_ctime
//! arguments:
//! - field
//! definition: convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$)
//! ```

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use speleo_engine::{Library, Settings};
use speleo_syntax::Diagnostic;

use super::read::{broken, stem};
use crate::query_file;

/// The folders that make a repository: detections, and what these use.
const PARTS: [&str; 2] = ["macros", "lookups"];

#[derive(Deserialize)]
struct Macro {
    name: String,
    #[serde(default)]
    definition: String,
    #[serde(default)]
    arguments: Vec<String>,
}

#[derive(Deserialize)]
struct Lookup {
    name: String,
    #[serde(default)]
    filename: Option<String>,
    #[serde(default)]
    collection: Option<String>,
    #[serde(default)]
    lookup_type: Option<String>,
    #[serde(default)]
    match_type: Option<Value>,
    #[serde(default)]
    default_match: Option<Value>,
    #[serde(default)]
    case_sensitive_match: Option<Value>,
    #[serde(default)]
    min_matches: Option<Value>,
    #[serde(default)]
    max_matches: Option<Value>,
    #[serde(default)]
    fields: Option<Value>,
}

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
        let found: Macro = serde_saphyr::from_str(text).map_err(|error| broken(path, &error))?;
        let (name, arguments) = (found.name, found.arguments);
        macros.push_str(&match arguments.len() {
            0 => format!("[{name}]\n"),
            count => format!("[{name}({count})]\nargs = {}\n", arguments.join(", ")),
        });
        macros.push_str(&setting("definition", &found.definition));
        Ok(())
    })?;
    each(&root.join("lookups"), &mut |path, text| {
        let found: Lookup = serde_saphyr::from_str(text).map_err(|error| broken(path, &error))?;
        transforms.push_str(&stanza(path, found));
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

fn stanza(path: &Path, lookup: Lookup) -> String {
    let mut text = format!("[{}]\n", lookup.name);
    let is_collection = lookup.lookup_type.as_deref() == Some("kvstore") || lookup.collection.is_some();
    if is_collection {
        text.push_str("external_type = kvstore\n");
        text.push_str(&setting("collection", lookup.collection.as_deref().unwrap_or(&lookup.name)));
    } else {
        let beside = format!("{}.csv", stem(path));
        text.push_str(&setting("filename", lookup.filename.as_deref().unwrap_or(&beside)));
    }
    let others = [
        ("match_type", lookup.match_type),
        ("default_match", lookup.default_match),
        ("case_sensitive_match", lookup.case_sensitive_match),
        ("min_matches", lookup.min_matches),
        ("max_matches", lookup.max_matches),
        ("fields_list", lookup.fields),
    ];
    for (key, value) in others {
        let value = match value {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(", "),
            Some(Value::String(text)) => text,
            None | Some(Value::Null) => continue,
            Some(other) => other.to_string(),
        };
        text.push_str(&setting(key, &value));
    }
    text
}

/// A setting whose value may have several lines.
fn setting(key: &str, value: &str) -> String {
    format!("{key} = {}\n", value.trim().lines().collect::<Vec<_>>().join("\\\n"))
}
