//! A diagnostic for people: the line of the search with carets under the place.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Patch, Renderer, Snippet, renderer::DecorStyle};
use speleo_syntax::{Diagnostic, Severity, Span};

use super::{floor, shown_path};
use crate::query_file::Query;

/// A search of one line may be a megabyte long; this much of it on either side of the place is enough.
const WINDOW: usize = 4096;

/// The diagnostic as text, without a newline at the end.
pub(crate) fn draw(diagnostic: &Diagnostic, query: &Query, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.text());
    let window = Window::around(query, diagnostic.span());

    let mut main = Group::with_title(title);
    if !diagnostic.labels.is_empty() {
        let labels = diagnostic.labels.iter().enumerate().filter_map(|(place, label)| {
            let kind = if place == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(window.range(label.span)?);
            Some(if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) })
        });
        main = main
            .element(Snippet::source(window.text).line_start(window.line).path(shown_path(query)).annotations(labels));
    }
    // Advice with a change is a group of its own: it shows the changed line.
    let mut changes = Vec::new();
    for help in &diagnostic.help {
        let change = help.edit.as_ref().and_then(|edit| Some((window.range(edit.span)?, edit.text.as_str())));
        match change {
            Some((range, replacement)) => changes.push(
                Group::with_title(Level::HELP.secondary_title(help.text.as_str())).element(snippet_of_patch(
                    &window,
                    range,
                    replacement,
                )),
            ),
            None => main = main.element(Element::from(Level::HELP.message(help.text.as_str()))),
        }
    }
    let mut report = vec![main];
    report.append(&mut changes);
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&report)
}

fn snippet_of_patch<'a>(window: &Window<'a>, range: Range<usize>, replacement: &'a str) -> Snippet<'a, Patch<'a>> {
    Snippet::source(window.text).line_start(window.line).patch(Patch::new(range, replacement))
}

/// A part of the search that holds the place.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    fn around(query: &'a Query, span: Option<Span>) -> Self {
        let text = query.text.as_str();
        let whole = Self { text, start: 0, line: query.line };
        let Some(span) = span else { return whole };
        if text.len() <= 2 * WINDOW {
            return whole;
        }
        let start = floor(text, span.range().start.saturating_sub(WINDOW));
        let end = floor(text, span.range().start.saturating_add(WINDOW));
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + query.line;
        Self { text: text.get(start..end).unwrap_or_default(), start, line }
    }

    /// The span within the window, on borders of characters; none where it lies outside.
    fn range(&self, span: Span) -> Option<Range<usize>> {
        let start = span.range().start.checked_sub(self.start)?;
        if start > self.text.len() {
            return None;
        }
        let start = floor(self.text, start);
        let end = span.range().end.saturating_sub(self.start).max(start);
        let mut end = end.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Some(start..end)
    }
}
