//! An explanation as one JSON object, for programs; `speleo explain --help` says what its keys are.

use std::time::Duration;

use serde_json::{Map, Value, json};
use speleo_engine::{Explanation, PlanNode, Scan, Step, Totals};

use crate::{args::Section, diagnostic::position, query_file::Query};

/// The whole, or one part of it.
pub(super) fn explanation(explanation: &Explanation, query: &Query, section: Option<Section>) -> Value {
    let known = explanation;
    let parts = [
        ("commands", Section::Tree, commands(known, query)),
        ("expanded", Section::Macros, json!(known.expanded)),
        ("macros", Section::Macros, macros(known, query)),
        ("steps", Section::Steps, known.steps.iter().map(|one| step(one, known)).collect()),
        ("logical", Section::Logical, node(&known.logical, known, None)),
        ("optimized", Section::Logical, node(&known.optimized, known, None)),
        ("physical", Section::Physical, node(&known.physical, known, None)),
        ("scans", Section::Scan, known.scans.iter().map(|one| scan(one, known)).collect()),
        ("sql", Section::Sql, sql(known)),
    ];
    let wanted = parts.into_iter().filter(|(_, of, _)| section.is_none_or(|section| section == *of));
    Value::Object(wanted.map(|(name, _, value)| (name.to_owned(), value)).collect())
}

/// The commands with their arguments and places.
pub(crate) fn commands(known: &Explanation, query: &Query) -> Value {
    let one = |(command, place): (&speleo_syntax::Outline, &speleo_syntax::Span)| {
        let (line, column) = position(query, place.start as usize);
        let arguments: Map<String, Value> =
            command.arguments.iter().map(|one| (one.name.clone(), json!(one.values))).collect();
        json!({
            "number": command.number, "name": command.name, "depth": command.depth, "line": line, "column": column,
            "text": command.text, "arguments": arguments,
        })
    };
    known.commands.iter().zip(&known.places).map(one).collect()
}

fn macros(known: &Explanation, query: &Query) -> Value {
    let one = |call: &speleo_syntax::MacroCall| {
        let (line, column) = position(query, call.call.start as usize);
        let text = known.expanded.get(call.made.range()).unwrap_or_default();
        json!({
            "name": call.name, "args": call.args, "depth": call.depth, "line": line, "column": column,
            "span": [call.made.start, call.made.end], "text": text,
        })
    };
    known.macros.iter().map(one).collect()
}

fn numbers(commands: &[usize], known: &Explanation) -> Value {
    commands.iter().filter_map(|place| known.commands.get(*place)).map(|command| json!(command.number)).collect()
}

/// A step.
pub(crate) fn step(step: &Step, known: &Explanation) -> Value {
    let command = step.command.and_then(|place| known.commands.get(place)).map(|command| command.number.as_str());
    let whole = computing(&step.physical);
    json!({
        "name": step.name, "command": command, "totals": totals(&step.totals),
        "logical": node(&step.logical, known, None), "physical": node(&step.physical, known, Some(whole)),
        "scans": step.scans.iter().map(|one| scan(one, known)).collect::<Value>(),
    })
}

/// The time in which all operators of a plan computed.
pub(crate) fn computing(plan: &PlanNode) -> Duration {
    let mut sum = Duration::ZERO;
    plan.each(&mut |node| sum += node.measured.map_or(Duration::ZERO, |measured| measured.elapsed));
    sum
}

/// A node of a plan; `whole` is the time in which all computed.
pub(crate) fn node(own: &PlanNode, known: &Explanation, whole: Option<Duration>) -> Value {
    let mut object = json!({
        "name": own.name, "operator": own.operator, "details": own.details, "commands": numbers(&own.commands, known),
    });
    if let (Some(measured), Some(fields)) = (own.measured, object.as_object_mut()) {
        let share = whole.filter(|whole| !whole.is_zero()).map(|whole| measured.elapsed.div_duration_f64(whole));
        fields.insert("rows".to_owned(), json!(measured.rows));
        fields.insert("seconds".to_owned(), json!(measured.elapsed.as_secs_f64()));
        fields.insert("share".to_owned(), json!(share));
        fields.insert("memory_bytes".to_owned(), json!(measured.memory));
        fields.insert("spilled_bytes".to_owned(), json!(measured.spilled_bytes));
        fields.insert("spilled_files".to_owned(), json!(measured.spilled_files));
    }
    let inputs: Value = own.inputs.iter().map(|input| node(input, known, whole)).collect();
    if let Some(fields) = object.as_object_mut() {
        fields.insert("inputs".to_owned(), inputs);
    }
    object
}

/// A scan.
pub(crate) fn scan(scan: &Scan, known: &Explanation) -> Value {
    let mut object = json!({
        "from": scan.from, "more": scan.more, "commands": numbers(&scan.commands, known), "columns": scan.columns,
        "condition": scan.condition, "limit": scan.limit, "left_out": scan.pruned,
    });
    if let (Some((rows, read)), Some(fields)) = (scan.measured, object.as_object_mut()) {
        let counted = json!({
            "rows": rows, "events": read.events, "bytes": read.bytes,
            "row_groups": read.row_groups.1, "row_groups_left_out": read.row_groups.0,
            "pages": read.pages.1, "pages_left_out": read.pages.0,
            "rows_left_out_by_pages": read.page_rows, "rows_left_out_while_decoding": read.decoded_rows,
        });
        fields.insert("read".to_owned(), counted);
    }
    object
}

/// How a plan ran.
pub(crate) fn totals(totals: &Totals) -> Value {
    json!({
        "events": totals.events, "bytes": totals.bytes, "rows": totals.rows,
        "reading_seconds": totals.reading.as_secs_f64(), "planning_seconds": totals.planning.as_secs_f64(),
        "running_seconds": totals.running.as_secs_f64(),
    })
}

fn sql(known: &Explanation) -> Value {
    let sql = known.sql();
    json!({
        "statement": sql.statement.as_ref().ok(), "reason": sql.statement.as_ref().err(),
        "own_functions": sql.own_functions,
    })
}
