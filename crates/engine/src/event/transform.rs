//! What `TRANSFORMS-…` do to an event: rewrite it, drop it, copy it, change its origin, give it fields.
//!
//! ```text
//! [drop_debug]
//! REGEX = level=debug
//! DEST_KEY = queue
//! FORMAT = nullQueue
//! ```
//!
//! The last `queue` that is written counts: `setnull` for all and `setparsing` for some keeps the some. Routing by `_TCP_ROUTING`
//! and its kin is absent.

use std::{borrow::Cow, sync::Arc};

use speleo_functions::eval::pattern::{
    regex::{Regex, compile},
    template::Template,
};
use speleo_knowledge::{Problem, Transform};
use speleo_syntax::Diagnostic;

use super::{Event, Subject, evaluate::Evaluation, format::pairs, rules::Rules};
use crate::definitions::warning_of;

/// One transform.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A regex and what a match writes.
    Match(Box<Match>),
    /// `INGEST_EVAL`.
    Evaluate(Arc<Evaluation>),
    /// `STOP_PROCESSING_IF`: later steps leave alone the events for which it is true.
    StopIf(Arc<Evaluation>),
}

/// A regex and what a match writes.
#[derive(Debug, Clone)]
pub(super) struct Match {
    regex: Arc<Regex>,
    source: Key,
    lookahead: usize,
    repeat: bool,
    write: Write,
    default_value: Option<String>,
}

/// A part of an event, by the name that conf files have for it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Raw,
    Host,
    Source,
    Sourcetype,
    Index,
    Queue,
    /// All fields as `name::value`.
    Meta,
    /// Indexed fields, joined by blanks.
    Fields(Vec<String>),
}

#[derive(Debug, Clone)]
enum Write {
    To(Key, Template),
    Fields(Vec<(Template, Template)>),
    /// The names of groups are names of fields.
    Groups(Vec<(usize, Arc<str>)>),
    /// A copy with another source type, and what is done to it.
    Clone(String, Arc<Rules>),
}

impl Step {
    /// The steps of a transform; what cannot be compiled is reported and left out. `clones` gives the rules of a copy.
    pub(super) fn of(
        transform: &Transform,
        evaluation: impl Fn(&str, bool) -> Result<Evaluation, String>,
        clones: impl FnOnce(&str) -> Arc<Rules>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut found = |text: &Option<String>, is_condition: bool| {
            let text = text.as_ref()?;
            let compiled = evaluation(text, is_condition);
            compiled
                .map_err(|message| problems.push(warning_of(&Problem::new(&transform.place, message))))
                .ok()
                .map(Arc::new)
        };
        let stop = found(&transform.stop_processing_if, true).map(Step::StopIf);
        steps.extend(found(&transform.ingest_eval, false).map(Step::Evaluate));
        if transform.regex.is_some() || transform.clone_sourcetype.is_some() {
            match Match::new(transform, clones) {
                Ok(step) => steps.push(Step::Match(Box::new(step))),
                Err(message) => problems.push(warning_of(&Problem::new(&transform.regex_place, message))),
            }
        }
        steps.extend(stop);
        steps
    }

    /// Whether it may give events another `host`, `source` or `sourcetype`.
    pub(super) fn says(&self, name: &str) -> bool {
        match self {
            Self::Match(step) => match &step.write {
                Write::To(Key::Host, _) => name == "host",
                Write::To(Key::Source, _) => name == "source",
                Write::To(Key::Sourcetype, _) => name == "sourcetype",
                Write::Clone(_, rules) => name == "sourcetype" || rules.says(name),
                Write::Fields(pairs) => pairs.iter().any(|(target, _)| *target == Template::of_format(name)),
                Write::Groups(names) => names.iter().any(|(_, target)| target.as_ref() == name),
                Write::To(..) => false,
            },
            Self::Evaluate(evaluation) => evaluation.sets(name),
            Self::StopIf(_) => false,
        }
    }

    /// Whether it may give events fields.
    pub(super) fn makes_fields(&self) -> bool {
        match self {
            Self::Match(step) => match &step.write {
                Write::Fields(_) | Write::Groups(_) => true,
                Write::To(key, _) => *key == Key::Meta,
                Write::Clone(_, rules) => rules.makes_fields(),
            },
            Self::Evaluate(evaluation) => evaluation.makes_fields(),
            Self::StopIf(_) => false,
        }
    }
}

impl Match {
    fn new(transform: &Transform, clones: impl FnOnce(&str) -> Arc<Rules>) -> Result<Self, String> {
        let regex = compile(transform.regex.as_deref().unwrap_or("."))?;
        let format = transform.format.as_deref();
        let write = if let Some(sourcetype) = &transform.clone_sourcetype {
            Write::Clone(sourcetype.clone(), clones(sourcetype))
        } else {
            match transform.dest_key.as_deref() {
                Some(name) if name != "_meta" => {
                    let key = Key::of_name(name).ok_or_else(|| format!("`DEST_KEY = {name}` is not supported"))?;
                    Write::To(key, Template::of_format(format.unwrap_or_default()))
                }
                // As in Splunk, which makes no field then.
                None if !transform.write_meta => {
                    return Err("it writes nothing without `WRITE_META = true` or a `DEST_KEY`".to_owned());
                }
                _ => match format {
                    Some(format) => Write::Fields(pairs(format)),
                    None if !regex.names().is_empty() => {
                        Write::Groups(regex.names().into_iter().map(|(group, name)| (group, name.into())).collect())
                    }
                    None => Write::Fields(vec![(Template::of_format(&transform.name), Template::of_format("$1"))]),
                },
            }
        };
        let source = Key::of_name(&transform.source_key)
            .ok_or_else(|| format!("`SOURCE_KEY = {}` is not supported", transform.source_key))?;
        Ok(Self {
            regex,
            source,
            lookahead: usize::try_from(transform.lookahead).unwrap_or(usize::MAX),
            repeat: transform.repeat_match,
            write,
            default_value: transform.default_value.clone(),
        })
    }

    /// Applies it; gives the copy that it makes.
    pub(super) fn apply(&self, event: &mut Event, file: &Subject) -> Option<Event> {
        let text = self.source.read(event, file);
        // Most events are shorter, and their characters need no counting.
        let end = if text.len() <= self.lookahead {
            text.len()
        } else {
            text.char_indices().nth(self.lookahead).map_or(text.len(), |(end, _)| end)
        };
        let text = text.get(..end).unwrap_or_default();
        let mut groups = self.regex.groups();
        let mut written: Vec<(Arc<str>, String)> = Vec::new();
        let mut replaced = None;
        let mut matched = false;
        self.regex.each(text, &mut groups, |groups, _| {
            matched = true;
            match &self.write {
                Write::To(key, template) => replaced = Some(template.fill(text, groups, &key.read(event, file))),
                Write::Fields(pairs) => written.extend(pairs.iter().filter_map(|(name, value)| {
                    let (name, value) = (name.fill(text, groups, ""), value.fill(text, groups, ""));
                    (!name.is_empty() && !value.is_empty()).then(|| (name.into(), value))
                })),
                Write::Groups(names) => written.extend(names.iter().filter_map(|(group, name)| {
                    let value = groups.text(*group, text).filter(|value| !value.is_empty())?;
                    Some((Arc::clone(name), value.to_owned()))
                })),
                Write::Clone(..) => {}
            }
            self.repeat && !matches!(self.write, Write::To(..) | Write::Clone(..))
        });
        event.fields.extend(written);
        match (&self.write, replaced, &self.default_value) {
            (Write::To(key, _), Some(text), _) => key.write(event, text),
            (Write::To(key, _), None, Some(text)) => key.write(event, text.clone()),
            (Write::Clone(sourcetype, rules), ..) if matched => {
                let mut copy = event.clone();
                copy.origin.sourcetype = Some(sourcetype.clone());
                copy.raw = rules.edit(copy.raw);
                return Some(copy);
            }
            _ => {}
        }
        None
    }

    /// What is done to the copy that it makes.
    pub(super) fn rules_of_copy(&self) -> Option<&Arc<Rules>> {
        match &self.write {
            Write::Clone(_, rules) => Some(rules),
            _ => None,
        }
    }
}

impl Key {
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "_raw" => Self::Raw,
            "MetaData:Host" | "host" => Self::Host,
            "MetaData:Source" | "source" => Self::Source,
            "MetaData:Sourcetype" | "sourcetype" => Self::Sourcetype,
            "_MetaData:Index" | "index" => Self::Index,
            "queue" => Self::Queue,
            "_meta" => Self::Meta,
            _ => {
                let list = name.strip_prefix("fields:").or_else(|| name.strip_prefix("field:"))?;
                Self::Fields(list.split(',').map(|name| name.trim().to_owned()).collect())
            }
        })
    }

    /// The text of the part; that of an origin with its kind in front, as conf files expect it.
    fn read<'e>(&self, event: &'e Event, file: &'e Subject) -> Cow<'e, str> {
        let own = &event.origin;
        match self {
            Self::Raw => Cow::Borrowed(&event.raw),
            Self::Host => format!("host::{}", own.host.as_deref().or(file.host.as_deref()).unwrap_or_default()).into(),
            Self::Source => format!("source::{}", own.source.as_deref().unwrap_or(&file.source)).into(),
            Self::Sourcetype => format!("sourcetype::{}", own.sourcetype.as_deref().unwrap_or(&file.sourcetype)).into(),
            Self::Index => Cow::Borrowed(own.index.as_deref().unwrap_or(&file.index)),
            Self::Queue => Cow::Borrowed(if event.dropped { "nullQueue" } else { "indexQueue" }),
            Self::Meta => {
                let pairs = event.fields.iter().map(|(name, value)| format!("{name}::{value}"));
                pairs.collect::<Vec<_>>().join(" ").into()
            }
            Self::Fields(names) => {
                names.iter().filter_map(|name| event.field(name)).collect::<Vec<_>>().join(" ").into()
            }
        }
    }

    fn write(&self, event: &mut Event, text: String) {
        let plain = |prefix: &str| Some(text.strip_prefix(prefix).unwrap_or(&text).to_owned());
        match self {
            Self::Raw => event.raw = text,
            Self::Host => event.origin.host = plain("host::"),
            Self::Source => event.origin.source = plain("source::"),
            Self::Sourcetype => event.origin.sourcetype = plain("sourcetype::"),
            Self::Index => event.origin.index = Some(text),
            Self::Queue => event.dropped = text.eq_ignore_ascii_case("nullQueue"),
            Self::Meta | Self::Fields(_) => {}
        }
    }
}
