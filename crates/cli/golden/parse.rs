//! Reads a file of cases. Before the first `===` everything that is no part is prose; after it, prose begins with `#`.

use std::path::Path;

use anyhow::{Result, bail};

use super::{Case, Expectation, Key, Kind, Part, TestFile};

/// Reads the text of a file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<TestFile> {
    let lines: Vec<String> = text.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect();
    let mut shared = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut place = 0;
    while let Some(line) = lines.get(place) {
        let start = place;
        place += 1;
        if let Some(name) = line.strip_prefix("===") {
            let name = name.trim().to_owned();
            cases.push(Case { name, line: start, end: place, parts: shared.clone(), ..Case::default() });
        } else if let Some(kind) = line.strip_prefix("---") {
            let Some(case) = cases.last_mut() else { continue };
            let Some(kind) = expectation(kind.trim()) else {
                bail!(
                    "{}:{place}: `{line}` is none of `--- rows`, `--- rows unordered`, `--- json`, `--- error`, `--- count N`",
                    path.display()
                );
            };
            let body = body(&lines, &mut place);
            case.end = start + 1 + body.len();
            case.expectations.push(Expectation { kind, line: start, body });
        } else if let Some(mut part) = head(line) {
            part.block = block(&lines, &mut place);
            match cases.last_mut() {
                Some(case) => {
                    case.end = place;
                    case.parts.push(part);
                }
                None => shared.push(part),
            }
        } else if !cases.is_empty() && !line.trim().is_empty() && !line.starts_with('#') {
            bail!("{}:{place}: `{line}` is no part of a case; prose begins with `#`", path.display());
        }
    }
    Ok(TestFile { path: path.to_owned(), lines, cases })
}

fn expectation(text: &str) -> Option<Kind> {
    let words: Vec<_> = text.split_whitespace().collect();
    Some(match words.as_slice() {
        ["rows"] => Kind::Rows { ordered: true },
        ["rows", "unordered"] => Kind::Rows { ordered: false },
        ["json"] => Kind::Json,
        ["error"] => Kind::Error,
        ["count", number] => Kind::Count(number.parse().ok()?),
        _ => return None,
    })
}

/// A line that begins a part.
fn head(line: &str) -> Option<Part> {
    let (head, value) = line.split_once(':')?;
    // A row such as `host::web,1` is no part.
    if head.starts_with([' ', '\t']) || value.starts_with(':') {
        return None;
    }
    let mut words = head.split_whitespace();
    let word = words.next()?;
    let (_, key, has_name) = Key::ALL.iter().find(|(text, ..)| *text == word)?;
    let name = words.next().map(str::to_owned);
    if words.next().is_some() || name.is_some() != *has_name {
        return None;
    }
    Some(Part { key: *key, name, value: value.trim().to_owned(), block: None })
}

/// The indented lines from `place` on, without their common margin. Blank lines between them belong to them.
fn block(lines: &[String], place: &mut usize) -> Option<String> {
    let is_inside = |line: &str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    let rest = lines.get(*place..)?;
    let outside = rest.iter().position(|line| !is_inside(line) && !line.trim().is_empty()).unwrap_or(rest.len());
    let count = rest.get(..outside)?.iter().rposition(|line| is_inside(line))? + 1;
    *place += count;
    let found = rest.get(..count)?;
    let margin_of = |line: &String| line.len() - line.trim_start().len();
    let margin = found.iter().filter(|line| is_inside(line)).map(margin_of).min()?;
    let cut: Vec<_> = found.iter().map(|line| line.get(margin..).unwrap_or_default()).collect();
    Some(cut.join("\n"))
}

/// The lines of an expectation: up to the next part, case or comment.
fn body(lines: &[String], place: &mut usize) -> Vec<String> {
    let rest = lines.get(*place..).unwrap_or_default();
    let mut is_blank_before = false;
    let ends = |line: &String| {
        let is_comment = line.starts_with('#') && is_blank_before;
        is_blank_before = line.trim().is_empty();
        line.starts_with("===") || line.starts_with("---") || is_comment || head(line).is_some()
    };
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    let body = rest.get(..end).unwrap_or_default();
    let count = body.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    *place += end;
    body.get(..count).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::{Key, Kind, parse};

    #[test]
    fn parts_stand_in_any_order() {
        let text = "Prose: of any kind.\nnow: 5\n\n=== one\n--- rows\na,b\n1,2\n\nsearch: index=x\n  | head\n\n    | table a\n\n# why\n=== two\n--- count 3\n";
        let file = parse(Path::new("t"), text).unwrap();
        let [one, two] = file.cases.as_slice() else { unreachable!() };
        assert_eq!(one.value(Key::Now), Some("5"));
        assert_eq!(one.all(Key::Search).next().unwrap().text(), "index=x\n| head\n\n  | table a");
        assert_eq!(one.expectations.first().unwrap().body, ["a,b", "1,2"]);
        assert_eq!(two.expectations.first().unwrap().kind, Kind::Count(3));
    }

    #[test]
    fn a_line_that_is_nothing_is_refused() {
        let error = parse(Path::new("t"), "=== one\nserach: index=x\n").unwrap_err();
        assert_eq!(error.to_string(), "t:2: `serach: index=x` is no part of a case; prose begins with `#`");
        assert!(parse(Path::new("t"), "=== one\n--- row\n").is_err());
    }
}
