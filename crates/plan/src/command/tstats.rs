//! The meaning of `tstats`: aggregates over indexes or a data model. `| tstats count FROM datamodel=Web BY Web.dest _time span=1h`
//!
//! Every column of an index counts as indexed. Of a data model, what summaries hold is read from them, and the rest is computed from
//! its events. With `prestats` Splunk hands partial aggregates to the `stats`, `chart` or `timechart` that follows; here
//! the events themselves go on, which that command aggregates to the same values.

use std::collections::HashSet;

use datafusion::arrow::datatypes::DataType;
use speleo_syntax::{
    Code, Diagnostic, Field, SearchExpr, SearchExprKind, Severity, Span,
    clause::{Argument, IndexList},
    command::tstats::{TStats, TStatsSource},
};

use crate::{
    Error, Result,
    aggregate::{self, Output},
    command::{bin, fillnull},
    datamodel::{self, Summaries},
    lower::{Context, Lower},
    meet, predicate,
    relation::{Relation, Shape, column},
    search_time, source,
    span::{self, Bins},
    suggest, table,
    union::stack,
};

/// How many bins of time at most where no span is written.
const DEFAULT_BINS: u64 = 100;

impl Lower for TStats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if self.append && !self.prestats {
            let error = Diagnostic::new(Code::BadValue, self.span, "`append=true` needs `prestats=true`");
            return Err(error.help("without `prestats` write `append [ | tstats … ]`").into());
        }
        if input.is_some() && !self.append {
            return Err(Diagnostic::new(Code::Position, self.span, "`tstats` makes rows and must stand first").into());
        }
        let mut events = self.events(cx).await?;
        let mut by: Vec<Field> = Vec::with_capacity(self.by.len());
        let mut is_binned = false;
        for key in &self.by {
            let name = &key.field.name;
            if key.prefix {
                let raw = if events.has("_raw") { column("_raw") } else { meet::null_of(&DataType::Utf8)? };
                let value = search_time::of_pairs(raw, name.trim_end_matches('='))?;
                events = events.set(vec![(name.clone(), value)])?;
            }
            let chosen;
            let width = match &key.span {
                Some(width) => Some(width),
                None if name == meet::TIME => {
                    chosen = automatic(&events, cx).await?;
                    chosen.as_ref()
                }
                None => None,
            };
            if let (Some(width), Some(data_type)) = (width, events.data_type(name).cloned()) {
                let bins = Bins { width, align: None, span: key.field.span };
                let (value, value_type) = bins.of(column(name), &data_type, cx)?;
                let value = meet::stored(name, value, &value_type)?;
                // The bins are a column of their own, unless the events go on with them.
                let apart = name == meet::TIME && !self.prestats;
                is_binned |= apart;
                let place = if apart { bin::TIME_BIN } else { name.as_str() };
                events = events.set(vec![(place.to_owned(), value)])?;
            }
            // A text among times would make them all texts; an event without a time has no place in a timeline.
            if let Some(value) = self.fillnull_value.as_ref().filter(|_| name != meet::TIME) {
                let filled = fillnull::fill(&events, name, value)?;
                events = events.set(vec![(name.clone(), filled)])?;
            }
            by.push(key.field.clone());
        }
        let outputs =
            aggregate::resolve(&self.aggregates, &events, aggregate::Options { by: &by, all_num: false }, cx).await?;
        if !self.prestats {
            return grouped(events, &by, is_binned, &outputs);
        }
        self.note_names(cx);
        let parts = self.parts(events)?;
        match input {
            Some(input) => stack(input, parts),
            None => Ok(parts),
        }
    }
}

/// The aggregates by groups, of which `_time` may be one by its bins.
pub(super) fn grouped(events: Relation, by: &[Field], is_binned: bool, outputs: &[Output]) -> Result<Relation> {
    let place = |name| if is_binned && name == meet::TIME { bin::TIME_BIN } else { name };
    let mut keys = aggregate::keys(events, by.iter().map(|field| place(field.name.as_str())), false)?;
    let bins = keys.keys.iter_mut().filter(|key| key.name == bin::TIME_BIN);
    bins.for_each(|key| meet::TIME.clone_into(&mut key.name));
    aggregate::group(keys, outputs)
}

/// What `prestats` changes.
trait Partial {
    /// The events that have all grouping fields, with the fields that a later aggregation can ask for.
    fn parts(&self, events: Relation) -> Result<Relation>;
    /// Says that names of aggregates wait for the command that makes them.
    fn note_names(&self, cx: &mut Context<'_>);
}

impl Partial for TStats {
    fn parts(&self, mut events: Relation) -> Result<Relation> {
        let mut names: Vec<String> = Vec::new();
        let by = self.by.iter().map(|key| key.field.name.as_str());
        for name in by.clone() {
            if !events.has(name) {
                events = events.set(vec![(name.to_owned(), meet::null_of(&DataType::Utf8)?)])?;
            }
            events = events.filter(column(name).is_not_null())?;
        }
        let arguments = self.aggregates.iter().filter_map(|aggregate| match &aggregate.argument {
            Argument::Field(field) => Some(field.name.as_str()),
            _ => None,
        });
        for name in by.chain(arguments).chain(std::iter::once(meet::TIME)) {
            if events.has(name) && !names.iter().any(|taken| taken == name) {
                names.push(name.to_owned());
            }
        }
        let mut parts = events.select(names.into_iter().map(|name| (name.clone(), column(&name))).collect())?;
        parts.shape = Shape::Results;
        Ok(parts)
    }

    fn note_names(&self, cx: &mut Context<'_>) {
        for alias in self.aggregates.iter().filter_map(|aggregate| aggregate.alias.as_ref()) {
            let text = format!("with `prestats` nothing is called `{}` yet", alias.name);
            let note = Diagnostic { severity: Severity::Warning, ..Diagnostic::new(Code::BadValue, alias.span, text) };
            cx.notes.push(note.help("give the name in the `stats`, `chart` or `timechart` that follows"));
        }
    }
}

/// The automatic span of `BY _time`.
pub(super) async fn automatic(
    events: &Relation,
    cx: &mut Context<'_>,
) -> Result<Option<speleo_syntax::clause::BinSpan>> {
    let Some(data_type) = events.data_type(meet::TIME).cloned() else { return Ok(None) };
    let range = bin::range(meet::TIME, events, &column(meet::TIME), &data_type, cx).await?;
    Ok(range.map(|(low, high)| span::nice_time(low, high, DEFAULT_BINS, 0.0)))
}

/// The part of `tstats` that finds events.
trait Events {
    /// The events under the names that the search uses.
    async fn events(&self, cx: &mut Context<'_>) -> Result<Relation>;
    /// The fields that the search names, with a place of each.
    fn named(&self) -> Vec<(String, Span)>;
    /// What summaries may serve for.
    fn summaries(&self) -> Summaries;
}

impl Events for TStats {
    async fn events(&self, cx: &mut Context<'_>) -> Result<Relation> {
        match &self.from {
            TStatsSource::Indexes => match source::events(&self.condition, self.span, cx).await {
                // Splunk counts 0 in an index that does not exist; saying so is enough.
                Err(Error::Diagnostics(problems)) if problems.iter().all(|one| one.code == Code::UnknownIndex) => {
                    cx.notes.extend(problems.into_iter().map(|one| Diagnostic { severity: Severity::Warning, ..one }));
                    table::nothing()
                }
                events => events,
            },
            TStatsSource::Namespace(name) => {
                let index = IndexList(vec![name.clone()]).condition();
                let both = SearchExprKind::And(index.into_iter().chain([self.condition.clone()]).collect());
                source::events(&SearchExpr { span: self.span, kind: both }, self.span, cx).await
            }
            TStatsSource::DataModel(name) => {
                let named = self.named();
                let fields: HashSet<String> = named.iter().map(|(name, _)| name.clone()).collect();
                let (source, filter) = split(&self.condition);
                let summaries = self.summaries();
                let request = datamodel::Request { source, summaries, ..datamodel::Request::of(name, &fields) };
                let events = datamodel::events(&request, cx).await?;
                warn_unknown(&named, &events, cx);
                let condition = predicate::condition(&filter, &events, cx).await?;
                events.filter(condition)
            }
        }
    }

    fn summaries(&self) -> Summaries {
        let old = self.allow_old_summaries;
        // Words, and what brackets return, are looked for in the events themselves.
        let reads_raw = self.by.iter().any(|key| key.prefix) || !is_of_fields(&self.condition);
        match (self.summaries_only, reads_raw) {
            (true, _) => Summaries::Only { old },
            (false, true) => Summaries::Unused,
            (false, false) => Summaries::Beside { old },
        }
    }

    fn named(&self) -> Vec<(String, Span)> {
        let mut names = Vec::new();
        collect(&self.condition, &mut names);
        names.extend(self.by.iter().filter(|key| !key.prefix).map(|key| (key.field.name.clone(), key.field.span)));
        for aggregate in &self.aggregates {
            if let Argument::Field(field) = &aggregate.argument {
                names.push((field.name.clone(), field.span));
            }
        }
        names
    }
}

/// Whether a condition asks for nothing but fields and times.
fn is_of_fields(expr: &SearchExpr) -> bool {
    match &expr.kind {
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => parts.iter().all(is_of_fields),
        SearchExprKind::Not(inner) => is_of_fields(inner),
        SearchExprKind::Comparison { .. } | SearchExprKind::In { .. } | SearchExprKind::TimeModifier { .. } => true,
        SearchExprKind::All | SearchExprKind::Nothing => true,
        _ => false,
    }
}

/// The fields that a condition names.
fn collect(expr: &SearchExpr, names: &mut Vec<(String, Span)>) {
    match &expr.kind {
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => parts.iter().for_each(|part| collect(part, names)),
        SearchExprKind::Not(inner) => collect(inner, names),
        SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => {
            names.push((field.name.clone(), field.span));
        }
        _ => {}
    }
}

/// A condition as what the source must know, indexes and times, and what is left to test: all but the times.
fn split(condition: &SearchExpr) -> (Vec<SearchExpr>, SearchExpr) {
    let parts = match &condition.kind {
        SearchExprKind::And(parts) => parts.clone(),
        _ => vec![condition.clone()],
    };
    let chooses = |part: &SearchExpr| match &part.kind {
        SearchExprKind::TimeModifier { .. } => true,
        SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => field.name == "index",
        _ => false,
    };
    let source = parts.iter().filter(|part| chooses(part)).cloned().collect();
    let is_time = |part: &SearchExpr| matches!(part.kind, SearchExprKind::TimeModifier { .. });
    let rest = parts.into_iter().filter(|part| !is_time(part)).collect();
    (source, SearchExpr { span: condition.span, kind: SearchExprKind::And(rest) })
}

/// Warns of fields that the data model does not have: Splunk answers with nothing, in silence.
pub(super) fn warn_unknown(named: &[(String, Span)], events: &Relation, cx: &mut Context<'_>) {
    if cx.world.is_blind() {
        return;
    }
    let fields = events.fields();
    for (name, span) in named {
        if name.contains('*') || fields.contains(name) {
            continue;
        }
        let text = format!("the data model has no field `{name}`");
        let warning = Diagnostic::new(Code::UnknownField, *span, text);
        // Who leaves the object's name out means the field of that name.
        let ending = format!(".{name}");
        let longer = fields.iter().find(|field| field.ends_with(&ending)).map(String::as_str);
        let warning = match longer.or_else(|| suggest::nearest(name, fields.iter().map(String::as_str))) {
            Some(nearest) => warning.edit(format!("`{nearest}` is one"), *span, nearest),
            None => warning,
        };
        if !cx.notes.contains(&warning) {
            cx.notes.push(warning);
        }
    }
}
