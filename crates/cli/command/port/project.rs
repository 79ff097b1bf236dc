//! Writes a project: speleo.toml, queries, conf files, lookups.
//!
//! ````text
//! ```title: Logins by country
//! earliest: -1d@d
//! source: default/savedsearches.conf:12```
//! index=auth | stats count by country
//! ````

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{content::Found, report::Report};

/// The longest name of a file without its ending, in bytes.
const LONGEST: usize = 80;

/// The list of what was written, among other things.
const REPORT: &str = "port.json";
const SETTINGS: &str = "speleo.toml";

/// A project that is being written.
#[derive(Debug)]
pub(super) struct Project {
    folder: PathBuf,
    /// What was written so far, below the folder, with a checksum of its content.
    written: BTreeMap<String, u32>,
    /// Files that an earlier port wrote and somebody changed since: they stay.
    kept: BTreeSet<String>,
}

impl Project {
    /// Makes the folder, which must be empty unless `force` is set. Then what an earlier port wrote goes, as its app may no longer
    /// have it, save what was changed since.
    pub(super) fn open(folder: &Path, force: bool) -> Result<Self> {
        let context = || format!("cannot write {}", folder.display());
        if folder.exists() && !folder.is_dir() {
            bail!("{} is no folder", folder.display());
        }
        fs::create_dir_all(folder).with_context(context)?;
        if !force && fs::read_dir(folder).with_context(context)?.next().is_some() {
            bail!("{} is not empty: choose another folder, or write over it with --force", folder.display());
        }
        let mut project = Self { folder: folder.to_owned(), written: BTreeMap::new(), kept: BTreeSet::new() };
        for (name, checksum) in earlier(folder) {
            let path = folder.join(&name);
            match fs::read(&path) {
                Ok(bytes) if sum(&bytes) == checksum => {
                    fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                    remove_empty(path.parent(), folder);
                }
                Ok(_) => drop(project.kept.insert(name)),
                // Somebody removed it.
                Err(_) => {}
            }
        }
        for place in ["conf", "lookups", "queries"] {
            fs::create_dir_all(folder.join(place)).with_context(context)?;
        }
        Ok(project)
    }

    /// Copies a file to a place below the folder.
    pub(super) fn copy(&mut self, from: &Path, to: &Path) -> Result<()> {
        let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        self.write(to, &bytes)
    }

    /// Writes a text to a place below the folder.
    pub(super) fn text(&mut self, to: &Path, text: &str) -> Result<()> {
        self.write(to, text.as_bytes())
    }

    fn write(&mut self, to: &Path, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(to);
        let context = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(context)?;
        }
        fs::write(&path, bytes).with_context(context)?;
        let name = to.to_string_lossy().into_owned();
        self.kept.remove(&name);
        self.written.insert(name, sum(bytes));
        Ok(())
    }

    /// Writes speleo.toml, unless somebody changed the one of an earlier port. `indexes` are those that the searches name.
    pub(super) fn settings(&mut self, name: &str, indexes: &BTreeSet<String>) -> Result<()> {
        if self.kept.contains(SETTINGS) {
            return Ok(());
        }
        let mut text = format!(
            "# Written by `speleo port` from {}. PORT.md says what runs and what is missing.\n\
             conf = [\"conf\"]\nlookups = \"lookups\"\n\n[indexes]\n\
             # The searches name these indexes. A line gives one its data:\n",
            name.replace(['\n', '\r'], " ")
        );
        for index in indexes {
            let key = if index.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                index.clone()
            } else {
                format!("\"{index}\"")
            };
            text.push_str(&format!("# {key} = \"data/{index}*\"\n"));
        }
        self.text(Path::new(SETTINGS), &text)
    }

    /// Writes the report, with the list of what was written.
    pub(super) fn report(&mut self, report: &mut Report) -> Result<()> {
        report.kept = self.kept.iter().cloned().collect();
        self.text(Path::new("PORT.md"), &report.markdown())?;
        let mut json = report.json();
        let kept = earlier(&self.folder).into_iter().filter(|(name, _)| self.kept.contains(name));
        json["written"] = kept.chain(self.written.clone()).map(|(name, sum)| (name, json!(sum))).collect();
        // It lists all but itself.
        fs::write(self.folder.join(REPORT), format!("{json:#}\n"))
            .with_context(|| format!("cannot write {}", self.folder.join(REPORT).display()))
    }
}

/// What an earlier port wrote into a folder, with checksums. Paths that lead out of it are nobody's.
fn earlier(folder: &Path) -> BTreeMap<String, u32> {
    let report = fs::read(folder.join(REPORT)).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let written = report.as_ref().and_then(|report| report.get("written")?.as_object());
    let is_inside = |name: &str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let listed = written.into_iter().flatten().filter(|(name, _)| is_inside(name));
    listed.filter_map(|(name, sum)| Some((name.clone(), u32::try_from(sum.as_u64()?).ok()?))).collect()
}

fn sum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Removes folders without content, from one upwards.
fn remove_empty(folder: Option<&Path>, top: &Path) {
    let below = folder.into_iter().flat_map(Path::ancestors).take_while(|folder| *folder != top);
    for folder in below {
        // Folders that hold something stay.
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// The text of a query file. `source` is the place it came from, `app` the app in which it runs where there are several.
pub(super) fn query(found: &Found, source: &str, app: Option<&str>) -> String {
    let mut comment = format!("```title: {}", line(&found.name));
    if let Some(app) = app {
        comment.push_str(&format!("\napp: {}", line(app)));
    }
    for (key, value) in &found.keys {
        let value = line(value);
        if !value.is_empty() {
            comment.push_str(&format!("\n{key}: {value}"));
        }
    }
    format!("{comment}\nsource: {}```\n{}\n", line(source), found.text.trim())
}

/// A value of the comment: one line, and nothing that ends the comment.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("```", "'''")
}

/// The files of searches in a folder, by their names; no two are the same, whatever the case.
pub(super) fn file_names(searches: &[Found], folder: &Path) -> Vec<PathBuf> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for found in searches {
        let view = found.view.as_deref().map(|view| Path::new("dashboards").join(stem(view)));
        let folder = folder.join(view.unwrap_or_default());
        let name = stem(&found.name);
        let mut file = folder.join(format!("{name}.spl"));
        let mut number = 2;
        while !taken.insert(file.clone()) {
            file = folder.join(format!("{name}_{number}.spl"));
            number += 1;
        }
        names.push(file);
    }
    names
}

/// A name as a file may have it on any system.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() && stem.len() < LONGEST {
            stem.extend(c.to_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('_') && stem.len() < LONGEST {
            stem.push('_');
        }
    }
    let stem = stem.trim_end_matches('_');
    if stem.is_empty() { "search".to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        assert_eq!(stem("[T1003] Credential Dumping - Process"), "t1003_credential_dumping_process");
        assert_eq!(stem("../../etc/passwd"), "etc_passwd");
        assert_eq!(stem("***"), "search");
    }

    #[test]
    fn the_comment_cannot_be_left() {
        assert_eq!(line("a```\n| delete\r\n\tb"), "a''' | delete b");
    }
}
