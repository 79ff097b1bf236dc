//! From settings to rules. What cannot be compiled is reported at its place and left out.

use std::sync::Arc;

use speleo_functions::{
    eval::pattern::{
        regex::{Regex, compile},
        sed::{Script, script},
    },
    time::zone,
};
use speleo_knowledge::{
    Knowledge, Problem,
    conf::Place,
    props::{Effective, IndexTime, IndexedExtractions},
};
use speleo_syntax::Diagnostic;

use super::{Content, Rules, Subject};
use crate::{
    definitions::warning_of,
    event::{
        breaker::Breaker,
        decode::Charset,
        evaluate::Evaluation,
        merge::{MAX_EVENTS, Merge},
        structure::{Own, Structure},
        timestamp::{LOOKAHEAD, Mode, TimeFormat, TimeRules},
        transform::Step,
        world::IngestWorld,
    },
    time::Zone,
};

const DAY: i64 = 86_400_000_000;

/// How often a copy of an event may be copied again.
const DEEPEST_COPY: usize = 4;

/// Compiles settings; what cannot be used is reported and left out.
pub(super) struct Compiler<'a> {
    effective: &'a Effective,
    problems: &'a mut Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(effective: &'a Effective, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { effective, problems }
    }

    /// The rules of a file's events; `depth` counts the copies that led here.
    pub(super) fn rules(
        &mut self,
        subject: &Subject,
        content: Content,
        knowledge: &Arc<Knowledge>,
        zone: Zone,
        depth: usize,
    ) -> Rules {
        let mut settings = self.effective.index_time();
        if settings.indexed_extractions.is_none() {
            settings.indexed_extractions = match content {
                Content::Text => None,
                Content::Json => Some(IndexedExtractions::Json),
                Content::Cells(b'\t') => Some(IndexedExtractions::Tsv),
                Content::Cells(_) => Some(IndexedExtractions::Csv),
            };
        }
        let text = |key: &str| self.effective.text(key).map(str::to_owned);
        let own = Own {
            special: text("HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS").unwrap_or_default(),
            types: text("FIELD_TYPES_REGEX"),
            separator: text("SET_SEPARATOR_REGEX"),
        };
        let structure = Structure::new(&settings, content == Content::Json, own, |key, text| self.regex(key, text));
        let world = IngestWorld { zone, knowledge: Arc::clone(knowledge) };
        let truth = |key: &str| self.effective.text(key).and_then(speleo_knowledge::conf::truth);
        Rules {
            has_punctuation: truth("ANNOTATE_PUNCT") == Some(true),
            charset: self.charset(&settings),
            breaker: self.breaker(&settings),
            merge: if structure.is_some() { None } else { self.merge(&settings) },
            truncate: settings.truncate.filter(|most| *most > 0).and_then(|most| usize::try_from(most).ok()),
            time: self.time(&settings, zone),
            structure,
            seds: self.seds(&settings),
            steps: self.steps(&settings, subject, &world, depth),
        }
    }

    fn place(&self, key: &str) -> Place {
        self.effective.get(key).map_or_else(|| Place::from(0), |winner| Place::from(&winner.setting))
    }

    fn report(&mut self, key: &str, message: impl std::fmt::Display) {
        let problem = Problem::new(self.place(key), format!("`{key}`: {message}"));
        self.problems.push(warning_of(&problem));
    }

    fn regex(&mut self, key: &str, text: &Option<String>) -> Option<Arc<Regex>> {
        let compiled = compile(text.as_deref()?);
        compiled.map_err(|message| self.report(key, message)).ok()
    }

    fn charset(&mut self, settings: &IndexTime) -> Charset {
        let utf8 = Charset::Known(encoding_rs::UTF_8);
        let Some(name) = &settings.charset else { return utf8 };
        Charset::of_name(name).unwrap_or_else(|| {
            self.report("CHARSET", format!("there is no encoding `{name}`"));
            utf8
        })
    }

    fn breaker(&mut self, settings: &IndexTime) -> Breaker {
        let Some(pattern) = &settings.line_breaker else { return Breaker::Lines };
        Breaker::new(pattern).unwrap_or_else(|message| {
            self.report("LINE_BREAKER", message);
            Breaker::Lines
        })
    }

    /// Splunk merges lines unless it is told not to. Here they are merged where a setting says how.
    fn merge(&mut self, settings: &IndexTime) -> Option<Merge> {
        let says_how = settings.break_only_before.is_some()
            || settings.break_only_before_date.is_some()
            || settings.must_break_after.is_some()
            || settings.must_not_break_after.is_some()
            || settings.must_not_break_before.is_some();
        if !settings.should_linemerge.unwrap_or(says_how) {
            return None;
        }
        let only_before = self.regex("BREAK_ONLY_BEFORE", &settings.break_only_before);
        let has_no_dates = matches!(mode(settings), Mode::Now | Mode::File);
        Some(Merge {
            before_date: settings.break_only_before_date.unwrap_or(only_before.is_none()) && !has_no_dates,
            only_before,
            must_break_after: self.regex("MUST_BREAK_AFTER", &settings.must_break_after),
            must_not_break_after: self.regex("MUST_NOT_BREAK_AFTER", &settings.must_not_break_after),
            must_not_break_before: self.regex("MUST_NOT_BREAK_BEFORE", &settings.must_not_break_before),
            max_events: settings.max_events.unwrap_or(MAX_EVENTS),
        })
    }

    fn time(&mut self, settings: &IndexTime, usual: Zone) -> TimeRules {
        let timezone = settings.tz.as_deref().map(zone).unwrap_or(Ok(usual.timezone)).unwrap_or_else(|message| {
            self.report("TZ", message);
            usual.timezone
        });
        let days = |days: Option<u64>| days.and_then(|days| i64::try_from(days).ok()?.checked_mul(DAY));
        TimeRules {
            mode: mode(settings),
            prefix: self.regex("TIME_PREFIX", &settings.time_prefix),
            format: settings.time_format.as_deref().map(TimeFormat::new),
            lookahead: match settings.max_timestamp_lookahead {
                None => LOOKAHEAD,
                Some(most) => usize::try_from(most).ok().filter(|most| *most > 0).unwrap_or(usize::MAX),
            },
            zone: Zone { timezone, ..usual },
            aliases: settings.tz_alias.clone(),
            window: (days(settings.max_days_ago), days(settings.max_days_hence)),
        }
    }

    fn seds(&mut self, settings: &IndexTime) -> Vec<Arc<Script>> {
        let mut scripts = Vec::new();
        for (text, place) in &settings.seds {
            match script(text) {
                Ok(script) => scripts.push(script),
                Err(message) => self.problems.push(warning_of(&Problem::new(place, message))),
            }
        }
        scripts
    }

    fn steps(&mut self, settings: &IndexTime, subject: &Subject, world: &IngestWorld, depth: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        for list in &settings.transforms {
            for name in &list.transforms {
                let Some(transform) = world.knowledge.index_time.transforms.get(name) else {
                    let message = format!("`TRANSFORMS-{}`: there is no transform `{name}`", list.class);
                    self.problems.push(warning_of(&Problem::new(&list.place, message)));
                    continue;
                };
                let evaluation = |text: &str, is_condition| Evaluation::new(text, is_condition, world.clone());
                let mut of_copies = Vec::new();
                let clones = |sourcetype: &str| {
                    let copy = Subject { sourcetype: sourcetype.to_owned(), ..subject.clone() };
                    let props = &world.knowledge.index_time.props;
                    let effective = props.effective(Some(&copy.source), copy.host.as_deref(), Some(sourcetype));
                    let effective = if depth < DEEPEST_COPY { effective } else { Effective::default() };
                    let mut compiler = Compiler::new(&effective, &mut of_copies);
                    Arc::new(compiler.rules(&copy, Content::Text, &world.knowledge, world.zone, depth + 1))
                };
                steps.extend(Step::of(transform, evaluation, clones, self.problems));
                self.problems.append(&mut of_copies);
            }
        }
        steps
    }
}

fn mode(settings: &IndexTime) -> Mode {
    match settings.datetime_config.as_deref().map(str::to_ascii_uppercase).as_deref() {
        Some("CURRENT") => Mode::Now,
        Some("NONE") => Mode::File,
        // A file with formats of one's own is not read; the usual ones hold.
        _ => Mode::Text,
    }
}
