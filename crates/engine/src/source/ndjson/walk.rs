//! The reading of usual events along the tree of wanted fields: `stats count BY status` walks to `status` and no further.
//!
//! What is not wanted is passed over, and an event is left as soon as everything is found that can be found once. Values reach the
//! columns only when the walk is over: an event that turns out to be unusual is then read by `serde_json` as if nothing had been.

use speleo_functions::token::{DEEPEST, Plain, Tokens};

use super::{
    number,
    tree::{Node, UNWANTED, Wanted},
};
use crate::source::builder::{Builder, Value};

/// Walks through the events of a chunk.
pub(super) struct Walk<'a> {
    wanted: &'a Wanted,
    /// Whether events are known to be whole, so that one need not be read to its end.
    stops: bool,
    /// Whether what is not wanted is to be noted.
    strict: bool,
    /// What was not found yet that can be found once.
    missing: u64,
    found: Vec<Found<'a>>,
}

/// A value that is wanted.
struct Found<'a> {
    node: &'a Node,
    value: Ready<'a>,
    /// Whether it stands in an array.
    element: bool,
}

/// A value that a column takes.
enum Ready<'a> {
    Value(Value<'a>),
    /// A text that was escaped.
    Text(String),
    /// A number, and how it is written.
    Number(Value<'a>, &'a str),
}

impl<'a> Walk<'a> {
    /// A walk along a tree; `clean` says that every event is known to be an object.
    pub(super) fn new(wanted: &'a Wanted, clean: bool, strict: bool) -> Self {
        Self { wanted, stops: clean && !strict, strict, missing: 0, found: Vec::new() }
    }

    /// Gives the columns what an event holds; none where it is not usual, and then they got nothing.
    pub(super) fn read(&mut self, event: &'a [u8], builder: &mut Builder) -> Option<()> {
        self.walk(event, if self.stops { self.wanted.once() } else { Wanted::ALL })?;
        self.push_times(builder);
        if self.missing == 0 && self.wanted.has_time() && !builder.has_time() {
            // The best key for the time holds none: another may.
            self.walk(event, Wanted::ALL)?;
            self.push_times(builder);
        }
        for found in &self.found {
            let value = match &found.value {
                Ready::Value(value) | Ready::Number(value, _) => *value,
                Ready::Text(text) => Value::Text(text),
            };
            found.node.push(builder, value, found.element);
        }
        if builder.wants_text() {
            for found in &self.found {
                let value = match &found.value {
                    Ready::Value(value) => *value,
                    Ready::Text(text) => Value::Text(text),
                    Ready::Number(_, written) => Value::Text(written),
                };
                found.node.push(builder, value, found.element);
            }
        }
        Some(())
    }

    fn push_times(&self, builder: &mut Builder) {
        for found in &self.found {
            match &found.value {
                Ready::Value(value) | Ready::Number(value, _) => found.node.push_time(builder, *value),
                Ready::Text(text) => found.node.push_time(builder, Value::Text(text)),
            }
        }
    }

    fn walk(&mut self, event: &'a [u8], missing: u64) -> Option<()> {
        self.found.clear();
        self.missing = missing;
        let mut tokens = Tokens::new(event);
        tokens.take(b'{')?;
        self.object(&mut tokens, self.wanted.root(), 0)?;
        (self.missing == 0 || tokens.is_at_end()).then_some(())
    }

    /// Reads an object whose brace was passed.
    fn object(&mut self, tokens: &mut Tokens<'a>, node: &'a Node, depth: usize) -> Option<()> {
        if tokens.peek()? == b'}' {
            tokens.pass();
            return Some(());
        }
        loop {
            if tokens.peek()? != b'"' {
                return None;
            }
            let key = tokens.text().filter(|key| !key.is_escaped)?.bytes;
            tokens.take(b':')?;
            let first = tokens.peek()?;
            match node.find_bytes(key) {
                Some(child) => self.value(tokens, first, child, false, depth + 1)?,
                None if self.strict => self.value(tokens, first, &UNWANTED, false, depth + 1)?,
                None => tokens.skip(first, depth + 1)?,
            }
            if self.missing == 0 || !tokens.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    fn value(&mut self, tokens: &mut Tokens<'a>, first: u8, node: &'a Node, element: bool, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match first {
            b'{' => match node.of_object(element, self.strict) {
                Some(node) => {
                    tokens.pass();
                    self.object(tokens, node, depth)
                }
                None => tokens.skip(first, depth),
            },
            b'[' => {
                tokens.pass();
                if tokens.peek()? == b']' {
                    tokens.pass();
                    return Some(());
                }
                loop {
                    let first = tokens.peek()?;
                    self.value(tokens, first, node, true, depth + 1)?;
                    if self.missing == 0 || !tokens.goes_on(b']')? {
                        return Some(());
                    }
                }
            }
            _ => {
                let value = match tokens.plain(first)? {
                    Plain::Null => return Some(()),
                    Plain::Bool(flag) => Ready::Value(Value::Bool(flag)),
                    Plain::Integer(number) => Ready::Value(Value::Integer(number)),
                    Plain::Number(bytes, _) => Ready::Number(number(bytes)?, std::str::from_utf8(bytes).ok()?),
                    Plain::Text(text) if text.is_escaped => Ready::Text(text.plain()?.into_owned()),
                    Plain::Text(text) => Ready::Value(Value::Text(std::str::from_utf8(text.bytes).ok()?)),
                };
                self.missing &= !node.bit(matches!(value, Ready::Number(..)));
                self.found.push(Found { node, value, element });
                Some(())
            }
        }
    }
}
