//! `speleo ingest`: files become events of a native index. `speleo ingest web logs/*.ndjson.gz`
//!
//! Progress goes to standard error while that is a terminal; one line at the end says what was done.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use speleo_engine::{Engine, IngestOrder, Ingested};

use crate::{
    args::IngestArgs,
    diagnostic::Reporter,
    exit::{Exit, UsageError},
    interrupt::Interrupt,
    quantity::size,
    session,
};

/// The source of events from standard input.
const STDIN: &str = "stdin";

/// How long `--follow` waits before it looks again.
const PAUSE: Duration = Duration::from_secs(1);

/// Reads what is new, once or for ever.
pub(crate) async fn run(args: IngestArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = match session::open(session::settings(&args.world), &mut reporter).await {
        Some(engine) => work(&args, &engine, &mut reporter).await,
        None => Ok(Exit::Failed),
    };
    reporter.finish();
    exit
}

async fn work(args: &IngestArgs, engine: &Engine, reporter: &mut Reporter) -> Result<Exit> {
    let piped = piped(args)?;
    let paths = piped.as_ref().map_or_else(|| args.paths.clone(), |(_, path)| vec![path.clone()]);
    let order = IngestOrder {
        index: args.target.clone(),
        paths,
        sourcetype: args.world.sourcetype.clone(),
        source: args.world.source.clone().or_else(|| piped.is_some().then(|| STDIN.to_owned())),
        host: args.world.host.clone(),
        whole_lines: args.follow,
    };
    if !args.follow {
        let (exit, _) = add(&order, engine, reporter, false).await?;
        if !args.no_compact && matches!(exit, Exit::Fine) {
            tend(&order.index, engine).await;
        }
        return Ok(exit);
    }
    let grown = tokio::sync::Notify::new();
    let mut interrupt = Interrupt::listen();
    let follow = async {
        loop {
            let (exit, events) = add(&order, engine, reporter, true).await?;
            if !matches!(exit, Exit::Fine) {
                return Ok(exit);
            }
            if events > 0 {
                grown.notify_one();
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = interrupt.heard() => return Ok(Exit::Cancelled),
            }
        }
    };
    let tending = async {
        loop {
            grown.notified().await;
            if !args.no_compact {
                tend(&order.index, engine).await;
            }
        }
    };
    tokio::select! {
        exit = follow => exit,
        () = tending => Ok(Exit::Fine),
    }
}

/// Adds what is new, and tells how many events that was.
async fn add(order: &IngestOrder, engine: &Engine, reporter: &mut Reporter, is_quiet: bool) -> Result<(Exit, u64)> {
    let start = Instant::now();
    let bar = bar();
    let told = |done: &Ingested| {
        bar.set_length(done.bytes);
        bar.set_position(done.bytes_read);
        bar.set_message(format!("{} events", done.events));
    };
    let mut interrupt = Interrupt::listen();
    let answer = tokio::select! {
        answer = engine.ingest(order, &told) => answer,
        () = interrupt.heard() => return Ok((Exit::Cancelled, 0)),
    };
    bar.finish_and_clear();
    match answer {
        Ok(done) => {
            reporter.report_settings(&done.warnings);
            if !is_quiet || done.events > 0 || done.rejected > 0 {
                writeln!(io::stderr().lock(), "{}", summary(&done, start.elapsed()))?;
            }
            Ok((Exit::Fine, done.events))
        }
        Err(diagnostics) => {
            reporter.report_settings(&diagnostics);
            Ok((Exit::Failed, 0))
        }
    }
}

/// Puts small files together where they have become many. What fails here is done the next time: the events are there.
async fn tend(index: &str, engine: &Engine) {
    if let Ok(compacted) = engine.tend_index(index).await
        && compacted.before > 0
    {
        let (before, after) = (size(compacted.bytes_before), size(compacted.bytes_after));
        let _ = writeln!(
            io::stderr().lock(),
            "{} files became {}: {before} are {after} now",
            compacted.before,
            compacted.after
        );
    }
}

/// Standard input as a file, which lives as long as its folder; none where files are named.
fn piped(args: &IngestArgs) -> Result<Option<(tempfile::TempDir, String)>> {
    if !args.paths.iter().any(|path| path == "-") {
        return Ok(None);
    }
    if args.paths.len() > 1 || args.follow {
        return Err(UsageError("`-` stands alone, and without `--follow`".to_owned()).into());
    }
    let folder = tempfile::tempdir().context("cannot keep standard input")?;
    let path = folder.path().join(STDIN);
    let mut file = std::fs::File::create(&path).context("cannot keep standard input")?;
    io::copy(&mut io::stdin().lock(), &mut file).context("cannot read standard input")?;
    let path = path.to_string_lossy().into_owned();
    Ok(Some((folder, path)))
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg} {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn summary(done: &Ingested, elapsed: Duration) -> String {
    let mut text = format!("{} events of {} files", done.events, done.files - done.known);
    if done.known > 0 {
        text.push_str(&format!(", {} known", done.known));
    }
    if done.rejected > 0 {
        let kept = done.rejects.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        text.push_str(&format!(", {} lines rejected and kept in {kept}", done.rejected));
    }
    let seconds = elapsed.as_secs_f64().max(1e-3);
    let speed = size((done.bytes_read as f64 / seconds) as u64);
    text.push_str(&format!(
        "; {} became {} in {seconds:.1} s ({speed}/s)",
        size(done.bytes_read),
        size(done.bytes_written)
    ));
    text
}
