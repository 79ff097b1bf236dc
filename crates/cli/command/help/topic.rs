//! Pages that people wrote: the files of `docs/`. A comment `<!-- table: NAME -->` in one is a table that the program fills in.

use anyhow::{Result, bail};

use super::{
    page::{Kind, Page},
    tables,
};

// `TOPICS`: the files by their stems, in the order of the alphabet.
include!(concat!(env!("OUT_DIR"), "/topics.rs"));

/// What a line that stands for a table begins with.
const TABLE: &str = "<!-- table: ";

/// The pages of all topics.
pub(super) fn pages() -> Result<Vec<Page>> {
    TOPICS.iter().map(|(name, text)| page(name, text)).collect()
}

/// What the table of topics begins with, for whoever is new.
const FIRST: [&str; 3] = ["tour", "coming-from-splunk", "differences"];

/// The topics without their texts, for the table of topics: what to read first, then by name. Pages that only lead to others are
/// left out.
pub(super) fn titles() -> Vec<Page> {
    let mut pages: Vec<Page> = TOPICS.iter().map(|(name, text)| bare(name, text)).collect();
    pages.retain(|page| ![super::START, "topics"].contains(&page.name()));
    pages.sort_by_key(|page| FIRST.iter().position(|name| *name == page.name()).unwrap_or(FIRST.len()));
    pages
}

/// The names of the topics.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, _)| *name)
}

/// A page without its text. The summary is the first paragraph.
fn bare(name: &str, text: &str) -> Page {
    let summary = text.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ");
    Page { kind: Kind::Topic, names: vec![name.to_owned()], summary, body: String::new() }
}

/// A page out of a file: its title, its first paragraph as the summary, its tables.
fn page(name: &str, text: &str) -> Result<Page> {
    let mut body = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_prefix(TABLE).and_then(|rest| rest.strip_suffix(" -->")) {
            Some(table) => match tables::table(table)? {
                Some(rows) => body.push_str(&rows),
                None => bail!("docs/{name}.md: there is no table `{table}`"),
            },
            None => {
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    if !text.starts_with("# ") {
        bail!("docs/{name}.md does not begin with a title");
    }
    Ok(Page { body, ..bare(name, text) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{TABLE, TOPICS, page, pages, tables};

    #[test]
    fn a_page_has_a_title_a_summary_and_its_tables() {
        let found = page("x", "# X\n\nWhat it\nis.\n\n<!-- table: exit-statuses -->\n").unwrap();
        assert_eq!(found.summary, "What it is.");
        assert!(found.body.contains("| 130 |"), "{}", found.body);
        assert!(page("x", "# X\n\nWhat.\n\n<!-- table: nothing -->\n").is_err());
        assert!(page("x", "What.\n").is_err());
    }

    #[test]
    fn every_table_stands_somewhere() {
        assert!(pages().unwrap().len() >= 18);
        for (name, _) in tables::TABLES {
            let line = format!("{TABLE}{name} -->");
            assert!(TOPICS.iter().any(|(_, text)| text.contains(&line)), "{name}");
        }
    }
}
