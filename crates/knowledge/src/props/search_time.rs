//! How a search finds fields in events, as `props.conf` says: `FIELDALIAS-src = user AS src_user`.
//!
//! Texts are taken apart here and no further: regexes are not compiled and expressions not parsed. What cannot be taken apart is
//! reported and left out. Each list stands in the order in which Splunk runs it, that of the bytes of the classes' names.

use super::{Effective, names};
use crate::conf::{Place, Problem, Setting, truth};

/// Everything that makes fields when a search reads events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchTime {
    /// `EXTRACT-…`
    pub extracts: Vec<Extract>,
    /// `REPORT-…`: the class, and the names of its transforms in the order in which they run.
    pub reports: Vec<TransformList>,
    /// `KV_MODE`; `None` where nothing sets it, which means automatic.
    pub kv_mode: Option<KvMode>,
    /// `AUTO_KV_JSON`: whether the automatic mode also reads JSON. Unset means yes.
    pub auto_kv_json: Option<bool>,
    /// `KV_TRIM_SPACES`: whether automatic modes take the blanks around values away. Unset means yes.
    pub kv_trim_spaces: Option<bool>,
    /// `FIELDALIAS-…`, pair by pair.
    pub aliases: Vec<Alias>,
    /// `EVAL-…`; all of them see the fields as the aliases leave them.
    pub evals: Vec<Calculated>,
    /// `LOOKUP-…`
    pub lookups: Vec<AutoLookup>,
    /// `rename`: the source type that the events show.
    pub rename: Option<String>,
}

/// A regex whose named groups are fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// The class.
    pub class: String,
    /// The regex as it is written; Splunk runs it with `(?ms)` before it.
    pub regex: String,
    /// The field that it reads instead of `_raw`.
    pub source: Option<String>,
    /// Where it was written.
    pub place: Place,
}

/// Transforms by name, of one class of `REPORT` or `TRANSFORMS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformList {
    /// The class.
    pub class: String,
    /// The names of stanzas in `transforms.conf`.
    pub transforms: Vec<String>,
    /// Where it was written.
    pub place: Place,
}

/// How pairs of names and values are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KvMode {
    /// `name=value`, and JSON.
    Auto,
    /// The same, with `\"` and `\\` inside quoted values.
    AutoEscaped,
    /// Not at all.
    None,
    /// The event is JSON.
    Json,
    /// The event is XML.
    Xml,
    /// The event is a table; with the stanza of `multikv.conf` where one is named.
    Multi(Option<String>),
}

/// Another name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The class.
    pub class: String,
    /// The field.
    pub field: String,
    /// Its other name.
    pub alias: String,
    /// `AS`: whether an existing field of the other name is overwritten, and taken away where `field` is missing. `ASNEW` leaves it.
    pub overwrite: bool,
    /// Where it was written.
    pub place: Place,
}

/// A calculated field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calculated {
    /// The field.
    pub field: String,
    /// An eval expression.
    pub expression: String,
    /// Where it was written.
    pub place: Place,
}

/// A lookup that runs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoLookup {
    /// The class.
    pub class: String,
    /// The lookup definition.
    pub lookup: String,
    /// Pairs of a column that is compared and the event's field.
    pub inputs: Vec<(String, String)>,
    /// What it adds.
    pub output: LookupOutput,
    /// Where it was written.
    pub place: Place,
}

/// What a lookup adds to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupOutput {
    /// All columns that are not compared.
    All,
    /// `OUTPUT`: pairs of a column and the field that it overwrites.
    Overwrite(Vec<(String, String)>),
    /// `OUTPUTNEW`: pairs of a column and the field that it makes where there is none.
    New(Vec<(String, String)>),
}

impl Effective {
    /// The typed view, and what could not be read.
    pub(super) fn read_search_time(&self) -> (SearchTime, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut found = SearchTime {
            extracts: self.classes("EXTRACT").map(|(class, setting)| extract(class, setting)).collect(),
            reports: self.transform_lists("REPORT"),
            rename: self.text("rename").map(str::to_owned),
            auto_kv_json: self.flag("AUTO_KV_JSON", &mut problems),
            kv_trim_spaces: self.flag("KV_TRIM_SPACES", &mut problems),
            ..SearchTime::default()
        };
        if let Some(winner) = self.get("KV_MODE") {
            found.kv_mode = kv_mode(&winner.setting.value);
            if found.kv_mode.is_none() {
                let message = format!(
                    "`KV_MODE` is one of auto, auto_escaped, none, json, xml, multi; found `{}`",
                    winner.setting.value
                );
                problems.push(Problem::new(&winner.setting, message));
            }
        }
        for (class, setting) in self.classes("FIELDALIAS") {
            match aliases(class, setting) {
                Ok(aliases) => found.aliases.extend(aliases),
                Err(message) => problems.push(Problem::new(setting, message)),
            }
        }
        for (field, setting) in self.classes("EVAL").filter(|(field, _)| !field.is_empty()) {
            let (field, expression) = (field.to_owned(), setting.value.clone());
            found.evals.push(Calculated { field, expression, place: setting.into() });
        }
        for (class, setting) in self.classes("LOOKUP") {
            match auto_lookup(class, setting) {
                Ok(lookup) => found.lookups.push(lookup),
                Err(message) => problems.push(Problem::new(setting, message)),
            }
        }
        found.lookups.sort_by(|one, other| one.class.cmp(&other.class));
        (found, problems)
    }

    /// A truth value; a text that is none is reported.
    pub(super) fn flag(&self, key: &str, problems: &mut Vec<Problem>) -> Option<bool> {
        let setting = &self.get(key)?.setting;
        let flag = truth(&setting.value);
        if flag.is_none() {
            problems.push(Problem::new(setting, format!("`{key}` takes a truth value, found `{}`", setting.value)));
        }
        flag
    }

    pub(super) fn transform_lists(&self, family: &str) -> Vec<TransformList> {
        let list = |(class, setting): (&str, &Setting)| TransformList {
            class: class.to_owned(),
            transforms: names(&setting.value),
            place: setting.into(),
        };
        self.classes(family).map(list).collect()
    }
}

/// `regex in field`. A regex that ends in a blank, `in` and a word is taken for one of these, as in Splunk.
fn extract(class: &str, setting: &Setting) -> Extract {
    let text = setting.value.as_str();
    let is_field = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let (regex, source) = match text.rsplit_once(char::is_whitespace).filter(|(_, word)| is_field(word)) {
        Some((head, field)) => match head.trim_end().strip_suffix("in") {
            Some(regex) if regex.ends_with(char::is_whitespace) => (regex.trim_end(), Some(field.to_owned())),
            _ => (text, None),
        },
        None => (text, None),
    };
    Extract { class: class.to_owned(), regex: regex.to_owned(), source, place: setting.into() }
}

fn kv_mode(text: &str) -> Option<KvMode> {
    let lower = text.to_ascii_lowercase();
    Some(match lower.as_str() {
        "auto" => KvMode::Auto,
        "auto_escaped" => KvMode::AutoEscaped,
        "none" => KvMode::None,
        "json" => KvMode::Json,
        "xml" => KvMode::Xml,
        "multi" => KvMode::Multi(None),
        _ => {
            let (mode, stanza) = text.split_once(':')?;
            return mode.eq_ignore_ascii_case("multi").then(|| KvMode::Multi(Some(stanza.trim().to_owned())));
        }
    })
}

fn aliases(class: &str, setting: &Setting) -> Result<Vec<Alias>, String> {
    let words = words(&setting.value);
    let mut found = Vec::new();
    for triple in words.chunks(3) {
        let [field, link, alias] = triple else {
            return Err(format!("expected `field AS alias` in `FIELDALIAS-{class}`, found `{}`", triple.join(" ")));
        };
        let overwrite = link.eq_ignore_ascii_case("as");
        if !overwrite && !link.eq_ignore_ascii_case("asnew") {
            return Err(format!("expected `AS` or `ASNEW` in `FIELDALIAS-{class}`, found `{link}`"));
        }
        let (class, field, alias) = (class.to_owned(), field.clone(), alias.clone());
        found.push(Alias { class, field, alias, overwrite, place: setting.into() });
    }
    Ok(found)
}

fn auto_lookup(class: &str, setting: &Setting) -> Result<AutoLookup, String> {
    let words = words(&setting.value);
    let Some((lookup, rest)) = words.split_first() else {
        return Err(format!("`LOOKUP-{class}` names no lookup"));
    };
    let is_output = |word: &String| word.eq_ignore_ascii_case("output") || word.eq_ignore_ascii_case("outputnew");
    let end = rest.iter().position(is_output).unwrap_or(rest.len());
    let inputs = pairs(rest.get(..end).unwrap_or_default());
    if inputs.is_empty() {
        return Err(format!("`LOOKUP-{class}` names no column to compare"));
    }
    let outputs = pairs(rest.get(end + 1..).unwrap_or_default());
    let output = match rest.get(end) {
        Some(word) if !outputs.is_empty() => match word.eq_ignore_ascii_case("output") {
            true => LookupOutput::Overwrite(outputs),
            false => LookupOutput::New(outputs),
        },
        _ => LookupOutput::All,
    };
    Ok(AutoLookup { class: class.to_owned(), lookup: lookup.clone(), inputs, output, place: setting.into() })
}

/// Reads `column AS field column …`: a column without `AS` is a field of its own name.
fn pairs(words: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some((column, more)) = rest.split_first() {
        match more {
            [link, field, more @ ..] if link.eq_ignore_ascii_case("as") => {
                found.push((column.clone(), field.clone()));
                rest = more;
            }
            _ => {
                found.push((column.clone(), column.clone()));
                rest = more;
            }
        }
    }
    found
}

/// Words between blanks and commas; double quotes hold one together.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut is_word) = (false, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                is_word = true;
            }
            c if !quoted && (c.is_whitespace() || c == ',') => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => {
                word.push(c);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::{conf::Conf, props::Props};

    fn read(settings: &str) -> SearchTime {
        let (props, problems) = Props::from_conf(&Conf::parse(&format!("[s]\n{settings}")).0);
        assert!(problems.is_empty(), "{problems:?}");
        props.search_time(None, None, Some("s"))
    }

    #[test]
    fn an_extraction_may_name_the_field_that_it_reads() {
        let found = read("EXTRACT-b = (?<a>\\w+)://x in url\nEXTRACT-a = found in (?<b>.)\nEXTRACT-c = x in  y_1\n");
        let parts: Vec<_> = found.extracts.iter().map(|one| (one.regex.as_str(), one.source.as_deref())).collect();
        assert_eq!(parts, [("found in (?<b>.)", None), ("(?<a>\\w+)://x", Some("url")), ("x", Some("y_1"))]);
        assert_eq!(found.extracts[0].place.line, 3);
    }

    #[test]
    fn an_alias_setting_holds_several_pairs() {
        let found = read("FIELDALIAS-x = user AS a, \"b c\" asnew d\n");
        let pairs: Vec<_> =
            found.aliases.iter().map(|alias| (alias.field.as_str(), alias.alias.as_str(), alias.overwrite)).collect();
        assert_eq!(pairs, [("user", "a", true), ("b c", "d", false)]);
    }

    #[test]
    fn lookups_in_all_spellings() {
        let found = read(
            "LOOKUP-b = l c AS f d OUTPUTNEW e, g AS h\nlookup_a = l c OUTPUT e\nLOOKUPc = l c OUTPUT\nREPORT-x = one, two\nKV_MODE = MULTI:top\nAUTO_KV_JSON = no\n",
        );
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(found.lookups.len(), 3);
        assert_eq!(found.lookups[0].output, LookupOutput::Overwrite(vec![pair("e", "e")]));
        assert_eq!(found.lookups[1].inputs, [pair("c", "f"), pair("d", "d")]);
        assert_eq!(found.lookups[1].output, LookupOutput::New(vec![pair("e", "e"), pair("g", "h")]));
        assert_eq!(found.lookups[2].output, LookupOutput::All);
        assert_eq!(found.reports[0].transforms, ["one", "two"]);
        assert_eq!((found.kv_mode, found.auto_kv_json), (Some(KvMode::Multi(Some("top".to_owned()))), Some(false)));
    }
}
