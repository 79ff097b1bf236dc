//! `INGEST_EVAL = queue=if(level="debug", "nullQueue", "indexQueue"), size := len(_raw)`
//!
//! The assignments run over columns, some thousand events at a time, as `eval` does. `=` gives a field a further value, `:=` takes
//! the place of those that it has; what every event has once (`_raw`, `_time`, `queue`, `host` and so on) is replaced by both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringBuilder, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType},
    },
    common::DFSchema,
    error::{DataFusionError, Result},
    logical_expr::{Expr, execution_props::ExecutionProps},
    physical_expr::{PhysicalExpr, create_physical_expr},
};
use futures::FutureExt;
use speleo_functions::value::{ListBuilder, Lists, Texts, list_type};
use speleo_plan::ingest;
use speleo_syntax::{Command, Diagnostic, Expr as Ast, parse, parse_expr};

use super::{Event, Subject, world::IngestWorld};
use crate::source::time_type;

/// Assignments or a condition, lowered for the types that the fields of a batch have.
#[derive(Debug)]
pub(super) struct Evaluation {
    parts: Vec<Part>,
    world: IngestWorld,
    /// The lowered parts by number and by which of the fields that it reads have several values.
    lowered: Mutex<HashMap<(usize, Vec<bool>), Lowered>>,
}

#[derive(Debug)]
struct Part {
    /// The field; none for a condition.
    target: Option<Arc<str>>,
    expr: Ast,
    reads: Vec<String>,
    replaces: bool,
}

#[derive(Debug, Clone)]
struct Lowered {
    schema: SchemaRef,
    expr: Arc<dyn PhysicalExpr>,
}

/// What every event has once.
const SINGLE: [&str; 7] = ["_raw", "_time", "host", "source", "sourcetype", "index", "queue"];

impl Evaluation {
    /// Reads and lowers assignments, or a condition.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(super) fn new(text: &str, is_condition: bool, world: IngestWorld) -> std::result::Result<Self, String> {
        let parts = if is_condition { condition(text)? } else { assignments(text)? };
        let evaluation = Self { parts, world, lowered: Mutex::default() };
        for (number, part) in evaluation.parts.iter().enumerate() {
            evaluation.lowered(number, part, vec![false; part.reads.len()]).map_err(|error| match error {
                DataFusionError::External(inner) => inner.to_string(),
                other => other.strip_backtrace(),
            })?;
        }
        Ok(evaluation)
    }

    /// Whether it gives events fields.
    pub(super) fn makes_fields(&self) -> bool {
        let targets = self.parts.iter().filter_map(|part| part.target.as_deref());
        targets.into_iter().any(|target| !SINGLE.contains(&target))
    }

    /// Whether it gives a field a value.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.target.as_deref() == Some(name))
    }

    /// Runs the assignments on events.
    pub(super) fn apply(&self, events: &mut [Event], origin: &Subject) -> Result<()> {
        for (number, part) in self.parts.iter().enumerate() {
            let Some(target) = &part.target else { continue };
            let values = self.values(number, part, events, origin)?;
            match target.as_ref() {
                "_time" => {
                    let times = values.as_primitive_opt::<TimestampMicrosecondType>();
                    for (row, event) in events.iter_mut().enumerate() {
                        event.time =
                            times.filter(|times| times.is_valid(row)).map(|times| times.value(row)).or(event.time);
                    }
                }
                name => set(events, name, target, part.replaces, &values)?,
            }
        }
        Ok(())
    }

    /// For which events the condition is true.
    pub(super) fn holds(&self, events: &[Event], origin: &Subject) -> Result<Vec<bool>> {
        let Some(part) = self.parts.first() else { return Ok(vec![false; events.len()]) };
        let values = self.values(0, part, events, origin)?;
        let flags = values.as_boolean_opt();
        Ok((0..events.len()).map(|row| flags.is_some_and(|flags| flags.is_valid(row) && flags.value(row))).collect())
    }

    fn values(&self, number: usize, part: &Part, events: &[Event], origin: &Subject) -> Result<ArrayRef> {
        let is_list = |name: &String| {
            let several = |event: &Event| event.fields.iter().filter(|(known, _)| **known == **name).nth(1).is_some();
            !SINGLE.contains(&name.as_str()) && events.iter().any(several)
        };
        let lists: Vec<bool> = part.reads.iter().map(is_list).collect();
        let columns = part.reads.iter().zip(&lists).map(|(name, list)| column(events, name, *list, origin)).collect();
        let lowered = self.lowered(number, part, lists)?;
        let options = RecordBatchOptions::new().with_row_count(Some(events.len()));
        let batch = RecordBatch::try_new_with_options(lowered.schema, columns, &options)?;
        lowered.expr.evaluate(&batch)?.into_array(events.len())
    }

    fn lowered(&self, number: usize, part: &Part, lists: Vec<bool>) -> Result<Lowered> {
        let mut known = self.lowered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&(number, lists.clone())) {
            return Ok(found.clone());
        }
        let field = |(name, list): (&String, &bool)| {
            let data_type = match name.as_str() {
                "_time" => time_type(),
                _ if *list => list_type(),
                _ => DataType::Utf8,
            };
            Field::new(name, data_type, true)
        };
        let schema: SchemaRef = Arc::new(Schema::new(part.reads.iter().zip(&lists).map(field).collect::<Vec<_>>()));
        let work = async {
            match &part.target {
                Some(target) => ingest::value(target, &part.expr, &schema, &self.world).await,
                None => ingest::condition(&part.expr, &schema, &self.world).await,
            }
        };
        let failed = |message: String| DataFusionError::External(message.into());
        // Nothing in it waits: the world has no rows to give.
        let expr: Expr = match work.now_or_never() {
            Some(Ok(expr)) => expr,
            Some(Err(error)) => return Err(failed(first(crate::fault::diagnose(error)))),
            None => return Err(failed("it needs data".to_owned())),
        };
        let columns = DFSchema::try_from(Arc::clone(&schema))?;
        let expr = create_physical_expr(&expr, &columns, &ExecutionProps::new(), &Default::default())?;
        let lowered = Lowered { schema, expr };
        known.insert((number, lists), lowered.clone());
        Ok(lowered)
    }
}

fn column(events: &[Event], name: &str, is_list: bool, file: &Subject) -> ArrayRef {
    if name == "_time" {
        let times: TimestampMicrosecondArray = events.iter().map(|event| event.time).collect();
        return Arc::new(times.with_timezone("UTC"));
    }
    if is_list {
        let mut builder = ListBuilder::new(events.len());
        for event in events {
            event.fields.iter().filter(|(known, _)| known.as_ref() == name).for_each(|(_, value)| builder.value(value));
            builder.end_row();
        }
        return builder.finish();
    }
    let mut builder = StringBuilder::with_capacity(events.len(), events.len() * 16);
    for event in events {
        let own = &event.origin;
        builder.append_option(match name {
            "_raw" => Some(event.raw.as_str()),
            "host" => own.host.as_deref().or(file.host.as_deref()),
            "source" => Some(own.source.as_deref().unwrap_or(&file.source)),
            "sourcetype" => Some(own.sourcetype.as_deref().unwrap_or(&file.sourcetype)),
            "index" => Some(own.index.as_deref().unwrap_or(&file.index)),
            "queue" => Some(if event.dropped { "nullQueue" } else { "indexQueue" }),
            name => event.field(name),
        });
    }
    Arc::new(builder.finish())
}

fn set(events: &mut [Event], name: &str, target: &Arc<str>, replaces: bool, values: &ArrayRef) -> Result<()> {
    let is_list = matches!(values.data_type(), DataType::List(_));
    let (lists, texts) = if is_list { (Some(Lists::new(values)?), None) } else { (None, Some(Texts::new(values)?)) };
    for (row, event) in events.iter_mut().enumerate() {
        let text = || texts.as_ref().and_then(|texts| texts.get(row));
        let one = || match &lists {
            Some(lists) => lists.get(row).and_then(|values| values.at(0).map(str::to_owned)),
            None => text().map(|text| text.into_owned()),
        };
        match name {
            "_raw" => event.raw = one().unwrap_or_else(|| std::mem::take(&mut event.raw)),
            "host" => event.origin.host = one().or(event.origin.host.take()),
            "source" => event.origin.source = one().or(event.origin.source.take()),
            "sourcetype" => event.origin.sourcetype = one().or(event.origin.sourcetype.take()),
            "index" => event.origin.index = one().or(event.origin.index.take()),
            "queue" => {
                if let Some(queue) = one() {
                    event.dropped = queue.eq_ignore_ascii_case("nullQueue");
                }
            }
            _ => {
                if replaces {
                    event.fields.retain(|(known, _)| known != target);
                }
                match &lists {
                    Some(lists) => {
                        let values = lists.get(row);
                        let all = (0..).map_while(|place| values.as_ref().and_then(|values| values.at(place)));
                        event.fields.extend(all.map(|value| (Arc::clone(target), value.to_owned())));
                    }
                    None => event.fields.extend(text().map(|text| (Arc::clone(target), text.into_owned()))),
                }
            }
        }
    }
    Ok(())
}

fn condition(text: &str) -> std::result::Result<Vec<Part>, String> {
    let (expr, problems) = parse_expr(text);
    fine(problems)?;
    let reads = ingest::reads(&expr);
    Ok(vec![Part { target: None, expr, reads, replaces: false }])
}

fn assignments(text: &str) -> std::result::Result<Vec<Part>, String> {
    const HEAD: &str = "| makeresults | eval ";
    let (plain, replaced) = plain(text);
    let (search, problems) = parse(&format!("{HEAD}{plain}"));
    fine(problems)?;
    let Some(Command::Eval(eval)) = search.commands.into_iter().nth(1) else {
        return Err(format!("expected `field=expression`, found `{text}`"));
    };
    let part = |assignment: speleo_syntax::command::eval::Assignment| {
        let span = assignment.span.range();
        let value = assignment.expr.span.range().start;
        let replaces = replaced.iter().any(|place| (span.start..value).contains(&(place + HEAD.len())));
        let reads = ingest::reads(&assignment.expr);
        Part { target: Some(assignment.target.name.as_str().into()), expr: assignment.expr, reads, replaces }
    };
    Ok(eval.assignments.into_iter().map(part).collect())
}

/// The text with `:=` as ` =`, which `eval` knows, and where that was.
fn plain(text: &str) -> (String, Vec<usize>) {
    let (mut plain, mut replaced) = (String::with_capacity(text.len()), Vec::new());
    let (mut quoted, mut escaped) = (false, false);
    let mut chars = text.char_indices().peekable();
    while let Some((place, c)) = chars.next() {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        if c == ':' && !quoted && chars.peek().is_some_and(|(_, next)| *next == '=') {
            replaced.push(place);
            plain.push(' ');
        } else {
            plain.push(c);
        }
    }
    (plain, replaced)
}

fn fine(problems: Vec<Diagnostic>) -> std::result::Result<(), String> {
    let errors: Vec<Diagnostic> = problems.into_iter().filter(Diagnostic::is_error).collect();
    if errors.is_empty() { Ok(()) } else { Err(first(errors)) }
}

fn first(problems: Vec<Diagnostic>) -> String {
    problems.into_iter().next().map_or_else(|| "it cannot be used".to_owned(), |problem| problem.message)
}
