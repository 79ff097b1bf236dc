//! The canonical layout of a search: one command a line. `a|stats count by b` becomes `a` and, below it, `| stats count BY b`.
//!
//! The layout works on the text as it is written, macros and comments in their places, and moves nothing but blanks
//! and the case of keywords: a macro may stand for half a command. Absent on purpose: whatever the tree cannot
//! vouch for, such as the templates of `foreach` and `map`, quoted texts, and the names of fields.

mod blank;
mod expression;
mod lexer;
mod outline;
mod unit;
mod verify;
mod writer;

pub use lexer::Kind as PieceKind;
pub(crate) use verify::squeeze;

use crate::{Diagnostic, Span};

/// A piece of a text as it is written, macros and comments in their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PieceKind,
}

/// The pieces of a text in order; between them are blanks. Editors look at what is not whole yet: nothing is refused.
pub fn pieces(text: &str) -> Vec<Piece> {
    let piece = |token: lexer::Token| Piece { span: Span::new(token.start, token.end()), kind: token.kind };
    lexer::tokens(text).into_iter().map(piece).collect()
}

/// How far blanks may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freedom {
    /// Blanks and case come to their canonical form where the command's grammar is known.
    Canonical,
    /// A blank stays a blank, if perhaps a line break, and where there was none, none comes.
    Places,
}

/// The search in its canonical layout, without a line break at the end. The tree stays the same: where the canonical
/// blanks would change it, they stay as they are.
///
/// # Errors
///
/// Quotes, comments or brackets without a partner, or nesting that is too deep: there is no telling where a command ends.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let before = verify::Meaning::of(text);
    if !before.obstacles.is_empty() {
        return Err(before.obstacles);
    }
    let mut refusals = Vec::new();
    for freedom in [Freedom::Canonical, Freedom::Places] {
        let result = writer::write(&outline::read(text, freedom));
        match verify::difference(text, &before, &result) {
            None => return Ok(result),
            Some(refusal) => refusals.push(refusal),
        }
    }
    Err(refusals.into_iter().rev().take(1).collect())
}

#[cfg(test)]
mod tests {
    use super::{PieceKind, pieces};

    #[test]
    fn pieces_are_the_text_without_its_blanks() {
        let text = "```a|b``` index=\"x y\" `m(\"|\", [)` [ f(a,b) ]|x 'a b' \"open";
        let pieces = pieces(text);
        let shown: String = pieces.iter().filter_map(|piece| text.get(piece.span.range())).collect();
        let outside =
            |piece: &&super::Piece| !matches!(piece.kind, PieceKind::Comment | PieceKind::Macro | PieceKind::Quoted);
        assert_eq!(shown.replace(' ', ""), text.replace(' ', ""));
        assert_eq!(pieces.iter().filter(|piece| piece.kind == PieceKind::Pipe).count(), 1);
        assert!(pieces.iter().filter(outside).all(|piece| !text[piece.span.range()].contains(' ')));
        assert_eq!(pieces.last().map(|piece| piece.kind), Some(PieceKind::Quoted));
    }
}
