//! Which indexes a search reads: those for which its condition can hold.

use speleo_syntax::{Code, Diagnostic, SearchExpr, SearchExprKind, Span, clause::IndexList};

use crate::{Error, Result, lower::Context, predicate::index, subsearch::Answers, suggest::nearest};

/// The names of the indexes to read. Without any word about `index`, the default ones.
///
/// # Errors
/// E0206 where an index is named that does not exist, or none is named and none is a default.
pub(super) fn indexes(expr: &SearchExpr, answers: &Answers, span: Span, cx: &Context<'_>) -> Result<Vec<String>> {
    let entries = cx.world.indexes();
    let names = || entries.iter().map(|entry| entry.name.as_str());
    let wanted = index::wanted(expr);
    for (field, pattern) in &wanted {
        if !pattern.contains('*') && !names().any(|name| name.eq_ignore_ascii_case(pattern)) {
            return Err(unknown(pattern, field.span, names()));
        }
    }
    if !index::is_chosen(expr, answers) {
        let defaults: Vec<String> =
            entries.iter().filter(|entry| entry.default).map(|entry| entry.name.clone()).collect();
        return if defaults.is_empty() { Err(no_default(span, names())) } else { Ok(defaults) };
    }
    // An internal index is read only where a pattern speaks of it.
    let meant = |name: &str| !name.starts_with('_') || wanted.iter().any(|(_, pattern)| index::matches(pattern, name));
    Ok(names()
        .filter(|name| meant(name) && index::holds(expr, answers, name) != Some(false))
        .map(str::to_owned)
        .collect())
}

/// The names of the indexes that a command lists; the default ones where it lists none.
///
/// # Errors
/// As [`indexes`].
pub(crate) fn listed(list: &IndexList, span: Span, cx: &Context<'_>) -> Result<Vec<String>> {
    let all = SearchExpr { span, kind: SearchExprKind::All };
    indexes(&list.condition().unwrap_or(all), &Answers::new(), span, cx)
}

fn unknown<'a>(name: &str, span: Span, names: impl Iterator<Item = &'a str> + Clone) -> Error {
    let diagnostic = Diagnostic::new(Code::UnknownIndex, span, format!("no index is called `{name}`"));
    match nearest(&name.to_lowercase(), names.clone()) {
        Some(near) => diagnostic.help(format!("the nearest name is `{near}`")).into(),
        None => diagnostic.help(known(names)).into(),
    }
}

fn no_default<'a>(span: Span, names: impl Iterator<Item = &'a str>) -> Error {
    Diagnostic::new(Code::UnknownIndex, span, "no index is read unless it is named: `index=…`")
        .help(known(names))
        .into()
}

fn known<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<&str> = names.take(10).collect();
    if list.is_empty() { "there are no indexes".to_owned() } else { format!("known: {}", list.join(", ")) }
}
