//! `speleo run`: saved query files, each under a heading. `speleo run queries/phishing --set days=7`

use std::io::{self, Write};

use anyhow::Result;
use speleo_engine::Engine;

use crate::{
    args::RunArgs,
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    output::{Format, Output},
    query_file::{self, Query},
    session::{self, Asked},
};

/// Runs all files; one that fails does not stop the others.
pub(crate) async fn run(args: RunArgs) -> Result<Exit> {
    let output = Output::new(&args.output)?;
    let paths = query_file::find(&args.paths, "spl")?;
    if args.output.out.is_some() && paths.len() > 1 {
        return Err(UsageError("`--out` takes the rows of one search".to_owned()).into());
    }
    let mut runner = Runner::new(output, Reporter::new(args.errors.error_format));
    let mut exit = Exit::Fine;
    for path in paths {
        let query = match Query::read(&path) {
            Ok(mut query) => {
                query.fill_known(&args.set);
                query
            }
            Err(error) => {
                runner.reporter.report_file(&error);
                exit = exit.and(Exit::Failed);
                continue;
            }
        };
        exit = exit.and(runner.run(session::settings_for(&args.world, &query), &query).await?);
        if exit == Exit::Cancelled {
            break;
        }
    }
    runner.finish();
    Ok(exit)
}

/// Runs one query after the other and keeps the engine as long as time range and app stay.
pub(crate) struct Runner<'a> {
    output: Output<'a>,
    reporter: Reporter,
    engine: Option<(World, Engine)>,
    count: usize,
}

/// What differs between query files: start and end of the time range, and the app.
type World = [Option<String>; 3];

impl<'a> Runner<'a> {
    /// A runner that has run nothing.
    pub(crate) fn new(output: Output<'a>, reporter: Reporter) -> Self {
        Self { output, reporter, engine: None, count: 0 }
    }

    /// Writes what the reporter kept for the end.
    pub(crate) fn finish(self) {
        self.reporter.finish();
    }

    /// Runs a query under its heading.
    pub(crate) async fn run(&mut self, settings: speleo_engine::Settings, query: &Query) -> Result<Exit> {
        self.heading(query)?;
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
        Ok(session::answer(asked, &mut self.reporter).await?.exit)
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
