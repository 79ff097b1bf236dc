//! What fits at a place: commands, options and their values, functions, fields, names of the world.
//!
//! What a command takes is read from its line of usage; no command has a list of its own here, save the few whose arguments
//! usage cannot say: the fields of a data model, the columns of a lookup.

use std::time::Instant;

use speleo_functions::{STATS, eval};
use speleo_syntax::{COMMANDS, CommandSpec, Kind, TokenKind, tokens};

use super::{
    Suggestion, SuggestionKind,
    catalog::{Catalog, Named},
    sample::Sample,
    spelling::{escaped, in_expression, quoted_if_needed, value_text},
    spot::{Place, Spot},
    stage::Stages,
    usage::{Usage, computes, is_statistical},
};

/// Spans that `span=` is mostly given.
const SPANS: [&str; 10] = ["1s", "10s", "1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];
/// Names in conditions that are always there.
const EVENT_FIELDS: [&str; 8] = ["index", "sourcetype", "source", "host", "earliest", "latest", "eventtype", "tag"];
/// Options of conditions whose values are times.
const TIMES: [&str; 6] = ["earliest", "latest", "_index_earliest", "_index_latest", "starttime", "endtime"];
/// Most suggestions that one key gives: nobody reads more.
const MOST: usize = 2_000;

/// What fits, the likeliest first.
pub(super) fn suggest(spot: &Spot<'_>, catalog: &Catalog, stages: &Stages, until: Instant) -> Vec<Suggestion> {
    let mut found = Found { spot, catalog, stages, until, list: Vec::new() };
    match &spot.place {
        Place::Own => {}
        Place::Macro => found.named(SuggestionKind::Macro, &catalog.macros),
        Place::Command { bracketed } => found.commands(*bracketed),
        Place::Start => {
            found.conditions();
            found.macros();
        }
        Place::Value { name, quoted } => found.values(name, *quoted),
        Place::Argument { call, keyword } => found.arguments(*call, keyword.as_deref()),
    }
    found.sorted()
}

/// The suggestions so far.
struct Found<'a> {
    spot: &'a Spot<'a>,
    catalog: &'a Catalog,
    stages: &'a Stages,
    until: Instant,
    list: Vec<Suggestion>,
}

impl Found<'_> {
    /// Whether a name goes on from what is typed: whatever the case.
    fn fits(&self, name: &str) -> bool {
        let prefix = self.spot.prefix;
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            || name.to_lowercase().starts_with(&prefix.to_lowercase())
    }

    fn add(&mut self, kind: SuggestionKind, text: impl Into<String>, label: &str, detail: &str) {
        self.push(Suggestion {
            text: text.into(),
            label: label.to_owned(),
            detail: detail.to_owned(),
            kind,
            usage: None,
        });
    }

    fn function(&mut self, text: String, name: &str, usage: &'static str, summary: &str) {
        let (label, detail) = (name.to_owned(), summary.to_owned());
        self.push(Suggestion { text, label, detail, kind: SuggestionKind::Function, usage: Some(usage) });
    }

    fn push(&mut self, suggestion: Suggestion) {
        if self.list.len() < MOST && self.fits(&suggestion.label) {
            self.list.push(suggestion);
        }
    }

    fn names<'n>(&mut self, kind: SuggestionKind, names: impl IntoIterator<Item = &'n String>) {
        names.into_iter().for_each(|name| self.add(kind, quoted_if_needed(name), name, ""));
    }

    fn named(&mut self, kind: SuggestionKind, names: &[Named]) {
        for (name, detail) in names {
            let text = match kind {
                // The arguments are the caller's to fill in.
                SuggestionKind::Macro => match name.split_once('(') {
                    Some((name, _)) => format!("{name}("),
                    None => format!("{name}`"),
                },
                _ => quoted_if_needed(name),
            };
            self.add(kind, text, name, detail);
        }
    }

    /// Macros where their backtick is not there yet.
    fn macros(&mut self) {
        if self.spot.prefix.is_empty() {
            return;
        }
        for (name, detail) in &self.catalog.macros {
            let plain = name.split('(').next().unwrap_or_default();
            let end = if name.contains('(') { "(" } else { "`" };
            self.add(SuggestionKind::Macro, format!("`{plain}{end}"), name, detail);
        }
    }

    fn commands(&mut self, bracketed: bool) {
        for spec in COMMANDS.iter().filter(|spec| !spec.usage.is_empty()) {
            // Behind rows, what makes rows of its own is out of place.
            let is_first = self.spot.stage.trim().is_empty();
            if spec.kind == Kind::Generating && !is_first && spec.usage.starts_with('|') {
                continue;
            }
            for name in spec.names {
                self.add(SuggestionKind::Command, format!("{name} "), name, spec.summary);
            }
        }
        if !bracketed && self.spot.stage.trim().is_empty() {
            self.macros();
        }
    }

    /// The left sides of conditions, and the words between them.
    fn conditions(&mut self) {
        for name in EVENT_FIELDS {
            self.add(SuggestionKind::Field, format!("{name}="), name, "");
        }
        for sample in self.stages.indexes(&self.text(), self.until) {
            for field in &sample.fields {
                self.add(SuggestionKind::Field, format!("{}=", quoted_if_needed(&field.name)), &field.name, "");
            }
        }
        if !self.spot.stage.trim().is_empty() {
            self.fields(|name| format!("{}=", quoted_if_needed(name)));
        }
        if !self.spot.prefix.is_empty() {
            for word in ["AND", "OR", "NOT"] {
                self.add(SuggestionKind::Keyword, format!("{word} "), word, "");
            }
        }
    }

    /// The text so far, from which indexes are read.
    fn text(&self) -> String {
        format!("{} {}", self.spot.segment_before(), self.spot.prefix)
    }

    /// The rows that come into the command: their fields with values.
    fn rows(&self) -> Vec<std::sync::Arc<Sample>> {
        let stage = self.spot.stage;
        let mut samples = if stage.trim().is_empty() {
            self.stages.indexes(&self.text(), self.until)
        } else {
            self.stages.get(stage, self.until).into_iter().collect()
        };
        if keeps_fields(stage) {
            // Fields that no column lists come from the index alone.
            samples.extend(self.stages.indexes(stage, self.until));
        }
        samples
    }

    fn fields(&mut self, text: impl Fn(&str) -> String) {
        for sample in self.rows() {
            for field in &sample.fields {
                self.add(SuggestionKind::Field, text(&field.name), &field.name, "");
            }
        }
    }

    fn values(&mut self, name: &str, quoted: bool) {
        let lower = name.to_lowercase();
        let spec = self.spot.command;
        let of_option = spec.map(|spec| Usage::read(spec.usage).values(&lower)).unwrap_or_default();
        if !of_option.is_empty() {
            of_option.iter().for_each(|value| self.value_of_option(&lower, value));
            return;
        }
        match lower.as_str() {
            "index" => self.names(SuggestionKind::Index, &self.catalog.indexes),
            "sourcetype" => {
                self.field_values(name, quoted);
                self.names(SuggestionKind::SourceType, &self.catalog.source_types);
            }
            "datamodel" => self.named(SuggestionKind::DataModel, &self.catalog.models),
            "eventtype" => self.named(SuggestionKind::Value, &self.catalog.event_types),
            "tag" => self.names(SuggestionKind::Value, &self.catalog.tags),
            "span" => SPANS.iter().for_each(|span| self.add(SuggestionKind::Value, *span, span, "")),
            time if TIMES.contains(&time) => self.times(),
            _ => {
                self.field_values(name, quoted);
                if spec.is_some_and(computes) {
                    self.expression();
                }
            }
        }
    }

    fn value_of_option(&mut self, name: &str, value: &str) {
        let Some(kind) = value.strip_prefix('<').and_then(|kind| kind.split('>').next()) else {
            self.add(SuggestionKind::Value, format!("{value} "), value, "");
            return;
        };
        match kind {
            "bool" => {
                ["true", "false"].iter().for_each(|word| self.add(SuggestionKind::Value, format!("{word} "), word, ""))
            }
            "index" => self.names(SuggestionKind::Index, &self.catalog.indexes),
            "span" => SPANS.iter().for_each(|span| self.add(SuggestionKind::Value, format!("{span} "), span, "")),
            "time" => self.times(),
            "model" => self.named(SuggestionKind::DataModel, &self.catalog.models),
            "table" | "file" => self.names(SuggestionKind::Lookup, &self.catalog.lookups),
            _ if kind.contains("field") => self.fields(quoted_if_needed),
            _ if name == "sourcetype" => self.names(SuggestionKind::SourceType, &self.catalog.source_types),
            _ => {}
        }
    }

    fn field_values(&mut self, name: &str, quoted: bool) {
        let field = name.trim_matches(['\'', '"']);
        for sample in self.rows() {
            let Some(field) = sample.field(field) else { continue };
            for (value, rows) in &field.values {
                let text = if quoted { format!("{}\"", escaped(value)) } else { value_text(value, self.spot.command) };
                self.add(SuggestionKind::Value, text, value, &format!("{rows} of the rows looked at"));
            }
        }
    }

    fn times(&mut self) {
        for preset in &self.catalog.presets {
            let Some(earliest) = preset.earliest.as_deref().filter(|time| time.starts_with(['-', '@'])) else {
                continue;
            };
            if !self.list.iter().any(|one| one.label == earliest) {
                self.add(SuggestionKind::Value, format!("{earliest} "), earliest, &preset.label);
            }
        }
        self.add(SuggestionKind::Value, "now ", "now", "this instant");
    }

    fn arguments(&mut self, call: Option<&str>, keyword: Option<&str>) {
        let Some(spec) = self.spot.command else { return };
        let usage = Usage::read(spec.usage);
        match spec.name() {
            "search" => {
                self.conditions();
                return self.macros();
            }
            "tstats" | "mstats" if keyword.is_some_and(|word| word != "prestats") => return self.of_model(keyword),
            "lookup" if self.arguments_before() > 0 => return self.columns_of_lookup(keyword),
            "from" | "datamodel" => return self.of_from(),
            "savedsearch" => return self.named(SuggestionKind::SavedSearch, &self.catalog.saved_searches),
            _ => {}
        }
        let is_over = matches!(keyword, Some("by" | "over" | "sortby"));
        if call.is_none() && !is_over {
            self.options(spec, &usage);
        }
        if computes(spec) && !is_over {
            self.expression();
        } else if is_statistical(spec) && call.is_none() && !is_over {
            self.aggregates();
        } else if usage.takes("table") && self.arguments_before() == 0 {
            self.names(SuggestionKind::Lookup, &self.catalog.lookups);
        } else if is_statistical(spec) || usage.takes.iter().any(|what| what.contains("field") || is_of_rows(what)) {
            self.fields(quoted_if_needed);
        } else if usage.takes("file") {
            self.names(SuggestionKind::Lookup, &self.catalog.lookups);
        }
    }

    /// How many words that are no options stand before the one at the cursor.
    fn arguments_before(&self) -> usize {
        self.spot
            .words
            .iter()
            .skip(1)
            .enumerate()
            .filter(|(_, (_, kind))| matches!(kind, TokenKind::Word | TokenKind::Text))
            .filter(|(at, _)| {
                // `append=true` is an option with its value.
                !self.spot.words.get(*at).is_some_and(|(_, before)| *before == TokenKind::Operator)
            })
            .count()
    }

    fn options(&mut self, spec: &'static CommandSpec, usage: &Usage<'_>) {
        let in_usage: Vec<&str> = usage.options.iter().map(|(name, _)| *name).collect();
        let others = spec
            .options
            .iter()
            .copied()
            .filter(|option| !in_usage.iter().any(|name| name.eq_ignore_ascii_case(option)));
        for name in in_usage.iter().copied().chain(others) {
            let values = usage.options.iter().find(|(known, _)| *known == name).map_or("", |(_, values)| values);
            let is_given = self
                .spot
                .words
                .iter()
                .any(|(word, kind)| *kind == TokenKind::Option && word.eq_ignore_ascii_case(name));
            if !is_given {
                self.add(SuggestionKind::Option, format!("{name}="), name, values);
            }
        }
        for word in &usage.words {
            self.add(SuggestionKind::Keyword, format!("{word} "), word, "");
        }
    }

    fn expression(&mut self) {
        self.fields(in_expression);
        for spec in eval::functions() {
            for name in spec.names {
                self.function(format!("{name}("), name, spec.usage, spec.summary);
            }
        }
        self.macros();
    }

    fn aggregates(&mut self) {
        for spec in STATS.iter().flat_map(|family| family.iter()).filter(|spec| !spec.of_series) {
            for name in spec.names {
                let text = if *name == "count" { "count".to_owned() } else { format!("{name}(") };
                self.function(text, name, spec.usage, spec.summary);
            }
        }
    }

    /// Behind FROM, WHERE and BY of `tstats`.
    fn of_model(&mut self, keyword: Option<&str>) {
        if keyword == Some("from") {
            self.add(SuggestionKind::Keyword, "datamodel=", "datamodel", "a data model, or `Model.Object`");
        }
        let named = |at: usize| self.spot.words.get(at).map(|(word, _)| *word);
        let place = self.spot.words.iter().position(|(word, _)| word.eq_ignore_ascii_case("datamodel"));
        let model = place.and_then(|at| named(at + 2)).unwrap_or_default().trim_matches('"');
        let sign = if keyword == Some("where") { "=" } else { "" };
        for field in self.catalog.model_fields(model) {
            self.add(SuggestionKind::Field, format!("{field}{sign}"), &field, "");
        }
        for name in ["_time", "index", "sourcetype", "source", "host"] {
            self.add(SuggestionKind::Field, format!("{name}{sign}"), name, "");
        }
        for word in ["FROM", "WHERE", "BY"] {
            self.add(SuggestionKind::Keyword, format!("{word} "), word, "");
        }
    }

    /// `lookup TABLE ▮`: columns of the table, fields of the rows behind AS, words between.
    fn columns_of_lookup(&mut self, keyword: Option<&str>) {
        let table = lookup_table(self.spot).unwrap_or_default();
        if let Some(sample) = self.stages.lookup(table, self.until) {
            for field in &sample.fields {
                self.add(SuggestionKind::Field, quoted_if_needed(&field.name), &field.name, "a column of the lookup");
            }
        }
        let mut words = vec!["AS"];
        if keyword.is_none() {
            words.extend(["OUTPUT", "OUTPUTNEW"]);
        }
        words.into_iter().for_each(|word| self.add(SuggestionKind::Keyword, format!("{word} "), word, ""));
        self.fields(quoted_if_needed);
    }

    /// `from datamodel:▮`, `datamodel ▮`.
    fn of_from(&mut self) {
        let is_from = self.spot.command.is_some_and(|spec| spec.name() == "from");
        if !is_from {
            return match self.spot.words.get(1) {
                None => self.named(SuggestionKind::DataModel, &self.catalog.models),
                Some((model, _)) => {
                    let prefix = format!("{model}.");
                    for (name, detail) in &self.catalog.models {
                        if let Some(object) = name.strip_prefix(&prefix) {
                            self.add(SuggestionKind::DataModel, object, object, detail);
                        }
                    }
                }
            };
        }
        let of = |kind: &str, name: &str| format!("{kind}:{name}");
        for (name, detail) in &self.catalog.models {
            let text = of("datamodel", name);
            self.add(SuggestionKind::DataModel, text.clone(), &text, detail);
        }
        for name in &self.catalog.lookups {
            let text = of("lookup", name);
            self.add(SuggestionKind::Lookup, text.clone(), &text, "");
        }
        for (name, detail) in &self.catalog.saved_searches {
            let text = of("savedsearch", name);
            self.add(SuggestionKind::SavedSearch, text.clone(), &text, detail);
        }
    }

    /// Without doubles; what has the typed case first, then by kind, values as they came.
    fn sorted(mut self) -> Vec<Suggestion> {
        let prefix = self.spot.prefix;
        let mut seen = std::collections::HashSet::new();
        self.list.retain(|one| seen.insert((one.label.clone(), one.text.trim_end_matches(['=', ' ']).to_owned())));
        self.list.sort_by_cached_key(|one| {
            let name = if one.kind == SuggestionKind::Value { String::new() } else { one.label.clone() };
            (!one.label.starts_with(prefix), one.kind, name)
        });
        self.list
    }
}

/// The table that a `lookup` names before the cursor.
pub(super) fn lookup_table<'t>(spot: &Spot<'t>) -> Option<&'t str> {
    spot.command.filter(|spec| spec.name() == "lookup")?;
    let named = spot.words.iter().skip(1).find(|(_, kind)| matches!(kind, TokenKind::Word | TokenKind::Text))?;
    Some(named.0.trim_matches('"'))
}

/// What usage calls fields of the rows.
fn is_of_rows(what: &str) -> bool {
    matches!(what, "row" | "column" | "dimension" | "number or field")
}

/// Whether a pipeline passes on all fields of its events: no command makes a table or takes fields away.
fn keeps_fields(stage: &str) -> bool {
    let mut commands = tokens(stage).into_iter().filter(|token| token.kind == TokenKind::Command);
    commands.all(|token| {
        token.command.is_some_and(|spec| {
            !matches!(spec.kind, Kind::Transforming | Kind::Generating) && !matches!(spec.name(), "fields" | "table")
                || spec.name() == "search"
        })
    })
}
