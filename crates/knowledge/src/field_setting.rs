//! What `fields.conf` says of fields: `[recipients]` with `TOKENIZER = ([^;]+);?`.
//!
//! A field with `INDEXED` is not split, as in Splunk. Otherwise `INDEXED` and `INDEXED_VALUE` say how an index of terms is asked
//! for a value (whether as `field::value`, whether the value stands in `_raw` as a term); such an index is absent and conditions look at
//! the values themselves, so both change no answer. Stanzas `sourcetype::x::pattern` say nothing but `INDEXED`.

use indexmap::IndexMap;

use crate::conf::{Conf, Place, Problem};

/// A field's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSetting {
    /// `TOKENIZER`: a regex whose first group, match by match, gives the values of the field.
    pub tokenizer: Option<String>,
    /// `INDEXED`: whether events carry the field since they were read.
    pub indexed: bool,
    /// `INDEXED_VALUE`: false where the value need not stand in `_raw`.
    pub indexed_value: Option<bool>,
    /// Where it was written.
    pub place: Place,
}

/// The fields of a `fields.conf`; flags that cannot be read are reported and count as absent.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, FieldSetting>, Vec<Problem>) {
    let mut fields = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let tokenizer = conf.text(stanza, "TOKENIZER").filter(|text| !text.is_empty()).map(str::to_owned);
        let indexed = conf.flag(stanza, "INDEXED", &mut problems).unwrap_or(false);
        // It may also be a pattern in which `<VALUE>` stands for the value.
        let indexed_value = conf.text(stanza, "INDEXED_VALUE").and_then(crate::conf::truth);
        fields.insert(name.clone(), FieldSetting { tokenizer, indexed, indexed_value, place: stanza.into() });
    }
    (fields, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn flags_and_a_tokenizer() {
        let text = "[a]\nTOKENIZER = (\\w+)\nINDEXED = true\nINDEXED_VALUE = <VALUE>*\n[b]\nINDEXED = perhaps\nINDEXED_VALUE = false\n";
        let (fields, problems) = from_conf(&Conf::parse(text).0);
        assert_eq!(fields["a"].tokenizer.as_deref(), Some("(\\w+)"));
        assert_eq!((fields["a"].indexed, fields["a"].indexed_value), (true, None));
        assert_eq!((fields["b"].indexed, fields["b"].indexed_value), (false, Some(false)));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [6]);
    }
}
