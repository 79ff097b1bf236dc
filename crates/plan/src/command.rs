//! The commands: a file each with its `impl Lower`; a pipeline is a fold over them.

mod accum;
mod addinfo;
mod append;
mod appendcols;
mod appendpipe;
mod autoregress;
mod bin;
mod chart;
mod convert;
mod datamodel;
mod dedup;
mod delta;
pub(crate) mod eval;
mod eventstats;
mod extract;
mod fields;
mod filldown;
mod fillnull;
pub(crate) mod foreach;
mod format;
mod from;
mod gentimes;
mod head;
mod inputlookup;
pub(crate) mod iplocation;
pub(crate) mod join;
mod lookup;
mod makecontinuous;
mod makeresults;
pub(crate) mod map;
mod multikv;
mod multisearch;
mod mvcombine;
mod outputlookup;
mod regex;
mod rename;
mod r#return;
mod reverse;
pub(crate) mod rex;
mod search;
mod set;
mod sort;
mod spath;
mod stats;
mod streamstats;
mod table;
mod tail;
#[cfg(test)]
mod tests;
mod timechart;
mod top;
mod transpose;
mod trendline;
mod tstats;
mod union;
mod uniq;
mod unsupported;
mod untable;
mod r#where;
mod xmlkv;
mod xyseries;

use std::pin::Pin;

use datafusion::logical_expr::LogicalPlanBuilder;
use speleo_syntax::{Code, Command, Diagnostic, Search, Span};

use crate::{
    Error, Result, field,
    lower::{Context, Lower},
    relation::Relation,
};

/// Plans a pipeline from its first command to its last.
///
/// Fields that it names are known to its sources only: those of an outer pipeline come back when it is done.
///
/// The one boxed future of lowering: boxes nest with brackets, and the compiler proves that plans may cross threads here
/// only. A proof takes it two seconds, so commands are plain `async fn`.
pub(crate) fn pipeline<'a>(search: &'a Search, cx: &'a mut Context<'_>) -> Lowering<'a> {
    let (names, patterns) = (field::mentioned(search), field::patterns(search));
    with_names(search, names, patterns, cx)
}

/// Plans a pipeline whose rows join those of the pipeline around it, as in the brackets of `append`: its sources know the
/// fields of both.
pub(crate) fn branch<'a>(search: &'a Search, cx: &'a mut Context<'_>) -> Lowering<'a> {
    let with = |mut own: Vec<String>, outer: &[String]| {
        for name in outer {
            if !own.contains(name) {
                own.push(name.clone());
            }
        }
        own
    };
    let names = with(field::mentioned(search), &cx.mentioned);
    let patterns = with(field::patterns(search), &cx.patterns);
    with_names(search, names, patterns, cx)
}

fn with_names<'a>(
    search: &'a Search,
    names: Vec<String>,
    patterns: Vec<String>,
    cx: &'a mut Context<'_>,
) -> Lowering<'a> {
    Box::pin(async move {
        let outer_names = std::mem::replace(&mut cx.mentioned, names);
        let outer_patterns = std::mem::replace(&mut cx.patterns, patterns);
        let outer_range = std::mem::replace(&mut cx.range, cx.world.time_range());
        let result = fold(search, None, cx).await;
        cx.mentioned = outer_names;
        cx.patterns = outer_patterns;
        cx.range = outer_range;
        result
    })
}

/// Plans commands that go on with rows that are there already.
pub(crate) fn continued<'a>(search: &'a Search, input: Relation, cx: &'a mut Context<'_>) -> Lowering<'a> {
    Box::pin(fold(search, Some(input), cx))
}

/// A pipeline on its way to rows.
pub(crate) type Lowering<'a> = Pin<Box<dyn Future<Output = Result<Relation>> + Send + 'a>>;

async fn fold(search: &Search, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
    let mut relation = input;
    for command in &search.commands {
        cx.step(command.span())?;
        relation = Some(lower(command, relation, cx).await.map_err(|error| blame(error, command))?);
    }
    match relation {
        Some(relation) => Ok(relation),
        None => Ok(Relation::results(LogicalPlanBuilder::empty(false).build()?, Vec::new())),
    }
}

async fn lower(command: &Command, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
    match command {
        Command::Accum(command) => command.lower(input, cx).await,
        Command::Append(command) => command.lower(input, cx).await,
        Command::AutoRegress(command) => command.lower(input, cx).await,
        Command::AddInfo(command) => command.lower(input, cx).await,
        Command::AppendCols(command) => command.lower(input, cx).await,
        Command::AppendPipe(command) => command.lower(input, cx).await,
        Command::Bin(command) => command.lower(input, cx).await,
        Command::Chart(command) => command.lower(input, cx).await,
        Command::Convert(command) => command.lower(input, cx).await,
        Command::DataModel(command) => command.lower(input, cx).await,
        Command::Dedup(command) => command.lower(input, cx).await,
        Command::Delta(command) => command.lower(input, cx).await,
        Command::Eval(command) => command.lower(input, cx).await,
        Command::EventStats(command) => command.lower(input, cx).await,
        Command::Extract(command) => command.lower(input, cx).await,
        Command::Fields(command) => command.lower(input, cx).await,
        Command::FillDown(command) => command.lower(input, cx).await,
        Command::FillNull(command) => command.lower(input, cx).await,
        Command::ForEach(command) => command.lower(input, cx).await,
        Command::Format(command) => command.lower(input, cx).await,
        Command::From(command) => command.lower(input, cx).await,
        Command::GenTimes(command) => command.lower(input, cx).await,
        Command::Head(command) => command.lower(input, cx).await,
        Command::InputLookup(command) => command.lower(input, cx).await,
        Command::IpLocation(command) => command.lower(input, cx).await,
        Command::Join(command) => command.lower(input, cx).await,
        Command::Lookup(command) => command.lower(input, cx).await,
        Command::MakeContinuous(command) => command.lower(input, cx).await,
        Command::MakeResults(command) => command.lower(input, cx).await,
        Command::Map(command) => command.lower(input, cx).await,
        Command::MultiKv(command) => command.lower(input, cx).await,
        Command::MultiSearch(command) => command.lower(input, cx).await,
        Command::MvCombine(command) => command.lower(input, cx).await,
        Command::OutputLookup(command) => command.lower(input, cx).await,
        Command::Regex(command) => command.lower(input, cx).await,
        Command::Rename(command) => command.lower(input, cx).await,
        Command::Return(command) => command.lower(input, cx).await,
        Command::Reverse(command) => command.lower(input, cx).await,
        Command::Rex(command) => command.lower(input, cx).await,
        Command::Search(command) => command.lower(input, cx).await,
        Command::Set(command) => command.lower(input, cx).await,
        Command::Sort(command) => command.lower(input, cx).await,
        Command::SPath(command) => command.lower(input, cx).await,
        Command::Stats(command) => command.lower(input, cx).await,
        Command::StreamStats(command) => command.lower(input, cx).await,
        Command::Table(command) => command.lower(input, cx).await,
        Command::Tail(command) => command.lower(input, cx).await,
        Command::TimeChart(command) => command.lower(input, cx).await,
        Command::Top(command) => command.lower(input, cx).await,
        Command::Trendline(command) => command.lower(input, cx).await,
        Command::TStats(command) => command.lower(input, cx).await,
        Command::Uniq(command) => command.lower(input, cx).await,
        Command::Transpose(command) => command.lower(input, cx).await,
        Command::Union(command) => command.lower(input, cx).await,
        Command::Unsupported(command) => command.lower(input, cx).await,
        Command::UnTable(command) => command.lower(input, cx).await,
        Command::Where(command) => command.lower(input, cx).await,
        Command::XmlKv(command) => command.lower(input, cx).await,
        Command::XySeries(command) => command.lower(input, cx).await,
    }
}

/// Names the command that a failure below belongs to, unless a nested one did already.
fn blame(error: Error, command: &Command) -> Error {
    match error {
        Error::Engine { span: None, source } => Error::Engine { span: Some(command.span()), source },
        other => other,
    }
}

/// The rows that come in, for a command that needs some.
///
/// # Errors
/// E0106 where the command stands first.
pub(crate) fn rows(input: Option<Relation>, name: &str, span: Span) -> Result<Relation> {
    input.ok_or_else(|| {
        Diagnostic::new(Code::Position, span, format!("`{name}` needs rows from a command before it")).into()
    })
}
