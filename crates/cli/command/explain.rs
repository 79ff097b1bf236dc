//! `speleo explain`: how a search becomes plans, or what a code means. `speleo explain E0203`,
//! `speleo explain --section physical 'index=web 404 | stats count by host'`

mod json;
pub(crate) mod picture;
mod section;

use std::io::{self, Write};

use anyhow::Result;
use serde_json::Value;
use speleo_engine::{Engine, Explained, Explanation};
use speleo_syntax::Code;

use self::picture::View;
pub(super) use self::{
    json::{
        commands as commands_json, computing, node as node_json, scan as scan_json, step as step_json,
        totals as totals_json,
    },
    section::scans,
};
use super::{help, inspect};
use crate::{
    args::{ExplainArgs, ExplainFormat, Section, ShownArgs},
    diagnostic::Reporter,
    exit::{Exit, UsageError},
    query_file::Query,
    session,
};

/// Explains a code or a search.
pub(crate) async fn run(args: ExplainArgs) -> Result<Exit> {
    if let [word] = args.text.as_slice()
        && is_code(word)
    {
        return explain_code(word);
    }
    let (analyzes, text) = match args.text.as_slice() {
        [first, rest @ ..] if first == ANALYZE && !rest.is_empty() => (true, rest),
        text => (args.analyze, text),
    };
    let (shown, section) = (&args.shown, args.section);
    if analyzes {
        return inspect::inspect_text(text, shown).await;
    }
    let query = session::needed_query(text, shown.file.as_deref(), &shown.set)?;
    with_engine(&query, shown, async |engine, reporter| {
        let explained = engine.explain(&query.text).await;
        let shape = Shape { verbose: shown.verbose, format: shown.output };
        write(&explained, &query, shape, section, reporter)
    })
    .await
}

/// The word in front of a search that is to be run as well.
pub(crate) const ANALYZE: &str = "analyze";

/// Explains a search for the shell; one that is analyzed is run as well.
pub(crate) async fn explain(engine: &Engine, query: &Query, analyzes: bool, reporter: &mut Reporter) -> Result<Exit> {
    if analyzes {
        return inspect::inspect(engine, query, reporter).await;
    }
    let explained = engine.explain(&query.text).await;
    write(&explained, query, Shape::SHELL, None, reporter)
}

/// Opens the engine that the arguments describe, and does something with it.
pub(super) async fn with_engine(
    query: &Query,
    shown: &ShownArgs,
    work: impl AsyncFnOnce(&Engine, &mut Reporter) -> Result<Exit>,
) -> Result<Exit> {
    let mut reporter = Reporter::new(shown.errors.error_format);
    let exit = match session::open(session::settings_for(&shown.world, query), &mut reporter).await {
        Some(engine) => work(&engine, &mut reporter).await?,
        None => Exit::Failed,
    };
    reporter.finish();
    Ok(exit)
}

fn write(
    explained: &Explained,
    query: &Query,
    shape: Shape,
    section: Option<Section>,
    reporter: &mut Reporter,
) -> Result<Exit> {
    show(
        explained,
        query,
        shape,
        reporter,
        |explanation| json::explanation(explanation, query, section),
        |explanation, view, out| section::write(explanation, view, section, out),
    )
}

/// How an explanation is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Whether lines are whole.
    pub(super) verbose: bool,
    /// Text or JSON.
    pub(super) format: ExplainFormat,
}

impl Shape {
    /// In the shell.
    pub(super) const SHELL: Self = Self { verbose: false, format: ExplainFormat::Text };
}

/// Reports what there is to say of a search, and shows its explanation as JSON or as text.
pub(super) fn show(
    explained: &Explained,
    query: &Query,
    shape: Shape,
    reporter: &mut Reporter,
    json: impl FnOnce(&Explanation) -> Value,
    text: impl FnOnce(&Explanation, &View, &mut dyn Write) -> Result<()>,
) -> Result<Exit> {
    reporter.report(query, &explained.diagnostics);
    let Ok(explanation) = &explained.result else { return Ok(Exit::Failed) };
    let mut out = io::stdout().lock();
    match shape.format {
        ExplainFormat::Json => writeln!(out, "{:#}", json(explanation))?,
        ExplainFormat::Text => text(explanation, &View::new(query, explanation, shape.verbose), &mut out)?,
    }
    Ok(Exit::Fine)
}

fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(['E', 'W', 'e', 'w']);
    digits.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn explain_code(word: &str) -> Result<Exit> {
    let wanted = word.to_ascii_uppercase();
    let Some(code) = Code::ALL.iter().find(|code| code.text() == wanted) else {
        return Err(UsageError(format!("no diagnostic has the code {wanted}")).into());
    };
    help::write_topic(code.text(), &mut io::stdout().lock())?;
    Ok(Exit::Fine)
}
