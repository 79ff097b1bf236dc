//! Values at a path of a JSON text, found while reading it: what is off the path is checked and skipped, not built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::path::Step;

/// The values at a path, in the order of the text; of equal keys the last one counts. None where the text is no JSON.
pub(crate) fn find(text: &str, steps: &[Step]) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    Walk { steps, found: &mut found }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(found)
}

struct Walk<'w> {
    steps: &'w [Step],
    found: &'w mut Vec<Value>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        if self.steps.is_empty() {
            self.found.push(serde::Deserialize::deserialize(reader)?);
            return Ok(());
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let start = self.found.len();
        while let Some(key) = map.next_key::<std::borrow::Cow<str>>()? {
            match self.steps.split_first() {
                Some((Step::Key(wanted), steps)) if *wanted == key => {
                    self.found.truncate(start);
                    map.next_value_seed(Walk { steps, found: self.found })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut place = 0;
        loop {
            let more = match self.steps.split_first() {
                Some((Step::All, steps)) => elements.next_element_seed(Walk { steps, found: self.found })?.is_some(),
                Some((Step::Index(wanted), steps)) if *wanted == place => {
                    elements.next_element_seed(Walk { steps, found: self.found })?.is_some()
                }
                _ => elements.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                return Ok(());
            }
            place += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::find;
    use crate::eval::json::path::parse;

    fn check(text: &str, path: &str, expected: Option<&[&str]>) {
        let found = find(text, &parse(path).unwrap());
        let found: Option<Vec<String>> = found.map(|values| values.iter().map(ToString::to_string).collect());
        assert_eq!(found, expected.map(|values| values.iter().map(ToString::to_string).collect()), "{path} in {text}");
    }

    #[test]
    fn values_at_paths() {
        check(r#"{"a":{"b":[1,2]}}"#, "a.b{1}", Some(&["2"]));
        check(r#"{"a":{"b":[1,2]}}"#, "a.b{}", Some(&["1", "2"]));
        check(r#"{"a":{"b":[1,2]}}"#, "a.b", Some(&["[1,2]"]));
        check(r#"[{"n":"p"},{"n":"q"},5]"#, "{}.n", Some(&["\"p\"", "\"q\""]));
        check(r#"[{"n":"p"},{"n":"q"}]"#, "{1}.n", Some(&["\"q\""]));
        check(r#"{"a":"x"}"#, "a.b", Some(&[]));
        check(r#"{"a":[1]}"#, "a{5}", Some(&[]));
        check(r#"{"a":[1]}"#, "a.b", Some(&[]));
        check(r#"{"a":1,"a":2}"#, "a", Some(&["2"]));
        check(r#"{"a":{"b":1},"a":3}"#, "a.b", Some(&[]));
        check(r#" 5 "#, "", Some(&["5"]));
        check(r#"{"\u0061":1}"#, "a", Some(&["1"]));
    }

    #[test]
    fn broken_texts() {
        check(r#"{"a":1"#, "a", None);
        check(r#"{"a":1} x"#, "a", None);
        check("", "a", None);
        check(&"[".repeat(100_000), "{0}", None);
    }
}
