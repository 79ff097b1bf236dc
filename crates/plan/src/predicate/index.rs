//! Which indexes a condition reads: it is evaluated with `index` known, and where that makes it false the index is not
//! read. `index=web OR index=app* status=500`

use speleo_syntax::{CompareOp, Field, SearchExpr, SearchExprKind, SearchValue};

use crate::subsearch::{Answer, Answers};

/// The field that says which index an event is from.
pub(crate) const INDEX: &str = "index";

/// Whether an index's name fits a pattern; case does not count. Indexes whose names begin with `_` fit only patterns that
/// do so too.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    (pattern.starts_with('_') || !name.starts_with('_')) && fits(pattern, name)
}

/// Whether a text fits a pattern; case does not count.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    glob(pattern.to_lowercase().as_bytes(), text.to_lowercase().as_bytes())
}

/// `*` is any run of bytes.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let Some(place) = rest.windows(piece.len()).position(|window| window == piece) else { return false };
        rest = rest.get(place + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether a comparison of `index` holds for the index of that name; none where that is not known yet.
pub(super) fn comparison(op: CompareOp, value: &SearchValue, name: &str) -> Option<bool> {
    let pattern = text(value)?;
    match op {
        CompareOp::Equal | CompareOp::Indexed => Some(matches(pattern, name)),
        CompareOp::NotEqual => Some(!matches(pattern, name)),
        _ => None,
    }
}

fn text(value: &SearchValue) -> Option<&str> {
    match value {
        SearchValue::Text { text, .. } | SearchValue::Case(text) | SearchValue::Term(text) => Some(text),
        SearchValue::Subsearch(_) => None,
    }
}

/// What a condition says of the index called `name`: true or false for all of its events, or none.
pub(crate) fn holds(expr: &SearchExpr, answers: &Answers, name: &str) -> Option<bool> {
    match &expr.kind {
        SearchExprKind::All => Some(true),
        SearchExprKind::Nothing => Some(false),
        SearchExprKind::And(parts) => every(parts.iter().map(|part| holds(part, answers, name))),
        SearchExprKind::Or(parts) => some(parts.iter().map(|part| holds(part, answers, name))),
        SearchExprKind::Not(inner) => holds(inner, answers, name).map(|value| !value),
        SearchExprKind::Comparison { field, op, value } if is_index(field) => comparison(*op, value, name),
        SearchExprKind::In { field, values, negated } if is_index(field) => {
            some(values.iter().map(|value| comparison(CompareOp::Equal, value, name))).map(|value| value != *negated)
        }
        SearchExprKind::Subsearch(search) => {
            let answer = answers.get(&search.span)?.as_ref()?;
            if let Answer::Column(..) = answer {
                return None;
            }
            some(answer.rows().iter().map(|row| {
                let cells = row.cells.iter().filter(|(field, _)| &**field == "index");
                let cells = cells.map(|(_, values)| Some(values.iter().any(|pattern| matches(pattern, name))));
                let spliced = row.spliced.iter().map(|expr| holds(expr, answers, name));
                let others = row.cells.iter().filter(|(field, _)| &**field != "index").map(|_| None);
                every(cells.chain(spliced).chain(others))
            }))
        }
        _ => None,
    }
}

/// Whether a condition speaks of `index`; one that does not reads the default indexes.
pub(crate) fn is_chosen(expr: &SearchExpr, answers: &Answers) -> bool {
    match &expr.kind {
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => parts.iter().any(|part| is_chosen(part, answers)),
        SearchExprKind::Not(inner) => is_chosen(inner, answers),
        SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => is_index(field),
        SearchExprKind::Subsearch(search) => answers.get(&search.span).and_then(Option::as_ref).is_some_and(|answer| {
            answer.rows().iter().any(|row| {
                row.cells.iter().any(|(field, _)| &**field == "index")
                    || row.spliced.iter().any(|expr| is_chosen(expr, answers))
            })
        }),
        _ => false,
    }
}

/// The patterns that an index must fit somewhere in the condition, with the comparison's field: what stands under `NOT` or
/// after `!=` is none.
pub(crate) fn wanted(expr: &SearchExpr) -> Vec<(&Field, &str)> {
    wanted_of(INDEX, expr)
}

/// As [`wanted`], of another field.
pub(crate) fn wanted_of<'a>(name: &str, expr: &'a SearchExpr) -> Vec<(&'a Field, &'a str)> {
    match &expr.kind {
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => {
            parts.iter().flat_map(|part| wanted_of(name, part)).collect()
        }
        SearchExprKind::Comparison { field, op: CompareOp::Equal | CompareOp::Indexed, value }
            if field.name == name =>
        {
            text(value).map(|pattern| (field, pattern)).into_iter().collect()
        }
        SearchExprKind::In { field, values, negated: false } if field.name == name => {
            values.iter().filter_map(text).map(|pattern| (field, pattern)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_index(field: &Field) -> bool {
    field.name == INDEX
}

fn every(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    unless(parts, false)
}

fn some(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    unless(parts, true)
}

/// `decisive` where one part is so, even after parts that are not known; not so where all parts are not.
fn unless(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut answer = Some(!decisive);
    for part in parts {
        match part {
            Some(value) if value == decisive => return Some(decisive),
            None => answer = None,
            Some(_) => {}
        }
    }
    answer
}
