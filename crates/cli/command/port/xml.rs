//! XML as a tree of elements with their text and line. `<query>index=web | where a&lt;5</query>`
//!
//! Entities are the five that XML knows and those of characters; others stay as they are written, so nothing grows. Name spaces,
//! processing instructions and comments are left out.

use anyhow::{Context, Result, bail, ensure};
use quick_xml::{Reader, events::Event};

/// The most elements inside each other.
const DEEPEST: usize = 200;

/// An element.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
    /// The text directly within it.
    pub(super) text: String,
    /// The line of its start, from 1.
    pub(super) line: usize,
}

impl Node {
    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The root element of a text.
pub(super) fn read(text: &str) -> Result<Node> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    let (mut line, mut counted) = (1, 0);
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
        line += text.as_bytes().get(counted..place).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        counted = place;
        let event = reader.read_event().with_context(|| format!("line {line}: this is no XML"))?;
        match event {
            Event::Start(start) => {
                ensure!(open.len() < DEEPEST, "line {line}: too many elements inside each other");
                open.push(element(&start, line)?);
            }
            Event::Empty(start) => {
                let node = element(&start, line)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(node);
                }
            }
            Event::End(_) => {
                if let (Some(node), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(node);
                }
            }
            Event::Text(part) => push(&mut open, &part),
            Event::CData(part) => push(&mut open, &part),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten();
                let name: &str = &reference;
                match character {
                    Some(character) => push(&mut open, &character.to_string()),
                    None => match quick_xml::escape::resolve_predefined_entity(name) {
                        Some(text) => push(&mut open, text),
                        None => push(&mut open, &format!("&{name};")),
                    },
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    ensure!(open.len() == 1, "line {line}: `<{}>` is not closed", open.last().map_or("", |node| node.name.as_str()));
    match open.pop().and_then(|root| root.children.into_iter().next()) {
        Some(root) => Ok(root),
        None => bail!("there is no element"),
    }
}

fn push(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>, line: usize) -> Result<Node> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.with_context(|| format!("line {line}: an attribute of `<{name}>` is broken"))?;
        let raw = attribute.value.clone().into_owned();
        let value = quick_xml::escape::unescape(&raw).map(|text| text.into_owned()).unwrap_or(raw);
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    Ok(Node { name, attributes, line, ..Node::default() })
}
