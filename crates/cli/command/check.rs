//! `speleo check`: parses and plans searches without data. `speleo check detections/ --output jsonl`
//!
//! One engine serves all searches of an app, and they are planned in parallel: ten thousand take seconds.

mod source;
pub(crate) mod yaml;

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use anyhow::Result;
use futures::StreamExt;
use serde_json::json;
use speleo_engine::{Checked, Engine, Settings, Status};
use speleo_knowledge::{Problem, SavedSearch};
use speleo_syntax::{Code, Diagnostic, Severity, Span};

use self::source::{Item, Sources};
use crate::{
    args::{CheckArgs, CheckFormat, ErrorFormat},
    diagnostic::{self, Reporter},
    exit::Exit,
    quantity::thousands,
    query_file::{self, Query},
    session,
};

/// Checks everything at the paths.
pub(crate) async fn run(args: CheckArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let Sources { items, apps, broken, foreign, problems } = match source::read(&args.paths) {
        Ok(found) => found,
        Err(error) => {
            reporter.report_file(&error);
            reporter.finish();
            return Ok(Exit::Failed);
        }
    };
    broken.iter().for_each(|error| reporter.report_file(error));
    foreign.iter().for_each(|path| query_file::pass_over(path, args.errors.error_format));
    reporter.report_settings(&problems.iter().map(|problem| warning(problem, None)).collect::<Vec<_>>());
    let mut settings = session::settings(&args.world);
    settings.conf.extend(apps);
    let Some(engines) = engines(settings, &items, &mut reporter).await else {
        reporter.finish();
        return Ok(Exit::Failed);
    };
    let width = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let mut checked = futures::stream::iter(items.into_iter().zip(engines).map(|(item, engine)| async move {
        let mut checked = session::check(&engine, &item.query.text).await;
        checked.diagnostics.extend(schedule(&item.query, &engine));
        (item, checked)
    }))
    .buffered(width);

    let mut sums = Sums::default();
    let mut out = BufWriter::new(io::stdout());
    while let Some((item, checked)) = checked.next().await {
        sums.add(&checked.status);
        match args.output {
            CheckFormat::Jsonl => writeln!(out, "{}", line(&item, &checked))?,
            CheckFormat::Text => reporter.report(&item.query, &checked.diagnostics),
        }
    }
    out.flush()?;
    reporter.finish();
    // A sentence behind a document would spoil it.
    if args.output == CheckFormat::Text && args.errors.error_format == ErrorFormat::Text {
        diagnostic::print_remark(&sums.text());
    }
    Ok(if sums.invalid > 0 || !broken.is_empty() { Exit::Failed } else { Exit::Fine })
}

/// The engine of each item: those of one project and app share one. None where one cannot be opened.
async fn engines(settings: Settings, items: &[Item], reporter: &mut Reporter) -> Option<Vec<Engine>> {
    let mut told: Vec<Diagnostic> = Vec::new();
    let mut known: BTreeMap<Home, Engine> = BTreeMap::new();
    let app_of = |item: &Item| settings.app.clone().or_else(|| item.query.key("app").map(str::to_owned));
    let home_of = |item: &Item| (settings.project.clone().or_else(|| project_of(item)), app_of(item));
    let homes: Vec<Home> = items.iter().map(home_of).collect();
    // What is wrong with definitions is told even where there is nothing to check.
    let alone = (settings.project.clone(), settings.app.clone());
    let none = if homes.is_empty() { Some(&alone) } else { None };
    for home in homes.iter().chain(none) {
        if known.contains_key(home) {
            continue;
        }
        let (project, app) = home.clone();
        let engine = match Engine::open(Settings { project, app, ..settings.clone() }).await {
            Ok(engine) => engine,
            Err(diagnostics) => {
                reporter.report_settings(&diagnostics);
                return None;
            }
        };
        let more = engine.warnings().iter().filter(|warning| !told.contains(warning));
        let more: Vec<Diagnostic> = more.cloned().collect();
        reporter.report_settings(&more);
        told.extend(more);
        known.insert(home.clone(), engine);
    }
    Some(homes.iter().filter_map(|home| known.get(home).cloned()).collect())
}

/// A project's folder and an app.
type Home = (Option<PathBuf>, Option<String>);

/// The project that a file lies in, for calls from above it, such as those of a hook at the top of a repository.
fn project_of(item: &Item) -> Option<PathBuf> {
    session::project_above(&std::path::absolute(item.query.path.as_deref()?).ok()?)
}

/// What a query file says wrongly of its schedule, unless the project told it already.
fn schedule(query: &Query, engine: &Engine) -> Vec<Diagnostic> {
    let Some(path) = query.path.as_deref().filter(|path| path.extension().is_some_and(|ending| ending == "spl")) else {
        return Vec::new();
    };
    let is_known = |problem: &Problem| {
        engine.problems().iter().any(|known| (known.line, &known.message) == (problem.line, &problem.message))
    };
    let problems = SavedSearch::of_file("", &query.text, Some(path)).1;
    problems.iter().filter(|problem| !is_known(problem)).map(|problem| warning(problem, Some(query))).collect()
}

/// A problem as a warning, at its line where the text is at hand.
fn warning(problem: &Problem, query: Option<&Query>) -> Diagnostic {
    let mut diagnostic = match query {
        Some(query) => {
            let start = query.text.split_inclusive('\n').take(problem.line.saturating_sub(1)).map(str::len).sum();
            let line = query.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            Diagnostic::new(Code::Knowledge, Span::new(start, start + line.len()), problem.message.clone())
        }
        None => Diagnostic::unplaced(Code::Knowledge, problem.to_string()),
    };
    diagnostic.severity = Severity::Warning;
    diagnostic
}

fn line(item: &Item, checked: &Checked) -> serde_json::Value {
    let diagnostics: Vec<_> = checked.diagnostics.iter().map(|one| diagnostic::object(one, &item.query)).collect();
    let mut line = json!({
        "id": item.id,
        "status": match checked.status {
            Status::Ok => "ok",
            Status::Unsupported => "unsupported",
            Status::Invalid => "invalid",
        },
        "diagnostics": diagnostics,
        "commands": checked.commands,
    });
    if let Some(name) = &item.name {
        line["name"] = name.as_str().into();
    }
    line
}

#[derive(Default)]
struct Sums {
    ok: u64,
    unsupported: u64,
    invalid: u64,
}

impl Sums {
    fn add(&mut self, status: &Status) {
        match status {
            Status::Ok => self.ok += 1,
            Status::Unsupported => self.unsupported += 1,
            Status::Invalid => self.invalid += 1,
        }
    }

    fn text(&self) -> String {
        let total = self.ok + self.unsupported + self.invalid;
        let noun = if total == 1 { "search" } else { "searches" };
        format!(
            "{} {noun}: {} ok, {} unsupported, {} invalid",
            thousands(total),
            thousands(self.ok),
            thousands(self.unsupported),
            thousands(self.invalid)
        )
    }
}
