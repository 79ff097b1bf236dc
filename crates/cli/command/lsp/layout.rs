//! The canonical layout of a query file, as `speleo fmt` writes it; of a part, the lines that change within it.
//!
//! Absent on purpose: conf and golden files, whose searches are values with line ends of their own.

use std::ops::Range;

use lsp_types::TextEdit;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};
use speleo_syntax::Diagnostic;

use super::{document::Document, region::FileKind, snapshot::Snapshot};

/// What formatting comes to.
///
/// # Errors
/// What is in the way: a quote or bracket without its partner.
pub(super) fn layout(snapshot: &Snapshot, range: Option<lsp_types::Range>) -> Result<Vec<TextEdit>, Vec<Diagnostic>> {
    if snapshot.kind != FileKind::Query {
        return Ok(Vec::new());
    }
    let document = &snapshot.document;
    let text = document.text.strip_prefix('\u{feff}').unwrap_or(&document.text);
    let formatted = speleo_syntax::format(text)?;
    let formatted = if formatted.is_empty() { formatted } else { formatted + "\n" };
    Ok(edits(document, &formatted, range))
}

/// The lines that differ, save those outside the range.
fn edits(document: &Document, formatted: &str, range: Option<lsp_types::Range>) -> Vec<TextEdit> {
    if document.text == formatted {
        return Vec::new();
    }
    let Some(range) = range else {
        return vec![TextEdit { range: document.whole(), new_text: formatted.to_owned() }];
    };
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(&document.text), lines(formatted));
    let mut edits = Vec::new();
    let changes = capture_diff_slices(Algorithm::Myers, &before, &after);
    let changes = changes.iter().map(DiffOp::as_tag_tuple).filter(|(tag, ..)| *tag != DiffTag::Equal);
    // Of as many lines as before, each is the one in its place.
    let single = |(_, old, new): (DiffTag, Range<usize>, Range<usize>)| match old.len() == new.len() {
        true => old.zip(new).map(|(old, new)| (old..old + 1, new..new + 1)).collect(),
        false => vec![(old, new)],
    };
    for (old, new) in changes.flat_map(single) {
        // A range that ends before the first character of a line does not reach it.
        let last = if range.end.character == 0 && range.end.line > range.start.line {
            range.end.line.saturating_sub(1)
        } else {
            range.end.line
        } as usize;
        let touches = old.start <= last && range.start.line as usize <= old.end.saturating_sub(1).max(old.start);
        if touches {
            let start = document.position(document.line_start(old.start));
            let end = document.position(document.line_start(old.end));
            let new_text = after.get(new).unwrap_or_default().concat();
            edits.push(TextEdit { range: lsp_types::Range { start, end }, new_text });
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range};

    use super::*;
    use crate::command::lsp::document::Encoding;

    #[test]
    fn a_range_changes_its_own_lines() {
        let document = Document::new("a\nB\nc\nD\n".to_owned(), 1, Encoding::Utf16);
        let lines =
            |from, to| Range { start: Position { line: from, character: 0 }, end: Position { line: to, character: 0 } };
        let formatted = "a\nb\nb2\nc\nd\n";
        let found = |range| {
            let edits = edits(&document, formatted, range);
            edits.into_iter().map(|edit| (edit.range, edit.new_text)).collect::<Vec<_>>()
        };
        assert_eq!(found(Some(lines(0, 2))), [(lines(1, 2), "b\nb2\n".to_owned())]);
        assert_eq!(found(Some(lines(3, 4))), [(lines(3, 4), "d\n".to_owned())]);
        assert!(found(Some(lines(0, 1))).is_empty());
        assert_eq!(found(None), [(lines(0, 4), formatted.to_owned())]);
    }
}
