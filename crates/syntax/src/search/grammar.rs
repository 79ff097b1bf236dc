//! The grammar of `search`. `index=web (status=404 OR status=500) NOT user IN (a, b*)`
//!
//! `NOT` binds tightest, then `OR`, then `AND` and mere neighbourhood. Operators are upper case only.

use super::{time_modifier::is_time_modifier, value::Role};
use crate::{
    Code, CompareOp, Diagnostic, Field, SearchExpr, SearchExprKind, SearchValue, Span, Spanned,
    cursor::Cursor,
    foreign,
    parser::{self, Place},
    token,
};

/// Reads conditions up to the end, a closing parenthesis or one of the keywords.
pub(crate) fn expr(cursor: &mut Cursor, stops: &[&str]) -> SearchExpr {
    cursor.skip_blanks();
    let start = cursor.position();
    let mut items: Vec<SearchExpr> = Vec::new();
    let mut conjunction = None;
    let mut dangling = None;
    let mut bare_or = None;
    loop {
        cursor.skip_separators();
        if cursor.at_end() || cursor.peek() == Some(')') || cursor.at_keyword(stops) {
            break;
        }
        if let Some(and) = operator(cursor, "AND") {
            if items.is_empty() || dangling.is_some() {
                cursor.fail(Diagnostic::new(Code::Syntax, and, "expected a condition before `AND`"));
                break;
            }
            conjunction = Some(and);
            dangling = Some(and);
            continue;
        }
        let (item, or) = alternatives(cursor);
        dangling = None;
        bare_or = bare_or.or(or);
        items.push(item);
        if cursor.failed() {
            break;
        }
    }
    if let Some(and) = dangling {
        cursor.fail(Diagnostic::new(Code::Syntax, and, "expected a condition after `AND`"));
    }
    if let (Some(and), Some(or)) = (conjunction, bare_or) {
        let message = "`OR` binds tighter than `AND` in `search`";
        let help = "parentheses say which one is meant";
        cursor.report(Diagnostic::new(Code::OrBeforeAnd, or, message).also(and, "joined last").help(help));
    }
    warn_about_case(cursor, &items);
    group(items, SearchExprKind::And, SearchExprKind::All, cursor.span_from(start))
}

/// `a OR b OR c`, and where its first `OR` is.
fn alternatives(cursor: &mut Cursor) -> (SearchExpr, Option<Span>) {
    let start = cursor.position();
    let mut items = vec![negation(cursor)];
    let mut first = None;
    while !cursor.failed() {
        let Some(or) = operator(cursor, "OR") else { break };
        first = first.or(Some(or));
        if cursor.at_end() || cursor.peek() == Some(')') {
            cursor.fail(Diagnostic::new(Code::Syntax, or, "expected a condition after `OR`"));
            break;
        }
        items.push(negation(cursor));
    }
    (group(items, SearchExprKind::Or, SearchExprKind::All, cursor.span_from(start)), first)
}

fn group(
    mut items: Vec<SearchExpr>,
    many: fn(Vec<SearchExpr>) -> SearchExprKind,
    none: SearchExprKind,
    span: Span,
) -> SearchExpr {
    match (items.pop(), items.is_empty()) {
        (None, _) => SearchExpr { span, kind: none },
        (Some(only), true) => only,
        (Some(last), false) => {
            items.push(last);
            SearchExpr { span, kind: many(items) }
        }
    }
}

fn negation(cursor: &mut Cursor) -> SearchExpr {
    cursor.skip_blanks();
    let start = cursor.position();
    let Some(not) = operator(cursor, "NOT") else { return primary(cursor) };
    if let Some(open) = cursor.symbol("(") {
        if cursor.symbol(")").is_some() {
            return SearchExpr { span: cursor.span_from(start), kind: SearchExprKind::Nothing };
        }
        cursor.go(open.start as usize);
    }
    if cursor.at_end() || cursor.peek() == Some(')') {
        cursor.fail(Diagnostic::new(Code::Syntax, not, "expected a condition after `NOT`"));
        return error(cursor);
    }
    if !cursor.enter() {
        cursor.leave();
        return error(cursor);
    }
    let operand = negation(cursor);
    cursor.leave();
    SearchExpr { span: cursor.span_from(start), kind: SearchExprKind::Not(Box::new(operand)) }
}

fn primary(cursor: &mut Cursor) -> SearchExpr {
    cursor.skip_blanks();
    let start = cursor.position();
    match cursor.peek() {
        Some('(') => {
            let open = Span::new(start, start + 1);
            cursor.go(start + 1);
            let inner = if cursor.enter() { expr(cursor, &[]) } else { error(cursor) };
            cursor.leave();
            if !cursor.failed() {
                cursor.close(open);
            }
            SearchExpr { span: cursor.span_from(start), ..inner }
        }
        Some('[') => match cursor.bracket(Place::Bracket) {
            Some(search) => at(cursor, start, SearchExprKind::Subsearch(Box::new(search))),
            None => error(cursor),
        },
        Some('"') => {
            let text = cursor.search_quoted().map(|text| text.node).unwrap_or_default();
            let field = Field::new(text, cursor.span_from(start));
            comparison(cursor, start, field, true)
        }
        _ => match cursor.search_word(Role::Term) {
            Some(word) => term(cursor, word),
            None => {
                missing_condition(cursor);
                error(cursor)
            }
        },
    }
}

/// Fails where a condition must stand.
fn missing_condition(cursor: &mut Cursor) {
    let span = cursor.here();
    let message = format!("expected a condition, found {}", cursor.found());
    let diagnostic = Diagnostic::new(Code::Syntax, span, message);
    let before = cursor.text().get(..cursor.position()).unwrap_or_default().trim_end();
    let compares = before.ends_with(')') && cursor.peek().is_some_and(|next| "=<>!".contains(next));
    let help = "`search` has no functions; the command `where` has";
    cursor.fail(if compares { diagnostic.help(help) } else { diagnostic });
}

/// What begins with a bare word.
fn term(cursor: &mut Cursor, word: Spanned<String>) -> SearchExpr {
    let start = word.span.start as usize;
    if cursor.peek() == Some('(') {
        let directive = match word.node.as_str() {
            "CASE" => Some(SearchExprKind::CaseDirective as fn(String) -> SearchExprKind),
            "TERM" => Some(SearchExprKind::TermDirective as fn(String) -> SearchExprKind),
            _ => None,
        };
        if let Some(directive) = directive {
            let text = cursor.directive().unwrap_or_default();
            return at(cursor, start, directive(text));
        }
    }
    if matches!(word.node.as_str(), "OR") {
        cursor.fail(Diagnostic::new(Code::Syntax, word.span, "expected a condition before `OR`"));
        return error(cursor);
    }
    let field = Field::new(word.node, word.span);
    let compared = comparison(cursor, start, field, false);
    let SearchExprKind::Term { text, .. } = &compared.kind else { return compared };
    // `field::value` names an indexed field; `::1` and `tag::` do not.
    match text.split_once("::").filter(|(field, value)| !field.is_empty() && !value.is_empty()) {
        Some((field, value)) => {
            let field = Field::new(field, Span::new(start, start + field.len()));
            let value = SearchValue::Text { text: value.to_string(), quoted: false };
            at(cursor, start, SearchExprKind::Comparison { field, op: CompareOp::Indexed, value })
        }
        None => match text.strip_suffix("::").filter(|field| !field.is_empty() && cursor.peek() == Some('"')) {
            Some(field) => {
                let field = Field::new(field, Span::new(start, start + field.len()));
                let text = cursor.search_quoted().map(|text| text.node).unwrap_or_default();
                let value = SearchValue::Text { text, quoted: true };
                at(cursor, start, SearchExprKind::Comparison { field, op: CompareOp::Indexed, value })
            }
            None => compared,
        },
    }
}

/// What follows a name: an operator and a value, a list, or nothing, and then it is a term.
fn comparison(cursor: &mut Cursor, start: usize, field: Field, quoted: bool) -> SearchExpr {
    let end = cursor.position();
    if let Some(op) = cursor.compare_op() {
        return right_side(cursor, start, field, op, quoted);
    }
    let negated = operator(cursor, "NOT").is_some();
    if let Some(list) = operator(cursor, "IN") {
        cursor.skip_separators();
        if let Some(open) = cursor.symbol("(") {
            return membership(cursor, start, field, negated, list.to(open));
        }
    }
    cursor.go(end);
    at(cursor, start, SearchExprKind::Term { text: field.name, quoted })
}

fn right_side(cursor: &mut Cursor, start: usize, field: Field, op: CompareOp, quoted: bool) -> SearchExpr {
    cursor.skip_blanks();
    let place = cursor.position();
    if cursor.peek() == Some('(') {
        cursor.go(place + 1);
        let inner = if cursor.enter() { expr(cursor, &[]) } else { error(cursor) };
        cursor.leave();
        if !cursor.failed() {
            cursor.close(Span::new(place, place + 1));
        }
        let span = cursor.span_from(start);
        return distribute(cursor, SearchExpr { span, ..inner }, &field, op);
    }
    if let Some(placeholder) = placeholder(cursor) {
        let message = format!("the placeholder `{placeholder}` has no value yet");
        let span = Span::new(place, place + placeholder.len());
        cursor
            .fail(Diagnostic::new(Code::Syntax, span, message).help(format!("expected a value for `{}`", field.name)));
        return error(cursor);
    }
    if let Some(diagnostic) = foreign::operator(cursor) {
        cursor.fail(diagnostic);
        return error(cursor);
    }
    if cursor.peek().is_some_and(|next| "=<>!".contains(next)) {
        let span = cursor.here();
        let message = format!("expected a value for `{}`, found {}", field.name, cursor.found());
        let help = "a value that begins with an operator stands in quotes";
        cursor.fail(Diagnostic::new(Code::Syntax, span, message).help(help));
        return error(cursor);
    }
    let Some(value) = cursor.search_value(Role::Value) else {
        let message = format!("expected a value for `{}`, found {}", field.name, cursor.found());
        let here = cursor.here();
        cursor.fail(Diagnostic::new(Code::Syntax, here, message).also(field.span, "compared here"));
        return error(cursor);
    };
    if let SearchValue::Text { text, quoted: false } = &value
        && matches!(text.as_str(), "AND" | "OR" | "NOT")
    {
        let span = cursor.span_from(place);
        let message = format!("`{text}` is an operator, and a value is expected");
        cursor.fail(Diagnostic::new(Code::Syntax, span, message).edit(
            "in quotes it is a value",
            span,
            format!("\"{text}\""),
        ));
        return error(cursor);
    }
    let modifier = !quoted && is_time_modifier(&field.name);
    if let (true, SearchValue::Text { text, .. }) = (modifier, &value)
        && let Some(plain) = text.strip_prefix("rt")
    {
        let plain = if plain.is_empty() { "now" } else { plain };
        let diagnostic = Diagnostic::new(Code::RealTime, cursor.span_from(place), "a real-time window is read once");
        cursor.report(diagnostic.help(format!("`{text}` means `{plain}` here")));
    }
    let kind = if modifier {
        SearchExprKind::TimeModifier { name: field.name.to_lowercase(), op, value }
    } else {
        SearchExprKind::Comparison { field, op, value }
    };
    at(cursor, start, kind)
}

/// `<user name>`, which the author of a template left to be filled in.
fn placeholder<'a>(cursor: &Cursor<'a>) -> Option<&'a str> {
    let rest = cursor.rest();
    let length = rest.strip_prefix('<')?.find('>').filter(|&length| length > 0)?;
    let words = |next: char| token::is_name(next) || matches!(next, ' ' | '-' | '.' | ':');
    rest.get(..length + 2).filter(|text| text.get(1..=length).is_some_and(|inner| inner.chars().all(words)))
}

/// `field=(a OR b)` is `field=a OR field=b`.
fn distribute(cursor: &mut Cursor, expr: SearchExpr, field: &Field, op: CompareOp) -> SearchExpr {
    let mut each = |items: Vec<SearchExpr>| items.into_iter().map(|item| distribute(cursor, item, field, op)).collect();
    let kind = match expr.kind {
        SearchExprKind::Term { text, quoted } => {
            let value = SearchValue::Text { text, quoted };
            SearchExprKind::Comparison { field: field.clone(), op, value }
        }
        SearchExprKind::Or(items) => SearchExprKind::Or(each(items)),
        SearchExprKind::And(items) => SearchExprKind::And(each(items)),
        SearchExprKind::Not(item) => SearchExprKind::Not(Box::new(distribute(cursor, *item, field, op))),
        SearchExprKind::Error => SearchExprKind::Error,
        _ => {
            let message = format!("expected values for `{}`", field.name);
            cursor.fail(Diagnostic::new(Code::Syntax, expr.span, message));
            SearchExprKind::Error
        }
    };
    SearchExpr { span: expr.span, kind }
}

fn membership(cursor: &mut Cursor, start: usize, field: Field, negated: bool, list: Span) -> SearchExpr {
    let mut values = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() || cursor.peek() == Some(')') {
            break;
        }
        match cursor.search_value(Role::Item) {
            Some(value) => values.push(value),
            None => {
                cursor.expected("a value");
                return error(cursor);
            }
        }
    }
    let open = Span { start: list.end.saturating_sub(1), end: list.end };
    cursor.close(open);
    if values.is_empty() && !cursor.failed() {
        let message = "an empty list: the condition is true for no event";
        cursor.report(Diagnostic::new(Code::EmptyList, cursor.span_from(list.start as usize), message));
        return at(cursor, start, SearchExprKind::Nothing);
    }
    at(cursor, start, SearchExprKind::In { field, values, negated })
}

/// Takes an operator: upper case, and no word goes on behind it.
fn operator(cursor: &mut Cursor, word: &str) -> Option<Span> {
    cursor.skip_blanks();
    let start = cursor.position();
    let rest = cursor.rest().strip_prefix(word)?;
    let ends = rest.is_empty() || rest.starts_with(|next| token::is_blank(next) || "([\"),".contains(next));
    ends.then(|| {
        cursor.go(start + word.len());
        Span::new(start, start + word.len())
    })
}

/// Lower-case operators are terms; nobody looks for them.
fn warn_about_case(cursor: &mut Cursor, items: &[SearchExpr]) {
    if items.len() < 2 {
        return;
    }
    for (index, item) in items.iter().enumerate() {
        let SearchExprKind::Term { text, quoted: false } = &item.kind else { continue };
        if text == "&&" {
            let message = "`&&` is a term to look for here, not an operator";
            let diagnostic = Diagnostic::new(Code::LowerCaseOperator, item.span, message);
            cursor.report(diagnostic.edit("`AND` joins conditions", item.span, "AND"));
        }
        if index > 0 && index + 1 < items.len() && parser::UNMISTAKABLE.contains(&text.as_str()) {
            let message = format!("`{text}` is a term to look for here, not the command");
            let pipe = Span { end: item.span.start, ..item.span };
            let diagnostic = Diagnostic::new(Code::MissingPipe, item.span, message);
            cursor.report(diagnostic.edit("a command needs a pipe before it", pipe, "| "));
        }
        let upper = text.to_uppercase();
        if matches!(upper.as_str(), "AND" | "OR" | "NOT" | "IN") {
            let message = format!("`{text}` is a term to look for here, not an operator");
            let diagnostic = Diagnostic::new(Code::LowerCaseOperator, item.span, message);
            cursor.report(if *text == upper {
                diagnostic.help("the values of `IN` stand in parentheses")
            } else {
                diagnostic.edit("operators of `search` are upper case", item.span, upper)
            });
        }
    }
}

fn at(cursor: &Cursor, start: usize, kind: SearchExprKind) -> SearchExpr {
    SearchExpr { span: cursor.span_from(start), kind }
}

fn error(cursor: &Cursor) -> SearchExpr {
    at(cursor, cursor.position(), SearchExprKind::Error)
}

#[cfg(test)]
mod tests;
