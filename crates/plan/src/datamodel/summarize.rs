//! What a summary of a root holds, as a plan over a part of its events. `speleo accelerate Web.Web`
//!
//! It is the plan of a search that wants all fields of the root and of all objects below it, so that what searches find in a summary
//! is what they would have computed. Only roots whose rows follow from one event each have summaries: those of
//! conditions, with commands that stream. Not here: which events belong together, and where rows are kept.

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, LogicalPlan, cast},
};
use speleo_functions::words::words;
use speleo_knowledge::{CalculationKind, DataModel, DataObject};
use speleo_syntax::{
    Code, Command, Diagnostic, Kind, SearchExpr, SearchExprKind, Span, Spanned, command::find, may_write,
};

use super::{
    PLAIN_FIELDS, Request,
    building::{Building, Reading, flag, read_root},
    knowledge::Text,
    need::Need,
};
use crate::{
    Result, World,
    lower::Context,
    meet, predicate,
    relation::{OrderKey, Relation, SEQUENCE, column, named, project},
    source::{self, ORDINAL},
    subsearch::Answers,
};

/// The column of the index that a row is from: `index` is a word that files do not keep.
const INDEX: &str = "_index";
/// What further columns of the order are called in files, which keep no hidden names.
const STORED_FURTHER: &str = "_order";
/// Functions whose answer is another each time.
const FLEETING: [&str; 3] = ["now", "time", "random"];

/// The rows that a summary keeps of a part of the events.
#[derive(Debug, Clone)]
pub struct SummaryPlan {
    /// The rows, in no order. Columns: `_time`, `_index`, `host`, `source`, `sourcetype`, all fields under their full names,
    /// `is_NAME` (1 or 0) for each object below the root, `__seq`, and `_order0`, … where commands make several rows of an
    /// event. Types are those of events.
    pub plan: LogicalPlan,
    /// Warnings and notes that came up while planning.
    pub notes: Vec<Diagnostic>,
}

/// Whether a root can have summaries.
///
/// # Errors
/// Why it cannot.
pub fn may_be_summarized(
    model: &DataModel,
    root: &DataObject,
    world: &dyn World,
) -> std::result::Result<(), Diagnostic> {
    let refuse = |reason: String| {
        let message = format!("`{}.{}` cannot be accelerated: {reason}", model.name, root.name);
        Err(Diagnostic::unplaced(Code::UnsupportedForm, message))
    };
    if !root.is_root() {
        let first = model.lineage_name(&root.name);
        let above = first.split('.').next().unwrap_or_default();
        return refuse(format!("summaries are of whole trees, and `{}.{above}` is the root of this one", model.name));
    }
    let knowledge = Text { world, span: Span::default() };
    let reading = match read_root(model, root, knowledge) {
        Ok(reading) => reading,
        Err(error) => {
            let problems = error.into_diagnostics();
            return refuse(problems.into_iter().next().map_or_else(String::new, |problem| problem.message));
        }
    };
    let Reading::Events(parts, pipelines) = reading else {
        return refuse("its rows are made by commands, and do not follow from one event each".to_owned());
    };
    let whole = SearchExpr { span: Span::default(), kind: SearchExprKind::And(parts) };
    if predicate::time::is_bounded(&whole, &Answers::new()) {
        return refuse("its condition sets a time range".to_owned());
    }
    if let Some(command) = pipelines.iter().flat_map(|(search, _)| &search.commands).find(|one| !is_streaming(one)) {
        return refuse(format!("`{}` looks at more than one event", name_of(command)));
    }
    for text in texts(model, root) {
        let (text, _) = world.expand(text);
        if has_bracket(&text) || (text.contains('|') && may_write(&text)) {
            return refuse(format!("`{text}` runs another search, or writes"));
        }
        if let Some(name) = FLEETING.iter().find(|name| calls(&text, name)) {
            return refuse(format!("`{name}()` gives another answer each time"));
        }
    }
    match calculated_twice(model, root) {
        Some((object, field)) => refuse(format!("`{object}` calculates `{field}`, which other objects have as well")),
        None => Ok(()),
    }
}

/// Whether a command makes of each event what it makes of it alone, and does nothing else.
fn is_streaming(command: &Command) -> bool {
    if let Command::Search(_) | Command::Where(_) = command {
        return true;
    }
    find(&name_of(command)).is_some_and(|spec| spec.kind == Kind::Streaming)
}

/// The name of a command, as it is written.
fn name_of(command: &Command) -> String {
    let text = command.to_string();
    text.split([' ', '\n']).next().unwrap_or_default().to_owned()
}

/// The searches and expressions of a tree.
fn texts<'a>(model: &'a DataModel, root: &'a DataObject) -> Vec<&'a str> {
    let mut texts: Vec<&str> = Vec::new();
    for object in model.subtree(&root.name) {
        texts.extend(object.constraints.iter().chain(&object.base_search).map(String::as_str));
        for calculation in &object.calculations {
            if let CalculationKind::Eval { expression } = &calculation.kind {
                texts.push(expression);
            }
        }
    }
    texts
}

/// Whether a text holds the search of a bracket.
fn has_bracket(text: &str) -> bool {
    let begins = |rest: &str| rest.starts_with('|') || rest.starts_with("search ");
    text.match_indices('[').any(|(place, _)| text.get(place + 1..).is_some_and(|rest| begins(rest.trim_start())))
}

/// Whether a text calls a function.
fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(place, _)| {
        let before = text.get(..place).and_then(|before| before.chars().next_back());
        let behind = text.get(place + name.len()..).unwrap_or_default().trim_start();
        behind.starts_with('(') && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
    })
}

/// A field that an object below the root calculates and that others, which are not below it, have or read as well. What they show
/// depends on which objects a search names, so one summary could not serve all.
fn calculated_twice<'a>(model: &'a DataModel, root: &'a DataObject) -> Option<(&'a str, &'a str)> {
    let tree = model.subtree(&root.name);
    for object in tree.iter().filter(|object| object.name != root.name) {
        let below = model.subtree(&object.name);
        let others = || tree.iter().filter(|other| below.iter().all(|known| known.name != other.name));
        for output in object.calculations.iter().flat_map(|calculation| &calculation.outputs) {
            let reads = |other: &&&DataObject| {
                let is_below_root = other.name != root.name;
                let named = other.own_fields().any(|field| field.name == output.name);
                let texts = other.constraints.iter().map(String::as_str).chain(other.calculations.iter().map(input));
                named || (is_below_root && texts.flat_map(words).any(|word| word == output.name))
            };
            if others().any(|other| reads(&other)) {
                return Some((&object.name, &output.name));
            }
        }
    }
    None
}

/// What a calculation reads, as text.
fn input(calculation: &speleo_knowledge::Calculation) -> &str {
    match &calculation.kind {
        CalculationKind::Eval { expression } => expression,
        CalculationKind::Rex { input, .. } | CalculationKind::GeoIp { input, .. } => input,
        CalculationKind::Lookup { inputs, .. } => inputs.first().map_or("", |(field, _)| field),
    }
}

/// The names of the indexes that a root reads.
///
/// # Errors
/// E0206 where it names one that does not exist.
pub fn summarized_indexes(model: &DataModel, root: &DataObject, world: &dyn World) -> Result<Vec<String>> {
    let knowledge = Text { world, span: Span::default() };
    let Reading::Events(parts, _) = read_root(model, root, knowledge)? else { return Ok(Vec::new()) };
    let whole = SearchExpr { span: Span::default(), kind: SearchExprKind::And(parts) };
    source::chosen(&whole, Span::default(), &Context::new(world))
}

/// The rows that a summary of a root keeps of the events of the world, which has one index.
///
/// # Errors
/// Where the root's texts cannot be planned, or its commands put rows into an order of their own.
pub async fn summarize(model: &DataModel, root: &DataObject, world: &dyn World) -> Result<SummaryPlan> {
    let mut cx = Context::new(world);
    let name = Spanned { span: Span::default(), node: format!("{}.{}", model.name, root.name) };
    let all = HashSet::new();
    let request = Request { flags: true, ..Request::of(&name, &all) };
    let need = Need::of(&all, model, root);
    let building = Building { model, object: root, request: &request, need, span: name.span };
    let rows = building.rows(&mut cx).await?;
    let plan = kept(rows, model, root)?;
    cx.notes.extend(cx.knowledge_warnings);
    Ok(SummaryPlan { plan, notes: cx.notes })
}

fn kept(rows: Relation, model: &DataModel, root: &DataObject) -> Result<LogicalPlan> {
    let mut exprs = Vec::new();
    for name in rows.fields() {
        let Some(data_type) = rows.data_type(&name) else { continue };
        let target = match name.as_str() {
            "index" => INDEX,
            other => other,
        };
        let is_plain = PLAIN_FIELDS.contains(&name.as_str());
        let is_other = name.starts_with("is_not_") && !is_flag(&name, model, root);
        if (is_plain && matches!(name.as_str(), "_raw" | "splunk_server")) || is_other {
            continue;
        }
        exprs.push(named(storable(&name, data_type)?, target));
    }
    let refuse = || {
        let message =
            format!("`{}.{}` cannot be accelerated: its commands change the order of events", model.name, root.name);
        Err(Diagnostic::unplaced(Code::UnsupportedForm, message).into())
    };
    let mut keys = rows.order.iter();
    if keys.next() != Some(&OrderKey::descending(meet::TIME)) {
        return refuse();
    }
    let mut further = 0;
    for key in keys {
        match key.column.as_str() {
            ORDINAL => {}
            SEQUENCE => exprs.push(column(SEQUENCE)),
            other if *key == OrderKey::ascending(other) && rows.data_type(other) == Some(&DataType::Int64) => {
                exprs.push(named(column(other), &format!("{STORED_FURTHER}{further}")));
                further += 1;
            }
            _ => return refuse(),
        }
    }
    project(rows.plan, exprs)
}

fn is_flag(name: &str, model: &DataModel, root: &DataObject) -> bool {
    model.subtree(&root.name).iter().any(|object| flag(&object.name) == name)
}

/// A column in a type that files of an index have.
fn storable(name: &str, data_type: &DataType) -> Result<Expr> {
    let value = column(name);
    Ok(match data_type {
        DataType::Int64 | DataType::Float64 | DataType::Utf8 => value,
        DataType::Timestamp(..) if name == meet::TIME => cast(value, meet::time_type()),
        DataType::LargeUtf8 | DataType::Utf8View => cast(value, DataType::Utf8),
        other if meet::is_list(other) => cast(value, meet::list_type()),
        other => meet::convert(value, other, &DataType::Utf8)?,
    })
}
