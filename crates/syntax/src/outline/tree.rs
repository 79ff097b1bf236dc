//! Reads the text that `#[derive(Debug)]` makes: `Stats { span: Span { start: 0, end: 4 }, by: [], delim: Some("x") }`

use crate::Span;

/// A value of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// A number, a truth value, or a variant without fields.
    Word(&'a str),
    /// A text.
    Text(String),
    /// A list, a map or a set.
    List(Vec<Value<'a>>),
    /// A variant with values, or values without a name.
    Tuple { name: &'a str, items: Vec<Value<'a>>, source: &'a str },
    /// A struct, or a variant with named fields.
    Struct { name: &'a str, fields: Vec<(&'a str, Value<'a>)> },
}

impl<'a> Value<'a> {
    /// A field by its name.
    pub(super) fn field(&self, wanted: &str) -> Option<&Value<'a>> {
        let Self::Struct { fields, .. } = self else { return None };
        fields.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    }

    /// Visits the fields in order.
    pub(super) fn each_field<'v>(&'v self, visit: &mut dyn FnMut(&'a str, &'v Value<'a>)) {
        if let Self::Struct { fields, .. } = self {
            fields.iter().for_each(|(name, value)| visit(name, value));
        }
    }

    /// Where a node stands.
    pub(super) fn span(&self) -> Option<Span> {
        let place = self.field("span")?;
        let number = |name: &str| match place.field(name) {
            Some(Self::Word(word)) => word.parse().ok(),
            _ => None,
        };
        Some(Span { start: number("start")?, end: number("end")? })
    }

    /// The outermost pipelines within, left to right.
    pub(super) fn pipelines<'v>(&'v self, found: &mut Vec<&'v Value<'a>>) {
        match self {
            Self::Struct { .. } if matches!(self.field("commands"), Some(Self::List(_))) => found.push(self),
            Self::Struct { fields, .. } => fields.iter().for_each(|(_, value)| value.pipelines(found)),
            Self::List(items) | Self::Tuple { items, .. } => items.iter().for_each(|value| value.pipelines(found)),
            Self::Word(_) | Self::Text(_) => {}
        }
    }
}

/// Reads a whole text; none where it is no such text.
pub(super) fn read(text: &str) -> Option<Value<'_>> {
    Reader { text, at: 0 }.value()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, what: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(what);
        self.at += if found { what.len_utf8() } else { 0 };
        found
    }

    fn value(&mut self) -> Option<Value<'a>> {
        self.blanks();
        let start = self.at;
        if self.take('"') {
            return self.quoted('"').map(Value::Text);
        }
        if self.take('\'') {
            return self.quoted('\'').map(Value::Text);
        }
        if self.take('[') {
            return self.items(']').map(Value::List);
        }
        if self.take('{') {
            return self.items('}').map(Value::List);
        }
        let rest = self.rest();
        let length = rest.find(|c: char| ",()[]{}: ".contains(c)).unwrap_or(rest.len());
        let word = rest.get(..length)?;
        self.at += length;
        if self.rest().starts_with('(') {
            self.at += 1;
            let items = self.items(')')?;
            return Some(Value::Tuple { name: word, items, source: self.text.get(start..self.at)? });
        }
        if !word.is_empty() && self.rest().starts_with(" {") {
            self.at += 2;
            return Some(Value::Struct { name: word, fields: self.fields()? });
        }
        (!word.is_empty()).then_some(Value::Word(word))
    }

    /// Values up to a bracket; those of a map are pairs.
    fn items(&mut self, end: char) -> Option<Vec<Value<'a>>> {
        let mut items = Vec::new();
        loop {
            if self.take(end) {
                return Some(items);
            }
            let start = self.at;
            let value = self.value()?;
            items.push(if self.take(':') {
                let items = vec![value, self.value()?];
                Value::Tuple { name: "", items, source: self.text.get(start..self.at)? }
            } else {
                value
            });
            self.take(',');
        }
    }

    fn fields(&mut self) -> Option<Vec<(&'a str, Value<'a>)>> {
        let mut fields = Vec::new();
        loop {
            if self.take('}') {
                return Some(fields);
            }
            let rest = self.rest();
            let name = rest.get(..rest.find(':')?)?;
            self.at += name.len() + 1;
            fields.push((name.trim(), self.value()?));
            self.take(',');
        }
    }

    /// The rest of a quoted text, its escapes undone.
    fn quoted(&mut self, end: char) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => match characters.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    '0' => text.push('\0'),
                    'u' => {
                        let digits: String = characters.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').collect();
                        text.push(char::from_u32(u32::from_str_radix(digits.trim_start_matches('{'), 16).ok()?)?);
                    }
                    other => text.push(other),
                },
                c if c == end => {
                    self.at += at + c.len_utf8();
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_lists_and_maps() {
        let text =
            format!("{:?}", (Some("a \"b\" \u{7f}\n{[("), [1.5, -2.0], std::collections::BTreeMap::from([("k", 'v')])));
        let Some(Value::Tuple { items, .. }) = read(&text) else { unreachable!("{text}") };
        let Value::Tuple { name: "Some", items: some, .. } = &items[0] else { unreachable!() };
        assert_eq!(some, &[Value::Text("a \"b\" \u{7f}\n{[(".to_owned())]);
        assert_eq!(items[1], Value::List(vec![Value::Word("1.5"), Value::Word("-2.0")]));
        let Value::List(pairs) = &items[2] else { unreachable!() };
        assert!(matches!(&pairs[0], Value::Tuple { items, .. } if items[1] == Value::Text("v".to_owned())));
    }
}
