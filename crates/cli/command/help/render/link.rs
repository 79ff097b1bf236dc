//! Links between pages: a span of code that calls a page, such as `` `speleo help stats` ``, `` `speleo run --due` `` or
//! `` `E0203` ``, is a link to it where there are links.

use crate::command::help::page::{Kind, Page};

/// The text of a page with links to others, by their places from the page's own folder.
pub(crate) fn linked(page: &Page, pages: &[Page], ending: &str) -> String {
    replaced(&page.body, &mut |code| {
        let target = target(code, pages)?;
        let is_itself = target.kind == page.kind && target.name() == page.name();
        (!is_itself).then(|| format!("[`{code}`](../{}.{ending})", target.place()))
    })
}

/// The page that a span of code calls.
pub(crate) fn target<'a>(code: &str, pages: &'a [Page]) -> Option<&'a Page> {
    let find = |kind: Option<Kind>, name: &str| {
        pages.iter().find(|page| kind.is_none_or(|kind| kind == page.kind) && page.is_called(name))
    };
    let mut words = code.split_whitespace();
    match (words.next()?, words.next(), words.next()) {
        ("speleo", Some("help"), Some(name)) if !name.starts_with('-') => find(None, name),
        ("speleo", Some(command), _) => find(Some(Kind::Program), command),
        (word, None, None) => find(Some(Kind::Code), word),
        _ => None,
    }
}

/// The names that spans of code call by `speleo help NAME`; capitals stand for a name.
#[cfg(test)]
pub(crate) fn calls(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    replaced(markdown, &mut |code| {
        let name = code.strip_prefix("speleo help ")?.split_whitespace().next()?;
        let is_place = name.chars().all(|letter| letter.is_ascii_uppercase());
        if !is_place && !name.starts_with('-') {
            found.push(name.to_owned());
        }
        None
    });
    found
}

/// A text with spans of code outside of blocks replaced.
fn replaced(markdown: &str, replace: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(markdown.len() + markdown.len() / 4);
    let mut fence: Option<String> = None;
    for line in markdown.split_inclusive('\n') {
        let ticks: String = line.trim_start().chars().take_while(|letter| *letter == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                out.push_str(&spans(line, replace));
                continue;
            }
        }
        out.push_str(line);
    }
    out
}

fn spans(line: &str, replace: &mut dyn FnMut(&str) -> Option<String>) -> String {
    // Spans in two backticks hold backticks, and call no page.
    if line.contains("``") {
        return line.to_owned();
    }
    let mut out = String::new();
    let count = line.split('`').count();
    for (place, part) in line.split('`').enumerate() {
        let is_code = place % 2 == 1 && place + 1 < count;
        match is_code.then(|| replace(part)).flatten() {
            Some(link) => {
                // The backtick that opened the span is there already.
                out.pop();
                out.push_str(&link);
            }
            None => {
                out.push_str(part);
                if place + 1 < count {
                    out.push('`');
                }
                continue;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{calls, spans};

    #[test]
    fn spans_are_replaced_and_blocks_are_not() {
        let mut link = |code: &str| (code == "a").then(|| "[`a`](x)".to_owned());
        assert_eq!(spans("see `a`, `b` and `a`.\n", &mut link), "see [`a`](x), `b` and [`a`](x).\n");
        assert_eq!(spans("`a", &mut link), "`a");
        let text = "`speleo help one`\n\n```\n`speleo help two`\n```\n\n`speleo help NAME`, `speleo help three now`\n";
        assert_eq!(calls(text), ["one", "three"]);
    }
}
