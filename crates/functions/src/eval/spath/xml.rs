//! Values at a path of an XML text: `Event.System.EventID`, `a.b{2}`, `a{@id}`.
//!
//! A reader for events, not for documents: no namespaces, no DTDs, no entities but the built-in ones. What comes before an
//! error counts.

use std::ops::Range;

use crate::eval::json::path::Step;

/// The deepest nesting of elements; what is deeper is not looked at.
const DEEPEST: usize = 200;

/// The elements of a text. The first node stands for the text itself.
pub(super) struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node<'t>>,
}

struct Node<'t> {
    name: &'t str,
    attributes: &'t str,
    children: Vec<usize>,
    /// Where the content is.
    start: usize,
    end: usize,
    /// Where the element is, its tags with it.
    outer: Range<usize>,
}

impl<'t> Tree<'t> {
    /// Reads a text.
    pub(super) fn new(text: &'t str) -> Self {
        let outer = 0..text.len();
        let root = Node { name: "", attributes: "", children: Vec::new(), start: 0, end: text.len(), outer };
        let mut tree = Self { text, nodes: vec![root] };
        let mut open = vec![0];
        let mut place = 0;
        while let Some(tag) = tree.next_tag(place) {
            place = tag.end;
            match tag.kind {
                Kind::Other => {}
                Kind::End => {
                    // An end without a start, or for an outer element, closes what is in between.
                    if let Some(depth) =
                        open.iter().rposition(|&node| tree.name(node) == tag.name).filter(|depth| *depth > 0)
                    {
                        for node in open.drain(depth..) {
                            if let Some(node) = tree.nodes.get_mut(node) {
                                node.end = tag.start;
                                node.outer.end = tag.end;
                            }
                        }
                    }
                }
                Kind::Start | Kind::Empty if open.len() > DEEPEST => {}
                Kind::Start | Kind::Empty => {
                    let node = tree.nodes.len();
                    let end = if tag.kind == Kind::Empty { tag.end } else { text.len() };
                    let children = Vec::new();
                    let outer = tag.start..end;
                    let (name, attributes) = (tag.name, tag.attributes);
                    tree.nodes.push(Node { name, attributes, children, start: tag.end, end, outer });
                    if let Some(parent) = open.last().and_then(|&parent| tree.nodes.get_mut(parent)) {
                        parent.children.push(node);
                    }
                    if tag.kind == Kind::Start {
                        open.push(node);
                    }
                }
            }
        }
        tree
    }

    /// The values at a path: of elements without children their text, of others what is inside.
    pub(super) fn find(&self, steps: &[Step]) -> Vec<String> {
        let mut groups = vec![vec![0]];
        for (place, step) in steps.iter().enumerate() {
            match step {
                Step::Key(name) => {
                    groups = groups.concat().into_iter().map(|node| self.children(node, name)).collect();
                }
                // Elements are counted from 1.
                Step::Index(number) => {
                    let pick = |group: &Vec<usize>| number.checked_sub(1).and_then(|place| group.get(place)).copied();
                    groups = groups.iter().map(|group| pick(group).into_iter().collect()).collect();
                }
                Step::All => {}
                Step::Attribute(name) if place + 1 == steps.len() => {
                    let nodes = groups.concat();
                    let values = nodes.iter().filter_map(|&node| {
                        self.attributes(node).find(|(known, _)| known == name).map(|(_, value)| unescape(value))
                    });
                    return values.collect();
                }
                Step::Attribute(_) => return Vec::new(),
            }
        }
        groups.concat().into_iter().filter(|&node| node != 0).map(|node| self.value(node)).collect()
    }

    /// The paths of all elements with text and of all attributes, with their values, in the order of the text.
    pub(super) fn leaves(&self, mut visit: impl FnMut(&str, String)) {
        let mut pending: Vec<(usize, String)> = vec![(0, String::new())];
        while let Some((node, path)) = pending.pop() {
            for (name, value) in self.attributes(node) {
                visit(&format!("{path}{{@{name}}}"), unescape(value));
            }
            let Some(children) = self.nodes.get(node).map(|node| &node.children) else { continue };
            if node != 0 && children.is_empty() {
                let value = self.value(node);
                if !value.is_empty() {
                    visit(&path, value);
                }
            }
            // The last one pushed comes first.
            for &child in children.iter().rev() {
                let joint = if path.is_empty() { "" } else { "." };
                pending.push((child, format!("{path}{joint}{}", self.name(child))));
            }
        }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All children of an element, in the order of the text.
    pub(super) fn all_children(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map(|node| node.children.as_slice()).unwrap_or_default()
    }

    /// The pieces of text directly in an element, blanks around each left out; empty ones do not count.
    pub(super) fn own_texts(&self, node: usize) -> Vec<String> {
        let Some(own) = self.nodes.get(node) else { return Vec::new() };
        let mut texts = Vec::new();
        let mut start = own.start;
        let ends = own.children.iter().filter_map(|&child| self.nodes.get(child)).map(|child| child.outer.clone());
        for outer in ends.chain(std::iter::once(own.end..own.end)) {
            let text = text_of(self.text.get(start..outer.start).unwrap_or_default().trim());
            texts.extend(Some(text).filter(|text| !text.is_empty()));
            start = outer.end;
        }
        texts
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, node: usize, name: &str) -> Option<String> {
        self.attributes(node).find(|(known, _)| *known == name).map(|(_, value)| unescape(value))
    }

    /// The values of all attributes of an element.
    pub(super) fn all_attributes(&self, node: usize) -> Vec<String> {
        self.attributes(node).map(|(_, value)| unescape(value)).collect()
    }

    pub(super) fn name(&self, node: usize) -> &'t str {
        self.nodes.get(node).map_or("", |node| node.name)
    }

    fn children(&self, node: usize, name: &str) -> Vec<usize> {
        self.all_children(node).iter().copied().filter(|&child| self.name(child) == name).collect()
    }

    /// The text of an element without children, of others what is inside.
    pub(super) fn value(&self, node: usize) -> String {
        let Some(node) = self.nodes.get(node) else { return String::new() };
        let inside = self.text.get(node.start..node.end).unwrap_or_default().trim();
        if node.children.is_empty() { text_of(inside) } else { inside.to_owned() }
    }

    fn attributes(&self, node: usize) -> impl Iterator<Item = (&'t str, &'t str)> {
        let mut rest = self.nodes.get(node).map_or("", |node| node.attributes);
        std::iter::from_fn(move || {
            let (name, behind) = rest.split_once('=')?;
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, behind) = behind.get(1..)?.split_once(quote)?;
            rest = behind;
            Some((name.trim(), value))
        })
    }

    /// The first tag at or after a place.
    fn next_tag(&self, place: usize) -> Option<Tag<'t>> {
        let start = place + self.text.get(place..)?.find('<')?;
        let inside = self.text.get(start..)?;
        let skip = |opening: &str, closing: &str| {
            let behind = inside.strip_prefix(opening)?;
            let end = behind.find(closing).map_or(inside.len(), |end| opening.len() + end + closing.len());
            Some(Tag { kind: Kind::Other, name: "", attributes: "", start, end: start + end })
        };
        let special = skip("<!--", "-->")
            .or_else(|| skip("<![CDATA[", "]]>"))
            .or_else(|| skip("<?", "?>"))
            .or_else(|| skip("<!", ">"));
        if special.is_some() {
            return special;
        }
        let length = tag_length(inside)?;
        let body = inside.get(1..length - 1)?;
        let (kind, body) = match (body.strip_prefix('/'), body.strip_suffix('/')) {
            (Some(body), _) => (Kind::End, body),
            (None, Some(body)) => (Kind::Empty, body),
            (None, None) => (Kind::Start, body),
        };
        let (name, attributes) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        Some(Tag { kind, name, attributes, start, end: start + length })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Start,
    Empty,
    End,
    /// Comments, instructions, character data.
    Other,
}

struct Tag<'t> {
    kind: Kind,
    name: &'t str,
    attributes: &'t str,
    start: usize,
    end: usize,
}

/// The length of a tag up to its `>`, which quotes hide.
fn tag_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (place, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(place + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(opening), _) if opening == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The text of an element without children: entities resolved, character data as it is, comments left out.
fn text_of(inside: &str) -> String {
    let mut out = String::new();
    let mut rest = inside;
    while let Some((before, special)) = rest.split_once("<!") {
        out.push_str(&unescape(before));
        rest = if let Some(data) = special.strip_prefix("[CDATA[") {
            let (data, behind) = data.split_once("]]>").unwrap_or((data, ""));
            out.push_str(data);
            behind
        } else {
            special.split_once('>').map_or("", |(_, behind)| behind)
        };
    }
    out.push_str(&unescape(rest));
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';').filter(|(name, _)| name.len() <= 8);
        let Some((c, behind)) = entity.and_then(|(name, behind)| Some((character(name)?, behind))) else {
            out.push('&');
            rest = behind;
            continue;
        };
        out.push(c);
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn character(entity: &str) -> Option<char> {
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Tree;
    use crate::eval::json::path::parse;

    const EVENT: &str = "<?xml version='1.0'?><Event xmlns='x'><System><EventID>4624</EventID><Time At=\"a &gt; b\"/></System>\
        <Data Name='user'>Bob &amp; Eve</Data><Data Name='host'><![CDATA[<h>]]></Data><!-- c --></Event>";

    fn check(text: &str, path: &str, expected: &[&str]) {
        assert_eq!(Tree::new(text).find(&parse(path).unwrap()), expected, "{path}");
    }

    #[test]
    fn values_at_paths() {
        check(EVENT, "Event.System.EventID", &["4624"]);
        check(EVENT, "Event.Data", &["Bob & Eve", "<h>"]);
        check(EVENT, "Event.Data{2}", &["<h>"]);
        check(EVENT, "Event.Data{}", &["Bob & Eve", "<h>"]);
        check(EVENT, "Event.Data{@Name}", &["user", "host"]);
        check(EVENT, "Event.Data{1}{@Name}", &["user"]);
        check(EVENT, "Event.System.Time{@At}", &["a > b"]);
        check(EVENT, "Event.System", &["<EventID>4624</EventID><Time At=\"a &gt; b\"/>"]);
        check(EVENT, "Event.Data{0}", &[]);
        check(EVENT, "System", &[]);
        check(EVENT, "", &[]);
    }

    #[test]
    fn all_leaves() {
        let mut found = Vec::new();
        Tree::new(EVENT).leaves(|path, value| found.push(format!("{path}={value}")));
        assert_eq!(
            found,
            [
                "Event{@xmlns}=x",
                "Event.System.EventID=4624",
                "Event.System.Time{@At}=a > b",
                "Event.Data{@Name}=user",
                "Event.Data=Bob & Eve",
                "Event.Data{@Name}=host",
                "Event.Data=<h>",
            ]
        );
    }

    #[test]
    fn broken_texts_give_what_they_have() {
        check("<a><b>1</b><c>2", "a.b", &["1"]);
        check("<a><b>1</b><c>2", "a.c", &["2"]);
        check("<a><b>1</a><a>2</a>", "a.b", &["1"]);
        check("</a><a>1</a>", "a", &["1"]);
        check("<a", "a", &[]);
        check("<a x='1", "a", &[]);
        check("<a>&bogus; &#x41;&#xD800; &</a>", "a", &["&bogus; A&#xD800; &"]);
        check("<>é</>", "a", &[]);
        let deep = "<a>".repeat(100_000);
        check(&deep, "a.b", &[]);
        let mut leaves = 0;
        Tree::new(&deep).leaves(|_, _| leaves += 1);
        assert_eq!(leaves, 1);
    }
}
