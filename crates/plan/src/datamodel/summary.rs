//! Events of a root that were computed before, and those that were not. `| tstats summariesonly=true count FROM datamodel=Web`
//!
//! A summary holds the fields of a root and of all objects below it, so one serves every search of the model. Each index has a table
//! of its own, in the order that the index's events have; events of files that the summary does not cover are
//! computed from the files, and both meet by name. Not here: what makes a summary, which is [`super::summarize`]'s affair.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
};
use speleo_knowledge::DataObject;
use speleo_syntax::{Code, Diagnostic, SearchExpr, SearchExprKind, Severity};

use super::{
    NODE_NAME, PLAIN_FIELDS, Summaries,
    building::{Building, Reading, flag, flagged, node_names, owner, read_root, told},
    knowledge::Text,
};
use crate::{
    Result, Summary,
    lower::Context,
    meet, predicate,
    relation::{OrderKey, Relation, SEQUENCE, column, is_hidden, named, project},
    source::{self, ORDINAL},
    subsearch,
};

/// What further columns of the order are called: the places of rows that commands made of one event.
pub(super) const FURTHER: &str = "__order";

/// Fields that no summary has.
const NOT_KEPT: [&str; 2] = ["_raw", "splunk_server"];

/// The events of an object from a summary, with those that it does not cover where they are wanted; none where all
/// events are to be computed.
pub(super) async fn rows(building: &Building<'_>, cx: &mut Context<'_>) -> Result<Option<Relation>> {
    let request = building.request;
    let (only, old) = match request.summaries {
        Summaries::Unused => return Ok(None),
        Summaries::Beside { old } => (false, old),
        Summaries::Only { old } => (!cx.world.ignores_summaries_only(), old),
    };
    let Some(root) = building.model.lineage(&building.object.name).first().copied() else { return Ok(None) };
    let exists = cx.world.has_summaries(&building.model.name, &root.name);
    if cx.world.is_blind() || (!exists && !only) {
        tell_unused(building, cx);
        return Ok(None);
    }
    // Of a summary alone, what it does not keep is missing.
    if !only && request.fields.iter().any(|field| NOT_KEPT.contains(&field.as_str())) {
        return Ok(None);
    }
    let knowledge = Text { world: cx.world, span: building.span };
    let mut parts = match read_root(building.model, root, knowledge)? {
        Reading::Events(parts, _) => parts,
        Reading::Rows(..) => {
            return if only { nothing(building, "cannot have a summary", cx).map(Some) } else { Ok(None) };
        }
    };
    parts.extend(request.source.iter().cloned());
    let whole = SearchExpr { span: building.span, kind: SearchExprKind::And(parts) };
    let indexes = source::chosen(&whole, building.span, cx)?;
    let names = (building.model.name.as_str(), root.name.as_str());
    let summary = if exists { cx.world.summary(names, &indexes, old).await? } else { None };
    let Some(summary) = summary else {
        let reason = if exists { "is not used: definitions have changed" } else { "does not exist" };
        return if only { nothing(building, reason, cx).map(Some) } else { Ok(None) };
    };
    let asked = Asked::of(&request.source, building, cx).await?;
    if !only && summary.from.is_some_and(|from| asked.begins_before(from, cx)) {
        return Ok(None);
    }
    let mut tables = Vec::new();
    for (ordinal, name) in (0_i64..).zip(&indexes) {
        if let Some((_, table)) = summary.tables.iter().find(|(index, _)| index == name) {
            let events = source::scan_table(&format!("summary of {}", root.name), &table.0)?;
            tables.push(placed(asked.filter(events, name, cx)?, ordinal, building)?);
        }
    }
    if only {
        tell_coverage(building, root, &summary, cx);
    } else if indexes.iter().any(|index| summary.beside.contains(index)) {
        tables.push(computed(building, summary.number, cx).await?);
    }
    if tables.is_empty() {
        return named_columns(building, source::nothing(&[], false)?, &[]).map(Some);
    }
    let mut order = vec![OrderKey::descending(meet::TIME), OrderKey::ascending(ORDINAL), OrderKey::ascending(SEQUENCE)];
    let further =
        |place: usize| Some(format!("{FURTHER}{place}")).filter(|name| tables.iter().any(|one| one.has(name)));
    order.extend((0..).map_while(further).map(OrderKey::ascending));
    source::united(tables, order).map(Some)
}

/// The search's own conditions on indexes and times.
struct Asked {
    expr: SearchExpr,
    answers: subsearch::Answers,
    is_bounded: bool,
}

impl Asked {
    async fn of(source: &[SearchExpr], building: &Building<'_>, cx: &mut Context<'_>) -> Result<Self> {
        let expr = SearchExpr { span: building.span, kind: SearchExprKind::And(source.to_vec()) };
        let answers = subsearch::answers(&expr, cx).await?;
        let is_bounded = predicate::time::is_bounded(&expr, &answers);
        if is_bounded {
            cx.range = predicate::time::whole(&expr, &answers, cx)?;
        }
        Ok(Self { expr, answers, is_bounded })
    }

    /// Whether events before a time are wanted.
    fn begins_before(&self, from: i64, cx: &Context<'_>) -> bool {
        let range = if self.is_bounded { cx.range } else { cx.outer_range };
        range.earliest.is_none_or(|earliest| earliest < from)
    }

    fn filter(&self, events: Relation, index: &str, cx: &mut Context<'_>) -> Result<Relation> {
        let mut conditions = vec![predicate::of_index(&self.expr, &self.answers, &events, Some(index), cx)?];
        if !self.is_bounded {
            conditions.push(predicate::time::within(cx.outer_range, &events)?);
        }
        let condition = predicate::all(conditions);
        if condition == lit(true) { Ok(events) } else { events.filter(condition) }
    }
}

/// The rows of one index's table that belong to the object, with the names that the search uses and the index's place.
fn placed(mut events: Relation, ordinal: i64, building: &Building<'_>) -> Result<Relation> {
    let own = flag(&building.object.name);
    if !building.object.is_root() {
        let member = if events.has(&own) { is_member(&own) } else { lit(false) };
        events = events.filter(member)?;
    }
    let hidden: Vec<String> = events.plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let kept: Vec<String> = hidden.into_iter().filter(|name| is_hidden(name)).collect();
    let mut rows = named_columns(building, events, &kept)?;
    let mut exprs: Vec<Expr> = rows.plan.schema().fields().iter().map(|field| column(field.name())).collect();
    exprs.push(named(lit(ordinal), ORDINAL));
    rows.plan = project(rows.plan, exprs)?;
    Ok(rows)
}

fn is_member(flag: &str) -> Expr {
    column(flag).eq(lit(1_i64))
}

/// The columns that [`Building::named`] makes of events, from those of a summary's table, and `kept` ones as they are.
fn named_columns(building: &Building<'_>, mut events: Relation, kept: &[String]) -> Result<Relation> {
    let (model, request) = (building.model, building.request);
    let mut columns: Vec<(String, Expr)> = Vec::new();
    let plain = PLAIN_FIELDS.into_iter().filter(|name| !NOT_KEPT.contains(name) && events.has(name));
    columns.extend(plain.map(|name| (name.to_owned(), column(name))));
    let lineage = model.lineage(&building.object.name);
    let root = lineage.first().map_or("", |root| root.name.as_str());
    let tree = model.subtree(root);
    let member = |object: &DataObject| {
        let own = flag(&object.name);
        match lineage.iter().any(|above| above.name == object.name) {
            true => lit(true),
            false if events.has(&own) => is_member(&own),
            false => lit(false),
        }
    };
    if request.fields.contains(NODE_NAME) {
        let members: Vec<(&DataObject, Expr)> = tree.iter().map(|object| (*object, member(object))).collect();
        columns.push((NODE_NAME.to_owned(), node_names(model, &members)?));
    }
    let value = |full: &str| if events.has(full) { Ok(column(full)) } else { meet::null_of(&DataType::Utf8) };
    for object in &tree {
        let lineage = model.lineage_name(&object.name);
        for field in object.own_fields() {
            let full = format!("{lineage}.{}", field.name);
            if columns.iter().all(|(name, _)| *name != full) {
                columns.push((full.clone(), value(&full)?));
            }
        }
    }
    for written in request.fields {
        if columns.iter().any(|(name, _)| name == written) {
            continue;
        }
        if let Some((object, own)) = owner(model, written) {
            let declared = model.fields(&object.name).into_iter().rfind(|owned| owned.field.name == own);
            if let Some(owned) = declared {
                columns.push((written.clone(), value(&model.full_name(owned))?));
            }
        } else if let Some((object, belongs)) = flagged(model, written)
            && tree.iter().any(|known| known.name == object.name)
        {
            columns.push((written.clone(), told(&member(object), belongs)?));
        }
    }
    let mut exprs: Vec<Expr> = columns.into_iter().map(|(name, value)| named(value, &name)).collect();
    exprs.extend(kept.iter().map(|name| column(name)));
    events.plan = project(events.plan, exprs)?;
    Ok(events)
}

/// The events that a summary does not cover, in the same form.
async fn computed(building: &Building<'_>, number: usize, cx: &mut Context<'_>) -> Result<Relation> {
    let outer = cx.beside.replace(number);
    let rows = building.rows(cx).await;
    cx.beside = outer;
    let mut rows = rows?;
    let mut further = 0;
    let mut exprs: Vec<Expr> = Vec::new();
    for name in rows.fields().iter().filter(|name| !NOT_KEPT.contains(&name.as_str())) {
        exprs.push(column(name));
    }
    for key in rows.order.iter().filter(|key| key.column != meet::TIME) {
        if [ORDINAL, SEQUENCE].contains(&key.column.as_str()) {
            exprs.push(column(&key.column));
        } else {
            exprs.push(named(column(&key.column), &format!("{FURTHER}{further}")));
            further += 1;
        }
    }
    rows.plan = project(rows.plan, exprs)?;
    Ok(rows)
}

/// No rows, because there is no summary, and a warning of that.
fn nothing(building: &Building<'_>, reason: &str, cx: &mut Context<'_>) -> Result<Relation> {
    let text = format!("the summary of the data model `{}` {reason}", building.model.name);
    let warning =
        Diagnostic { severity: Severity::Warning, ..Diagnostic::new(Code::SummariesOnly, building.span, text) }
            .label("`summariesonly=true` finds nothing")
            .help("`speleo accelerate` makes summaries; `--ignore-summariesonly` reads all events");
    if !cx.notes.contains(&warning) {
        cx.notes.push(warning);
    }
    named_columns(building, source::nothing(&[], false)?, &[])
}

/// Says that `summariesonly` is passed over.
fn tell_unused(building: &Building<'_>, cx: &mut Context<'_>) {
    if !matches!(building.request.summaries, Summaries::Only { .. }) {
        return;
    }
    let (text, label) = match cx.world.is_blind() {
        true => ("the answer is that of summaries alone", "`speleo accelerate` makes them"),
        false => ("`summariesonly` is passed over", "all events are read"),
    };
    let note = Diagnostic::new(Code::SummariesOnly, building.span, text).label(label);
    if !cx.notes.contains(&note) {
        cx.notes.push(note);
    }
}

/// Says how much a summary covers.
fn tell_coverage(building: &Building<'_>, root: &DataObject, summary: &Summary, cx: &mut Context<'_>) {
    let shown = |micros: i64| {
        let time = chrono::DateTime::from_timestamp_micros(micros);
        time.map_or_else(
            || micros.to_string(),
            |time| time.with_timezone(&cx.world.timezone()).format("%F %T").to_string(),
        )
    };
    let times = summary.times.map_or_else(String::new, |(earliest, latest)| {
        format!(", with events from {} to {}", shown(earliest), shown(latest))
    });
    let left_out =
        summary.from.map_or_else(String::new, |from| format!("; events before {} were left out", shown(from)));
    let text = format!(
        "the summary of `{}` covers {} of {} files{times}{left_out}",
        root.name, summary.covered, summary.inputs
    );
    let note = Diagnostic::new(Code::SummariesOnly, building.span, text);
    let note = match summary.covered < summary.inputs || summary.is_old {
        true => Diagnostic { severity: Severity::Warning, ..note }.help("`speleo accelerate` adds the others"),
        false => note,
    };
    cx.notes.push(note);
}
