//! What is compiled once for the events of a source, host and source type.

mod compile;

use std::sync::Arc;

use datafusion::error::DataFusionError;
use speleo_functions::eval::pattern::sed::Script;
use speleo_knowledge::{
    Knowledge,
    props::{IndexTimeKey, KEYS},
};
use speleo_syntax::Diagnostic;

use self::compile::Compiler;
use super::{
    Event, Notes, breaker::Breaker, decode::Charset, merge::Merge, structure::Structure, timestamp::TimeRules,
    transform::Step,
};
use crate::time::Zone;

/// Characters of the punctuation that is kept.
const PUNCTUATION: usize = 50;

/// The origin of a file's events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Subject {
    pub(crate) index: String,
    pub(crate) host: Option<String>,
    pub(crate) source: String,
    pub(crate) sourcetype: String,
}

/// What a file holds as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// Text.
    Text,
    /// JSON objects.
    Json,
    /// Cells with this byte between them.
    Cells(u8),
}

/// How events are made.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(super) charset: Charset,
    pub(super) breaker: Breaker,
    pub(super) merge: Option<Merge>,
    /// The most bytes of a line.
    pub(super) truncate: Option<usize>,
    pub(super) time: TimeRules,
    pub(super) structure: Option<Structure>,
    seds: Vec<Arc<Script>>,
    steps: Vec<Step>,
    has_punctuation: bool,
}

impl Rules {
    /// The rules of a file's events; none where nothing is said of them, and a line is an event. What cannot be compiled is
    /// reported and left out.
    pub(crate) fn of(
        subject: &Subject,
        content: Content,
        knowledge: &Arc<Knowledge>,
        zone: Zone,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let effective = knowledge.index_time.props.effective(
            Some(&subject.source),
            subject.host.as_deref(),
            Some(&subject.sourcetype),
        );
        let is_set = |key: &str| {
            let is_class = key.starts_with("SEDCMD") || key.starts_with("TRANSFORMS");
            let acts = |known: &IndexTimeKey| content == Content::Text || known.changes_structured;
            is_class || KEYS.iter().any(|known| known.name == key && acts(known))
        };
        // What is built in for a format with columns describes it as it is read anyway.
        let counts = |file: bool| content == Content::Text || file;
        let mut keys = effective.iter().filter(|(_, winner)| !winner.setting.value.is_empty());
        keys.find(|(key, winner)| is_set(key) && counts(winner.setting.file.is_some()))?;
        Some(Compiler::new(&effective, problems).rules(subject, content, knowledge, zone, 0))
    }

    /// Whether a part of a file can be read without what stands before it.
    pub(crate) fn is_splittable(&self) -> bool {
        self.breaker.is_lines()
            && self.merge.is_none()
            && !matches!(self.structure, Some(Structure::Cells(_)))
            && self.charset == Charset::Known(encoding_rs::UTF_8)
            && self.time.has_dates()
    }

    /// Whether events may have fields that are known only when they were read.
    pub(crate) fn makes_fields(&self) -> bool {
        self.structure.is_some()
            || self.truncate.is_some()
            || self.has_punctuation
            || self.steps.iter().any(Step::makes_fields)
    }

    /// Whether events may have another `host`, `source` or `sourcetype` than their file.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.steps.iter().any(|step| step.says(name))
    }

    /// Whether the time of an event may matter for more than its `_time`.
    pub(super) fn needs_time(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Evaluate(_) | Step::StopIf(_) => true,
            Step::Match(step) => step.rules_of_copy().is_some_and(|rules| rules.needs_time()),
        })
    }

    /// The text after `SEDCMD`.
    pub(super) fn edit(&self, raw: String) -> String {
        self.seds.iter().fold(raw, |raw, script| {
            let mut edited = String::with_capacity(raw.len());
            script.write(&raw, &mut edited);
            edited
        })
    }

    /// Does to events what `SEDCMD` and `TRANSFORMS` say; those that end in `nullQueue` are gone.
    pub(super) fn finish(&self, events: &mut Vec<Event>, subject: &Subject, notes: &Notes) {
        if !self.seds.is_empty() {
            events.iter_mut().for_each(|event| event.raw = self.edit(std::mem::take(&mut event.raw)));
        }
        self.transform(events, subject, notes);
        events.retain(|event| !event.dropped);
        if self.has_punctuation {
            events.iter_mut().for_each(|event| event.fields.push(("punct".into(), punctuation(&event.raw))));
        }
    }

    fn transform(&self, events: &mut Vec<Event>, subject: &Subject, notes: &Notes) {
        let failed = |error: DataFusionError| {
            notes.add(format!("{}: INGEST_EVAL failed: {}", subject.source, error.strip_backtrace()));
        };
        // Copies, and events that `STOP_PROCESSING_IF` took.
        let mut done = Vec::new();
        for step in &self.steps {
            match step {
                Step::Match(step) => {
                    let mut copies = events.iter_mut().filter_map(|event| step.apply(event, subject)).collect();
                    if let Some(rules) = step.rules_of_copy() {
                        rules.transform(&mut copies, subject, notes);
                    }
                    done.append(&mut copies);
                }
                Step::Evaluate(evaluation) => evaluation.apply(events, subject).unwrap_or_else(failed),
                Step::StopIf(evaluation) => match evaluation.holds(events, subject) {
                    Ok(holds) => {
                        let mut holds = holds.into_iter();
                        done.extend(events.extract_if(.., |_| holds.next().unwrap_or_default()));
                    }
                    Err(error) => failed(error),
                },
            }
        }
        if !done.is_empty() {
            events.append(&mut done);
            events.sort_by_key(|event| event.offset);
        }
    }
}

/// What is neither letter nor digit in the first line, a blank as `_`.
fn punctuation(raw: &str) -> String {
    let line = raw.lines().next().unwrap_or_default();
    let signs = line.chars().filter(|c| !c.is_alphanumeric()).map(|c| match c {
        ' ' => '_',
        '\t' => 't',
        c => c,
    });
    signs.take(PUNCTUATION).collect()
}
