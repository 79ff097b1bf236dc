//! The report of a port: for the terminal, as Markdown, as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
    path::Path,
};

use serde_json::{Map, Value, json};
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
    /// The app, where there are several.
    pub(super) app: Option<String>,
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
    /// Files of an earlier port that somebody changed since, and that this one does not write.
    pub(super) kept: Vec<String>,
    /// What paths are shown relative to.
    pub(super) root: std::path::PathBuf,
}

/// How many searches have each status.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    run: usize,
    noted: usize,
    need: usize,
}

impl Sums {
    fn all(self) -> usize {
        self.run + self.noted + self.need
    }

    fn json(self) -> Value {
        json!({"runs": self.run, "runs_with_a_note": self.noted, "needs": self.need})
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run, {} run with a note, {} need something", self.run, self.noted, self.need)
    }
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
        self.file(place).map_or_else(String::new, |file| format!("{file}:{}", place.line))
    }

    fn file(&self, place: &Place) -> Option<String> {
        let file = place.file.as_deref()?;
        Some(file.strip_prefix(&self.root).unwrap_or(file).display().to_string())
    }

    /// Puts the traps in the order of their places, each once.
    pub(super) fn sort(&mut self) {
        self.traps.sort_by(|one, other| {
            let key = |trap: &Trap| (trap.place.file.clone(), trap.place.line, trap.message.clone());
            key(one).cmp(&key(other))
        });
        self.traps.dedup();
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

    /// How many of the searches that `counts` have each status.
    fn sums(&self, counts: impl Fn(&Entry) -> bool) -> Sums {
        let mut sums = Sums::default();
        for entry in self.entries.iter().filter(|entry| counts(entry)) {
            match (entry.needs.is_empty(), entry.notes.is_empty()) {
                (true, true) => sums.run += 1,
                (true, false) => sums.noted += 1,
                (false, _) => sums.need += 1,
            }
        }
        sums
    }

    /// The apps, where there are several.
    fn apps(&self) -> BTreeSet<&str> {
        self.entries.iter().filter_map(|entry| entry.app.as_deref()).collect()
    }

    /// For the terminal.
    pub(super) fn text(&self, folder: &Path) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}: {} searches: {}", self.name, self.entries.len(), self.sums(|_| true));
        for app in self.apps() {
            let sums = self.sums(|entry| entry.app.as_deref() == Some(app));
            let _ = writeln!(text, "  {app}: {} searches: {sums}", sums.all());
        }
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
        list(&mut text, "kept: an earlier port wrote them, and they were changed since", self.kept.clone());
        let _ = writeln!(text, "\nPORT.md and port.json in {} say it all", folder.display());
        text
    }

    /// PORT.md.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{} searches: {}.\n", cell(&self.name), self.entries.len(), self.sums(|_| true));
        for kind in [Kind::Saved, Kind::Panel, Kind::Detection] {
            let sums = self.sums(|entry| entry.kind == kind);
            if sums.all() > 0 {
                let noun = if sums.all() == 1 { kind.name().to_owned() } else { plural(kind) };
                let _ = writeln!(text, "* {} {noun}: {sums}", sums.all());
            }
        }
        let apps = self.apps();
        if !apps.is_empty() {
            text.push_str("\n## Apps\n\nA query file names its app, and runs in it.\n\n");
            text.push_str(
                "| app | searches | run | run with a note | need something |\n| --- | --: | --: | --: | --: |\n",
            );
        }
        for app in apps {
            let sums = self.sums(|entry| entry.app.as_deref() == Some(app));
            let Sums { run, noted, need } = sums;
            let _ = writeln!(text, "| {} | {} | {run} | {noted} | {need} |", cell(app), sums.all());
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
            let steps = [entry.app.as_deref(), entry.view.as_deref(), Some(&entry.name)];
            let name = steps.into_iter().flatten().collect::<Vec<_>>().join(": ");
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
        list("Kept from an earlier port, as they were changed since", self.kept.clone());
        text
    }

    /// port.json.
    pub(super) fn json(&self) -> Value {
        let place = |place: &Place| json!({"file": self.file(place), "line": place.line});
        let needs = |needs: &BTreeSet<Need>| -> Vec<Value> {
            needs.iter().map(|need| json!({"kind": need.kind, "name": need.name})).collect()
        };
        let searches = self.entries.iter().map(|entry| {
            json!({
                "name": entry.name,
                "app": entry.app,
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
        let of_app = |app: &str| self.sums(|entry| entry.app.as_deref() == Some(app)).json();
        let apps = self.apps().into_iter().map(|app| (app.to_owned(), of_app(app)));
        let ranked = self.ranked();
        let missing = ranked.iter().map(|one| {
            json!({"kind": one.need.kind, "name": one.need.name, "unblocks": one.unblocks, "named_by": one.named})
        });
        let types = self.source_types();
        json!({
            "name": self.name,
            "searches": searches.collect::<Vec<_>>(),
            "sums": self.sums(|_| true).json(),
            "apps": apps.collect::<Map<_, _>>(),
            "missing": missing.collect::<Vec<_>>(),
            "unknown_source_types": types.iter().map(|(name, count)| json!({"name": name, "named_by": count})).collect::<Vec<_>>(),
            "traps": self.traps.iter().map(|trap| json!({"from": place(&trap.place), "message": trap.message})).collect::<Vec<_>>(),
            "left_behind": self.left.iter().map(|left| json!({"kind": left.what, "name": left.name, "from": place(&left.place)})).collect::<Vec<_>>(),
            "kept": self.kept,
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
