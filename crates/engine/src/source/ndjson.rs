//! JSON events: `{"host": "a", "http": {"status": 200}, "tags": ["x", "y"]}` has `host`, `http.status`, and `tags` with two values.
//!
//! An object in an array gives `items{}.name`. Null, `{}` and `[]` are absent. An event is read twice: once for the types of all
//! fields, then for just the fields that a scan needs; nothing is built in between.
//! Usual events are walked through by their bytes; whatever is unusual of an event, `serde_json` reads it.

mod infer;
mod shape;
mod tree;
mod walk;

pub(crate) use infer::{infer, is_event};

use std::sync::Arc;

use serde::de::DeserializeSeed;

use self::{
    tree::{ObjectSeed, Wanted},
    walk::Walk,
};
use super::{
    builder::{Builder, Value},
    chunk::{self, Chunk},
    schema::Columns,
};

/// Takes the wanted fields out of JSON events.
pub(crate) struct JsonDecoder {
    wanted: Wanted,
    /// Whether every event is known to be an object but those that are known to be none.
    clean: bool,
    /// Where these begin, in order.
    bad: Arc<[u64]>,
}

impl JsonDecoder {
    /// A decoder for the columns at these places; `_time` comes from the first key that can be read.
    pub(crate) fn new(columns: &Columns, places: &[usize], clean: bool, bad: &Arc<[u64]>) -> Self {
        Self { wanted: Wanted::new(columns, places), clean, bad: Arc::clone(bad) }
    }

    /// Reads the events of a chunk that are kept.
    pub(crate) fn decode(&self, chunk: &Chunk<'_>, keep: Option<&[bool]>, builder: &mut Builder) {
        let mut walk = Walk::new(&self.wanted, self.clean, builder.is_strict());
        let (is_known, is_odd) = (self.clean && self.wanted.root().is_leaf(), self.wanted.is_odd());
        for (place, range) in chunk.events.iter().enumerate() {
            if keep.is_some_and(|keep| !keep.get(place).copied().unwrap_or_default()) {
                continue;
            }
            let line = chunk.event(range);
            let offset = chunk.offset + range.start as u64;
            if self.bad.binary_search(&offset).is_ok() {
                builder.end_bad_row();
                continue;
            }
            let is_read = is_known || (!is_odd && walk.read(line, builder).is_some());
            if is_read || self.event(line, builder).is_ok() {
                builder.end_row(line, offset);
            } else {
                builder.end_bad_row();
            }
        }
    }

    fn event(&self, line: &[u8], builder: &mut Builder) -> serde_json::Result<()> {
        // A few broken bytes do not cost the event.
        let text = chunk::text(line);
        let along = |text: &str, builder: &mut Builder| {
            read(&mut serde_json::Deserializer::from_str(text), ObjectSeed { node: self.wanted.root(), builder })
        };
        along(&text, builder)?;
        if builder.wants_text() {
            along(&quote_numbers(&text), builder)?;
        }
        Ok(())
    }
}

/// What `serde_json` makes of a number; none where it is none.
fn number(bytes: &[u8]) -> Option<Value<'static>> {
    let number: serde_json::Number = serde_json::from_slice(bytes).ok()?;
    let whole = number.as_i64().map(Value::Integer).or_else(|| number.as_u64().map(Value::Unsigned));
    whole.or_else(|| number.as_f64().map(Value::Float))
}

/// JSON with its numbers as texts: as they were written.
pub(crate) fn quote_numbers(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 16);
    let (mut inside, mut escaped, mut number) = (false, false, false);
    for char in text.chars() {
        let continues = char.is_ascii_digit() || matches!(char, '-' | '+' | '.' | 'e' | 'E');
        if number && !continues {
            quoted.push('"');
            number = false;
        }
        match char {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            '-' | '0'..='9' if !inside && !number => {
                quoted.push('"');
                number = true;
            }
            _ => {}
        }
        quoted.push(char);
    }
    quoted
}

fn read<'de, R: serde_json::de::Read<'de>>(
    deserializer: &mut serde_json::Deserializer<R>,
    seed: impl DeserializeSeed<'de, Value = ()>,
) -> serde_json::Result<()> {
    seed.deserialize(&mut *deserializer)?;
    deserializer.end()
}

#[cfg(test)]
#[path = "ndjson/tests.rs"]
mod tests;
