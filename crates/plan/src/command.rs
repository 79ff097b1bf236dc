//! The commands: a file each with its `impl Lower`; a pipeline is a fold over them.

mod r#abstract;
mod accum;
mod addinfo;
mod addtotals;
mod analyzefields;
mod anomalies;
mod anomalousvalue;
mod anomalydetection;
mod append;
mod appendcols;
mod appendpipe;
mod arules;
mod associate;
mod autoregress;
pub(crate) mod bin;
mod bucketdir;
pub(crate) mod chart;
mod cluster;
mod cofilter;
mod collect;
mod concurrency;
mod contingency;
mod convert;
mod correlate;
mod datamodel;
mod dbinspect;
mod dedup;
mod delta;
mod diff;
mod dump;
mod erex;
pub(crate) mod eval;
mod eventcount;
mod eventstats;
mod extract;
pub(crate) mod fieldformat;
mod fields;
mod fieldsummary;
mod filldown;
mod fillnull;
mod findkeywords;
mod findtypes;
mod folderize;
pub(crate) mod foreach;
mod format;
mod from;
mod fromjson;
mod gauge;
mod gentimes;
mod geom;
mod geomfilter;
mod geostats;
mod head;
mod history;
mod inputcsv;
mod inputlookup;
pub(crate) mod iplocation;
pub(crate) mod join;
mod kmeans;
mod kvform;
mod loadjob;
mod localize;
pub(crate) mod lookup;
mod makecontinuous;
mod makemv;
mod makeresults;
pub(crate) mod map;
mod mcollect;
mod metadata;
mod metasearch;
mod mpreview;
mod mstats;
mod multikv;
mod multisearch;
mod mvcombine;
mod mvexpand;
mod nomv;
mod noop;
mod outlier;
mod outputcsv;
mod outputlookup;
mod outputraw;
mod outputtext;
mod overlap;
mod pivot;
mod predict;
mod rangemap;
mod regex;
mod relevancy;
mod reltime;
mod rename;
mod replace;
mod require;
mod rest;
mod r#return;
mod reverse;
pub(crate) mod rex;
mod savedsearch;
mod scrub;
mod search;
mod searchtxn;
mod selfjoin;
mod sendalert;
mod sendemail;
mod set;
mod setfields;
mod sistats;
mod sort;
mod spath;
mod spliced;
mod stats;
mod strcat;
mod streamstats;
mod table;
mod tags;
mod tail;
#[cfg(test)]
mod tests;
mod timechart;
mod timewrap;
mod tojson;
mod top;
pub(crate) mod transaction;
mod transpose;
mod trendline;
mod tscollect;
mod tstats;
mod typeahead;
mod typer;
mod union;
mod uniq;
mod unsupported;
mod untable;
mod walklex;
mod r#where;
mod x11;
mod xmlkv;
mod xmlunescape;
mod xpath;
mod xyseries;

use std::pin::Pin;

use datafusion::logical_expr::LogicalPlanBuilder;
use speleo_syntax::{Code, Command, Diagnostic, Search, Span};

use crate::{
    Error, Result, field,
    lower::{Context, Lower},
    relation::Relation,
    search_time,
};

/// Plans a pipeline from its first command to its last.
///
/// Fields that it names are known to its sources only: those of an outer pipeline come back when it is done.
///
/// The one boxed future of lowering: boxes nest with brackets, and the compiler proves that plans may cross threads here
/// only. A proof takes it two seconds, so commands are plain `async fn`.
pub(crate) fn pipeline<'a>(search: &'a Search, cx: &'a mut Context<'_>) -> Lowering<'a> {
    let (names, patterns) = (mentioned(search, cx), field::patterns(search));
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
    let names = with(mentioned(search, cx), &cx.mentioned);
    let patterns = with(field::patterns(search), &cx.patterns);
    with_names(search, names, patterns, cx)
}

/// The fields that a pipeline names, and those that event types and tags name for it.
fn mentioned(search: &Search, cx: &Context<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !name.contains('*') && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    for (place, command) in search.commands.iter().enumerate() {
        match command {
            // The condition of events says what event types and tags mean.
            Command::Search(condition) if place == 0 => search_time::names(&condition.expr, cx, &mut add),
            other => field::of_command(other, &mut |field| add(&field.name)),
        }
        match command {
            Command::Typer(command) => typer::names(command, cx).iter().for_each(|name| add(name)),
            Command::Tags(command) => tags::names(command, cx).iter().for_each(|name| add(name)),
            _ => {}
        }
    }
    names
}

/// `typer` and `tags` say themselves which event types and tags there are.
fn left_to_commands(search: &Search) -> Vec<&'static str> {
    let made = |command: &Command| match command {
        Command::Typer(_) => Some(search_time::EVENT_TYPE),
        Command::Tags(_) => Some(search_time::TAG),
        _ => None,
    };
    search.commands.iter().filter_map(made).collect()
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
        let outer_left = std::mem::replace(&mut cx.left_to_commands, left_to_commands(search));
        let outer_terms = std::mem::take(&mut cx.terms);
        let outer_range = std::mem::replace(&mut cx.range, cx.outer_range);
        // The outermost pipeline finds none: its formats are those of the answer.
        let outer_formats = cx.formats.replace(Vec::new());
        let result = fold(search, None, cx).await;
        if outer_formats.is_some() {
            cx.formats = outer_formats;
        }
        cx.mentioned = outer_names;
        cx.patterns = outer_patterns;
        cx.left_to_commands = outer_left;
        cx.terms = outer_terms;
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
    let mut commands = search.commands.as_slice();
    while let Some((command, behind)) = commands.split_first() {
        commands = behind;
        cx.later = if matches!(command, Command::SPath(_)) { field::later(behind) } else { None };
        cx.step(command.span())?;
        if let Some(rows) = &relation {
            field::note_missing(command, rows, cx);
        }
        let traces = cx.world.traces();
        if traces {
            cx.world.lowers(command);
        }
        let rows = lower(command, relation, cx).await.map_err(|error| blame(error, command))?;
        if traces {
            cx.world.lowered(&rows.plan, &rows.sort_exprs());
        }
        relation = Some(rows);
        if fieldformat::ends_with(command) {
            cx.formats = cx.formats.take().map(|_| Vec::new());
        }
    }
    match relation {
        Some(relation) => Ok(relation),
        None => Ok(Relation::results(LogicalPlanBuilder::empty(false).build()?, Vec::new())),
    }
}

macro_rules! dispatch {
    ($($variant:ident($($path:tt)*) = [$($spec:tt)*],)*) => {
        async fn lower(command: &Command, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
            match command {
                $(Command::$variant(command) => command.lower(input, cx).await,)*
            }
        }
    };
}

speleo_syntax::commands!(dispatch);

/// Names the command that a failure below belongs to, unless a nested one did already.
fn blame(error: Error, command: &Command) -> Error {
    match error {
        Error::Engine { span: None, source } => Error::Engine { span: Some(command.span()), source },
        other => other,
    }
}

/// The rows that come in, or none, for a command that makes something of none: `| stats count` is 0.
pub(crate) fn rows_or_none(input: Option<Relation>) -> Result<Relation> {
    match input {
        Some(rows) => Ok(rows),
        None => Ok(Relation::results(LogicalPlanBuilder::empty(false).build()?, Vec::new())),
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
