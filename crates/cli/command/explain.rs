//! `speleo explain`: how a search becomes plans, or what a code means. `speleo explain E0203`,
//! `speleo explain analyze 'index=web 404'`

use std::io::{self, Write};

use anyhow::Result;
use speleo_engine::{Engine, Explanation};
use speleo_syntax::Code;

use super::help;
use crate::{
    args::ExplainArgs,
    diagnostic::{self, Reporter},
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
    let query = session::needed_query(text, args.file.as_deref(), &args.set)?;
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = match session::open(session::settings_for(&args.world, &query), &mut reporter).await {
        Some(engine) => explain(&engine, &query, analyzes, &mut reporter).await?,
        None => Exit::Failed,
    };
    reporter.finish();
    Ok(exit)
}

/// The word in front of a search that is to be run as well.
pub(crate) const ANALYZE: &str = "analyze";

/// Explains a search; one that is analyzed is run as well.
pub(crate) async fn explain(engine: &Engine, query: &Query, analyzes: bool, reporter: &mut Reporter) -> Result<Exit> {
    let explained = match analyzes {
        true => engine.analyze(&query.text).await,
        false => engine.explain(&query.text).await,
    };
    reporter.report(query, &explained.diagnostics);
    match explained.result {
        Ok(explanation) => {
            write(&explanation, &mut io::stdout().lock())?;
            Ok(Exit::Fine)
        }
        Err(()) => Ok(Exit::Failed),
    }
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

/// Writes the stages in the order in which a search passes through them.
fn write(explanation: &Explanation, out: &mut dyn Write) -> Result<()> {
    section(out, "Search with macros expanded", &explanation.expanded)?;
    for step in &explanation.steps {
        section(out, &format!("Step: {}", step.name), &step.plan)?;
    }
    section(out, "Logical plan", &explanation.logical)?;
    section(out, "Optimized plan", &explanation.optimized)?;
    section(out, "Physical plan", &explanation.physical)?;
    let pushed = match explanation.pushed.as_slice() {
        [] => "nothing".to_owned(),
        pushed => pushed.join("\n"),
    };
    section(out, "Pushed down to the scans", &pushed)?;
    if let Some(read) = &explanation.read {
        section(out, "Read", &read.join("\n"))?;
    }
    Ok(())
}

fn section(out: &mut dyn Write, title: &str, text: &str) -> Result<()> {
    let (bold, reset) = if diagnostic::has_colour_stdout() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    writeln!(out, "{bold}{title}{reset}")?;
    for line in text.trim_end().lines() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    Ok(())
}
