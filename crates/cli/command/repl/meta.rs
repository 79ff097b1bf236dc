//! The shell's own commands, which begin with a colon. `:mode csv`

use std::io::{self, Write};

use anyhow::Result;
use clap::ValueEnum;
use speleo_knowledge::time_preset;

use super::Shell;
use crate::{
    command::{explain, help},
    diagnostic::{self, Reporter},
    output::Format,
    query_file::Query,
    session,
};

const HELP: &str = "\
A search runs at Enter; inside quotes or brackets, or after a `|`, Enter begins a new line. An empty line runs what stands there.

:help [NAME]               this page, or that of a command or function
:indexes                   the indexes
:lookups                   the lookup tables
:mode [FORMAT]             how rows are written: table, vertical, raw, csv, tsv, json, jsonl, markdown, html
:time [EARLIEST [LATEST]]  the time range, such as `:time -24h now` or `:time Last 24 hours`; alone, all time
:explain [analyze] SPL     how a search is planned; and run, and what was read
:quit                      leaves, as Ctrl-D does
";

impl Shell {
    /// Runs a line without its colon; true leaves the shell.
    pub(super) async fn meta(&mut self, line: &str) -> Result<bool> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match name {
            "quit" | "q" | "exit" => return Ok(true),
            "help" | "h" | "?" if rest.is_empty() => io::stdout().write_all(HELP.as_bytes())?,
            "help" | "h" | "?" => {
                if let Err(error) = help::write_topic(rest, &mut io::stdout().lock()) {
                    diagnostic::print_error(&error.to_string());
                }
            }
            "indexes" => list(self.engine.index_names())?,
            "lookups" => list(self.engine.lookup_names())?,
            "mode" => self.mode(rest),
            "time" => self.time(rest).await,
            "explain" => {
                let analyzed = rest.strip_prefix(explain::ANALYZE).filter(|rest| rest.starts_with(char::is_whitespace));
                let query = Query::typed(analyzed.unwrap_or(rest).trim());
                let mut reporter = Reporter::new(self.error_format);
                explain::explain(&self.engine, &query, analyzed.is_some(), &mut reporter).await.map(drop)?;
            }
            _ => diagnostic::print_error(&format!("there is no `:{name}`; `:help` lists what there is")),
        }
        Ok(false)
    }

    fn mode(&mut self, name: &str) {
        match Format::from_str(name, true) {
            Ok(Format::Parquet | Format::Arrow) => diagnostic::print_error("binary output does not go to a terminal"),
            Ok(format) => self.output.output = Some(format),
            Err(_) if name.is_empty() => self.output.output = None,
            Err(_) => diagnostic::print_error(&format!("there is no mode `{name}`; `:help` lists what there is")),
        }
    }

    async fn time(&mut self, range: &str) {
        let mut world = self.world.clone();
        world.last = None;
        if time_preset::find(&self.engine.knowledge().time_presets, range).is_some() {
            (world.time_range, world.earliest, world.latest) = (Some(range.to_owned()), None, None);
        } else {
            let mut words = range.split_whitespace().map(str::to_owned);
            (world.time_range, world.earliest, world.latest) = (None, words.next(), words.next());
        }
        let mut reporter = Reporter::new(self.error_format);
        if let Some(engine) = session::open(session::settings(&world), &mut reporter).await {
            self.world = world;
            self.engine = engine;
        }
        reporter.finish();
    }
}

fn list(names: Vec<String>) -> Result<()> {
    let mut out = io::stdout().lock();
    for name in names {
        writeln!(out, "{name}")?;
    }
    Ok(())
}
