//! What macros and comments become, and the way back.

#![allow(clippy::unwrap_used)]

use super::expand;
use crate::{Code, Diagnostic, MacroDefinition, Macros, Span};

struct Defined;

impl Macros for Defined {
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition> {
        if let Some(level) = name.strip_prefix("twice").and_then(|level| level.parse::<u32>().ok()) {
            let next = level + 1;
            let definition = if level < 60 { format!("`twice{next}``twice{next}`") } else { String::new() };
            return Some(MacroDefinition { definition, ..MacroDefinition::default() });
        }
        let (definition, args): (&str, &[&str]) = match (name, arity) {
            ("web", 0) => ("index=web", &[]),
            ("both", 0) => ("(`web` OR index=\"a`b\")", &[]),
            ("drop", 1) => ("rename \"$object$.*\" AS *", &["object"]),
            ("loop", 0) => ("a `loop`", &[]),
            ("ping", 0) => ("`pong`", &[]),
            ("pong", 0) => ("`ping`", &[]),
            ("noted", 0) => ("x ```why``` y", &[]),
            ("day", 1) => ("\"$n$\"", &["n"]),
            ("limit", 1) => ("head $n$", &["n"]),
            _ => return None,
        };
        Some(MacroDefinition {
            args: args.iter().map(ToString::to_string).collect(),
            definition: definition.to_string(),
            is_eval: name == "day",
            validation: (name == "limit").then(|| "isnum($n$)".to_string()),
            error_message: (name == "limit").then(|| "n must be a number".to_string()),
        })
    }

    fn evaluate(&self, expression: &str) -> Result<Option<String>, String> {
        match expression {
            "isnum(5)" => Ok(Some("true".to_string())),
            "isnum(five)" => Ok(Some("false".to_string())),
            other => Ok(Some(other.trim_matches('"').to_uppercase())),
        }
    }

    fn names(&self) -> Vec<&str> {
        vec!["web", "both", "drop", "loop", "day", "limit"]
    }
}

fn check(text: &str, expected: &str) {
    let (expansion, diagnostics) = expand(text, &Defined);
    assert_eq!(expansion.text, expected, "{text}");
    assert_eq!(diagnostics, Vec::new(), "{text}");
}

fn codes(text: &str) -> Vec<Code> {
    expand(text, &Defined).1.iter().map(|found| found.code).collect()
}

#[test]
fn comments_become_one_blank() {
    check("stats```x | \" ` y```count", "stats count");
    check("a \"```no```\" b", "a \"```no```\" b");
    check("```first```| head", " | head");
}

#[test]
fn macros_are_text() {
    check("`web` | head", "index=web | head");
    check("NOT `both`", "NOT (index=web OR index=\"a`b\")");
    check("| `drop(\"All_Traffic\")`", "| rename \"All_Traffic.*\" AS *");
    check("| `drop(All_Traffic)`", "| rename \"All_Traffic.*\" AS *");
    check("\"`web`\"", "\"`web`\"");
    check("`noted`", "x   y");
    check("`comment(\"old, style\")`a", " a");
    check("x=`day(mon)`", "x=MON");
    check("| `limit(5)`", "| head 5");
    check("$token$ \\\" `web`", "$token$ \\\" index=web");
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(codes("`wed`"), [Code::UnknownMacro]);
    assert_eq!(codes("`web(1)`"), [Code::UnknownMacro]);
    assert_eq!(codes("`web"), [Code::UnbalancedQuote]);
    assert_eq!(codes("```web"), [Code::UnbalancedQuote]);
    assert_eq!(codes("`loop`"), [Code::TooDeep]);
    assert_eq!(codes("`ping`"), [Code::TooDeep]);
    assert_eq!(codes("| `limit(five)`"), [Code::BadValue]);
    assert_eq!(codes("`twice0`"), [Code::TooDeep]);
    let (_, diagnostics) = expand("a `wed` b", &Defined);
    let edit = diagnostics[0].help[0].edit.clone().unwrap();
    assert_eq!((edit.span, edit.text.as_str()), (Span::new(3, 6), "web"));
}

#[test]
fn an_undefined_filter_lets_everything_pass() {
    let (expansion, diagnostics) = expand("a | `my_rule_filter`", &Defined);
    assert_eq!(expansion.text, "a | search *");
    assert_eq!(diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::FilterMacro]);
}

#[test]
fn no_break_spaces_are_blanks_outside_quotes_and_noted_once() {
    let (expansion, diagnostics) = expand("a\u{a0}\"b\u{a0}c\"\u{a0}| head", &Defined);
    assert_eq!(expansion.text, "a \"b\u{a0}c\" | head");
    assert_eq!(diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::NoBreakSpace]);
}

/// The text that the user wrote at the place where `found` stands in the expansion.
fn original<'a>(text: &'a str, found: &str) -> &'a str {
    let (expansion, _) = expand(text, &Defined);
    let start = expansion.text.find(found).unwrap();
    text.get(expansion.original(Span::new(start, start + found.len())).range()).unwrap()
}

#[test]
fn places_lead_back_to_what_was_written() {
    let text = "x=1 `both` ```c``` y=2";
    assert_eq!(original(text, "x=1"), "x=1");
    assert_eq!(original(text, "y=2"), "y=2");
    assert_eq!(original(text, "index=web"), "`both`");
    assert_eq!(original(text, "x=1 ("), "x=1 `both`");
    assert_eq!(original("a\u{a0}bc", "bc"), "bc");
}

#[test]
fn an_edit_inside_a_macro_is_no_edit() {
    let (expansion, _) = expand("`web` | hed", &Defined);
    let inside = Diagnostic::new(Code::Syntax, Span::new(0, 5), "m").edit("e", Span::new(0, 5), "t");
    let outside = Diagnostic::new(Code::Syntax, Span::new(12, 15), "m").edit("e", Span::new(12, 15), "head");
    let located = expansion.locate(vec![inside, outside]);
    assert_eq!(located[0].span(), Some(Span::new(0, 5)));
    assert!(located[0].help[0].edit.is_none());
    assert_eq!(located[1].span(), Some(Span::new(8, 11)));
    assert_eq!(located[1].help[0].edit.as_ref().unwrap().span, Span::new(8, 11));
}

#[test]
fn calls_tell_what_they_stand_for() {
    let (expansion, _) = expand("x=1 `both` | `limit(5)`", &Defined);
    let calls: Vec<_> = expansion
        .calls()
        .iter()
        .map(|call| (call.name.as_str(), call.args.len(), call.depth, expansion.text.get(call.made.range()).unwrap()))
        .collect();
    // What `both` calls comes after it.
    assert_eq!(calls[0], ("both", 0, 0, "(index=web OR index=\"a`b\")"));
    assert_eq!(calls[1], ("web", 0, 1, "index=web"));
    assert_eq!(calls.last(), Some(&("limit", 1, 0, "head 5")));
    assert_eq!(expansion.calls()[1].call, Span::new(4, 10));
}
