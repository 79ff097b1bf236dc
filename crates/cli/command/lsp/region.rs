//! The searches of a file: all of a query file, settings of conf files, cases of golden files.
//!
//! ```text
//! [Logins]
//! search = index=auth \
//! | stats count
//! ```
//!
//! A region has a text of its own, in which the rest of the server works, and a map to the file. The layout of a
//! conf file is not changed.

use std::{ops::Range, path::Path};

use speleo_syntax::Span;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A search, with a leading comment perhaps.
    Query,
    /// `macros.conf`: texts that need not be whole searches.
    Macros,
    /// `savedsearches.conf`
    SavedSearches,
    /// Another conf file: no searches.
    Conf,
    /// A golden file.
    Golden,
}

impl FileKind {
    /// By the name; what is unknown is a search, since the client asked for it to be one.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match name.as_str() {
            "macros.conf" => Self::Macros,
            "savedsearches.conf" => Self::SavedSearches,
            _ if name.ends_with(".conf") => Self::Conf,
            _ if name.ends_with(".spltest") => Self::Golden,
            _ => Self::Query,
        }
    }

    /// Whether its regions are whole searches, which can be checked.
    pub(super) fn holds_searches(self) -> bool {
        !matches!(self, Self::Macros | Self::Conf)
    }
}

/// A search within a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// What the file calls it; empty where the file is the search.
    pub(super) name: String,
    /// The search.
    pub(super) text: String,
    /// Pieces of the text and where each stands in the file, in order.
    pieces: Vec<Part>,
}

/// A piece of a region. One that is longer or shorter in the file is there as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    inside: Range<usize>,
    outside: Range<usize>,
}

impl Region {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: String::new(), pieces: Vec::new() }
    }

    fn push(&mut self, text: &str, start: usize) {
        self.put(text, start..start + text.len());
    }

    /// Adds a text that takes the place of what stands in the file.
    fn put(&mut self, text: &str, outside: Range<usize>) {
        let from = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Part { inside: from..self.text.len(), outside });
    }

    /// The same region with other texts in some places of a file that is one search.
    pub(super) fn filled(&self, places: &[(Span, String)]) -> Region {
        let mut region = Region::new(self.name.clone());
        let mut end = 0;
        for (span, text) in places {
            let (start, outside) = (span.range().start, self.span_outside(*span));
            region.push(self.text.get(end..start).unwrap_or_default(), self.outside(end));
            region.put(text, outside.range());
            end = span.range().end;
        }
        region.push(self.text.get(end..).unwrap_or_default(), self.outside(end));
        region
    }

    /// Where an offset of the text stands in the file.
    pub(super) fn outside(&self, offset: usize) -> usize {
        self.place(offset, false)
    }

    /// Where a span of the text stands in the file.
    pub(super) fn span_outside(&self, span: Span) -> Span {
        let start = self.place(span.range().start, false);
        Span::new(start, self.place(span.range().end, true).max(start))
    }

    fn place(&self, offset: usize, is_end: bool) -> usize {
        let part = self.pieces.iter().rev().find(|part| part.inside.start <= offset).or(self.pieces.first());
        part.map_or(offset, |part| {
            let behind = offset.saturating_sub(part.inside.start);
            if part.inside.len() == part.outside.len() {
                part.outside.start + behind.min(part.outside.len())
            } else if behind == 0 || !is_end {
                part.outside.start
            } else {
                part.outside.end
            }
        })
    }

    /// The offset in the text of one in the file; none where that is not part of it.
    pub(super) fn inside(&self, offset: usize) -> Option<usize> {
        let found = self.pieces.iter().find(|part| (part.outside.start..=part.outside.end).contains(&offset));
        found.map(|part| part.inside.start + (offset - part.outside.start).min(part.inside.len()))
    }
}

/// The searches of a text.
pub(super) fn regions(kind: FileKind, text: &str) -> Vec<Region> {
    match kind {
        FileKind::Query => {
            let mut region = Region::new("");
            let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            region.push(text.get(mark..).unwrap_or_default(), mark);
            vec![region]
        }
        FileKind::Macros => settings(text, "definition"),
        FileKind::SavedSearches => settings(text, "search"),
        FileKind::Conf => Vec::new(),
        FileKind::Golden => cases(text),
    }
}

/// The lines of a text with their places, breaks left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

/// The values of a key in a conf file, a region each, named by their stanzas.
fn settings(text: &str, key: &str) -> Vec<Region> {
    let mut found = Vec::new();
    let mut stanza = "";
    let mut all = lines(text).peekable();
    while let Some((start, line)) = all.next() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            stanza = name;
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let mut region = Region::new(stanza);
        let mut at = start + name.len() + 1;
        let mut part = value;
        let blank = part.len() - part.trim_start().len();
        (at, part) = (at + blank, part.get(blank..).unwrap_or_default());
        // The line break of a continuation stays in the value.
        while let Some(before) = part.strip_suffix('\\') {
            region.push(before, at);
            let Some((next, line)) = all.next() else { break };
            region.push("\n", next.saturating_sub(1));
            (at, part) = (next, line);
        }
        if !part.ends_with('\\') {
            region.push(part.trim_end(), at);
        }
        if name.trim() == key {
            found.push(region);
        }
    }
    found
}

/// The searches of golden cases.
fn cases(text: &str) -> Vec<Region> {
    let mut found = Vec::new();
    let mut case = "";
    let mut all = lines(text).peekable();
    while let Some((start, line)) = all.next() {
        if let Some(name) = line.strip_prefix("=== ") {
            case = name.trim();
            continue;
        }
        let Some(value) = line.strip_prefix("search:") else { continue };
        let mut region = Region::new(case);
        let inner = value.trim_start();
        // The rows of a file: the search stands there.
        if inner.starts_with('@') {
            continue;
        }
        if !inner.is_empty() {
            region.push(inner, start + line.len() - inner.len());
        }
        while let Some((next, line)) = all.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            let inner = line.trim_start();
            if !region.text.is_empty() {
                region.push("\n", next.saturating_sub(1));
            }
            region.push(inner, next + line.len() - inner.len());
        }
        if !region.text.is_empty() {
            found.push(region);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// Each character of a region is the one of the file at its place.
    fn check(kind: FileKind, file: &str, expected: &[(&str, &str)]) {
        let regions = regions(kind, file);
        let found: Vec<_> = regions.iter().map(|region| (region.name.as_str(), region.text.as_str())).collect();
        assert_eq!(found, expected);
        for region in regions {
            for (at, character) in region.text.char_indices() {
                let outside = region.outside(at);
                assert!(file[outside..].starts_with(character), "{at} of {:?} is {outside}", region.text);
                assert_eq!(region.inside(outside), Some(at));
            }
        }
    }

    #[test]
    fn a_query_file_is_one_search() {
        check(FileKind::Query, "\u{feff}```title: a```\nindex=x", &[("", "```title: a```\nindex=x")]);
        assert_eq!(FileKind::of(Path::new("/a/Macros.conf")), FileKind::Macros);
    }

    #[test]
    fn values_of_conf_files_go_over_lines() {
        let file = "[a b]\n# search = no\nsearch = index=x \\\n| stats count \\\n  by y\ndescription = search = z\n[c]\nsearch=q\n";
        check(FileKind::SavedSearches, file, &[("a b", "index=x \n| stats count \n  by y"), ("c", "q")]);
        check(FileKind::Macros, "[m(1)]\nargs = a\ndefinition = $a$\n", &[("m(1)", "$a$")]);
        check(FileKind::SavedSearches, "[a]\nsearch = x \\", &[("a", "x ")]);
    }

    #[test]
    fn what_takes_another_place_is_there_as_a_whole() {
        let region = regions(FileKind::Query, "a=$x$ | b").remove(0);
        let filled = region.filled(&[(Span::new(2, 5), "12345".to_owned())]);
        assert_eq!(filled.text, "a=12345 | b");
        let outside = |start, end| filled.span_outside(Span::new(start, end)).range();
        assert_eq!((outside(2, 7), outside(4, 6), outside(8, 9), outside(10, 11)), (2..5, 2..5, 6..7, 8..9));
    }

    #[test]
    fn cases_of_golden_files_may_be_indented() {
        let file = "=== one\nsearch: index=web\n  | stats count\n--- rows\ncount\n=== two\nsearch:\n  | makeresults\n=== three\nsearch: @a.spl\n";
        check(FileKind::Golden, file, &[("one", "index=web\n| stats count"), ("two", "| makeresults")]);
    }
}
