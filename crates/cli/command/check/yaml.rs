//! The search of a detection in YAML, as content repositories keep them.
//!
//! ```text
//! name: Mail from raw addresses
//! search: |-
//!   index=mail
//!   | stats count by src
//! ```
//!
//! Absent on purpose: YAML. Only the scalars `id`, `name` and `search` at the left margin are read, in all five ways of writing
//! a scalar; a detection that hides them in anchors or flow mappings is not found.

/// What was found.
#[derive(Debug, PartialEq)]
pub(crate) struct Detection {
    /// `id`
    pub(crate) id: Option<String>,
    /// `name`
    pub(crate) name: Option<String>,
    /// `search`
    pub(crate) search: String,
    /// The line of the search's first character, from 1.
    pub(crate) line: usize,
}

/// Reads a detection; none where the file has no `search`.
pub(crate) fn read(text: &str) -> Option<Detection> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut id, mut name, mut search) = (None, None, None);
    for (place, line) in lines.iter().enumerate() {
        let Some((key, first)) = line.split_once(':') else { continue };
        let more = lines.get(place + 1..).unwrap_or_default();
        match key {
            "id" => id = Some(scalar(first, more).0),
            "name" => name = Some(scalar(first, more).0),
            "search" => {
                let (value, offset) = scalar(first, more);
                search = Some((value, place + 1 + offset));
            }
            _ => {}
        }
    }
    let (search, line) = search?;
    Some(Detection { id, name, search, line })
}

/// A scalar that begins after the colon and may go on below, and how many lines below the key it begins.
fn scalar(first: &str, more: &[&str]) -> (String, usize) {
    let first = first.trim();
    // What belongs to the value below the key is indented or blank.
    let end = more.iter().position(|line| !line.is_empty() && !line.starts_with([' ', '\t'])).unwrap_or(more.len());
    let block = more.get(..end).unwrap_or_default();
    match first.chars().next() {
        Some('|') => (unindent(block).join("\n").trim_end().to_owned(), 1),
        Some('>') => (fold(unindent(block).iter().map(|line| line.as_str())), 1),
        Some('\'') => (quoted(first, block, '\''), 0),
        Some('"') => (quoted(first, block, '"'), 0),
        None => (fold(block.iter().copied()), 1),
        Some(_) => (fold(std::iter::once(first).chain(block.iter().copied())), 0),
    }
}

fn unindent(block: &[&str]) -> Vec<String> {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let margin = block.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    block.iter().map(|line| line.get(margin..).unwrap_or_default().to_owned()).collect()
}

/// YAML's folding: a line break is a blank, an empty line a line break.
fn fold<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines.map(str::trim) {
        if line.is_empty() {
            text.push('\n');
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim().to_owned()
}

fn quoted(first: &str, block: &[&str], quote: char) -> String {
    let folded = fold(std::iter::once(first).chain(block.iter().copied()));
    let mut chars = folded.chars().skip(1).peekable();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            // Two single quotes are one.
            '\'' if quote == '\'' => match chars.next_if_eq(&'\'') {
                Some(_) => text.push('\''),
                None => break,
            },
            '"' if quote == '"' => break,
            '\\' if quote == '"' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                // A line break that is to leave nothing behind.
                Some(' ') => {}
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::read;

    fn search(text: &str) -> String {
        read(text).unwrap().search
    }

    #[test]
    fn each_way_of_writing_a_scalar() {
        assert_eq!(search("search: index=a | head"), "index=a | head");
        assert_eq!(search("search: |-\n  index=a\n    | head\n\nstatus: x"), "index=a\n  | head");
        assert_eq!(search("search: >\n  index=a\n  | head\nstatus: x"), "index=a | head");
        assert_eq!(search("search: 'index=a x=\"it''s\"\n  | head'\nstatus: x"), "index=a x=\"it's\" | head");
        assert_eq!(search("search: \"index=a x=\\\"b\\\" \\\\d\"\n"), "index=a x=\"b\" \\d");
        assert_eq!(search("search: index=a\n  | head\nstatus: x"), "index=a | head");
    }

    #[test]
    fn the_first_line_is_known() {
        let found = read("name: N\nid: 7\nsearch: |\n  index=a\n").unwrap();
        assert_eq!((found.id.as_deref(), found.name.as_deref(), found.line), (Some("7"), Some("N"), 4));
        assert_eq!(read("name: N\nsearch_time: 5\n"), None);
    }
}
