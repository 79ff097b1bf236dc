//! Where lines may break: arguments in units that stay together. `field IN (a, b)`, `OR x=1`, `sum(x) AS y`

use super::outline::{Node, Part};

/// Cuts before each node for which `begins` holds.
fn cut<'a, 'b>(nodes: &'b [Node<'a>], begins: impl Fn(&[Node], &Node) -> bool) -> Vec<&'b [Node<'a>]> {
    let mut units = Vec::new();
    let mut start = 0;
    for (at, node) in nodes.iter().enumerate().skip(1) {
        if begins(nodes.get(start..at).unwrap_or_default(), node) {
            units.extend(nodes.get(start..at));
            start = at;
        }
    }
    units.extend(nodes.get(start..).filter(|rest| !rest.is_empty()));
    units
}

/// What blanks separate, operators and keywords with what follows them.
pub(super) fn words<'a, 'b>(nodes: &'b [Node<'a>]) -> Vec<&'b [Node<'a>]> {
    cut(nodes, |unit, node| {
        let last = unit.last();
        let joins = |node: &Node| {
            node.is(&["IN", "AS"]) || node.text().is_some_and(|text| text.starts_with(['=', '<', '>', '!']))
        };
        let opens = last.is_some_and(|last| {
            last.text() == Some("NOT")
                || matches!(last.text(), Some("OR" | "AND")) && unit.len() == 1
                || last.is(&["AS", "IN"]) && (unit.len() > 1)
                || last.text().is_some_and(|text| text.ends_with(['=', '<', '>']) && text.len() < 3)
        });
        node.space && (!opens && !joins(node) || node.is_comment() || last.is_some_and(Node::is_comment))
    })
}

/// What commas separate, the comma at the end.
pub(super) fn commas<'a, 'b>(nodes: &'b [Node<'a>]) -> Vec<&'b [Node<'a>]> {
    cut(nodes, |unit, node| {
        let comment = node.is_comment() && matches!(node.part, Part::Comment { ends_line: true, .. });
        let code = unit.iter().rev().find(|node| !node.is_comment());
        code.is_some_and(|last| matches!(last.part, Part::Comma)) && !(comment && node.breaks == 0)
    })
}

/// A command's name, its options, its aggregations, and its clauses.
pub(super) fn aggregates<'a, 'b>(nodes: &'b [Node<'a>]) -> Vec<&'b [Node<'a>]> {
    const CLAUSES: &[&str] = &["by", "over", "from", "where"];
    cut(nodes, |unit, node| {
        let clause = unit.first().is_some_and(|first| first.is(CLAUSES) && first.space);
        let last = unit.last();
        let named = node.is(&["as"]) || last.is_some_and(|last| last.is(&["as"]));
        node.space && (node.is(CLAUSES) || !clause && !named)
    })
}

/// How many of these units stand on the command's line: the name and the options behind it.
pub(super) fn head(units: &[&[Node]]) -> usize {
    let is_option = |unit: &&&[Node]| match unit {
        [first, ..] => match &first.part {
            Part::Macro(_) => unit.len() == 1,
            Part::Text(text) => text.contains('=') && !text.contains('('),
            _ => false,
        },
        [] => false,
    };
    1 + units.iter().skip(1).take_while(is_option).count()
}
