//! The colours of a search, by the lexer of the shell: an editor needs no grammar of SPL. `| stats count` is an operator, a keyword, a
//! function.

use lsp_types::{SemanticToken, SemanticTokenTypes, SemanticTokens};
use speleo_syntax::{Span, TokenKind};

use super::{
    document::{Document, number},
    region::Region,
    snapshot::Snapshot,
};

/// The kinds in the order of their numbers.
pub(super) const LEGEND: [SemanticTokenTypes; 9] = [
    SemanticTokenTypes::Keyword,
    SemanticTokenTypes::Function,
    SemanticTokenTypes::Macro,
    SemanticTokenTypes::Comment,
    SemanticTokenTypes::String,
    SemanticTokenTypes::Number,
    SemanticTokenTypes::Operator,
    SemanticTokenTypes::Parameter,
    SemanticTokenTypes::Property,
];

/// The tokens of all searches of a file.
pub(super) fn tokens(snapshot: &Snapshot) -> SemanticTokens {
    let document = &snapshot.document;
    let mut all: Vec<(Span, usize)> = Vec::new();
    for region in snapshot.regions() {
        all.extend(of_region(&region).into_iter().map(|(span, kind)| (region.span_outside(span), kind)));
    }
    all.sort_by_key(|(span, _)| span.start);
    let mut data = Vec::new();
    let (mut line, mut start) = (0, 0);
    for (span, kind) in all {
        for part in lines(document, span) {
            let position = document.position(part.range().start);
            let text = document.text.get(part.range()).unwrap_or_default();
            data.push(SemanticToken {
                delta_line: position.line - line,
                delta_start: if position.line == line { position.character - start } else { position.character },
                length: number(document.encoding().length(text)),
                token_type: number(kind),
                token_modifiers_bitset: 0,
            });
            (line, start) = (position.line, position.character);
        }
    }
    SemanticTokens { result_id: None, data }
}

/// The parts of a span that stay on one line each: many clients know no others.
fn lines(document: &Document, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut at = span.range().start;
    for piece in document.text.get(span.range()).unwrap_or_default().split_inclusive('\n') {
        let end = at + piece.trim_end_matches(['\n', '\r']).len();
        if at < end {
            parts.push(Span::new(at, end));
        }
        at += piece.len();
    }
    parts
}

fn of_region(region: &Region) -> Vec<(Span, usize)> {
    let number = |kind| LEGEND.iter().position(|known| *known == kind);
    let shown = |token: speleo_syntax::Token| Some((token.span, number(kind(token.kind)?)?));
    speleo_syntax::tokens(&region.text).into_iter().filter_map(shown).collect()
}

/// The kind under which clients know one; brackets and plain words have no colour.
fn kind(kind: TokenKind) -> Option<SemanticTokenTypes> {
    Some(match kind {
        TokenKind::Command | TokenKind::Keyword => SemanticTokenTypes::Keyword,
        TokenKind::Function => SemanticTokenTypes::Function,
        TokenKind::Macro => SemanticTokenTypes::Macro,
        TokenKind::Comment => SemanticTokenTypes::Comment,
        TokenKind::Text => SemanticTokenTypes::String,
        TokenKind::Number => SemanticTokenTypes::Number,
        TokenKind::Pipe | TokenKind::Operator => SemanticTokenTypes::Operator,
        TokenKind::Option => SemanticTokenTypes::Parameter,
        TokenKind::Field => SemanticTokenTypes::Property,
        TokenKind::Bracket(_) | TokenKind::UnknownCommand | TokenKind::Word => return None,
    })
}
