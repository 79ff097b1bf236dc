//! Blanks and keywords in their canonical form, where a grammar does not care: `x=if(a,b)  AND  c` is `x = if(a, b) AND c`.
//!
//! A macro may hold any piece of text, so nothing changes right beside one, except behind commas.

use std::borrow::Cow;

use super::{
    lexer::Token,
    outline::{Grammar, Node, Part},
};

const COMPARISONS: &[&str] = &["=", "==", "!=", "<", "<=", ">", ">="];

/// What the grammar is within a parenthesis that follows `before`; none where its text must not change.
pub(super) fn inside(grammar: Grammar, before: &[Node], space: bool) -> Option<Grammar> {
    let last = before.last().filter(|last| !last.is_comment());
    match grammar {
        Grammar::Expression => Some(Grammar::Expression),
        Grammar::Search if last.is_some_and(|last| last.text() == Some("IN")) => Some(Grammar::Values),
        // `TERM(…)` and `CASE(…)` hold text.
        Grammar::Search => {
            let operator = |text: &str| matches!(text, "NOT" | "OR" | "AND") || text.ends_with(['=', '<', '>']);
            let opens = space || last.is_none_or(|last| last.text().is_some_and(operator));
            opens.then_some(Grammar::Search)
        }
        _ => None,
    }
}

/// Adds a word of an expression, comparison operators apart: `x=-1` is `x`, `=` and `-1`. A `<<FIELD>>` is no comparison.
pub(super) fn split_operators<'a>(word: &'a str, token: &Token<'a>, nodes: &mut Vec<Node<'a>>) {
    let is_operator = |next: char| "=<>!".contains(next);
    let (mut start, mut at) = (0, 0);
    let mut space = token.space;
    let mut breaks = token.breaks;
    let mut add = |text: &'a str| {
        if !text.is_empty() {
            let (space, breaks) = (std::mem::take(&mut space), std::mem::take(&mut breaks));
            nodes.push(Node { space, breaks, part: Part::Text(Cow::Borrowed(text)) });
        }
    };
    while let Some(offset) = word.get(at..).and_then(|rest| rest.find(is_operator)) {
        let rest = word.get(at + offset..).unwrap_or_default();
        let length = rest.len() - rest.trim_start_matches(is_operator).len();
        let template = rest.strip_prefix("<<").and_then(|inner| inner.find(">>")).map(|end| end + 4);
        if let Some(template) = template {
            at += offset + template;
        } else if rest.get(..length).is_some_and(|operator| COMPARISONS.contains(&operator)) {
            add(word.get(start..at + offset).unwrap_or_default());
            add(rest.get(..length).unwrap_or_default());
            at += offset + length;
            start = at;
        } else {
            at += offset + length;
        }
    }
    add(word.get(start..).unwrap_or_default());
}

/// The name of a command in lower case.
pub(super) fn lower_name(nodes: &mut [Node]) {
    if let Some(Node { part: Part::Text(name), .. }) = nodes.iter_mut().find(|node| !node.is_comment())
        && name.contains(|next: char| next.is_ascii_uppercase())
    {
        *name = Cow::Owned(name.to_ascii_lowercase());
    }
}

/// Brings the blanks between the pieces of a command or of a parenthesis into their canonical form.
pub(super) fn settle(nodes: &mut [Node], grammar: Grammar) {
    commas(nodes, grammar);
    match grammar {
        Grammar::Expression => {
            comparisons(nodes);
            operators(nodes);
        }
        Grammar::Search => parentheses(nodes),
        Grammar::Aggregates => keywords(nodes, &["as", "by", "over", "from", "where"]),
        Grammar::Fields => keywords(nodes, &["as", "output", "outputnew"]),
        Grammar::Values | Grammar::Other => {}
    }
}

/// No blank before a comma and one behind it. The comma of an option's value, `delim=,`, is part of the value.
fn commas(nodes: &mut [Node], grammar: Grammar) {
    if matches!(grammar, Grammar::Search | Grammar::Other) {
        return;
    }
    for at in 1..nodes.len() {
        let Some([before @ .., last, comma, next]) = nodes.get_mut(..at + 2) else { return };
        if !matches!(comma.part, Part::Comma) || last.is_comment() {
            continue;
        }
        let value = last.text().is_some_and(|text| text.contains('='))
            || !last.space && before.last().and_then(Node::text).is_some_and(|text| text.ends_with('='));
        if grammar == Grammar::Expression || !value {
            comma.space = false;
            next.space = true;
        }
    }
}

/// One blank on both sides of a comparison.
fn comparisons(nodes: &mut [Node]) {
    for at in 1..nodes.len() {
        let Some([.., last, operator, next]) = nodes.get_mut(..at + 2) else { return };
        let compares = |node: &Node| node.text().is_some_and(|text| COMPARISONS.contains(&text));
        let touches = |node: &Node| matches!(node.part, Part::Macro(_)) || compares(node);
        let apart = (operator.space || !touches(last)) && (next.space || !touches(next));
        if compares(operator) && apart {
            operator.space = true;
            next.space = true;
        }
    }
}

/// `and` between operands, `not` before one, in upper case, with a blank before a parenthesis.
fn operators(nodes: &mut [Node]) {
    // Whether an operand ends before the node.
    let mut operand = false;
    for at in 0..nodes.len() {
        let ends = nodes.get(at + 1).is_none_or(|next| next.space || matches!(next.part, Part::Group(..)));
        let Some(node) = nodes.get_mut(at) else { return };
        let starts = node.space || at == 0;
        let word = match &mut node.part {
            Part::Text(text) => text,
            Part::Comma => {
                operand = false;
                continue;
            }
            Part::Comment { .. } => continue,
            _ => {
                operand = true;
                continue;
            }
        };
        let upper = word.to_ascii_uppercase();
        let is_operator = match upper.as_str() {
            "NOT" => ends,
            "AND" | "OR" | "XOR" | "LIKE" | "IN" => operand && ends,
            _ => false,
        };
        // `x in(1)` is the operator, `y=in(x, 1)` and `(a)in(b)` are left alone.
        if !is_operator || !starts && matches!(upper.as_str(), "LIKE" | "IN") {
            operand = !COMPARISONS.contains(&word.as_ref()) && !word.ends_with(['+', '-', '*', '/', '%', '.', '!']);
            continue;
        }
        *word = Cow::Owned(upper);
        node.space = true;
        if let Some(next) = nodes.get_mut(at + 1) {
            next.space = true;
        }
        operand = false;
    }
}

/// A blank between a parenthesis and the operator beside it: `NOT(a)OR(b)`.
fn parentheses(nodes: &mut [Node]) {
    for at in 1..nodes.len() {
        let Some([.., last, next]) = nodes.get_mut(..=at) else { return };
        let opens = matches!(next.part, Part::Group(..)) && last.text().is_some_and(is_operator);
        let closes = matches!(last.part, Part::Group(..)) && next.text().is_some_and(is_operator);
        if opens || closes {
            next.space = true;
        }
    }
}

fn is_operator(word: &str) -> bool {
    matches!(word, "NOT" | "OR" | "AND" | "IN")
}

/// Keywords between two words, in upper case; the first word is the command's name.
fn keywords(nodes: &mut [Node], words: &[&str]) {
    for at in 2..nodes.len() {
        let followed = nodes.get(at + 1).is_some_and(|next| next.space);
        let Some(node) = nodes.get_mut(at).filter(|node| node.space && followed && node.is(words)) else { continue };
        if let Part::Text(word) = &mut node.part {
            *word = Cow::Owned(word.to_ascii_uppercase());
        }
    }
}
