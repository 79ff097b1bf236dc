//! Where the parts of an expanded search came from.

use crate::{Code, Diagnostic, Span};

/// A search without macros and comments, and where each part of it came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expansion {
    /// The text to parse.
    pub text: String,
    pieces: Vec<Piece>,
    /// Places in `text` of macros that could not be expanded.
    broken: Vec<usize>,
    calls: Vec<MacroCall>,
}

/// A macro that was expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroCall {
    /// Its name.
    pub name: String,
    /// The texts of its arguments.
    pub args: Vec<String>,
    /// How many macros it stands in.
    pub depth: usize,
    /// Where the call is in the text that the user wrote; of one within a macro, where the outermost is.
    pub call: Span,
    /// What it stands for, in [`Expansion::text`].
    pub made: Span,
}

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// Where it begins in the expanded text.
    start: usize,
    /// Where it came from in the text that the user wrote.
    origin: Span,
    /// Whether it was copied byte by byte; otherwise all of it came from the whole origin.
    copied: bool,
}

impl Expansion {
    /// Adds text that stands at `origin` in what the user wrote.
    pub(super) fn copy(&mut self, text: &str, origin: usize) {
        let span = Span::new(origin, origin + text.len());
        if let Some(last) = self.pieces.last_mut().filter(|last| last.copied && last.origin.end == span.start) {
            last.origin.end = span.end;
        } else if !text.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), origin: span, copied: true });
        }
        self.text.push_str(text);
    }

    /// Adds text that takes the place of `origin`.
    pub(super) fn replace(&mut self, text: &str, origin: Span) {
        self.pieces.push(Piece { start: self.text.len(), origin, copied: false });
        self.text.push_str(text);
    }

    /// Notes that a macro is missing here.
    pub(super) fn break_here(&mut self) {
        self.broken.push(self.text.len());
    }

    /// Notes a call whose text comes next, and gives its number.
    pub(super) fn open_call(&mut self, name: String, args: Vec<String>, depth: usize, call: Span) -> usize {
        let made = Span::new(self.text.len(), self.text.len());
        self.calls.push(MacroCall { name, args, depth, call, made });
        self.calls.len() - 1
    }

    /// Notes that the text of a call is complete.
    pub(super) fn close_call(&mut self, number: usize) {
        if let Some(call) = self.calls.get_mut(number) {
            call.made = Span::new(call.made.start as usize, self.text.len());
        }
    }

    /// The macros that were expanded, in the order of their calls; one within a macro follows it.
    pub fn calls(&self) -> &[MacroCall] {
        &self.calls
    }

    /// The places in [`Expansion::text`] of macros that could not be expanded, from the character before to the one behind:
    /// what stands next to a macro may be one thing with what it stands for.
    pub fn broken(&self) -> impl Iterator<Item = Span> {
        self.broken.iter().map(|place| {
            let (before, behind) = self.text.split_at_checked(*place).unwrap_or((&self.text, ""));
            let last = before.trim_end().len();
            let first = self.text.len() - behind.trim_start().len();
            Span::new(last.saturating_sub(1), first)
        })
    }

    /// The place in the text that the user wrote. What came out of a macro is where the macro is called.
    pub fn original(&self, span: Span) -> Span {
        let (Some(first), Some(last)) =
            (self.piece(span.start), self.piece(span.end.saturating_sub(u32::from(span.end > span.start))))
        else {
            return span;
        };
        let start = if first.copied { self.moved(first, span.start) } else { first.origin.start };
        let end = if last.copied { self.moved(last, span.end) } else { last.origin.end };
        Span { start, end: end.max(start) }
    }

    fn moved(&self, piece: Piece, position: u32) -> u32 {
        let offset = (position as usize).saturating_sub(piece.start);
        piece.origin.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)).min(piece.origin.end)
    }

    fn piece(&self, position: u32) -> Option<Piece> {
        let after = self.pieces.partition_point(|piece| piece.start <= position as usize);
        self.pieces.get(after.saturating_sub(1)).copied()
    }

    /// The diagnostics of a parse of `text`, moved to the places in the text that the user wrote. Errors in a command
    /// that lacks a macro are left out: the missing macro is reported already. So are comparisons of texts in a macro.
    pub fn locate(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics
            .into_iter()
            .filter(|found| !self.follows_from_broken(found) && !self.is_of_argument(found))
            .map(|found| self.place(found))
            .collect()
    }

    fn place(&self, mut found: Diagnostic) -> Diagnostic {
        for label in &mut found.labels {
            let inside = self.piece(label.span.start).is_some_and(|piece| !piece.copied);
            label.span = self.original(label.span);
            if inside && label.text.is_empty() && found.code != Code::EmptySearch {
                label.text = "in what this stands for".to_string();
            }
        }
        for help in &mut found.help {
            let Some(edit) = &mut help.edit else { continue };
            let last = edit.span.end.saturating_sub(u32::from(edit.span.end > edit.span.start));
            let copied = |position| self.piece(position).is_some_and(|piece| piece.copied);
            if copied(edit.span.start) && copied(last) {
                edit.span = self.original(edit.span);
            } else {
                help.edit = None;
            }
        }
        found
    }

    /// A macro may well compare its argument with a text: `if("$wide$"="yes", …)`.
    fn is_of_argument(&self, found: &Diagnostic) -> bool {
        let of_macro = |span: Span| self.piece(span.start).is_some_and(|piece| !piece.copied);
        found.code == Code::TextsCompared && found.labels.iter().any(|label| of_macro(label.span))
    }

    fn follows_from_broken(&self, found: &Diagnostic) -> bool {
        let grammar = matches!(
            found.code,
            Code::Syntax | Code::EmptySearch | Code::Position | Code::UnknownCommand | Code::MissingArgument
        );
        let Some(span) = found.span().filter(|_| grammar) else { return false };
        self.broken.iter().any(|&at| {
            let start = self.text.get(..at).and_then(|text| text.rfind('|')).unwrap_or(0);
            let end = self.text.get(at..).and_then(|text| text.find('|')).map_or(self.text.len(), |length| at + length);
            (start..=end).contains(&(span.start as usize))
        })
    }
}
