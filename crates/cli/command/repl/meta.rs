//! The shell's own commands, which begin with a colon. `:mode csv`
//!
//! One table: dispatch, `:help`, completion and the manual derive from it.

mod file;
mod list;
mod rerun;
pub(super) mod setting;

use std::io::{self, Write};

use anyhow::Result;
use clap::ValueEnum;
use speleo_knowledge::time_preset;

use super::Shell;
use crate::{
    command::{explain, help, inspect},
    diagnostic::{self, Reporter},
    editor::escaped,
    output::Format,
    query_file::Query,
};

/// A command of the shell.
pub(crate) struct MetaSpec {
    /// The names; the first is the one that is shown.
    pub(crate) names: &'static [&'static str],
    /// The name and what it takes.
    pub(crate) usage: &'static str,
    /// One line: what it does.
    pub(crate) summary: &'static str,
    /// What fits behind it.
    pub(crate) takes: Takes,
    /// What runs it.
    run: Meta,
}

/// What fits behind a command of the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing that has names.
    Nothing,
    /// A search.
    Search,
    /// A page of the manual.
    Topic,
    /// A form of rows.
    Format,
    /// A lookup table.
    Lookup,
    /// A macro.
    Macro,
    /// A data model.
    DataModel,
    /// A time range.
    Time,
    /// A file.
    Path,
    /// A kind of picture.
    Plot,
    /// A setting.
    Setting,
}

/// The commands, as code tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meta {
    Again,
    DataModel,
    Edit,
    Explain,
    Fields,
    Help,
    History,
    Indexes,
    Inspect,
    Lookups,
    Macros,
    Mode,
    Open,
    Out,
    Plot,
    Quit,
    Reload,
    Save,
    Searches,
    Set,
    SourceTypes,
    Time,
    Watch,
}

/// Every command of the shell.
pub(crate) static META: &[MetaSpec] = &[
    meta(
        &["help", "h", "?"],
        "help [NAME]",
        "this page, or that of a command, a function, a topic",
        Takes::Topic,
        Meta::Help,
    ),
    meta(&["indexes"], "indexes", "the indexes, with their files", Takes::Nothing, Meta::Indexes),
    meta(
        &["fields"],
        "fields [SPL]",
        "the fields of the last search, or of another one, with frequent values",
        Takes::Search,
        Meta::Fields,
    ),
    meta(
        &["sourcetypes"],
        "sourcetypes",
        "the source types that conf files and built-in rules know",
        Takes::Nothing,
        Meta::SourceTypes,
    ),
    meta(&["lookups"], "lookups [NAME]", "the lookup tables, or the first rows of one", Takes::Lookup, Meta::Lookups),
    meta(&["macros"], "macros [NAME]", "the macros, or the definition of one", Takes::Macro, Meta::Macros),
    meta(
        &["datamodel", "datamodels"],
        "datamodel [MODEL[.OBJECT]]",
        "the data models, or the objects and fields of one",
        Takes::DataModel,
        Meta::DataModel,
    ),
    meta(&["searches"], "searches", "the saved searches", Takes::Nothing, Meta::Searches),
    meta(
        &["time"],
        "time [EARLIEST [LATEST]]",
        "the time range, such as `:time -24h now` or `:time Last 24 hours`; alone, all time",
        Takes::Time,
        Meta::Time,
    ),
    meta(&["mode"], "mode [FORMAT]", "how rows are written; alone, a table", Takes::Format, Meta::Mode),
    meta(
        &["out"],
        "out [FILE]",
        "writes the rows of searches to a file, whose ending says how; alone, back to the screen",
        Takes::Path,
        Meta::Out,
    ),
    meta(
        &["open"],
        "open FILE",
        "a query file for the prompt, or a data file as an index of its name",
        Takes::Path,
        Meta::Open,
    ),
    meta(
        &["save", "save!"],
        "save FILE [TITLE]",
        "the last search as a query file; `:save!` writes over one",
        Takes::Path,
        Meta::Save,
    ),
    meta(
        &["edit", "e"],
        "edit [SPL]",
        "the last search in $VISUAL or $EDITOR, then at the prompt",
        Takes::Search,
        Meta::Edit,
    ),
    meta(&["explain"], "explain [analyze] [SPL]", "how a search is planned", Takes::Search, Meta::Explain),
    meta(
        &["inspect"],
        "inspect [SPL]",
        "runs a search, and tells what each step of it took",
        Takes::Search,
        Meta::Inspect,
    ),
    meta(&["plot"], "plot [KIND]", "a picture of the last rows", Takes::Plot, Meta::Plot),
    meta(
        &["watch"],
        "watch [SPAN]",
        "the last search again and again, every 5s or as said, until Ctrl-C",
        Takes::Nothing,
        Meta::Watch,
    ),
    meta(
        &["history"],
        "history [WORD|NUMBER]",
        "earlier searches; with a number, that one at the prompt",
        Takes::Nothing,
        Meta::History,
    ),
    meta(&["again", "r"], "again", "the last search once more", Takes::Nothing, Meta::Again),
    meta(&["set"], "set [NAME [VALUE]]", "settings of the shell", Takes::Setting, Meta::Set),
    meta(&["reload"], "reload", "reads the project and its definitions anew", Takes::Nothing, Meta::Reload),
    meta(&["quit", "q", "exit"], "quit", "leaves, as Ctrl-D does", Takes::Nothing, Meta::Quit),
];

const fn meta(
    names: &'static [&'static str],
    usage: &'static str,
    summary: &'static str,
    takes: Takes,
    run: Meta,
) -> MetaSpec {
    MetaSpec { names, usage, summary, takes, run }
}

/// A command by any of its names.
pub(super) fn find(name: &str) -> Option<&'static MetaSpec> {
    META.iter().find(|spec| spec.names.contains(&name))
}

const HELP_HEAD: &str = "\
A search runs at Enter; inside quotes or brackets, or after a `|`, Enter begins a new line, as Alt-Enter does anywhere. An empty line
runs what stands there. Tab completes, the right arrow takes what is grey, Ctrl-R looks through earlier searches, Ctrl-C cancels.
";

/// What `:help` says.
pub(crate) fn write_help(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HELP_HEAD}")?;
    let width = META.iter().map(|spec| spec.usage.len()).max().unwrap_or_default();
    for spec in META {
        writeln!(out, ":{:<width$}  {}", spec.usage, spec.summary)?;
    }
    Ok(())
}

impl Shell {
    /// Runs a line without its colon; true leaves the shell.
    pub(super) async fn meta(&mut self, line: &str) -> Result<bool> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let Some(spec) = find(name) else {
            let names = META.iter().flat_map(|spec| spec.names).copied();
            let near = diagnostic::nearest(name, names, ":");
            diagnostic::print_error(&format!("there is no `:{name}`{near}; `:help` lists what there is"));
            return Ok(false);
        };
        match spec.run {
            Meta::Quit => return Ok(true),
            Meta::Help if rest.is_empty() => write_help(&mut io::stdout().lock())?,
            Meta::Help => {
                if let Err(error) = help::write_topic(rest, &mut io::stdout().lock()) {
                    diagnostic::print_error(&error.to_string());
                }
            }
            Meta::Indexes => self.list_indexes().await?,
            Meta::Fields => self.list_fields(rest).await?,
            Meta::SourceTypes => list::names(&self.catalog().source_types)?,
            Meta::Lookups if rest.is_empty() => list::names(&self.catalog().lookups)?,
            Meta::Lookups => {
                self.show(&format!("| inputlookup \"{}\" | head 20", escaped(rest.trim_matches('"')))).await?
            }
            Meta::Macros => self.list_macros(rest)?,
            Meta::DataModel => self.list_models(rest)?,
            Meta::Searches => list::named(&self.catalog().saved_searches)?,
            Meta::Time => self.time(rest).await,
            Meta::Mode => self.mode(rest),
            Meta::Out => self.out(rest),
            Meta::Open => self.open(rest).await,
            Meta::Save => self.save(rest, name.ends_with('!')),
            Meta::Edit => self.edit(rest),
            Meta::Explain => {
                let analyzed =
                    rest.strip_prefix(explain::ANALYZE).filter(|rest| !rest.starts_with(char::is_alphanumeric));
                self.explain(analyzed.unwrap_or(rest), analyzed.is_some()).await?;
            }
            Meta::Inspect => self.inspect(rest).await?,
            Meta::Plot => self.plot(rest)?,
            Meta::Watch => self.watch(rest).await?,
            Meta::History => self.list_history(rest)?,
            Meta::Again => {
                if let Some(text) = self.last_or_said("") {
                    self.search(&text).await?;
                }
            }
            Meta::Set => self.set(rest).await?,
            Meta::Reload => {
                let world = self.world.clone();
                self.reopen(world).await;
            }
        }
        Ok(false)
    }

    /// The search that was said, else the last one; where there is none, that is told.
    fn last_or_said(&self, said: &str) -> Option<String> {
        match &self.last {
            _ if !said.is_empty() => Some(said.to_owned()),
            Some((text, _)) => Some(text.clone()),
            None => {
                diagnostic::print_error("there was no search yet");
                None
            }
        }
    }

    async fn explain(&self, text: &str, analyzes: bool) -> Result<()> {
        let Some(text) = self.last_or_said(text.trim()) else { return Ok(()) };
        let mut reporter = Reporter::new(self.error_format);
        explain::explain(&self.engine, &Query::typed(text), analyzes, &mut reporter).await.map(drop)?;
        reporter.finish();
        Ok(())
    }

    async fn inspect(&self, text: &str) -> Result<()> {
        let Some(text) = self.last_or_said(text) else { return Ok(()) };
        let mut reporter = Reporter::new(self.error_format);
        inspect::inspect(&self.engine, &Query::typed(text), &mut reporter).await.map(drop)?;
        reporter.finish();
        Ok(())
    }

    fn mode(&mut self, name: &str) {
        match Format::from_str(name, true) {
            Ok(format) if format.is_binary() => {
                diagnostic::print_error("binary output does not go to a terminal; `:out FILE` names a file");
            }
            Ok(format) => self.output.output = Some(format),
            Err(_) if name.is_empty() => self.output.output = None,
            Err(_) => {
                let values: Vec<String> = Format::value_variants()
                    .iter()
                    .filter_map(Format::to_possible_value)
                    .map(|value| value.get_name().to_owned())
                    .collect();
                diagnostic::print_error(&format!("there is no mode `{name}`; there are {}", values.join(", ")));
            }
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
        self.reopen(world).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{META, find};

    #[test]
    fn every_command_is_found_by_its_names_and_shows_one() {
        for spec in META {
            for name in spec.names {
                assert!(find(name).is_some_and(|found| std::ptr::eq(found, spec)), "{name} stands twice");
            }
            let shown = spec.usage.split(' ').next();
            assert_eq!(shown, spec.names.first().copied());
        }
    }
}
