//! `speleo inspect`: runs a search and shows what each operator did, and for which command.
//! `speleo inspect 'index=web 404 | stats count by host'`
//!
//! The rows are not shown: they are counted and dropped. Nothing is written.

mod table;

use std::{collections::BTreeMap, io::Write, time::Duration};

use anyhow::Result;
use serde_json::{Value, json};
use speleo_engine::{Engine, Explained, Explanation, PlanNode, Totals};

use self::table::{Alignment, Cell};
use super::explain::{
    Shape, node_json,
    picture::{Style, View, branches, flat, narrow, size, time},
    scan_json, show, step_json, totals_json, with_engine,
};
use crate::{
    args::{InspectArgs, ShownArgs},
    diagnostic::Reporter,
    exit::Exit,
    quantity::thousands,
    query_file::Query,
    session,
};

/// From this share of the time on an operator stands out.
const HOT: f64 = 0.2;

/// Runs and shows a search.
pub(crate) async fn run(args: InspectArgs) -> Result<Exit> {
    inspect_text(&args.text, &args.shown).await
}

/// Runs and shows the search that arguments give.
pub(super) async fn inspect_text(text: &[String], shown: &ShownArgs) -> Result<Exit> {
    let query = session::needed_query(text, shown.file.as_deref(), &shown.set)?;
    with_engine(&query, shown, async |engine, reporter| {
        let explained = engine.inspect(&query.text).await;
        let shape = Shape { verbose: shown.verbose, format: shown.output };
        write(&explained, &query, shape, reporter)
    })
    .await
}

/// Runs and shows a search for the shell.
pub(crate) async fn inspect(engine: &Engine, query: &Query, reporter: &mut Reporter) -> Result<Exit> {
    let explained = engine.inspect(&query.text).await;
    write(&explained, query, Shape::SHELL, reporter)
}

fn write(explained: &Explained, query: &Query, shape: Shape, reporter: &mut Reporter) -> Result<Exit> {
    show(explained, query, shape, reporter, |explanation| object(explanation, query), text)
}

/// The shares of the time that the commands took together, an entry for each set of commands that share operators.
fn by_commands(explanation: &Explanation) -> BTreeMap<&[usize], Duration> {
    let mut times: BTreeMap<&[usize], Duration> = BTreeMap::new();
    explanation.physical.each(&mut |node| {
        *times.entry(&node.commands).or_default() += node.measured.map_or(Duration::ZERO, |own| own.elapsed);
    });
    times
}

fn share(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() { 0.0 } else { part.div_duration_f64(whole) }
}

fn object(explanation: &Explanation, query: &Query) -> Value {
    let whole = super::explain::computing(&explanation.physical);
    let number = |place: &usize| explanation.commands.get(*place).map(|command| command.number.clone());
    let of_commands = |(commands, time): (&[usize], Duration)| {
        let commands: Vec<String> = commands.iter().filter_map(number).collect();
        json!({ "commands": commands, "seconds": time.as_secs_f64(), "share": share(time, whole) })
    };
    json!({
        "commands": super::explain::commands_json(explanation, query),
        "operators": node_json(&explanation.physical, explanation, Some(whole)),
        "by_command": by_commands(explanation).into_iter().map(of_commands).collect::<Value>(),
        "scans": explanation.scans.iter().map(|one| scan_json(one, explanation)).collect::<Value>(),
        "steps": explanation.steps.iter().map(|one| step_json(one, explanation)).collect::<Value>(),
        "totals": explanation.totals.as_ref().map(totals_json),
    })
}

fn text(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    view.title("Operators", out)?;
    operators(&explanation.physical, view, out)?;
    writeln!(out)?;
    view.title("Commands", out)?;
    commands(explanation, view, out)?;
    writeln!(out)?;
    view.title("Scans", out)?;
    super::explain::scans(&explanation.scans, view, out)?;
    if !explanation.steps.is_empty() {
        writeln!(out)?;
        view.title("Steps", out)?;
        for (place, step) in explanation.steps.iter().enumerate() {
            let command: Vec<usize> = step.command.into_iter().collect();
            let line = vec![
                (Style::Plain, format!("{}. {}", place + 1, step.name)),
                (Style::Command, format!("  {}", view.commands(&command))),
            ];
            view.line(&line, out)?;
            for told in told(&step.totals) {
                view.line(&vec![(Style::Dim, format!("   {told}"))], out)?;
            }
            if view.verbose {
                operators(&step.physical, view, out)?;
            }
        }
    }
    if let Some(totals) = &explanation.totals {
        writeln!(out)?;
        view.title("Totals", out)?;
        for told in told(totals) {
            view.line(&vec![(Style::Plain, told)], out)?;
        }
        if !explanation.steps.is_empty() {
            let steps: Duration = explanation.steps.iter().map(|step| step.totals.planning + step.totals.running).sum();
            view.line(&vec![(Style::Plain, format!("and {} for steps", time(steps)))], out)?;
        }
    }
    Ok(())
}

/// What a plan read and gave, and how long it took.
fn told(totals: &Totals) -> [String; 2] {
    let read = if totals.bytes > 0 { format!(", {} read", size(totals.bytes)) } else { String::new() };
    let reading = if totals.reading.is_zero() { String::new() } else { format!("reading {}, ", time(totals.reading)) };
    let plural = if totals.rows == 1 { "" } else { "s" };
    [
        format!("{} events scanned{read}, {} row{plural}", thousands(totals.events), thousands(totals.rows)),
        format!("{reading}planning {}, running {}", time(totals.planning), time(totals.running)),
    ]
}

fn operators(plan: &PlanNode, view: &View, out: &mut dyn Write) -> Result<()> {
    let nodes = flat(plan);
    let depths: Vec<usize> = nodes.iter().map(|(depth, _)| *depth).collect();
    let drawn = branches(&depths).into_iter().zip(nodes.into_iter().map(|(_, node)| node)).collect();
    let whole = super::explain::computing(plan);
    let rows = measured_rows(drawn, whole, view);
    if table::fits(&rows, view) {
        return table::write(&rows, view, out);
    }
    table::write(&measured_rows(narrow(plan), whole, view), view, out)
}

/// A row for each operator.
fn measured_rows(nodes: Vec<(String, &PlanNode)>, whole: Duration, view: &View) -> Vec<Vec<Cell>> {
    let mut rows = vec![table::header(&["operator", "command", "rows", "time", "share", "memory", "spilled"])];
    for (branch, node) in nodes {
        let measured = node.measured.unwrap_or_default();
        let share = share(measured.elapsed, whole);
        let style = if share >= HOT { Style::Hot } else { Style::Plain };
        let right = |text: String| Cell { text, style, alignment: Alignment::Right };
        let spilled = match measured.spilled_files {
            0 => String::new(),
            files => format!("{} in {files} files", size(measured.spilled_bytes)),
        };
        let mark = if share >= HOT { " ◀" } else { "  " };
        let details = if view.verbose { format!(" {}", node.details) } else { String::new() };
        let text = format!("{branch}{} · {}{details}", node.name, node.operator);
        rows.push(vec![
            Cell { text, style, alignment: Alignment::Left },
            Cell { text: view.commands_in_room(&node.commands), style: Style::Command, alignment: Alignment::Left },
            right(measured.rows.map(thousands).unwrap_or_default()),
            right(time(measured.elapsed)),
            right(format!("{:.0} %{mark}", share * 100.0)),
            right(measured.memory.map(size).unwrap_or_default()),
            right(spilled),
        ]);
    }
    rows
}

fn commands(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    let whole = super::explain::computing(&explanation.physical);
    let mut rows = vec![table::header(&["command", "time", "share"])];
    for (commands, own) in by_commands(explanation) {
        let share = share(own, whole);
        let style = if share >= HOT { Style::Hot } else { Style::Plain };
        let right = |text: String| Cell { text, style, alignment: Alignment::Right };
        let name = match commands {
            [] => "no single command".to_owned(),
            [_] => view.commands(commands),
            _ => format!("{}, together", view.commands(commands)),
        };
        rows.push(vec![
            Cell { text: name, style: Style::Command, alignment: Alignment::Left },
            right(time(own)),
            right(format!("{:.0} %", share * 100.0)),
        ]);
    }
    table::write(&rows, view, out)
}
