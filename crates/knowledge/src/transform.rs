//! Extractions and changes of events, as `transforms.conf` defines them.
//!
//! ```text
//! [pairs]
//! REGEX = (\w+)=(\d+)
//! FORMAT = $1::$2
//! MV_ADD = true
//! ```
//!
//! The file's other half, lookup definitions, is [`crate::lookup`]'s. Regexes are not compiled, formats and expressions not
//! parsed here.

use indexmap::IndexMap;

use crate::conf::{Conf, Place, Problem, Stanza};

/// Characters of an event that an index-time regex sees if nothing says otherwise.
const LOOKAHEAD: u64 = 4096;

/// A stanza that is no lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// The name that `REPORT-…` and `TRANSFORMS-…` use.
    pub name: String,
    /// Where it was written.
    pub place: Place,
    /// `REGEX`
    pub regex: Option<String>,
    /// Where `REGEX` was written.
    pub regex_place: Place,
    /// `FORMAT`, as it is written.
    pub format: Option<String>,
    /// `SOURCE_KEY`: what the regex reads; `_raw` where nothing is set.
    pub source_key: String,
    /// `DELIMS`: the characters between pairs, and those between a name and its value.
    pub delims: Option<Delims>,
    /// `FIELDS`: the names of columns.
    pub fields: Vec<String>,
    /// `MV_ADD`: whether a field that exists gets a further value.
    pub mv_add: bool,
    /// `CLEAN_KEYS`: whether names are made of letters, digits and `_` alone.
    pub clean_keys: bool,
    /// `KEEP_EMPTY_VALS`: whether an empty value makes a field.
    pub keep_empty_values: bool,
    /// `DEST_KEY`: what an index-time transform writes, such as `MetaData:Sourcetype` or `queue`.
    pub dest_key: Option<String>,
    /// `WRITE_META`: whether an index-time transform makes indexed fields.
    pub write_meta: bool,
    /// `DEFAULT_VALUE`: what is written to `DEST_KEY` where the regex does not match.
    pub default_value: Option<String>,
    /// `LOOKAHEAD`: how many characters an index-time regex sees.
    pub lookahead: u64,
    /// `REPEAT_MATCH`: whether an index-time regex goes on after its first match.
    pub repeat_match: bool,
    /// `INGEST_EVAL`: assignments, as they are written.
    pub ingest_eval: Option<String>,
    /// `CLONE_SOURCETYPE`: the source type of a copy of each event that matches.
    pub clone_sourcetype: Option<String>,
    /// `STOP_PROCESSING_IF`: an eval expression after which no further transform runs.
    pub stop_processing_if: Option<String>,
}

/// Characters that part an event, each of them alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delims {
    /// Between pairs, or between columns.
    pub pairs: String,
    /// Between a name and its value; none where the columns have names of their own.
    pub values: Option<String>,
}

/// The keys that make a stanza a lookup.
const LOOKUP_KEYS: &[&str] = &["filename", "collection", "external_cmd", "external_type"];

/// The transforms of a `transforms.conf` that are not disabled; settings that cannot be read are reported and count as absent.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, Transform>, Vec<Problem>) {
    let mut transforms = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let is_lookup = LOOKUP_KEYS.iter().any(|key| conf.text(stanza, key).is_some_and(|text| !text.is_empty()));
        if is_lookup || conf.flag(stanza, "disabled", &mut Vec::new()) == Some(true) {
            continue;
        }
        transforms.insert(name.clone(), transform(name, conf, stanza, &mut problems));
    }
    (transforms, problems)
}

fn transform(name: &str, conf: &Conf, stanza: &Stanza, problems: &mut Vec<Problem>) -> Transform {
    let setting = |key: &str| conf.get(stanza, key).filter(|setting| !setting.value.is_empty());
    let text = |key: &str| setting(key).map(|setting| setting.value.clone());
    let mut flag = |key: &str, default: bool| match setting(key) {
        Some(_) => conf.flag(stanza, key, problems).unwrap_or(default),
        None => default,
    };
    let (mv_add, clean_keys) = (flag("MV_ADD", false), flag("CLEAN_KEYS", true));
    let (keep_empty_values, write_meta) = (flag("KEEP_EMPTY_VALS", false), flag("WRITE_META", false));
    let repeat_match = flag("REPEAT_MATCH", false);
    let mut number = |key: &str| {
        let setting = setting(key)?;
        let number = setting.value.parse().ok();
        if number.is_none() {
            problems.push(Problem::new(setting, format!("`{key}` takes a whole number, found `{}`", setting.value)));
        }
        number
    };
    let lookahead = number("LOOKAHEAD");
    let mut delims = None;
    if let Some(setting) = setting("DELIMS") {
        let mut sets = quoted_list(&setting.value).into_iter();
        match (sets.next(), sets.next(), sets.next()) {
            (Some(pairs), values, None) if !pairs.is_empty() => delims = Some(Delims { pairs, values }),
            _ => problems.push(Problem::new(
                setting,
                format!("`DELIMS` takes one or two quoted sets of characters, found `{}`", setting.value),
            )),
        }
    }
    Transform {
        name: name.to_owned(),
        place: stanza.into(),
        regex: text("REGEX"),
        regex_place: setting("REGEX").map_or_else(|| stanza.into(), Place::from),
        format: text("FORMAT"),
        source_key: text("SOURCE_KEY").unwrap_or_else(|| "_raw".to_owned()),
        delims,
        fields: setting("FIELDS").map(|setting| quoted_list(&setting.value)).unwrap_or_default(),
        mv_add,
        clean_keys,
        keep_empty_values,
        dest_key: text("DEST_KEY"),
        write_meta,
        default_value: text("DEFAULT_VALUE"),
        lookahead: lookahead.unwrap_or(LOOKAHEAD),
        repeat_match,
        ingest_eval: text("INGEST_EVAL"),
        clone_sourcetype: text("CLONE_SOURCETYPE"),
        stop_processing_if: text("STOP_PROCESSING_IF"),
    }
}

/// Reads `"|;", "="`, and `one, two` without quotes. Inside quotes `\t \n \r \\ \"` are what they are in other languages.
fn quoted_list(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut item = String::new();
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => match chars.next() {
                        Some((_, 't')) => item.push('\t'),
                        Some((_, 'n')) => item.push('\n'),
                        Some((_, 'r')) => item.push('\r'),
                        Some((_, other @ ('\\' | '"'))) => item.push(other),
                        Some((_, other)) => item.extend(['\\', other]),
                        None => item.push('\\'),
                    },
                    c => item.push(c),
                }
            }
            rest = quoted.get(end..).unwrap_or_default().trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        } else {
            let (head, tail) = rest.split_once(',').unwrap_or((rest, ""));
            item.push_str(head.trim());
            rest = tail.trim_start();
        }
        items.push(item);
    }
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_transform_has_its_defaults() {
        let text =
            "[a]\nREGEX = (\\w+)=(\\d+)\nFORMAT = $1::$2\n[l]\nfilename = x.csv\n[off]\nREGEX = x\ndisabled = 1\n";
        let (found, problems) = from_conf(&Conf::parse(text).0);
        assert!(problems.is_empty());
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a"]);
        let one = &found["a"];
        assert_eq!((one.source_key.as_str(), one.lookahead), ("_raw", 4096));
        assert!(one.clean_keys && !one.mv_add && !one.keep_empty_values && !one.repeat_match);
        assert_eq!((one.place.line, one.regex_place.line), (1, 2));
    }

    #[test]
    fn delimiters_are_sets_of_characters() {
        let text = "[a]\nDELIMS = \";|\", \"=\\t\"\n[b]\nDELIMS = \",\"\nFIELDS = \"one\", two , \"three \\\"x\\\"\"\n[c]\nDELIMS = \"\"\nMV_ADD = maybe\n";
        let (found, problems) = from_conf(&Conf::parse(text).0);
        let pairs = Delims { pairs: ";|".to_owned(), values: Some("=\t".to_owned()) };
        assert_eq!(found["a"].delims.as_ref(), Some(&pairs));
        assert_eq!(found["b"].delims.as_ref(), Some(&Delims { pairs: ",".to_owned(), values: None }));
        assert_eq!(found["b"].fields, ["one", "two", "three \"x\""]);
        assert_eq!(found["c"].delims, None);
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [8, 7]);
    }
}
