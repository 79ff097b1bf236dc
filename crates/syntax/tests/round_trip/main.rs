//! Printing and parsing again gives the same tree, for trees that were made up.

mod clause;
mod command;
mod condition;
mod expression;
mod name;

use proptest::prelude::*;
use speleo_syntax::{Command, Search, Span, parse, parse_expr, parse_search_expr, print};

/// The tree as text without its places: these differ between a tree that was made up and one that was read.
fn without_places(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut parts = text.split("Span { start: ");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    plain
}

fn pipeline() -> impl Strategy<Value = Search> {
    (command::first(), proptest::collection::vec(command::following(), 0..4)).prop_map(|(first, rest)| {
        let commands: Vec<Command> = std::iter::once(first).chain(rest).collect();
        Search { span: Span::default(), commands }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions(expr in expression::expression()) {
        let text = expr.to_string();
        let (read, diagnostics) = parse_expr(&text);
        prop_assert!(!diagnostics.iter().any(speleo_syntax::Diagnostic::is_error), "{}: {:?}", text, diagnostics);
        prop_assert_eq!(without_places(&read), without_places(&expr), "{}", text);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn conditions(condition in condition::condition()) {
        let text = condition.to_string();
        let (read, diagnostics) = parse_search_expr(&text);
        prop_assert!(!diagnostics.iter().any(speleo_syntax::Diagnostic::is_error), "{}: {:?}", text, diagnostics);
        prop_assert_eq!(without_places(&read), without_places(&condition), "{}", text);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn searches(search in pipeline()) {
        let text = print(&search);
        let (read, diagnostics) = parse(&text);
        prop_assert!(!diagnostics.iter().any(speleo_syntax::Diagnostic::is_error), "{}: {:?}", text, diagnostics);
        prop_assert_eq!(without_places(&read), without_places(&search), "{}", text);
        prop_assert_eq!(print(&read), text);
    }
}
