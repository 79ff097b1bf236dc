//! What holds for any text: one function a fuzz target. The test `crates/syntax/tests/fuzz.rs` calls the same ones.

use std::fmt::Debug;

use speleo_syntax::{
    Code, Diagnostic, MacroDefinition, Macros, expand, format, parse, parse_continuation, parse_expr,
    parse_search_expr, print,
};

/// Whatever stands there: diagnostics, no panic, and every place lies inside the text and between characters.
pub(crate) fn parse_any(text: &str) {
    let (expansion, diagnostics) = expand(text, &Puzzle);
    places(text, &diagnostics);
    let (_, diagnostics) = parse(&expansion.text);
    places(&expansion.text, &diagnostics);
    places(text, &expansion.locate(diagnostics));
    for (_, diagnostics) in [parse(text), parse_continuation(text)] {
        places(text, &diagnostics);
    }
}

/// What is read without an error reads from its canonical form as the same tree.
pub(crate) fn print_round_trip(text: &str) {
    let (expansion, _) = expand(text, &Puzzle);
    round_trip(&expansion.text, parse, print);
    round_trip(text, parse, print);
}

/// The same for expressions of `eval` and for conditions of `search`.
pub(crate) fn expression_any(text: &str) {
    places(text, &parse_expr(text).1);
    round_trip(text, parse_expr, ToString::to_string);
    places(text, &parse_search_expr(text).1);
    round_trip(text, parse_search_expr, ToString::to_string);
}

/// A search in its canonical layout is in its canonical layout, and with macros of any kind it is still the same tree.
pub(crate) fn format_any(text: &str) {
    let Ok(formatted) = format(text) else { return };
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{text:?}");
    let read = |text: &str| {
        let (expansion, before) = expand(text, &Puzzle);
        let (search, after) = parse(&expansion.text);
        let codes = before.iter().chain(&after).map(|found| found.code);
        // Behind an error the tree may hold text as it is written. A no-break space becomes the blank that it is read as.
        let valid = !after.iter().any(Diagnostic::is_error);
        (valid.then(|| print(&search)), codes.filter(|code| *code != Code::NoBreakSpace).collect::<Vec<_>>())
    };
    assert_eq!(read(text), read(&formatted), "{text:?} becomes {formatted:?}");
}

fn round_trip<T: Debug>(text: &str, parse: impl Fn(&str) -> (T, Vec<Diagnostic>), print: impl Fn(&T) -> String) {
    let (tree, diagnostics) = parse(text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return;
    }
    let printed = print(&tree);
    let (again, diagnostics) = parse(&printed);
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{text:?} is printed as {printed:?}: {diagnostics:?}");
    assert_eq!(without_places(&again), without_places(&tree), "{text:?} is printed as {printed:?}");
    assert_eq!(print(&again), printed, "{text:?}");
}

fn places(text: &str, diagnostics: &[Diagnostic]) {
    for found in diagnostics {
        let edits = found.help.iter().filter_map(|help| help.edit.as_ref()).map(|edit| edit.span);
        for span in found.labels.iter().map(|label| label.span).chain(edits) {
            assert!(text.get(span.range()).is_some(), "{found:?} in {text:?}");
        }
    }
}

/// The tree as text without its places, which printing moves.
fn without_places(tree: &impl Debug) -> String {
    let text = format!("{tree:?}");
    let mut parts = text.split("Span { start: ");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |plain, part| plain + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Macros that take part in a search in every way: a term, several commands, half a command, arguments, a call of
/// another one, of itself, one that is evaluated and one that refuses.
struct Puzzle;

impl Macros for Puzzle {
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition> {
        let definition = match (name, arity) {
            ("a", 0) => "index=web \"b | c\"",
            ("b", 0) => "stats count by host | where count>1",
            ("c", 0) => "x=1 OR",
            ("d", 1) => "eval y=$x$ ```note```",
            ("e", 0) => "`a` | `d(1)`",
            ("f", 0) => "`f`",
            ("g", 1) => "$x$",
            ("h", 1) => "[search $x$",
            _ => return None,
        };
        let is_eval = name == "g";
        let validation = is_eval.then(|| "$x$".to_owned());
        let args = if arity == 1 { vec!["x".to_owned()] } else { Vec::new() };
        Some(MacroDefinition { args, definition: definition.to_owned(), is_eval, validation, error_message: None })
    }

    fn evaluate(&self, expression: &str) -> Result<Option<String>, String> {
        match expression.trim() {
            "" => Ok(None),
            "true" | "false" => Ok(Some(expression.trim().to_owned())),
            other => Err(format!("no value of {other}")),
        }
    }

    fn names(&self) -> Vec<&str> {
        vec!["a", "b", "c", "d", "e", "f", "g", "h"]
    }
}
