//! An open file: its text, its lines, and places counted as the client counts them. `{"line": 2, "character": 7}`

use lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};
use speleo_syntax::Span;

/// The unit of a position's `character`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// What every client knows.
    Utf16,
}

impl Encoding {
    /// Bytes where the client offers them: they need no counting.
    pub(super) fn negotiate(offered: &[PositionEncodingKind]) -> Self {
        if offered.contains(&PositionEncodingKind::UTF8) { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// How long a text is.
    pub(super) fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// A text with its lines.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The text.
    pub(super) text: String,
    /// The client's number of this text.
    pub(super) version: i32,
    encoding: Encoding,
    /// Where lines begin.
    lines: Vec<usize>,
}

impl Document {
    /// A text as it was opened.
    pub(super) fn new(text: String, version: i32, encoding: Encoding) -> Self {
        let lines = line_starts(&text);
        Self { text, version, encoding, lines }
    }

    /// The unit of its positions.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Makes changes one after the other.
    pub(super) fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, version: i32) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let span = self.span(change.range);
                    self.text.replace_range(span.range(), &change.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    self.text = change.text;
                }
            }
            self.lines = line_starts(&self.text);
        }
        self.version = version;
    }

    /// The offset of a position; beyond a line its end, beyond the text its end.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(start) = self.lines.get(position.line as usize).copied() else { return self.text.len() };
        let line = self.line(position.line as usize);
        let mut left = position.character as usize;
        for (at, character) in line.char_indices() {
            let width = match self.encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            // The middle of a character is its start.
            if left < width {
                return start + at;
            }
            left -= width;
        }
        start + line.len()
    }

    /// The position of an offset.
    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or_default();
        let character = self.encoding.length(self.text.get(start..offset).unwrap_or_default());
        Position { line: number(line), character: number(character) }
    }

    /// The span of a range; one that runs backwards is turned around.
    pub(super) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), start.max(end))
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.range().start), end: self.position(span.range().end) }
    }

    /// The range of all of it.
    pub(super) fn whole(&self) -> Range {
        self.range(Span::new(0, self.text.len()))
    }

    /// Where a line begins; the end where there are fewer.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.text.len())
    }

    /// A line without its break.
    pub(super) fn line(&self, line: usize) -> &str {
        let text = self.text.get(self.line_start(line)..self.line_start(line + 1)).unwrap_or_default();
        text.trim_end_matches(['\n', '\r'])
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_break = |at: usize| match bytes.get(at) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    std::iter::once(0).chain((0..bytes.len()).filter(|at| is_break(*at)).map(|at| at + 1)).collect()
}

/// A count as the protocol has it.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use lsp_types::{TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument};

    use super::*;

    fn document(encoding: Encoding) -> Document {
        Document::new("a=\"ü𝄞\" b\r\nc\rd\n".to_owned(), 1, encoding)
    }

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn characters_are_counted_in_the_agreed_unit() {
        // ü is two bytes and one unit of UTF-16, 𝄞 four bytes and two units.
        for (encoding, blank) in [(Encoding::Utf8, 10), (Encoding::Utf16, 7)] {
            let document = document(encoding);
            assert_eq!(document.position(10), at(0, blank), "{encoding:?}");
            assert_eq!(document.offset(at(0, blank)), 10, "{encoding:?}");
        }
        // The middle of a character is its start.
        assert_eq!(document(Encoding::Utf16).offset(at(0, 5)), 5);
        assert_eq!(document(Encoding::Utf8).offset(at(0, 6)), 5);
    }

    #[test]
    fn lines_end_in_three_ways() {
        let document = document(Encoding::Utf16);
        assert_eq!((document.line(0), document.line(1), document.line(2)), ("a=\"ü𝄞\" b", "c", "d"));
        assert_eq!(document.position(document.text.len()), at(3, 0));
        // Beyond the line is its end, before the break.
        assert_eq!(document.offset(at(0, 99)), 12);
        assert_eq!(document.offset(at(99, 0)), document.text.len());
    }

    #[test]
    fn changes_follow_each_other() {
        let mut document = document(Encoding::Utf16);
        let part = |start, end, text: &str| {
            let text = text.to_owned();
            let range = Range { start, end };
            TextDocumentContentChangeEvent::from(TextDocumentContentChangePartial { range, text, ..Default::default() })
        };
        // The second one counts in the text that the first one made.
        document.change(vec![part(at(0, 3), at(0, 6), "x\ny"), part(at(1, 0), at(1, 1), "z")], 2);
        assert_eq!((document.text.as_str(), document.version), ("a=\"x\nz\" b\r\nc\rd\n", 2));
        document.change(vec![part(at(1, 1), at(0, 0), "")], 3);
        assert_eq!(document.text, "\" b\r\nc\rd\n");
        let text = "new".to_owned();
        document.change(vec![TextDocumentContentChangeWholeDocument { text }.into()], 4);
        assert_eq!(document.text, "new");
    }
}
