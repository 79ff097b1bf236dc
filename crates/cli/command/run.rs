//! `speleo run`: saved query files, each under a heading. `speleo run queries/phishing --set days=7`

mod watch;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Result;
use speleo_engine::Engine;
use speleo_syntax::{Code, Diagnostic};

use crate::{
    args::{ErrorFormat, RunArgs},
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    output::{Format, Output},
    query_file::{self, Query},
    session::{self, Asked},
};

/// The most names of files that failed in the last line: each was told of above.
const MOST_NAMES: usize = 5;

/// Runs all files; one that fails does not stop the others.
pub(crate) async fn run(args: RunArgs) -> Result<Exit> {
    if args.watch {
        return watch::watch(&args).await;
    }
    let paths = query_file::find(&args.paths, "spl")?;
    if args.output.out.is_some() && paths.len() > 1 {
        return Err(UsageError("`--out` takes the rows of one search".to_owned()).into());
    }
    run_files(&args, &paths).await
}

/// Runs these files, and sums up where there are several.
async fn run_files(args: &RunArgs, paths: &[PathBuf]) -> Result<Exit> {
    let output = Output::new(&args.output)?;
    let mut runner = Runner::new(output, Reporter::new(args.errors.error_format));
    let mut exit = Exit::Fine;
    let mut failed = Vec::new();
    for path in paths {
        let ran = match read(path, &args.set, &mut runner.reporter) {
            Some(query) => {
                let ran = runner.run(session::settings_for(&args.world, &query), &query).await?;
                ran.and(runner.judge(&query))
            }
            None => Exit::Failed,
        };
        exit = exit.and(ran);
        if ran == Exit::Cancelled {
            return Ok(ran);
        }
        if ran != Exit::Fine {
            failed.push(path.display().to_string());
        }
    }
    runner.finish();
    // A sentence behind a document would spoil it.
    if paths.len() != 1 && args.errors.error_format == ErrorFormat::Text {
        diagnostic::print_remark(&sum(paths.len(), &failed));
    }
    Ok(exit)
}

/// The last line: what passed and failed, and which did.
fn sum(count: usize, failed: &[String]) -> String {
    if count == 0 {
        return "no query files (.spl)".to_owned();
    }
    let named = failed.get(..MOST_NAMES).unwrap_or(failed).join(", ");
    let names = match failed.len() {
        0 => String::new(),
        many if many > MOST_NAMES => format!(": {named} and {} more", many - MOST_NAMES),
        _ => format!(": {named}"),
    };
    format!("{count} files: {} passed, {} failed{names}", count - failed.len(), failed.len())
}

/// Reads a file and fills its tokens; none where that fails, which is told.
fn read(path: &Path, values: &[(String, String)], reporter: &mut Reporter) -> Option<Query> {
    let mut query = match Query::read(path) {
        Ok(query) => query,
        Err(error) => {
            reporter.report_file(&error);
            return None;
        }
    };
    query.fill_known(values);
    query.fill_defaults();
    let mut problems = query.unfilled();
    if let Some(Err(message)) = query.expectation() {
        problems.push(Diagnostic::unplaced(Code::BadValue, format!("{}: {message}", path.display())));
    }
    reporter.report(&query, &problems);
    problems.is_empty().then_some(query)
}

/// Runs one query after the other and keeps the engine as long as time range and app stay.
pub(crate) struct Runner<'a> {
    output: Output<'a>,
    reporter: Reporter,
    engine: Option<(World, Engine)>,
    count: usize,
    /// The rows of the last answer; none where there was no answer.
    rows: Option<u64>,
}

/// What differs between query files: start and end of the time range, and the app.
type World = [Option<String>; 3];

impl<'a> Runner<'a> {
    /// A runner that has run nothing.
    pub(crate) fn new(output: Output<'a>, reporter: Reporter) -> Self {
        Self { output, reporter, engine: None, count: 0, rows: None }
    }

    /// Writes what the reporter kept for the end.
    pub(crate) fn finish(self) {
        self.reporter.finish();
    }

    /// Whether the last answer is what the file expects; what is not is told.
    fn judge(&mut self, query: &Query) -> Exit {
        let expectation = query.expectation().and_then(Result::ok);
        let Some((complaint, exit)) = expectation.zip(self.rows).and_then(|(expected, rows)| expected.complaint(rows))
        else {
            return Exit::Fine;
        };
        let place = query.path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default();
        diagnostic::print_error(&format!("{place}{complaint}"));
        exit
    }

    /// Runs a query under its heading.
    pub(crate) async fn run(&mut self, settings: speleo_engine::Settings, query: &Query) -> Result<Exit> {
        self.heading(query)?;
        self.rows = None;
        let world = [settings.earliest.clone(), settings.latest.clone(), settings.app.clone()];
        let engine = match &self.engine {
            Some((known, engine)) if *known == world => engine.clone(),
            _ => {
                let Some(engine) = session::open(settings, &mut self.reporter).await else { return Ok(Exit::Failed) };
                self.engine = Some((world, engine.clone()));
                engine
            }
        };
        self.output.describe(query);
        let asked = Asked { engine: &engine, query, output: &self.output, keeps: None };
        let answered = session::answer(asked, &mut self.reporter).await?;
        self.rows = answered.finished.map(|finished| finished.rows);
        Ok(answered.exit)
    }

    /// The title and what the file says about itself. It belongs to the document in the forms for people, and must not
    /// get between the rows in all others.
    fn heading(&mut self, query: &Query) -> Result<()> {
        let title = query.title();
        if !self.output.format.is_for_people() {
            diagnostic::print_remark(&title);
            return Ok(());
        }
        let mut out = io::stdout().lock();
        if self.count > 0 {
            writeln!(out)?;
        }
        self.count += 1;
        match self.output.format {
            Format::Markdown => writeln!(out, "## {title}\n")?,
            _ if diagnostic::has_colour_stdout() => writeln!(out, "\x1b[1m{title}\x1b[0m")?,
            _ => writeln!(out, "{title}")?,
        }
        if let Some(description) = query.key("description") {
            writeln!(out, "{description}")?;
            if self.output.format == Format::Markdown {
                writeln!(out)?;
            }
        }
        out.flush()?;
        Ok(())
    }
}
