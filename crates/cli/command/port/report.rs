//! The report of a port: for the terminal, as Markdown, as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use serde_json::{Value, json};
use speleo_knowledge::Place;

use super::{
    content::{Kind, Left},
    trap::Trap,
};

/// Lines of a list on the terminal.
const SHOWN: usize = 10;

/// Something that a search cannot do without. The order is that of the report among equals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    /// What it is: `macro`, `lookup`, `command`, …
    pub(super) kind: &'static str,
    /// Its name, or what is wrong.
    pub(super) name: String,
}

/// What became of a search.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) view: Option<String>,
    /// Its file below the project.
    pub(super) file: String,
    pub(super) place: Place,
    /// What it needs; it runs where there is nothing.
    pub(super) needs: BTreeSet<Need>,
    pub(super) notes: Vec<String>,
    /// Source types that it names and nothing knows.
    pub(super) source_types: BTreeSet<String>,
}

impl Entry {
    pub(super) fn status(&self) -> &'static str {
        match (self.needs.is_empty(), self.notes.is_empty()) {
            (true, true) => "runs",
            (true, false) => "runs with a note",
            (false, _) => "needs",
        }
    }
}

/// The whole report.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
    pub(super) traps: Vec<Trap>,
    pub(super) left: Vec<Left>,
    pub(super) unread: Vec<(Place, String)>,
    /// What paths are shown relative to.
    pub(super) root: std::path::PathBuf,
}

/// A need, how many searches name it, and how many need nothing else.
struct Ranked {
    need: Need,
    named: usize,
    unblocks: usize,
}

impl Report {
    /// A place relative to what was ported.
    pub(super) fn place(&self, place: &Place) -> String {
        let Some(file) = &place.file else { return String::new() };
        let file: &Path = file.strip_prefix(&self.root).unwrap_or(file);
        format!("{}:{}", file.display(), place.line)
    }

    fn ranked(&self) -> Vec<Ranked> {
        let mut found: BTreeMap<&Need, (usize, usize)> = BTreeMap::new();
        for entry in &self.entries {
            for need in &entry.needs {
                let counts = found.entry(need).or_default();
                counts.0 += 1;
                counts.1 += usize::from(entry.needs.len() == 1);
            }
        }
        let mut ranked: Vec<Ranked> =
            found.into_iter().map(|(need, (named, unblocks))| Ranked { need: need.clone(), named, unblocks }).collect();
        ranked.sort_by(|one, other| {
            (other.unblocks, other.named).cmp(&(one.unblocks, one.named)).then_with(|| one.need.cmp(&other.need))
        });
        ranked
    }

    /// Source types that nothing knows, with how many searches name them, the most first.
    fn source_types(&self) -> Vec<(&str, usize)> {
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.entries.iter().flat_map(|entry| &entry.source_types) {
            *found.entry(name).or_default() += 1;
        }
        let mut sorted: Vec<(&str, usize)> = found.into_iter().collect();
        sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        sorted
    }

    fn count(&self, status: &str, kind: Option<Kind>) -> usize {
        let is_kind = |entry: &&Entry| kind.is_none_or(|kind| entry.kind == kind);
        self.entries.iter().filter(is_kind).filter(|entry| entry.status() == status).count()
    }

    fn sums(&self, kind: Option<Kind>) -> String {
        format!(
            "{} run, {} run with a note, {} need something",
            self.count("runs", kind),
            self.count("runs with a note", kind),
            self.count("needs", kind)
        )
    }

    /// For the terminal.
    pub(super) fn text(&self, folder: &Path) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}: {} searches: {}", self.name, self.entries.len(), self.sums(None));
        let list = |text: &mut String, title: &str, lines: Vec<String>| {
            if lines.is_empty() {
                return;
            }
            let _ = writeln!(text, "\n{title}");
            for line in lines.iter().take(SHOWN) {
                let _ = writeln!(text, "  {line}");
            }
            if lines.len() > SHOWN {
                let _ = writeln!(text, "  … and {} more", lines.len() - SHOWN);
            }
        };
        let ranked = self.ranked();
        let needs = ranked.iter().map(|one| {
            format!("{} `{}`: {} alone, named by {}", one.need.kind, one.need.name, one.unblocks, one.named)
        });
        list(&mut text, "missing, by how many searches each would unblock", needs.collect());
        let types = self.source_types();
        let types = types.iter().map(|(name, count)| format!("`{name}`: named by {count}"));
        list(&mut text, "source types that no props know", types.collect());
        let traps = self.traps.iter().map(|trap| format!("{}: {}", self.place(&trap.place), trap.message));
        list(&mut text, "traps", traps.collect());
        let left = self.left.iter().map(|left| format!("{} `{}`", left.what, left.name));
        list(&mut text, "left behind", left.collect());
        let unread = self.unread.iter().map(|(place, message)| format!("{}: {message}", self.place(place)));
        list(&mut text, "not read", unread.collect());
        let _ = writeln!(text, "\nPORT.md and port.json in {} say it all", folder.display());
        text
    }

    /// PORT.md.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{} searches: {}.\n", cell(&self.name), self.entries.len(), self.sums(None));
        for kind in [Kind::Saved, Kind::Panel, Kind::Detection] {
            let count = self.entries.iter().filter(|entry| entry.kind == kind).count();
            if count > 0 {
                let noun = if count == 1 { kind.name().to_owned() } else { plural(kind) };
                let _ = writeln!(text, "* {count} {noun}: {}", self.sums(Some(kind)));
            }
        }
        let ranked = self.ranked();
        if !ranked.is_empty() {
            text.push_str("\n## Missing\n\nThe first would bring most searches to run by itself.\n\n");
            text.push_str("| what | name | unblocks alone | named by |\n| --- | --- | --: | --: |\n");
            for one in &ranked {
                let (kind, name) = (one.need.kind, cell(&one.need.name));
                let _ = writeln!(text, "| {kind} | {name} | {} | {} |", one.unblocks, one.named);
            }
        }
        let types = self.source_types();
        if !types.is_empty() {
            text.push_str("\n## Source types that no props know\n\nTheir events have no fields but those that are found by themselves.\n\n");
            text.push_str("| source type | named by |\n| --- | --: |\n");
            for (name, count) in types {
                let _ = writeln!(text, "| {} | {count} |", cell(name));
            }
        }
        text.push_str("\n## Searches\n\n| search | status | file | from |\n| --- | --- | --- | --- |\n");
        for entry in &self.entries {
            let name = match &entry.view {
                Some(view) => format!("{view}: {}", entry.name),
                None => entry.name.clone(),
            };
            let mut status = entry.status().to_owned();
            if !entry.needs.is_empty() {
                let needs: Vec<String> =
                    entry.needs.iter().map(|need| format!("{} {}", need.kind, need.name)).collect();
                status = format!("needs {}", needs.join("; "));
            }
            for note in &entry.notes {
                let _ = write!(status, "; {note}");
            }
            let place = self.place(&entry.place);
            let _ = writeln!(text, "| {} | {} | {} | {} |", cell(&name), cell(&status), entry.file, cell(&place));
        }
        let mut list = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                let _ = writeln!(text, "\n## {title}\n");
                for line in lines {
                    let _ = writeln!(text, "* {}", line.replace('\n', " "));
                }
            }
        };
        list("Traps", self.traps.iter().map(|trap| format!("{}: {}", self.place(&trap.place), trap.message)).collect());
        list(
            "Left behind",
            self.left
                .iter()
                .map(|left| format!("{} `{}` ({})", left.what, left.name, self.place(&left.place)))
                .collect(),
        );
        list(
            "Not read",
            self.unread.iter().map(|(place, message)| format!("{}: {message}", self.place(place))).collect(),
        );
        text
    }

    /// port.json.
    pub(super) fn json(&self) -> Value {
        let place = |place: &Place| {
            let file = place.file.as_ref().map(|file| {
                let file: &Path = file.strip_prefix(&self.root).unwrap_or(file);
                file.display().to_string()
            });
            json!({"file": file, "line": place.line})
        };
        let needs = |needs: &BTreeSet<Need>| -> Vec<Value> {
            needs.iter().map(|need| json!({"kind": need.kind, "name": need.name})).collect()
        };
        let searches = self.entries.iter().map(|entry| {
            json!({
                "name": entry.name,
                "kind": entry.kind.name(),
                "dashboard": entry.view,
                "status": entry.status(),
                "needs": needs(&entry.needs),
                "notes": entry.notes,
                "unknown_source_types": entry.source_types,
                "query": entry.file,
                "from": place(&entry.place),
            })
        });
        let ranked = self.ranked();
        let missing = ranked.iter().map(|one| {
            json!({"kind": one.need.kind, "name": one.need.name, "unblocks": one.unblocks, "named_by": one.named})
        });
        let types = self.source_types();
        json!({
            "name": self.name,
            "searches": searches.collect::<Vec<_>>(),
            "sums": {
                "runs": self.count("runs", None),
                "runs_with_a_note": self.count("runs with a note", None),
                "needs": self.count("needs", None),
            },
            "missing": missing.collect::<Vec<_>>(),
            "unknown_source_types": types.iter().map(|(name, count)| json!({"name": name, "named_by": count})).collect::<Vec<_>>(),
            "traps": self.traps.iter().map(|trap| json!({"from": place(&trap.place), "message": trap.message})).collect::<Vec<_>>(),
            "left_behind": self.left.iter().map(|left| json!({"kind": left.what, "name": left.name, "from": place(&left.place)})).collect::<Vec<_>>(),
            "not_read": self.unread.iter().map(|(at, message)| json!({"from": place(at), "message": message})).collect::<Vec<_>>(),
        })
    }
}

fn plural(kind: Kind) -> String {
    match kind {
        Kind::Saved => "saved searches".to_owned(),
        other => format!("{}s", other.name()),
    }
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
