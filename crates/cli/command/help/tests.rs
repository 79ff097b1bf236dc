#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::{Parser as _, error::ErrorKind};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use speleo_engine::Settings;
use speleo_syntax::Severity;

use super::{book, catalog, page::Page, render::link};
use crate::{
    args::{Cli, Command, ManualFormat, with_default_command},
    golden::Key,
};

const README: &str = include_str!("../../../../README.md");

/// Every text of the manual, and the README.
fn texts() -> Vec<(String, String)> {
    let pages = catalog::all().unwrap();
    let texts = pages.iter().map(|page: &Page| (page.place(), page.body.clone()));
    texts.chain([("README.md".to_owned(), README.to_owned())]).collect()
}

/// Spans of code, and blocks with their languages.
fn code(markdown: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut spans, mut blocks) = (Vec::new(), Vec::new());
    let mut open: Option<(String, String)> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Code(text) => spans.push(text.to_string()),
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                open = Some((language, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, block)) = &mut open {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    (spans, blocks)
}

/// The calls of this program that a text shows.
fn calls(markdown: &str) -> Vec<String> {
    let (mut found, blocks) = code(markdown);
    for (language, block) in blocks {
        let lines = block.lines().map(|line| match language.as_str() {
            "console" => line.strip_prefix("$ ").unwrap_or_default(),
            _ => line.strip_prefix("nohup ").unwrap_or(line),
        });
        found.extend(lines.map(str::to_owned));
    }
    // A grammar is no call.
    found.retain(|line| line.starts_with("speleo ") && !line.contains("[OPTIONS]") && !line.contains('<'));
    found
}

/// The words of a call, up to where the shell has something of its own.
fn words(call: &str) -> Option<Vec<String>> {
    let mut quote = None;
    let mut end = call.len();
    for (place, letter) in call.char_indices() {
        match quote {
            Some(open) if open == letter => quote = None,
            Some(_) => {}
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None if matches!(letter, '|' | '>' | '&' | ';') => {
                end = place;
                break;
            }
            None => {}
        }
    }
    // `2>> file`
    shlex::split(call[..end].trim_end_matches(" 2"))
}

#[test]
fn every_call_has_options_that_exist_and_a_search_that_parses() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (place, text) in texts() {
        for call in calls(&text) {
            let Some(words) = words(&call) else {
                wrong.push(format!("{place}: `{call}` has an open quote"));
                continue;
            };
            count += 1;
            match Cli::try_parse_from(with_default_command(words.into_iter().map(Into::into).collect())) {
                Ok(Cli { command: Command::Search(search) }) => wrong.extend(errors(&search.text.join(" "), &place)),
                Ok(_) => {}
                // A sentence need not name all that a command needs.
                Err(error) => match error.kind() {
                    ErrorKind::MissingRequiredArgument
                    | ErrorKind::MissingSubcommand
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                    | ErrorKind::DisplayVersion => {}
                    kind => wrong.push(format!("{place}: `{call}`: {kind:?}")),
                },
            }
        }
    }
    assert!(count > 150, "only {count} calls");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Why a search does not parse. One with `…` stands for others, and some are there to show what is told of them.
fn errors(search: &str, place: &str) -> Option<String> {
    if search.is_empty() || search.contains('…') || place.starts_with("codes/") || search.contains("statz") {
        return None;
    }
    let (_, diagnostics) = speleo_syntax::parse(search);
    let first = diagnostics.iter().find(|one| one.severity == Severity::Error)?;
    Some(format!("{place}: {search}: {}", first.message))
}

#[test]
fn every_page_that_is_called_exists() {
    let pages = catalog::all().unwrap();
    let mut wrong = Vec::new();
    for (place, text) in texts() {
        for name in link::calls(&text) {
            if !pages.iter().any(|page| page.is_called(&name)) {
                wrong.push(format!("{place}: `speleo help {name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_project_file_that_is_shown_can_be_read() {
    let mut count = 0;
    for (place, text) in texts() {
        for (_, block) in code(&text).1.into_iter().filter(|(language, _)| language == "toml") {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("speleo.toml"), block).unwrap();
            let settings = Settings { project: Some(folder.path().to_owned()), ..Settings::default() };
            if let Err(problem) = speleo_engine::resolve_settings(settings) {
                panic!("{place}: {}", problem.message);
            }
            count += 1;
        }
    }
    assert!(count >= 3, "only {count} files");
}

#[test]
fn the_page_of_tests_names_every_part() {
    let tests = catalog::named("tests").unwrap().pop().unwrap().body;
    for (key, _, has_name) in Key::ALL {
        let part = if *has_name { format!("`{key} NAME:`") } else { format!("`{key}:`") };
        assert!(tests.contains(&part), "{part}");
    }
}

/// The files of a folder and of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Where links lead.
fn links(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|ending| ending == "html") {
        return text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    }
    let links = Parser::new_ext(&text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    links.collect()
}

#[test]
fn links_of_the_readme_and_of_topics_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in files(&root.join("docs")).into_iter().chain([root.join("README.md")]) {
        for link in links(&page).into_iter().filter(|link| !link.starts_with("http")) {
            assert!(page.parent().unwrap().join(&link).is_file(), "{}: {link}", page.display());
        }
    }
}

#[test]
fn links_of_the_whole_manual_lead_somewhere() {
    for format in [ManualFormat::Markdown, ManualFormat::Html] {
        let folder = tempfile::tempdir().unwrap();
        let count = book::write(folder.path(), format).unwrap();
        let pages = files(folder.path());
        assert_eq!(pages.len(), count);
        let mut targets = BTreeSet::new();
        for page in &pages {
            for link in links(page).into_iter().filter(|link| !link.starts_with("http")) {
                let target = page.parent().unwrap().join(&link);
                assert!(target.is_file(), "{}: {link}", page.display());
                targets.insert(target.canonicalize().unwrap());
            }
        }
        // Every page can be reached.
        assert_eq!(
            targets.len()
                + usize::from(!targets.iter().any(|path| path.file_stem().is_some_and(|stem| stem == "index"))),
            count
        );
    }
}

#[test]
fn manual_pages_have_no_marks_that_roff_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    book::write(folder.path(), ManualFormat::Man).unwrap();
    let pages = files(folder.path());
    for name in [
        "man1/speleo.1",
        "man1/speleo-search.1",
        "man7/speleo-spl-stats.7",
        "man7/speleo-tour.7",
        "man7/speleo-e0203.7",
    ] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    const KNOWN: [&str; 12] = ["TH", "SH", "SS", "PP", "TP", "IP", "RS", "RE", "nf", "fi", "br", "ie"];
    for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "7")) {
        let text = fs::read_to_string(page).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix('.')) {
            let word = line.split(' ').next().unwrap_or_default();
            assert!(KNOWN.contains(&word), "{}: .{line}", page.display());
        }
    }
}
