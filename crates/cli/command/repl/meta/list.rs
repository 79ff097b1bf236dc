//! What there is: indexes, fields, lookups, macros, data models, earlier searches.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use anyhow::Result;
use chrono::DateTime;
use rustyline::history::{History, SearchDirection};

use super::Shell;
use crate::{
    diagnostic::{self, Reporter},
    editor::{Catalog, Named},
    output::Output,
    quantity::thousands,
    query_file::Query,
    session::{self, Asked},
};

/// Earlier searches that are listed.
const HISTORY: usize = 30;
/// Values of a field that are shown.
const VALUES: usize = 5;
/// Rows that are looked at for fields.
const SAMPLE: usize = 10_000;

/// Writes names, one a line.
pub(super) fn names(names: &[String]) -> Result<()> {
    let mut out = io::stdout().lock();
    names.iter().try_for_each(|name| writeln!(out, "{name}"))?;
    Ok(())
}

/// Writes names with a line of help.
pub(super) fn named(list: &[Named]) -> Result<()> {
    let mut out = io::stdout().lock();
    let width = list.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(40);
    for (name, detail) in list {
        writeln!(out, "{}", format!("{name:<width$}  {detail}").trim_end())?;
    }
    Ok(())
}

impl Shell {
    pub(super) fn catalog(&self) -> Catalog {
        self.lines.helper().map(|helper| helper.editor().catalog().clone()).unwrap_or_default()
    }

    /// Runs a search of the shell's own: its rows are shown, the last search stays.
    pub(super) async fn show(&self, text: &str) -> Result<()> {
        let args = crate::args::OutputArgs { out: None, ..self.output.clone() };
        let (output, query) = (Output::new(&args)?, Query::typed(text));
        let mut reporter = Reporter::new(self.error_format);
        let asked = Asked { engine: &self.engine, query: &query, output: &output, keeps: None };
        session::answer(asked, &mut reporter).await?;
        reporter.finish();
        Ok(())
    }

    pub(super) async fn list_indexes(&self) -> Result<()> {
        let mut rows = Vec::new();
        for name in self.engine.index_names() {
            let detail = match self.engine.files(&name).await {
                Ok(files) => {
                    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
                    let parts = if files.len() == 1 {
                        "1 file".to_owned()
                    } else {
                        format!("{} files", thousands(files.len() as u64))
                    };
                    format!("{parts}, {} bytes", thousands(bytes))
                }
                Err(problem) => problem.message,
            };
            rows.push((name, detail));
        }
        named(&rows)
    }

    /// The fields of some rows: of a search that is said, else of the last one.
    pub(super) async fn list_fields(&self, said: &str) -> Result<()> {
        let Some(text) = self.last_or_said(said) else { return Ok(()) };
        let answer = match self.engine.sample(&text, SAMPLE).await {
            Ok(answer) => answer,
            Err(problems) => {
                let mut reporter = Reporter::new(self.error_format);
                reporter.report(&Query::typed(text), &problems);
                reporter.finish();
                return Ok(());
            }
        };
        let rows: usize = answer.batches.iter().map(|batch| batch.num_rows()).sum();
        let sample = crate::editor::Sample::of(&answer);
        let mut out = io::stdout().lock();
        let width = sample.fields.iter().map(|field| field.name.chars().count()).max().unwrap_or_default().min(40);
        for field in sample.fields.iter().filter(|field| field.rows > 0) {
            let share = field.rows * 100 / rows.max(1);
            let values: Vec<String> =
                field.values.iter().take(VALUES).map(|(value, times)| format!("{value} ({times})")).collect();
            let more = if field.values.len() > VALUES { ", …" } else { "" };
            writeln!(
                out,
                "{}",
                format!("{:<width$}  {share:>3} %  {}{more}", field.name, values.join(", ")).trim_end()
            )?;
        }
        drop(out);
        diagnostic::print_remark(&format!("of {} rows of the first events", thousands(rows as u64)));
        Ok(())
    }

    pub(super) fn list_macros(&self, name: &str) -> Result<()> {
        if name.is_empty() {
            return named(&self.catalog().macros);
        }
        let plain = name.trim_matches('`').split('(').next().unwrap_or_default();
        let found: Vec<_> = self.engine.knowledge().macros.values().filter(|one| one.name == plain).collect();
        if found.is_empty() {
            diagnostic::print_error(&format!("there is no macro `{plain}`; `:macros` lists what there is"));
        }
        let mut out = io::stdout().lock();
        for one in found {
            let arguments = if one.args.is_empty() { String::new() } else { format!("({})", one.args.join(", ")) };
            writeln!(out, "{}{arguments}\n  {}", one.name, one.definition.replace('\n', "\n  "))?;
        }
        Ok(())
    }

    pub(super) fn list_models(&self, name: &str) -> Result<()> {
        let catalog = self.catalog();
        if name.is_empty() {
            let models: Vec<Named> = catalog.models.into_iter().filter(|(name, _)| !name.contains('.')).collect();
            return named(&models);
        }
        let fields = catalog.model_fields(name);
        if fields.is_empty() {
            diagnostic::print_error(&format!("there is no data model `{name}`; `:datamodel` lists what there is"));
            return Ok(());
        }
        let prefix = format!("{name}.");
        let objects: Vec<Named> = catalog.models.into_iter().filter(|(full, _)| full.starts_with(&prefix)).collect();
        if !objects.is_empty() {
            named(&objects)?;
            writeln!(io::stdout().lock())?;
        }
        names(&fields)
    }

    /// Earlier lines with their numbers; a number puts that one at the prompt.
    pub(super) fn list_history(&mut self, said: &str) -> Result<()> {
        let history = self.lines.history();
        let line =
            |at: usize| history.get(at, SearchDirection::Forward).ok().flatten().map(|found| found.entry.into_owned());
        if let Ok(number) = said.parse::<usize>() {
            let found = number.checked_sub(1).and_then(line);
            match found {
                Some(text) => self.next = Some(text),
                None => diagnostic::print_error(&format!("there is no line {number}; `:history` lists the last ones")),
            }
            return Ok(());
        }
        let fitting = (0..history.len()).filter_map(|at| Some((at + 1, line(at)?)));
        let fitting: Vec<_> = fitting.filter(|(_, text)| text.to_lowercase().contains(&said.to_lowercase())).collect();
        // When each gave an answer last; lines of the shell's own gave none.
        let past = self.engine.past_searches();
        let started: HashMap<&str, i64> = past.iter().map(|search| (search.text.as_str(), search.started)).collect();
        let timezone = self.engine.timezone();
        let mut out = io::stdout().lock();
        for (number, text) in fitting.iter().skip(fitting.len().saturating_sub(HISTORY)) {
            let time = started.get(text.trim()).and_then(|micros| DateTime::from_timestamp_micros(*micros));
            let time = time.map(|time| time.with_timezone(&timezone).format("%Y-%m-%d %H:%M").to_string());
            let time = time.unwrap_or_default();
            writeln!(out, "{number:>5}  {time:<16}  {}", text.replace('\n', &format!("\n{:25}", "")))?;
        }
        Ok(())
    }
}
