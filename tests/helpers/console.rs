//! A page's commands, run one after the other in one shell, in the demo's project or where a page makes it itself.

// Not every test needs all of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

/// The instant around which the demo's data lie.
const NOW: &str = "2024-06-14T12:00:00Z";
/// What separates the prints of commands.
const MARK: &str = "--- next command ---";
/// On a terminal rows are a table; here they would be JSON lines.
const SHELL: &str = r#"
exec 2>&1
speleo() {
  case " $* " in
    *" --output "*|*" --out "*) command speleo "$@"; return;;
  esac
  case "$1" in
    search|run) first=$1; shift; command speleo "$first" --output table "$@";;
    -*|*" "*|*"|"*) command speleo search --output table "$@";;
    *) command speleo "$@";;
  esac
}
"#;

/// A line of a page.
enum Line {
    /// What is no command and no print.
    Text(String),
    /// A command; the lines of the page in which it stands, and what it prints.
    Command { shown: Vec<String>, run: String, expected: Vec<String> },
}

/// A page with commands.
pub(crate) struct Page(Vec<Line>);

impl Page {
    /// Reads a page.
    pub(crate) fn read(text: &str) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        let mut fence: Option<String> = None;
        for line in text.lines() {
            let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
            match &fence {
                Some(open) if line == open => fence = None,
                Some(_) => {
                    if let Some(command) = line.strip_prefix("$ ") {
                        let (shown, run) = (vec![line.to_owned()], command.to_owned());
                        lines.push(Line::Command { shown, run, expected: Vec::new() });
                        continue;
                    }
                    if let Some(Line::Command { shown, run, expected }) = lines.last_mut() {
                        match line.strip_prefix("> ") {
                            Some(more) if expected.is_empty() => {
                                shown.push(line.to_owned());
                                run.push('\n');
                                run.push_str(more);
                            }
                            _ => expected.push(line.to_owned()),
                        }
                        continue;
                    }
                }
                None if ticks.len() >= 3 && &line[ticks.len()..] == "console" => fence = Some(ticks),
                None => {}
            }
            lines.push(Line::Text(line.to_owned()));
        }
        Self(lines)
    }

    fn commands(&self) -> impl Iterator<Item = (&[String], &str, &[String])> {
        self.0.iter().filter_map(|line| match line {
            Line::Command { shown, run, expected } => Some((shown.as_slice(), run.as_str(), expected.as_slice())),
            Line::Text(_) => None,
        })
    }

    /// What each command prints.
    pub(crate) fn run(&self) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let makes_demo = self.commands().any(|(_, run, _)| run.starts_with("speleo demo"));
        if !makes_demo {
            copy(demo(), folder.path());
        }
        let mut script = SHELL.to_owned();
        for (_, run, _) in self.commands() {
            script.push_str(&format!("{run}\necho '{MARK}'\n"));
        }
        let printed = sh(&script, folder.path());
        let mut all: Vec<Vec<String>> = vec![Vec::new()];
        for line in printed.lines() {
            match line == MARK {
                true => all.push(Vec::new()),
                false => all.last_mut().unwrap().push(line.to_owned()),
            }
        }
        assert_eq!(all.pop(), Some(Vec::new()), "{printed}");
        assert_eq!(all.len(), self.commands().count(), "{printed}");
        all
    }

    /// What is not as the page shows it.
    pub(crate) fn differences(&self, printed: &[Vec<String>]) -> Vec<String> {
        let told = self.commands().zip(printed).filter(|((_, _, expected), found)| !fits(expected, found));
        told.map(|((shown, _, expected), found)| {
            format!("{}\nshown:\n{}\nprinted:\n{}", shown.join("\n"), expected.join("\n"), found.join("\n"))
        })
        .collect()
    }

    /// The page with what commands print; what fits stays as it is.
    pub(crate) fn accepted(&self, printed: &[Vec<String>]) -> String {
        let mut printed = printed.iter();
        let mut out: Vec<String> = Vec::new();
        for line in &self.0 {
            match line {
                Line::Text(text) => out.push(text.clone()),
                Line::Command { shown, expected, .. } => {
                    let found = printed.next().unwrap();
                    out.extend(shown.iter().cloned());
                    match fits(expected, found) {
                        true => out.extend(expected.iter().cloned()),
                        false => out.extend(found.iter().map(|line| without_time(line))),
                    }
                }
            }
        }
        out.join("\n") + "\n"
    }
}

/// A footer without how long it took.
fn without_time(line: &str) -> String {
    let end = if line.ends_with(" s)") { " s)" } else { " s" };
    let Some(rest) = line.strip_suffix(end) else { return line.to_owned() };
    let before = rest.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    if before.len() < rest.len() { format!("{before}…{end}") } else { line.to_owned() }
}

/// Whether lines are as shown.
fn fits(shown: &[String], found: &[String]) -> bool {
    match shown.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first == "…" => (0..=found.len()).any(|skipped| fits(rest, &found[skipped..])),
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, more)| line_fits(first, line) && fits(rest, more))
        }
    }
}

fn line_fits(shown: &str, found: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = found.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    true
}

/// The demo's project, made once for all pages.
fn demo() -> &'static Path {
    static DEMO: OnceLock<tempfile::TempDir> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let printed = sh(&format!("speleo demo . --now {NOW} > /dev/null && echo made"), folder.path());
        assert!(printed.ends_with("made\n"), "{printed}");
        folder
    })
    .path()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}

fn sh(script: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_speleo")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let home = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .env("HOME", home.path())
        .env_remove("XDG_STATE_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("SPELEO_CONFIG")
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
