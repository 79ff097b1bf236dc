//! What to say of text that fits nowhere, and what to write instead. `stats count stats sum`, `where a && b`, `| statscount`

use super::{Place, find};
use crate::{Code, CommandSpec, Diagnostic, Kind, Span, command, cursor::Cursor, foreign, nearest, structure, token};

/// Reports what a grammar left unread.
pub(super) fn leftover(cursor: &mut Cursor) {
    if cursor.at_end() {
        return;
    }
    if cursor.peek() == Some('[') {
        return bracket(cursor);
    }
    let span = cursor.here();
    let found = cursor.found();
    if cursor.rest().starts_with("&&") {
        let span = Span::new(cursor.position(), cursor.position() + 2);
        let diagnostic = Diagnostic::new(Code::Syntax, span, "there is no operator `&&`");
        return cursor.fail(diagnostic.edit("`AND` is the operator", span, "AND"));
    }
    let diagnostic = match cursor.peek() {
        Some(')') => Diagnostic::new(Code::UnbalancedBracket, span, "the parenthesis closes nothing"),
        Some(']') => Diagnostic::new(Code::UnbalancedBracket, span, "the bracket closes nothing"),
        _ => {
            if let Some(diagnostic) = foreign::operator(cursor) {
                return cursor.fail(diagnostic);
            }
            let name = cursor.command_name();
            let before = if matches!(name, "eval" | "where") { "an operator or " } else { "" };
            let message = format!("expected {before}the end of `{name}`, found {found}");
            add_advice(cursor, Diagnostic::new(Code::Syntax, span, message))
        }
    };
    cursor.fail(diagnostic);
}

/// Reports brackets where no search can stand.
fn bracket(cursor: &mut Cursor) {
    let start = cursor.position();
    let inside = cursor.rest().get(1..structure::partner(cursor.rest())).unwrap_or_default();
    if inside.trim().parse::<i64>().is_ok() {
        let span = Span::new(start, start + inside.len() + 2);
        let diagnostic = Diagnostic::new(Code::Syntax, span, "brackets do not choose a value");
        cursor.fail(diagnostic.help(format!("`mvindex(field, {})` does", inside.trim())));
        return;
    }
    let before = cursor.text().get(..start).unwrap_or_default();
    let has_command = inside.trim_start().starts_with('|')
        || token::word(inside.trim_start()).is_ok_and(|(_, word)| find(&word.to_lowercase()).is_some());
    if before.ends_with(token::is_name) && !has_command {
        let span = Span::new(start, start + inside.len() + 2);
        let diagnostic = Diagnostic::new(Code::Syntax, span, "arguments stand in parentheses, not in brackets");
        cursor.fail(diagnostic.edit("put parentheses", span, format!("({inside})")));
        return;
    }
    cursor.met_bracket = true;
    cursor.bracket(Place::Bracket);
    let message = format!("a search in brackets is not supported here in `{}`", cursor.command_name());
    let span = cursor.span_from(start);
    cursor.fail(Diagnostic::new(Code::UnsupportedForm, span, message));
}

/// Adds what SPL has for an operator of another language, and the pipe that a command lacks.
fn add_advice(cursor: &Cursor, diagnostic: Diagnostic) -> Diagnostic {
    let at = cursor.position();
    match token::word(cursor.rest()) {
        Ok((_, word)) if find(&word.to_lowercase()).is_some() => {
            diagnostic.edit(format!("`{word}` is a command; a pipe is missing before it"), Span::new(at, at), "| ")
        }
        _ => foreign::advise(cursor, diagnostic),
    }
}

/// Where the cursor stands in `user IN [anna, bob]`: the place of the brackets, and the list as it must be written.
pub(super) fn list_in_brackets(cursor: &Cursor) -> Option<(Span, String)> {
    let before = cursor.text().get(..cursor.position())?;
    let outside = before.trim_end_matches(token::is_blank).strip_suffix('[')?;
    let values = cursor.rest();
    let list = outside.trim_end_matches(token::is_blank).ends_with(" IN") && !values.contains('|');
    let end = before.len() + values.len();
    let closes = cursor.text().get(end..).is_some_and(|rest| rest.starts_with(']'));
    list.then(|| (Span::new(outside.len(), end + usize::from(closes)), format!("({})", values.trim())))
}

/// What a search in brackets may begin with.
pub(super) fn generating() -> impl Iterator<Item = &'static str> {
    command::COMMANDS
        .iter()
        .filter(|spec| spec.kind == Kind::Generating || spec.name() == "search")
        .flat_map(|spec| spec.names.iter().copied())
}

/// A name that is no command.
pub(super) fn unknown(name: &str, span: Span, compares: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnknownCommand, span, format!("there is no command `{name}`")).named(name);
    if compares {
        let start = Span { start: span.start, end: span.start };
        return diagnostic.edit("conditions belong to a command such as `search`", start, "search ");
    }
    // Of names that are as near as each other, no alias.
    let canonical = command::COMMANDS.iter().map(CommandSpec::name);
    let all = canonical.chain(command::COMMANDS.iter().flat_map(|spec| spec.names.iter().copied()));
    match nearest::nearest(name, all) {
        Some(near) => diagnostic.edit(format!("the nearest name is `{near}`"), span, near),
        None => {
            let diagnostic =
                Diagnostic::new(Code::AppCommand, span, format!("`{name}` is no command of SPL")).named(name);
            if let Some(ours) = foreign::command(name) {
                return diagnostic.help(ours);
            }
            if let Some((command, rest)) = run_together(name) {
                return diagnostic.edit("a blank is missing", span, format!("{command} {rest}"));
            }
            diagnostic.help("Splunk runs it where an app adds it; `speleo help commands` lists what runs here")
        }
    }
}

/// `statscount` as a command and what follows it.
fn run_together(name: &str) -> Option<(&str, &str)> {
    let cuts = (4..name.len().saturating_sub(1)).rev();
    cuts.filter_map(|cut| name.split_at_checked(cut)).find(|(command, _)| find(command).is_some())
}
