//! A repository of detections in YAML: `detections/**/*.yml`, `baselines/*.yml`, `macros/*.yml`, `lookups/*.yml` and `*.csv`.
//!
//! As its own build does, each detection gets a macro `NAME_filter` that lets everything pass where nobody defines one.

use std::{
    collections::BTreeSet,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::content::{Content, Found, Kind, place};
use crate::{
    command::check::yaml,
    detection::{definition, is_yaml, mistake},
    query_file,
};

/// Folders with searches.
const SEARCHES: [&str; 2] = ["detections", "baselines"];

/// Reads a repository.
pub(super) fn read(root: &Path) -> Result<Content> {
    let mut content = Content::default();
    for folder in SEARCHES {
        for (file, text) in files(&root.join(folder), &mut content)? {
            let Some(value) = parse(&file, &text, &mut content) else { continue };
            detection(&file, &text, &value, &mut content);
        }
    }
    let mut macros = String::new();
    let mut defined = BTreeSet::new();
    for (file, text) in files(&root.join("macros"), &mut content)? {
        match definition::macro_stanza(&text) {
            Ok((name, stanza)) => {
                let _ = writeln!(macros, "{stanza}");
                defined.insert(name);
            }
            Err(error) => unread(&file, &error, &mut content),
        }
    }
    for found in content.searches.iter().filter(|found| found.kind == Kind::Detection) {
        let name = format!("{}_filter", identifier(&found.name));
        if defined.insert(name.clone()) {
            let _ = writeln!(macros, "[{name}]\ndefinition = search *\n");
        }
    }
    content.texts.push(("conf/default/macros.conf".into(), macros));
    lookups(root, &mut content)?;
    Ok(content)
}

fn lookups(root: &Path, content: &mut Content) -> Result<()> {
    let folder = root.join("lookups");
    let mut transforms = String::new();
    for (file, text) in files(&folder, content)? {
        match definition::lookup_stanza(&file, &text) {
            Ok(stanza) => {
                let _ = writeln!(transforms, "{stanza}");
            }
            Err(error) => unread(&file, &error, content),
        }
    }
    content.texts.push(("conf/default/transforms.conf".into(), transforms));
    if folder.is_dir() {
        let mut tables = Vec::new();
        query_file::walk(&folder, &mut tables, &|file| file.extension().is_some_and(|ending| ending == "csv"))?;
        for table in tables {
            content.keep(&table, Path::new("lookups"));
        }
    }
    Ok(())
}

fn detection(file: &Path, text: &str, value: &Value, content: &mut Content) {
    let Some(search) = text_of(value, "search") else { return };
    let stem = || file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let name = text_of(value, "name").unwrap_or_else(stem);
    let keys = ["description", "id", "status", "type"];
    let keys = keys.into_iter().filter_map(|key| Some((key, text_of(value, key)?))).collect();
    let line = yaml::read(text).ok().flatten().map_or(1, |found| found.line);
    content.searches.push(Found {
        kind: Kind::Detection,
        name,
        view: None,
        place: place(file, line),
        keys,
        text: search.trim().to_owned(),
        notes: Vec::new(),
        missing_saved: None,
        missing_base: None,
    });
}

/// The YAML files below a folder with their text.
fn files(folder: &Path, content: &mut Content) -> Result<Vec<(PathBuf, String)>> {
    let mut paths = Vec::new();
    if folder.is_dir() {
        query_file::walk(folder, &mut paths, &is_yaml).with_context(|| format!("cannot read {}", folder.display()))?;
    }
    let mut found = Vec::new();
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => found.push((path, text)),
            Err(error) => content.unread.push((place(&path, 1), error.to_string())),
        }
    }
    Ok(found)
}

fn parse(file: &Path, text: &str, content: &mut Content) -> Option<Value> {
    definition::read(text).map_err(|error| unread(file, &error, content)).ok()
}

/// Notes a file that is left out.
fn unread(file: &Path, error: &serde_saphyr::Error, content: &mut Content) {
    let (line, message) = mistake(error);
    content.unread.push((place(file, line), message));
}

/// A scalar as text.
fn text_of(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The name as the repositories' build makes macros of it: lower case, everything else an underscore.
fn identifier(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.trim().chars().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_named_as_the_build_does() {
        assert_eq!(identifier("7zip CommandLine - To SMB Share"), "7zip_commandline___to_smb_share");
    }
}
