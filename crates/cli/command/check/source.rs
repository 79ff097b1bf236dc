//! Where `check` finds searches: query files, conf files and apps, detections, JSON lines.
//!
//! ```text
//! {"id": "w1", "search": "index=web | stats count by host"}
//! ```
//!
//! In a folder, files are taken by their names; JSON lines only where they are named, since a folder's may be data.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use speleo_knowledge::{Problem, conf::Conf, saved_search};

use super::yaml;
use crate::query_file::{self, Query};

/// The conf file that holds searches.
const SAVED_SEARCHES: &str = "savedsearches.conf";

/// A search to check.
pub(super) struct Item {
    /// The input's own id, else path and line.
    pub(super) id: Value,
    /// What the input calls it.
    pub(super) name: Option<String>,
    /// The text and its place.
    pub(super) query: Query,
}

/// What was found at some paths.
#[derive(Default)]
pub(super) struct Sources {
    /// All searches.
    pub(super) items: Vec<Item>,
    /// The apps among the paths, whose definitions hold for their searches.
    pub(super) apps: Vec<PathBuf>,
    /// Files in folders that cannot be read.
    pub(super) broken: Vec<anyhow::Error>,
    /// Files that were named and hold no searches.
    pub(super) foreign: Vec<PathBuf>,
    /// What conf files that belong to no app say wrongly of schedules.
    pub(super) problems: Vec<Problem>,
}

/// Reads everything at `paths`. A file that was named must be readable; one in a folder is told of and left out.
pub(super) fn read(paths: &[PathBuf]) -> Result<Sources> {
    let mut found = Sources::default();
    for path in paths {
        if path.is_dir() {
            read_folder(path, &mut found)?;
        } else {
            read_file(path, &mut found)?;
        }
    }
    Ok(found)
}

fn read_folder(folder: &Path, found: &mut Sources) -> Result<()> {
    let mut files = Vec::new();
    query_file::walk(folder, &mut files, &|file| {
        let ending = file.extension().and_then(|ending| ending.to_str());
        matches!(ending, Some("spl" | "yml" | "yaml")) || file.ends_with(SAVED_SEARCHES) || file.ends_with("app.conf")
    })?;
    for file in files {
        let app = app_of(&file);
        if let Some(app) = &app
            && !found.apps.contains(app)
        {
            found.apps.push(app.clone());
            found.broken.extend(read_app(app, &mut found.items).err());
        }
        // An app's two layers are read as one, above.
        let is_read = file.ends_with("app.conf") || (app.is_some() && file.ends_with(SAVED_SEARCHES));
        if !is_read {
            let failed = read_file(&file, found).err();
            found.broken.extend(failed);
        }
    }
    Ok(())
}

/// The app that a conf file belongs to: the folder above `default/` or `local/`.
fn app_of(file: &Path) -> Option<PathBuf> {
    let layer = file.parent()?;
    let is_conf = file.extension().is_some_and(|ending| ending == "conf");
    (is_conf && (layer.ends_with("default") || layer.ends_with("local"))).then(|| layer.parent().map(Path::to_owned))?
}

fn read_app(app: &Path, items: &mut Vec<Item>) -> Result<()> {
    let mut layers = Vec::new();
    for layer in ["default", "local"] {
        let path = app.join(layer).join(SAVED_SEARCHES);
        if path.is_file() {
            let conf = Conf::parse(&read_text(&path)?).0;
            layers.push((path, conf));
        }
    }
    for (depth, (path, conf)) in layers.iter().enumerate() {
        let later = layers.get(depth + 1..).unwrap_or_default();
        for (name, item) in saved_searches(path, conf) {
            // What `local` says counts, and stands in the list where it says it.
            let overridden = later
                .iter()
                .any(|(_, conf)| conf.stanzas.get(&name).is_some_and(|stanza| stanza.settings.contains_key("search")));
            if !overridden {
                items.push(item);
            }
        }
    }
    Ok(())
}

fn read_file(path: &Path, found: &mut Sources) -> Result<()> {
    let items = &mut found.items;
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => read_json_lines(path, items),
        Some("conf") => {
            let conf = Conf::parse_file(path, &read_text(path)?).0;
            items.extend(saved_searches(path, &conf).into_iter().map(|(_, item)| item));
            found.problems.extend(saved_search::from_conf(&conf).1);
            Ok(())
        }
        Some("yml" | "yaml") => {
            let read = yaml::read(&read_text(path)?);
            let read = read.map_err(|(line, message)| anyhow!("{}:{line}: {message}", path.display()))?;
            if let Some(detection) = read {
                let id = detection.id.map_or_else(|| place(path, detection.line), Value::from);
                items.push(Item {
                    id,
                    name: detection.name,
                    query: Query::within(path, detection.line, detection.search),
                });
            }
            Ok(())
        }
        _ if !query_file::is_query(path) => {
            found.foreign.push(path.to_owned());
            Ok(())
        }
        _ => {
            let mut query = Query::read(path)?;
            query.fill_defaults();
            let name = query.key("title").map(str::to_owned);
            items.push(Item { id: place(path, 1), name, query });
            Ok(())
        }
    }
}

fn saved_searches(path: &Path, conf: &Conf) -> Vec<(String, Item)> {
    let item = |(name, stanza): (&String, _)| {
        let setting = conf.get(stanza, "search")?;
        let query = Query::within(path, setting.line, setting.value.as_str());
        Some((name.clone(), Item { id: place(path, setting.line), name: Some(name.clone()), query }))
    };
    conf.stanzas.iter().filter_map(item).collect()
}

fn read_json_lines(path: &Path, items: &mut Vec<Item>) -> Result<()> {
    for (number, line) in (1..).zip(read_text(path)?.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let context = || format!("{}:{number}", path.display());
        let object: Value = serde_json::from_str(line).with_context(context)?;
        let search = object.get("search").and_then(Value::as_str);
        let search = search.context("there is no text under `search`").with_context(context)?;
        let id = object.get("id").cloned().unwrap_or_else(|| place(path, number));
        let name = object.get("name").and_then(Value::as_str).map(str::to_owned);
        items.push(Item { id, name, query: Query::within(path, number, search) });
    }
    Ok(())
}

fn place(path: &Path, line: usize) -> Value {
    format!("{}:{line}", path.display()).into()
}

fn read_text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}
