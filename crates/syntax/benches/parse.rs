//! How many searches a second are read on one core: macros expanded, text to tree.
//!
//! `cargo bench -p speleo-syntax -- FILE…` reads query files, folders of them, and JSON lines with a text `search`;
//! without arguments the bundled queries. A `macros.conf` among the files defines the macros.

#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use speleo_syntax::{Diagnostic, MacroDefinition, Macros, expand, parse};

/// How long it is measured at least.
const MEASURED: Duration = Duration::from_secs(3);

fn main() {
    let given: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(PathBuf::from).collect();
    let bundled = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../queries")];
    let (mut searches, mut macros) = (Vec::new(), Definitions::default());
    for path in if given.is_empty() { bundled } else { given } {
        read(&path, &mut searches, &mut macros);
    }
    let bytes: usize = searches.iter().map(String::len).sum();
    println!("{} searches, {bytes} bytes, {} macros", searches.len(), macros.0.len());

    let (mut rounds, mut errors) = (0, 0);
    let start = Instant::now();
    while start.elapsed() < MEASURED {
        errors = searches.iter().map(|text| usize::from(has_error(text, &macros))).sum();
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let count = (rounds * searches.len()) as f64;
    let rate = count / seconds;
    println!(
        "{rate:.0} searches a second, {:.1} MB a second, {errors} with errors",
        rate * bytes as f64 / searches.len() as f64 / 1e6
    );
}

/// Reads a search as `check` does before it plans.
fn has_error(text: &str, macros: &Definitions) -> bool {
    let (expansion, mut found) = expand(black_box(text), macros);
    let (search, diagnostics) = parse(&expansion.text);
    found.extend(expansion.locate(diagnostics));
    black_box(search);
    found.iter().any(Diagnostic::is_error)
}

fn read(path: &Path, searches: &mut Vec<String>, macros: &mut Definitions) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        return entries.iter().for_each(|entry| read(entry, searches, macros));
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    match ending.as_str() {
        "spl" => searches.push(fs::read_to_string(path).unwrap()),
        "jsonl" => searches.extend(fs::read_to_string(path).unwrap().lines().filter_map(search_of)),
        "conf" => macros.read(&fs::read_to_string(path).unwrap()),
        _ => {}
    }
}

/// The text `search` of a JSON object, which is all that is wanted of it.
fn search_of(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("\"search\":")?;
    let mut characters = rest.trim_start().strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => match characters.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                'u' => {
                    let digits: String = characters.by_ref().take(4).collect();
                    text.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

/// Macros by name and number of arguments.
#[derive(Default)]
struct Definitions(HashMap<(String, usize), MacroDefinition>);

impl Definitions {
    fn read(&mut self, text: &str) {
        let text = text.replace("\\\n", "\u{1}");
        let mut key = None;
        for line in text.lines() {
            if let Some(head) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                let (name, arity) = head.split_once('(').unwrap_or((head, "0"));
                key = Some((name.to_owned(), arity.trim_end_matches(')').parse().unwrap_or(0)));
            } else if let (Some(key), Some((name, value))) = (&key, line.split_once('=')) {
                let value = value.trim().replace('\u{1}', "\n");
                let definition = self.0.entry(key.clone()).or_default();
                match name.trim() {
                    "definition" => definition.definition = value,
                    "args" => definition.args = value.split(',').map(|name| name.trim().to_owned()).collect(),
                    _ => {}
                }
            }
        }
    }
}

impl Macros for Definitions {
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition> {
        self.0.get(&(name.to_owned(), arity)).cloned()
    }

    fn evaluate(&self, _expression: &str) -> Result<Option<String>, String> {
        Err("no evaluator".to_owned())
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().map(|(name, _)| name.as_str()).collect()
    }
}
