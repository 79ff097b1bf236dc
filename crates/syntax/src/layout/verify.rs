//! Whether two texts mean the same: the same pieces, and the same tree.

use super::lexer::{self, Kind};
use crate::{Code, Diagnostic, MacroDefinition, Macros, Span, expand, parse, print, structure};

/// What a text says, its macros aside.
#[derive(PartialEq)]
pub(super) struct Meaning {
    /// What keeps the text from being taken apart.
    pub(super) obstacles: Vec<Diagnostic>,
    tree: String,
    problems: Vec<Code>,
}

impl Meaning {
    pub(super) fn of(text: &str) -> Self {
        let (expansion, mut obstacles) = expand(text, &Placeholder);
        obstacles.retain(|found| matches!(found.code, Code::UnbalancedQuote | Code::TooDeep));
        obstacles.extend(expansion.locate(structure::check(&expansion.text)));
        if !obstacles.is_empty() {
            return Self { obstacles, tree: String::new(), problems: Vec::new() };
        }
        let (search, diagnostics) = parse(&expansion.text);
        let problems = diagnostics.iter().map(|found| found.code).collect();
        Self { obstacles, tree: squeeze(&print(&search)), problems }
    }
}

/// What says that `result` does not mean what `text` means; none where it does.
pub(super) fn difference(text: &str, before: &Meaning, result: &str) -> Option<Diagnostic> {
    let same = pieces(text) == pieces(result) && *before == Meaning::of(result);
    (!same).then(|| {
        let message = "the layout of this search cannot change without changing what it means";
        Diagnostic::new(Code::Syntax, Span::new(0, text.len()), message)
    })
}

/// The text without blanks between its pieces, words in lower case.
fn pieces(text: &str) -> String {
    let mut pieces = String::with_capacity(text.len());
    for token in lexer::tokens(text) {
        match token.kind {
            Kind::Word => pieces.push_str(&token.text.to_ascii_lowercase()),
            _ => pieces.push_str(token.text),
        }
    }
    pieces
}

/// One blank for several outside quotes, and none beside pipes and within brackets: the tree holds some arguments as they are
/// written.
pub(crate) fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let mut last = None;
    for token in lexer::tokens(text) {
        let begins = matches!(last, None | Some(Kind::Pipe | Kind::Open('[')));
        if token.space && !begins && !matches!(token.kind, Kind::Pipe | Kind::Close(']')) {
            squeezed.push(' ');
        }
        squeezed.push_str(token.text);
        last = Some(token.kind);
    }
    squeezed
}

/// Each macro stands for its name.
struct Placeholder;

impl Macros for Placeholder {
    fn find(&self, name: &str, _arity: usize) -> Option<MacroDefinition> {
        Some(MacroDefinition { definition: name.to_owned(), ..MacroDefinition::default() })
    }

    fn evaluate(&self, _expression: &str) -> Result<Option<String>, String> {
        Ok(None)
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }
}
