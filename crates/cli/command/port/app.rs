//! An app's searches and files: `default/savedsearches.conf`, `default/data/ui/views/*.xml`, `lookups/*.csv`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use speleo_engine::ConfFolder;
use speleo_knowledge::{Conf, Place, conf::Stanza, conf::truth};

use super::{
    content::{Content, Found, Kind, Left, place},
    view::{self, Panel},
};
use crate::query_file;

/// The conf files that shape answers; they are kept as they are.
const KEPT: [&str; 12] = [
    "macros",
    "props",
    "transforms",
    "eventtypes",
    "tags",
    "fields",
    "times",
    "collections",
    "limits",
    "transactiontypes",
    "datamodels",
    "multikv",
];

/// Conf files whose stanzas have no place in a project, and what these are.
const LEFT: [(&str, &str); 13] = [
    ("inputs", "input"),
    ("outputs", "output"),
    ("server", "server setting"),
    ("web", "web setting"),
    ("restmap", "REST endpoint"),
    ("commands", "custom command"),
    ("alert_actions", "alert action"),
    ("workflow_actions", "workflow action"),
    ("visualizations", "custom visualization"),
    ("indexes", "index definition"),
    ("authorize", "role"),
    ("searchbnf", "syntax help"),
    ("distsearch", "distributed search setting"),
];

/// Keys of a saved search that its query file carries, under the names of query files.
const KEYS: [(&str, &str); 12] = [
    ("description", "description"),
    ("schedule_window", "schedule_window"),
    ("allow_skew", "allow_skew"),
    ("max_concurrent", "max_concurrent"),
    ("cron_schedule", SCHEDULE),
    ("alert_condition", "alert condition"),
    ("counttype", "alert counts"),
    ("relation", "alert relation"),
    ("quantity", "alert quantity"),
    ("alert.severity", "severity"),
    ("actions", "actions"),
    ("disabled", "disabled"),
];

/// The key of a query file that makes it run by itself.
const SCHEDULE: &str = "schedule";
/// Those that say more of it.
const SCHEDULING: [&str; 5] = ["is_scheduled", "catch_up", "schedule_window", "allow_skew", "max_concurrent"];

/// Where an app's files go in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// Its conf files, data models and metadata.
    pub(super) conf: PathBuf,
    /// Its lookup files.
    pub(super) lookups: PathBuf,
}

impl Home {
    /// Of the only app.
    pub(super) fn only() -> Self {
        Self { conf: "conf".into(), lookups: "lookups".into() }
    }

    /// Of one of several: each keeps its folder, so that metadata say what it shares.
    pub(super) fn of(app: &str) -> Self {
        let conf = Path::new("conf/apps").join(app);
        Self { lookups: conf.join("lookups"), conf }
    }
}

/// Whether an app is switched off, and where that is said.
pub(super) fn disabled(root: &Path) -> Option<Place> {
    let (folder, _) = ConfFolder::open(root, None, None);
    let conf = folder.read("app").0.for_search();
    let state = conf.stanzas.get("install")?.settings.get("state")?;
    state.value.eq_ignore_ascii_case("disabled").then(|| state.into())
}

/// What holds for all apps of an `etc`: its conf files. What belongs to users is left.
pub(super) fn system(etc: &Path, content: &mut Content) -> Result<()> {
    for layer in ["default", "local"] {
        let place = Path::new("system").join(layer);
        for kind in KEPT {
            let file = etc.join(&place).join(format!("{kind}.conf"));
            if file.is_file() {
                content.keep(&file, &Path::new("conf").join(&place));
            }
        }
    }
    let mut files = Vec::new();
    if etc.join("users").is_dir() {
        query_file::walk(&etc.join("users"), &mut files, &|file| file.ends_with("local/savedsearches.conf"))?;
    }
    for file in files {
        let name = file.strip_prefix(etc.join("users")).unwrap_or(&file).to_string_lossy().into_owned();
        content.left.push(Left { what: "searches of a user", name, place: place(&file, 1) });
    }
    Ok(())
}

/// Reads an app.
pub(super) fn read(root: &Path, home: &Home) -> Result<Content> {
    let (folder, problems) = ConfFolder::open(root, None, None);
    let mut content = Content::default();
    content.unread.extend(problems.into_iter().map(|problem| ((&problem).into(), problem.message)));
    let conf = |kind: &str| folder.read(kind).0.for_search();
    saved_searches(&conf("savedsearches"), &mut content);
    let mut views = BTreeMap::new();
    for layer in ["", "default", "local"] {
        for kind in KEPT {
            let file = root.join(layer).join(format!("{kind}.conf"));
            if file.is_file() {
                content.keep(&file, &home.conf.join(layer));
            }
        }
        for file in files(&root.join(layer).join("data/models"))? {
            content.keep(&file, &home.conf.join("default/data/models"));
        }
        for folder in ["data/ui/views", "data/ui/panels"] {
            let found = files(&root.join(layer).join(folder))?.into_iter();
            // The view of a later layer stands in place of one of its name.
            views.extend(found.filter_map(|file| Some(((folder, file.file_name()?.to_owned()), file))));
        }
    }
    views.values().for_each(|file| dashboard(file, &mut content));
    for file in files(&root.join("lookups"))? {
        content.keep(&file, &home.lookups);
    }
    if *home != Home::only() {
        for file in files(&root.join("metadata"))? {
            content.keep(&file, &home.conf.join("metadata"));
        }
    }
    for (kind, what) in LEFT {
        for (name, stanza) in &conf(kind).stanzas {
            content.left.push(Left { what, name: name.clone(), place: stanza.into() });
        }
    }
    for (name, stanza) in &conf("transforms").stanzas {
        if let Some(setting) = stanza.settings.get("external_cmd") {
            content.left.push(Left { what: "external lookup", name: name.clone(), place: setting.into() });
        }
    }
    for (name, stanza) in &conf("props").stanzas {
        for (key, setting) in
            stanza.settings.iter().filter(|(key, _)| *key == "unarchive_cmd" || *key == "CHECK_METHOD")
        {
            let name = format!("{key} of [{name}]");
            content.left.push(Left { what: "setting of inputs", name, place: setting.into() });
        }
    }
    for file in files(&root.join("bin"))? {
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        content.left.push(Left { what: "script", name, place: place(&file, 1) });
    }
    Ok(content)
}

/// The files directly in a folder, which need not exist.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        query_file::walk(folder, &mut found, &|_| true)?;
        found.retain(|file| file.parent() == Some(folder) && file.is_file());
    }
    Ok(found)
}

fn saved_searches(conf: &Conf, content: &mut Content) {
    for (name, stanza) in &conf.stanzas {
        let Some(search) = conf.get(stanza, "search").filter(|setting| !setting.value.trim().is_empty()) else {
            continue;
        };
        let mut notes = Vec::new();
        let mut keys = keys(conf, stanza);
        for (key, name) in [("dispatch.earliest_time", "earliest"), ("dispatch.latest_time", "latest")] {
            if let Some(time) = conf.text(stanza, key) {
                keys.extend(time_range(time, &mut notes).map(|time| (name, time)));
            }
        }
        if conf.text(stanza, "action.summary_index").and_then(truth) == Some(true) {
            notes.push("its rows went to a summary index: append `| collect` where they should".to_owned());
        }
        content.searches.push(Found {
            kind: Kind::Saved,
            name: name.clone(),
            view: None,
            place: search.into(),
            keys,
            text: search.value.clone(),
            notes,
            missing_saved: None,
            missing_base: None,
        });
    }
}

fn keys(conf: &Conf, stanza: &Stanza) -> Vec<(&'static str, String)> {
    let text = |key: &str| conf.text(stanza, key).map(str::trim).filter(|text| !text.is_empty());
    let found = KEYS.iter().filter_map(|(key, name)| Some((*name, text(key)?.to_owned())));
    let found = found.filter(|(name, value)| *name != "disabled" || truth(value) == Some(true));
    let mut keys: Vec<(&'static str, String)> = found.collect();
    if let Some(place) = keys.iter().position(|(name, _)| *name == SCHEDULE) {
        let flag = |key: &str| text(key).and_then(truth);
        let mut before = Vec::new();
        // A schedule holds in a query file unless it is switched off; in a conf file it is the other way round.
        if flag("enableSched").or_else(|| flag("is_scheduled")) != Some(true) {
            before.push(("is_scheduled", "0".to_owned()));
        }
        if flag("realtime_schedule") == Some(false) {
            before.push(("catch_up", "all".to_owned()));
        }
        keys.splice(place..place, before);
    }
    keys
}

/// A time for the comment of a query file. Windows that slide in real time stand still here.
fn time_range(text: &str, notes: &mut Vec<String>) -> Option<String> {
    let text = text.trim();
    let time = match text.strip_prefix("rt") {
        Some(time) => {
            let note = "its time range slides in real time; here it runs once".to_owned();
            if !notes.contains(&note) {
                notes.push(note);
            }
            time
        }
        None => text,
    };
    (!time.is_empty() && time != "0").then(|| time.to_owned())
}

fn dashboard(file: &Path, content: &mut Content) {
    if file.extension().is_none_or(|ending| ending != "xml") {
        return;
    }
    let text = match fs::read(file) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return content.unread.push((place(file, 1), error.to_string())),
    };
    let view = match view::read(file, text.trim_start_matches('\u{feff}')) {
        Ok(view) => view,
        Err(error) => return content.unread.push((place(file, 1), format!("{error:#}"))),
    };
    for panel in view.panels {
        let found = panel_search(file, &view.label, panel, &content.searches);
        content.searches.push(found);
    }
}

fn panel_search(file: &Path, label: &str, panel: Panel, known: &[Found]) -> Found {
    let mut notes = Vec::new();
    let mut keys = Vec::new();
    let mut missing_saved = None;
    let mut text = panel.query;
    if let Some(name) = &panel.saved {
        match known.iter().find(|one| one.kind == Kind::Saved && one.name == *name) {
            Some(saved) => {
                text = saved.text.clone();
                // The saved search runs by itself, and its panel does not.
                let is_other = |name: &str| name != SCHEDULE && !SCHEDULING.contains(&name);
                keys = saved.keys.iter().filter(|(name, _)| is_other(name)).cloned().collect();
                notes = saved.notes.clone();
            }
            None => {
                text = view::saved_search(name);
                missing_saved = Some(name.clone());
            }
        }
    }
    for (name, time) in [("earliest", panel.earliest), ("latest", panel.latest)] {
        if let Some(time) = time.and_then(|time| time_range(&time, &mut notes)) {
            keys.retain(|(key, _)| *key != name);
            keys.push((name, time));
        }
    }
    for token in &panel.tokens {
        notes.push(format!("`${token}$` has no value to begin with: `--set {token}=…` gives one"));
    }
    Found {
        kind: Kind::Panel,
        name: panel.title,
        view: Some(label.to_owned()),
        place: place(file, panel.line),
        keys,
        text,
        notes,
        missing_saved,
        missing_base: panel.missing_base,
    }
}
