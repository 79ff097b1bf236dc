//! The shape of a file: its commands as symbols, and what folds. `| stats count` is a symbol `stats` with the detail `count`.

use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};
use speleo_syntax::{PieceKind, Span};

use super::{
    document::{Document, number},
    region::Region,
    snapshot::Snapshot,
    stage::{Pipeline, Stage},
};

/// The most characters of arguments beside a name.
const DETAIL: usize = 60;

/// The commands of each search, below the search's name where the file holds several.
pub(super) fn symbols(snapshot: &Snapshot) -> Vec<DocumentSymbol> {
    let mut symbols = Vec::new();
    for region in snapshot.regions() {
        let commands = commands(&snapshot.document, &region);
        if region.name.is_empty() {
            symbols.extend(commands);
            continue;
        }
        let range = snapshot.document.range(region.span_outside(Span::new(0, region.text.len())));
        symbols.push(symbol(region.name.clone(), String::new(), SymbolKind::Namespace, (range, range), commands));
    }
    symbols
}

fn commands(document: &Document, region: &Region) -> Vec<DocumentSymbol> {
    let pipeline = Pipeline::of(&region.text);
    children(&pipeline, document, region, None)
}

/// The commands within another one's brackets, or those of the text.
fn children(pipeline: &Pipeline, document: &Document, region: &Region, parent: Option<usize>) -> Vec<DocumentSymbol> {
    let inside = pipeline.stages.iter().enumerate().filter(|(_, stage)| stage.parent == parent);
    let symbols = inside.map(|(place, stage)| {
        let (name, detail) = names(pipeline, stage);
        let range = |span: Span| document.range(region.span_outside(span));
        let selection = stage.name.unwrap_or(stage.span);
        let kind = if stage.spec.is_some() || stage.name.is_none() { SymbolKind::Function } else { SymbolKind::Event };
        symbol(
            name,
            detail,
            kind,
            (range(stage.span), range(selection)),
            children(pipeline, document, region, Some(place)),
        )
    });
    symbols.collect()
}

/// A command's name and the beginning of its arguments. Where the name is implied it is `search`, and a macro is its own.
fn names(pipeline: &Pipeline, stage: &Stage) -> (String, String) {
    let text = pipeline.at(stage.span);
    let short = |text: &str| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut cut: String = line.chars().take(DETAIL).collect();
        if cut.len() < line.len() {
            cut.push('…');
        }
        cut
    };
    match stage.name {
        Some(name) => {
            let rest = text.get((name.end - stage.span.start) as usize..).unwrap_or_default();
            (pipeline.at(name).to_owned(), short(rest))
        }
        None if text.starts_with('`') => (short(text), String::new()),
        None => ("search".to_owned(), short(text)),
    }
}

fn symbol(
    name: String,
    detail: String,
    kind: SymbolKind,
    (range, selection_range): (lsp_types::Range, lsp_types::Range),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    #[expect(deprecated, reason = "the type demands a value of the old field")]
    DocumentSymbol {
        name,
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children: Some(children),
    }
}

/// What folds: commands, brackets and comments that go over lines.
pub(super) fn folds(snapshot: &Snapshot) -> Vec<FoldingRange> {
    let document = &snapshot.document;
    let mut folds = Vec::new();
    for region in snapshot.regions() {
        let pipeline = Pipeline::of(&region.text);
        let mut add = |span: Span, kind: Option<FoldingRangeKind>| {
            let range = document.range(region.span_outside(span));
            if range.start.line < range.end.line {
                let (start_line, end_line) = (range.start.line, range.end.line);
                folds.push(FoldingRange { start_line, end_line, kind, ..FoldingRange::default() });
            }
        };
        for stage in &pipeline.stages {
            add(stage.pipe.map_or(stage.span, |pipe| pipe.to(stage.span)), None);
        }
        let mut open = Vec::new();
        for piece in &pipeline.pieces {
            match piece.kind {
                PieceKind::Comment => add(piece.span, Some(FoldingRangeKind::Comment)),
                PieceKind::Open(_) => open.push(piece.span),
                PieceKind::Close(_) => {
                    if let Some(start) = open.pop() {
                        // The line of the closing bracket stays to be seen.
                        let line = document.position(region.outside(piece.span.range().start)).line;
                        let last = document.line_start(line as usize).saturating_sub(1);
                        let end = region.inside(last).unwrap_or(start.range().end);
                        add(start.to(Span::new(end, end)), None);
                    }
                }
                _ => {}
            }
        }
    }
    folds.sort_by_key(|fold| (fold.start_line, number(usize::MAX) - fold.end_line));
    folds.dedup_by_key(|fold| (fold.start_line, fold.end_line));
    folds
}
