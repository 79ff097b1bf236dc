//! Pieces to lines: a command stays on one line where it fits, else its arguments go below it, indented.

use super::{
    expression::Style,
    outline::{Grammar, Node, Part, Pipeline, Segment},
    unit,
};

/// How long a line becomes where there is a choice, in characters.
const WIDTH: usize = 100;

/// How far one level is indented.
pub(super) const INDENT: usize = 4;

/// The text of a search.
pub(super) fn write(pipeline: &Pipeline) -> String {
    let mut writer = Writer::default();
    writer.pipeline(pipeline, 0);
    writer.out
}

/// The text so far.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// How long the last line is.
    column: usize,
    /// How far the last line is indented.
    pub(super) indent: usize,
    /// Whether the last piece was a comment that ends its line.
    line_ended: bool,
}

impl Writer {
    fn pipeline(&mut self, pipeline: &Pipeline, indent: usize) {
        for (index, segment) in pipeline.segments.iter().enumerate() {
            if index > 0 && !segment.doubled {
                if segment.gap {
                    self.out.push('\n');
                }
                self.newline(indent);
            }
            self.segment(segment, indent);
        }
    }

    fn segment(&mut self, segment: &Segment, indent: usize) {
        let nodes = segment.nodes.as_slice();
        let mut body = nodes;
        if segment.piped {
            self.put("|");
            if !nodes.is_empty() {
                self.put(" ");
            }
        } else {
            // What the search is about stands above it.
            while let Some((Node { part: Part::Comment { text, .. }, .. }, rest)) = body.split_first() {
                self.put(text);
                if let Some(next) = rest.first() {
                    if next.breaks > 1 {
                        self.out.push('\n');
                    }
                    self.newline(indent);
                }
                body = rest;
            }
        }
        let trailing = body.len() - body.iter().rev().take_while(|node| node.is_comment()).count();
        let (body, comments) = body.split_at_checked(trailing).unwrap_or((body, &[]));
        self.line_ended = false;
        self.command(body, segment.grammar, indent);
        self.line_ended = false;
        for comment in comments {
            if comment.breaks > 0 {
                if comment.breaks > 1 {
                    self.out.push('\n');
                }
                self.newline(indent);
            } else if self.column > 0 && !self.out.ends_with(' ') {
                self.put(" ");
            }
            self.node(None, comment, 0);
        }
        self.line_ended = false;
    }

    /// A command and its arguments.
    fn command(&mut self, nodes: &[Node], grammar: Grammar, indent: usize) {
        if self.fits(nodes, 0) {
            return self.flat(nodes);
        }
        let below = indent + INDENT;
        let named = grammar != Grammar::Search || nodes.first().is_some_and(|node| node.is(&["search"]));
        match grammar {
            Grammar::Expression => {
                let Some((name, rest)) = nodes.split_first() else { return };
                self.node(None, name, 0);
                self.arguments(rest, below, 0);
            }
            Grammar::Aggregates => {
                let units = unit::aggregates(nodes);
                let head = unit::head(&units);
                let (head, rest) = units.split_at_checked(head).unwrap_or((&units, &[]));
                self.fill(head, below, 0);
                self.lines(rest, below, 0);
            }
            Grammar::Fields if nodes.first().is_some_and(|node| node.is(&["rename"])) => {
                let units = unit::commas(nodes.get(1..).unwrap_or_default());
                self.fill(&[nodes.get(..1).unwrap_or_default()], below, 0);
                self.lines(&units, below, 0);
            }
            _ => {
                let units = unit::words(nodes);
                let below = if named || units.len() > 1 { below } else { indent };
                self.fill(&units, below, 0);
            }
        }
    }

    /// Each unit on a line of its own.
    pub(super) fn lines(&mut self, units: &[&[Node]], indent: usize, reserve: usize) {
        for (index, unit) in units.iter().enumerate() {
            self.newline_unless_fresh(indent);
            let reserve = if index + 1 == units.len() { reserve } else { 0 };
            if self.fits(unit, reserve) {
                self.flat(unit);
            } else {
                self.fill(&unit::words(unit), indent + INDENT, reserve);
            }
        }
    }

    /// As many units on a line as fit.
    pub(super) fn fill(&mut self, units: &[&[Node]], indent: usize, reserve: usize) {
        for (index, unit) in units.iter().enumerate() {
            let reserve = if index + 1 == units.len() { reserve } else { 0 };
            let own_line = unit.first().is_some_and(|node| node.is_comment() && node.breaks > 0);
            if (own_line || self.line_ended) && !self.is_fresh() {
                self.newline(indent);
            }
            if self.is_fresh() {
                self.unit(unit, reserve);
                continue;
            }
            let space = usize::from(unit.first().is_some_and(|node| node.space) && !self.out.ends_with(' '));
            let fits = self.fits(unit, reserve + space) || self.fits_as_last(unit, space);
            if !fits && !self.stays(unit, indent) && space > 0 {
                self.newline(indent);
            } else if space > 0 {
                self.put(" ");
            }
            self.unit(unit, reserve);
        }
    }

    /// Whether a unit that is too long for the line begins on it nevertheless, because it opens a bracket there or
    /// fits on no line.
    fn stays(&self, unit: &[Node], indent: usize) -> bool {
        let too_long = flat(unit).is_none_or(|text| indent + width(&text) > WIDTH);
        let Some(opens) = unit.iter().position(Node::opens) else {
            // Too long anywhere: a line break would not gain much.
            return too_long && self.column < indent + 2 * INDENT;
        };
        let searches = unit.iter().any(|node| matches!(node.part, Part::Search(_)));
        let before = unit.get(..opens).and_then(flat).map_or(WIDTH, |text| width(&text));
        (searches || too_long) && self.column + before + 2 <= WIDTH
    }

    /// Pieces that stay together, save for what stands in brackets.
    pub(super) fn unit(&mut self, nodes: &[Node], reserve: usize) {
        if self.fits(nodes, reserve) {
            return self.flat(nodes);
        }
        let base = self.indent;
        for (index, node) in nodes.iter().enumerate() {
            if node.is_comment() && node.breaks > 0 && index > 0 || self.line_ended {
                self.newline_unless_fresh(base + INDENT);
            } else if node.space && index > 0 {
                self.put(" ");
            }
            let after = nodes.get(index + 1..).unwrap_or_default();
            // What follows stays on the line, up to the next thing that can be broken.
            let length = after.iter().position(Node::opens);
            let tail = flat(after.get(..length.unwrap_or(after.len())).unwrap_or_default());
            let space = usize::from(after.first().is_some_and(|next| next.space));
            let tail = tail.map_or(0, |text| width(&text) + space) + if length.is_none() { reserve } else { 0 };
            let before = index.checked_sub(1).and_then(|before| nodes.get(before)).filter(|_| !node.space);
            self.node(before, node, tail);
        }
    }

    /// One piece; what stands in brackets goes on lines of its own where it is too long.
    fn node(&mut self, before: Option<&Node>, node: &Node, reserve: usize) {
        if self.fits(std::slice::from_ref(node), reserve) {
            return self.flat(std::slice::from_ref(node));
        }
        let base = self.indent;
        let inner = base + INDENT;
        match &node.part {
            Part::Text(text) => self.put(text),
            Part::Macro(text) => self.put(text),
            Part::Comma => self.put(","),
            Part::Comment { text, ends_line } => {
                self.put(text);
                self.line_ended = *ends_line;
            }
            Part::Group(nodes, grammar) => {
                self.put("(");
                self.newline(inner);
                match grammar {
                    Grammar::Expression => {
                        let arguments = unit::commas(nodes);
                        let style = Style::of(before, &arguments);
                        self.list(&arguments, inner, style);
                    }
                    Grammar::Values => self.fill(&unit::commas(nodes), inner, 0),
                    _ => self.fill(&unit::words(nodes), inner, 0),
                }
                self.newline_unless_fresh(base);
                self.indent = base;
                self.put(")");
            }
            Part::Search(pipeline) => {
                self.put("[");
                self.newline(inner);
                self.pipeline(pipeline, inner);
                self.newline_unless_fresh(base);
                self.indent = base;
                self.put("]");
            }
        }
    }

    /// Whether the pieces fit on the rest of the line.
    pub(super) fn fits(&self, nodes: &[Node], reserve: usize) -> bool {
        !self.line_ended && flat(nodes).is_some_and(|text| self.column + width(&text) + reserve <= WIDTH)
    }

    /// Whether a comment that ended its line fits on the rest of this one.
    fn fits_as_last(&self, nodes: &[Node], reserve: usize) -> bool {
        let [Node { part: Part::Comment { text, ends_line: true }, breaks: 0, .. }] = nodes else { return false };
        !self.line_ended && self.column + width(text) + reserve <= WIDTH
    }

    pub(super) fn flat(&mut self, nodes: &[Node]) {
        if let Some(text) = flat(nodes) {
            self.put(&text);
        }
    }

    pub(super) fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => self.column + width(text),
        };
    }

    pub(super) fn newline(&mut self, indent: usize) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        (self.column, self.indent, self.line_ended) = (indent, indent, false);
    }

    /// A new line, unless nothing stands on this one.
    pub(super) fn newline_unless_fresh(&mut self, indent: usize) {
        if !self.is_fresh() {
            self.newline(indent);
        } else if self.indent != indent && !self.out.is_empty() {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.extend(std::iter::repeat_n(' ', indent));
            (self.column, self.indent) = (indent, indent);
        }
    }

    fn is_fresh(&self) -> bool {
        self.column == self.indent && self.out.ends_with([' ', '\n']) || self.out.is_empty()
    }
}

/// The pieces on one line; none where a comment needs the end of its line.
fn flat(nodes: &[Node]) -> Option<String> {
    let mut text = String::new();
    for (index, node) in nodes.iter().enumerate() {
        if node.space && index > 0 {
            text.push(' ');
        }
        match &node.part {
            Part::Text(own) => text.push_str(own),
            Part::Macro(own) => text.push_str(own),
            Part::Comma => text.push(','),
            Part::Comment { text: own, ends_line } => {
                if *ends_line || node.breaks > 0 {
                    return None;
                }
                text.push_str(own);
            }
            Part::Group(nodes, _) => {
                text.push('(');
                text.push_str(&flat(nodes)?);
                text.push(')');
            }
            Part::Search(pipeline) => {
                text.push('[');
                for (index, segment) in pipeline.segments.iter().enumerate() {
                    if segment.piped {
                        text.push_str(if index > 0 { " | " } else { "| " });
                    }
                    text.push_str(&flat(&segment.nodes)?);
                }
                text.push(']');
            }
        }
    }
    Some(text)
}

fn width(text: &str) -> usize {
    text.chars().count()
}
