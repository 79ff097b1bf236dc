//! Saved searches as rows. `| savedsearch "Logins by country" country=AT`
//!
//! `$name$` in the text becomes the value given for it. The search has its own time range where none is asked for outside; a
//! search that runs itself is an error. Its problems stand at its name: its text is not the one that was typed.

use speleo_functions::time::parse_time;
use speleo_knowledge::SavedSearch;
use speleo_syntax::{Code, Diagnostic, Severity, Span, parse_saved};

use crate::{Error, Result, Thing, TimeRange, command::pipeline, lower::Context, relation::Relation, suggest, table};

/// The saved search of that name; none where nothing is known of them.
///
/// # Errors
/// E0209 where there is none.
pub(crate) fn find<'a>(name: &str, span: Span, cx: &Context<'a>) -> Result<Option<&'a SavedSearch>> {
    let knowledge = cx.world.knowledge();
    if let Some(found) = knowledge.find_saved_search(name) {
        return Ok(Some(found));
    }
    if cx.world.is_blind() {
        cx.world.lacks(Thing::SavedSearch, name);
        return Ok(None);
    }
    let message = format!("no saved search is called `{name}`");
    let error = Diagnostic::new(Code::UnknownSavedSearch, span, message).named(name);
    let all = knowledge.saved_searches.values();
    let names = all.flat_map(|saved| saved.title.as_deref().into_iter().chain([saved.name.as_str()]));
    Err(match suggest::nearest(name, names) {
        Some(near) => error.help(format!("the nearest name is `{near}`")),
        None => error.help("they are the files below `queries` beside `speleo.toml`, and savedsearches.conf"),
    }
    .into())
}

/// The rows of a saved search with values for its tokens.
///
/// # Errors
/// E0209 where there is none, E0104 where it runs itself, and what is wrong with its text, at `span`.
pub(crate) async fn rows(
    name: &str,
    span: Span,
    values: &[(String, String)],
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let Some(saved) = find(name, span, cx)? else { return table::nothing() };
    if cx.saved.contains(&saved.name) {
        let message = format!("the saved search `{}` runs itself", saved.name);
        return Err(Diagnostic::new(Code::TooDeep, span, message).into());
    }
    let mut text = saved.search.clone();
    for (token, value) in values {
        text = text.replace(&format!("${token}$"), value);
    }
    let range = own_range(saved, span, cx)?;
    let (expanded, mut problems) = cx.world.expand(&text);
    let (search, more, _) = parse_saved(&expanded);
    problems.extend(more);
    if let Some(problem) = problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(placed(std::slice::from_ref(problem), &saved.name, span));
    }
    cx.saved.push(saved.name.clone());
    let outer = std::mem::replace(&mut cx.outer_range, range);
    let notes = cx.notes.len();
    let result = pipeline(&search, cx).await;
    // What is noted points into a text that the search does not show.
    cx.notes.truncate(notes);
    cx.outer_range = outer;
    cx.saved.pop();
    result.map_err(|error| match error {
        Error::Diagnostics(list) => placed(&list, &saved.name, span),
        Error::Engine { source, .. } => Error::Engine { span: Some(span), source },
    })
}

/// The range that holds for a saved search: the one asked for outside, else its own.
fn own_range(saved: &SavedSearch, span: Span, cx: &Context<'_>) -> Result<TimeRange> {
    if cx.outer_range != TimeRange::default() {
        return Ok(cx.outer_range);
    }
    let bound = |text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.is_empty() && *text != "0");
        let read = |text: &str| parse_time(text.trim_start_matches("rt"), cx.world.now(), cx.world.timezone(), None);
        text.filter(|text| *text != "rt").map(read).transpose()
    };
    match (bound(&saved.earliest), bound(&saved.latest)) {
        (Ok(earliest), Ok(latest)) => Ok(TimeRange { earliest, latest }),
        (Err(problem), _) | (_, Err(problem)) => {
            let message = format!("the time range of the saved search `{}` cannot be read: {problem}", saved.name);
            Err(Diagnostic::new(Code::Time, span, message).into())
        }
    }
}

fn placed(problems: &[Diagnostic], name: &str, span: Span) -> Error {
    let again = |problem: &Diagnostic| problem.retold(span, format!("in `{name}`: {}", problem.message));
    Error::Diagnostics(problems.iter().map(again).collect())
}
