//! Expressions over several lines: `case` a pair a line, other calls an argument a line, operators in front.

use super::{
    outline::{Node, Part},
    unit,
    writer::{INDENT, Writer},
};

/// From loose to tight: a line breaks before the loosest one.
const OPERATORS: &[&[&str]] = &[&["XOR"], &["OR"], &["AND"], &[".", "+", "-"]];

/// How the arguments of a call share lines.
pub(super) enum Style {
    /// As many on a line as fit.
    Fill,
    /// One a line.
    Lines,
    /// A condition and its value a line.
    Pairs,
}

impl Style {
    /// The style of what stands in parentheses behind `name`.
    pub(super) fn of(name: Option<&Node>, arguments: &[&[Node]]) -> Self {
        let has_group = || arguments.iter().any(|nodes| nodes.iter().any(|node| matches!(node.part, Part::Group(..))));
        match name {
            Some(name) if name.is(&["case", "validate"]) => Style::Pairs,
            Some(name) if name.is(&["if"]) => Style::Lines,
            _ if has_group() => Style::Lines,
            _ => Style::Fill,
        }
    }
}

impl Writer {
    /// The arguments of `eval` and `where`, whose name is written.
    pub(super) fn arguments(&mut self, nodes: &[Node], indent: usize, reserve: usize) {
        let units = unit::commas(nodes);
        if let [only] = units.as_slice() {
            self.put(" ");
            return self.assignment(only, indent, reserve);
        }
        for (index, unit) in units.iter().enumerate() {
            self.newline_unless_fresh(indent);
            self.assignment(unit, indent + INDENT, if index + 1 == units.len() { reserve } else { 0 });
        }
    }

    /// `name = expression`, or an expression alone.
    fn assignment(&mut self, nodes: &[Node], indent: usize, reserve: usize) {
        match nodes {
            [target, equals, rest @ ..] if equals.text() == Some("=") && !target.is_comment() => {
                self.flat(nodes.get(..2).unwrap_or_default());
                if rest.first().is_some_and(|first| first.space) {
                    self.put(" ");
                }
                self.expression(rest, indent, reserve);
            }
            _ => self.expression(nodes, indent, reserve),
        }
    }

    /// An expression that begins here; further lines are indented.
    fn expression(&mut self, nodes: &[Node], indent: usize, reserve: usize) {
        if self.fits(nodes, reserve) {
            return self.flat(nodes);
        }
        let has_comment = nodes.iter().any(Node::is_comment);
        let loosest = OPERATORS.iter().find(|words| nodes.iter().skip(1).any(|node| node.space && node.is(words)));
        let Some(words) = loosest.filter(|_| !has_comment) else {
            return if has_comment {
                self.fill(&unit::words(nodes), indent, reserve)
            } else {
                self.unit(nodes, reserve)
            };
        };
        let mut start = 0;
        while start < nodes.len() {
            let rest = nodes.get(start..).unwrap_or_default();
            let length =
                rest.iter().skip(1).position(|node| node.space && node.is(words)).map_or(rest.len(), |at| at + 1);
            let operand = rest.get(..length).unwrap_or_default();
            let reserve = if start + length == nodes.len() { reserve } else { 0 };
            if start > 0 {
                self.newline(indent);
                let (operator, operand) = operand.split_at_checked(1).unwrap_or((operand, &[]));
                self.flat(operator);
                self.put(" ");
                self.expression(operand, indent + INDENT, reserve);
            } else {
                self.expression(operand, indent + INDENT, reserve);
            }
            start += length;
        }
    }

    /// What stands between the parentheses of a call, from a fresh line on.
    pub(super) fn list(&mut self, arguments: &[&[Node]], indent: usize, style: Style) {
        match style {
            Style::Fill => self.fill(arguments, indent, 0),
            Style::Lines => {
                for argument in arguments {
                    self.newline_unless_fresh(indent);
                    self.expression(argument, indent + INDENT, 0);
                }
            }
            Style::Pairs => {
                for pair in arguments.chunks(2) {
                    self.newline_unless_fresh(indent);
                    for (index, argument) in pair.iter().enumerate() {
                        if index > 0 && self.fits(argument, 1) {
                            self.put(" ");
                        } else if index > 0 {
                            self.newline_unless_fresh(indent + INDENT);
                        }
                        self.expression(argument, indent + INDENT, 0);
                    }
                }
            }
        }
    }
}
