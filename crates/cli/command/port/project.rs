//! Writes a project: speleo.toml, queries, conf files, lookups.
//!
//! ````text
//! ```title: Logins by country
//! earliest: -1d@d
//! source: default/savedsearches.conf:12```
//! index=auth | stats count by country
//! ````

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::content::{Content, Found};

/// The longest name of a file without its ending, in bytes.
const LONGEST: usize = 80;

/// Makes the folder, which must be empty unless `force` is set.
pub(super) fn prepare(folder: &Path, force: bool) -> Result<()> {
    let context = || format!("cannot write {}", folder.display());
    if folder.exists() && !folder.is_dir() {
        bail!("{} is no folder", folder.display());
    }
    fs::create_dir_all(folder).with_context(context)?;
    if !force && fs::read_dir(folder).with_context(context)?.next().is_some() {
        bail!("{} is not empty: choose another folder, or write over it with --force", folder.display());
    }
    Ok(())
}

/// Writes everything but the queries and the report.
pub(super) fn write(folder: &Path, content: &Content) -> Result<()> {
    for place in ["conf", "lookups", "queries"] {
        fs::create_dir_all(folder.join(place)).with_context(|| format!("cannot write {}", folder.display()))?;
    }
    for (from, to) in &content.copies {
        let to = folder.join(to);
        parent(&to)?;
        fs::copy(from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    for (to, text) in content.texts.iter().filter(|(_, text)| !text.is_empty()) {
        text_file(&folder.join(to), text)?;
    }
    Ok(())
}

/// Writes speleo.toml. `indexes` are those that the searches name.
pub(super) fn write_settings(folder: &Path, name: &str, indexes: &BTreeSet<String>) -> Result<()> {
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
    text_file(&folder.join("speleo.toml"), &text)
}

/// Writes a file and the folders above it.
pub(super) fn text_file(path: &Path, text: &str) -> Result<()> {
    parent(path)?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn parent(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder).with_context(|| format!("cannot write {}", folder.display()))
}

/// The text of a query file. `source` is the place it came from.
pub(super) fn query(found: &Found, source: &str) -> String {
    let mut comment = format!("```title: {}", line(&found.name));
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

/// The files of searches below `queries`, by their names; no two are the same, whatever the case.
pub(super) fn file_names(searches: &[Found]) -> Vec<PathBuf> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for found in searches {
        let folder = found.view.as_deref().map_or_else(PathBuf::new, |view| Path::new("dashboards").join(stem(view)));
        let name = stem(&found.name);
        let mut file = folder.join(format!("{name}.spl"));
        let mut number = 2;
        while !taken.insert(file.to_string_lossy().into_owned()) {
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
