//! `speleo accelerate`: summaries of data models are computed, shown and deleted. `speleo accelerate Web --retain 90d`
//!
//! Progress goes to standard error while that is a terminal; a line for each root at the end says what was done.

use std::{
    io::{self, IsTerminal, Write},
    time::Instant,
};

use anyhow::Result;
use chrono::{DateTime, SecondsFormat};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use speleo_engine::{AccelerateOrder, Accelerated, Engine, SummaryStatus};

use crate::{
    args::{AccelerateArgs, CheckFormat},
    diagnostic::Reporter,
    exit::{Exit, UsageError},
    interrupt::Interrupt,
    quantity::size,
    session,
};

/// Computes, shows or deletes.
pub(crate) async fn run(args: AccelerateArgs) -> Result<Exit> {
    if args.drop && args.names.is_empty() && !args.all {
        return Err(UsageError("`--drop` takes names, or `--all`".to_owned()).into());
    }
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = match session::open(session::settings(&args.world), &mut reporter).await {
        Some(engine) if args.status => match engine.summary_status(&args.names).await {
            Ok(all) => show(&all, args.output),
            Err(problems) => Ok(failed(&mut reporter, &problems)),
        },
        Some(engine) if args.drop => match engine.drop_summaries(&args.names) {
            Ok(count) => {
                writeln!(io::stderr().lock(), "{count} summaries deleted")?;
                Ok(Exit::Fine)
            }
            Err(problems) => Ok(failed(&mut reporter, &problems)),
        },
        Some(engine) => work(&args, &engine, &mut reporter).await,
        None => Ok(Exit::Failed),
    };
    reporter.finish();
    exit
}

fn failed(reporter: &mut Reporter, problems: &[speleo_syntax::Diagnostic]) -> Exit {
    reporter.report_settings(problems);
    Exit::Failed
}

async fn work(args: &AccelerateArgs, engine: &Engine, reporter: &mut Reporter) -> Result<Exit> {
    let order = AccelerateOrder { names: args.names.clone(), rebuild: args.rebuild, retain: args.retain.clone() };
    let start = Instant::now();
    let bar = bar();
    let told = |done: &Accelerated| {
        bar.set_length(done.bytes);
        bar.set_position(done.bytes_read);
        bar.set_message(format!("{}.{}: {} rows", done.model, done.root, done.rows));
    };
    let mut interrupt = Interrupt::listen();
    let answer = tokio::select! {
        answer = engine.accelerate(&order, &told) => answer,
        () = interrupt.heard() => return Ok(Exit::Cancelled),
    };
    bar.finish_and_clear();
    let all = match answer {
        Ok(all) => all,
        Err(problems) => return Ok(failed(reporter, &problems)),
    };
    for done in &all {
        reporter.report_settings(&done.warnings);
        writeln!(io::stderr().lock(), "{}", summary(done))?;
    }
    if all.is_empty() {
        let line = "nothing is marked with `acceleration = true` in datamodels.conf, and no data model is named";
        writeln!(io::stderr().lock(), "{line}")?;
        return Ok(Exit::Fine);
    }
    let bytes: u64 = all.iter().map(|done| done.bytes_read).sum();
    let seconds = start.elapsed().as_secs_f64().max(1e-3);
    let speed = size((bytes as f64 / seconds) as u64);
    writeln!(io::stderr().lock(), "{} read in {seconds:.1} s ({speed}/s)", size(bytes))?;
    Ok(Exit::Fine)
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg} {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn summary(done: &Accelerated) -> String {
    let mut text = format!("{}.{}: {} rows of {} files", done.model, done.root, done.rows, done.read);
    let known = done.files.saturating_sub(done.read);
    if known > 0 {
        text.push_str(&format!(", {known} known"));
    }
    if done.removed > 0 {
        text.push_str(&format!(", {} old files taken out", done.removed));
    }
    text.push_str(&format!("; {} became {}", size(done.bytes_read), size(done.bytes_written)));
    text
}

fn show(all: &[SummaryStatus], output: CheckFormat) -> Result<Exit> {
    let text = match output {
        CheckFormat::Jsonl => all.iter().map(|one| format!("{}\n", object(one))).collect(),
        CheckFormat::Text => table(all),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}

fn object(one: &SummaryStatus) -> serde_json::Value {
    let seconds = |time: Option<i64>| time.map(|time| time as f64 / 1e6);
    json!({
        "model": one.model,
        "root": one.root,
        "rows": one.rows,
        "covered": one.covered,
        "missing": one.files.saturating_sub(one.covered),
        "earliest": seconds(one.earliest),
        "latest": seconds(one.latest),
        "from": seconds(one.from),
        "bytes": one.bytes,
        "stale": one.is_stale,
        "place": one.place,
    })
}

fn table(all: &[SummaryStatus]) -> String {
    let shown = |time: Option<i64>| {
        let time = time.and_then(DateTime::from_timestamp_micros);
        time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["model", "root", "rows", "covered", "missing", "earliest", "latest", "bytes", "state"]);
    for one in all {
        table.add_row([
            one.model.clone(),
            one.root.clone(),
            one.rows.to_string(),
            one.covered.to_string(),
            one.files.saturating_sub(one.covered).to_string(),
            shown(one.earliest),
            shown(one.latest),
            size(one.bytes),
            if one.is_stale { "stale".to_owned() } else { "current".to_owned() },
        ]);
    }
    for number in [2, 3, 4, 7] {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n"))
}
