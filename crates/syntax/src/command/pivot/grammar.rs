//! Reading `pivot`.

use super::{Filter, Groups, Limit, MOST_COLUMNS, Pivot, Split, Test};
use crate::{
    Code, Command, Diagnostic, Spanned,
    clause::{BinSpan, TimeUnit, bins::Bins},
    cursor::Cursor,
    option::Choice,
    token,
};

/// The words that begin an element.
const ELEMENTS: &[&str] =
    &["splitrow", "splitcol", "filter", "limit", "sort", "rowsummary", "colsummary", "numcols", "showother"];

/// The tests with their spellings; the first is canonical.
pub(super) const TESTS: &[(Test, &[&str])] = &[
    (Test::LessOrEqual, &["<="]),
    (Test::GreaterOrEqual, &[">="]),
    (Test::IsNot, &["isNot", "!="]),
    (Test::Less, &["<"]),
    (Test::Greater, &[">"]),
    (Test::Is, &["is", "="]),
    (Test::Contains, &["contains"]),
    (Test::DoesNotContain, &["doesNotContain"]),
    (Test::StartsWith, &["startsWith"]),
    (Test::EndsWith, &["endsWith"]),
    (Test::IsNull, &["isNull"]),
    (Test::IsNotNull, &["isNotNull"]),
    (Test::In, &["in"]),
    (Test::NotIn, &["notIn"]),
    (Test::Regex, &["regex", "matches"]),
];

pub(super) fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (Some(model), Some(object)) = (cursor.field(), cursor.field()) else {
        cursor.missing("the names of a data model and of one of its objects");
        return None;
    };
    let dataset = Spanned { span: model.span.to(object.span), node: format!("{}.{}", model.name, object.name) };
    let mut pivot = Pivot {
        span: cursor.command_span(),
        dataset,
        cells: Vec::new(),
        rows: Vec::new(),
        columns: Vec::new(),
        filters: Vec::new(),
        limits: Vec::new(),
        most_rows: 0,
        sort: Vec::new(),
        row_summary: false,
        column_summary: false,
        most_columns: MOST_COLUMNS,
        show_other: true,
    };
    if cursor.at_end() || cursor.at_keyword(ELEMENTS) {
        cursor.missing("what the cells hold, such as `count(Object)`");
        return None;
    }
    pivot.cells = cursor.aggregates(ELEMENTS);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        pivot.element(cursor)?;
    }
    Some(Command::Pivot(pivot))
}

impl Pivot {
    fn element(&mut self, cursor: &mut Cursor) -> Option<()> {
        if cursor.keyword("splitrow").is_some() {
            self.rows.push(split(cursor)?);
        } else if cursor.keyword("splitcol").is_some() {
            self.columns.push(split(cursor)?);
        } else if cursor.keyword("filter").is_some() {
            self.filters.push(filter(cursor)?);
        } else if cursor.keyword("limit").is_some() {
            self.limits.push(limit(cursor)?);
        } else if cursor.keyword("sort").is_some() {
            self.most_rows = count(cursor)?;
            loop {
                cursor.skip_separators();
                if cursor.at_end() || cursor.at_keyword(ELEMENTS) {
                    break;
                }
                self.sort.push(cursor.sort_key()?);
            }
        } else if cursor.keyword("numcols").is_some() {
            self.most_columns = count(cursor)?;
        } else if cursor.keyword("rowsummary").is_some() {
            self.row_summary = boolean(cursor, "ROWSUMMARY")?;
        } else if cursor.keyword("colsummary").is_some() {
            self.column_summary = boolean(cursor, "COLSUMMARY")?;
        } else if cursor.keyword("showother").is_some() {
            self.show_other = boolean(cursor, "SHOWOTHER")?;
        } else {
            cursor.expected("an element such as `SPLITROW`, `SPLITCOL` or `FILTER`");
            return None;
        }
        Some(())
    }
}

/// A field and how its values are put together.
fn split(cursor: &mut Cursor) -> Option<Split> {
    let field = field(cursor)?;
    let label = cursor.alias();
    let groups = if cursor.keyword("range").is_some() {
        Groups::Range(range(cursor))
    } else if cursor.keyword("period").is_some() {
        let word = value(cursor, "a unit of time or `auto`")?;
        match word.node.to_lowercase().as_str() {
            "auto" => Groups::Period(None),
            unit => match TimeUnit::read(unit) {
                Some(unit) => Groups::Period(Some(unit)),
                None => {
                    let message = format!("`PERIOD` takes `auto` or a unit such as `day`, not `{}`", word.node);
                    cursor.fail(Diagnostic::new(Code::BadValue, word.span, message));
                    return None;
                }
            },
        }
    } else if cursor.at_keyword(&["truelabel", "falselabel"]) {
        truth(cursor)?
    } else {
        Groups::Values
    };
    Some(Split { field, label, groups })
}

fn range(cursor: &mut Cursor) -> Bins {
    let mut bins = Bins::default();
    while let Some(option) = cursor.option() {
        match option.name.node.as_str() {
            "end" => bins.end = Some(cursor.number(&option)),
            "max" => bins.bins = Some(cursor.at_least(&option, 1)),
            "size" => bins.width = size(cursor, &option),
            "start" => bins.start = Some(cursor.number(&option)),
            _ => cursor.unknown_option(&option),
        }
        cursor.skip_separators();
    }
    bins
}

fn truth(cursor: &mut Cursor) -> Option<Groups> {
    let (mut yes, mut no) = (None, None);
    loop {
        if cursor.keyword("truelabel").is_some() {
            yes = Some(value(cursor, "a name")?.node);
        } else if cursor.keyword("falselabel").is_some() {
            no = Some(value(cursor, "a name")?.node);
        } else {
            return Some(Groups::Truth { yes, no });
        }
    }
}

fn filter(cursor: &mut Cursor) -> Option<Filter> {
    let field = field(cursor)?;
    let named = TESTS.iter().flat_map(|(test, names)| names.iter().map(|name| (*test, *name)));
    let mut found = None;
    for (test, name) in named {
        let is_word = name.starts_with(char::is_alphabetic);
        let taken = if is_word { cursor.keyword(name) } else { cursor.symbol(name) };
        if taken.is_some() {
            found = Some(test);
            break;
        }
    }
    let Some(test) = found else {
        cursor.expected("a test such as `is`, `contains` or `>`");
        return None;
    };
    let mut values = Vec::new();
    match test {
        Test::IsNull | Test::IsNotNull => {}
        Test::In | Test::NotIn => {
            let Some(open) = cursor.symbol("(") else {
                cursor.expected("values in parentheses");
                return None;
            };
            loop {
                cursor.skip_separators();
                if cursor.at_end() || cursor.peek() == Some(')') {
                    break;
                }
                values.push(value(cursor, "a value")?);
            }
            cursor.close(open);
        }
        _ => values.push(value(cursor, "a value")?),
    }
    Some(Filter { field, test, values })
}

fn limit(cursor: &mut Cursor) -> Option<Limit> {
    let field = field(cursor)?;
    if cursor.keyword("by").is_none() {
        cursor.expected("`BY TOP` or `BY BOTTOM`");
        return None;
    }
    let bottom = cursor.keyword("bottom").is_some();
    if !bottom && cursor.keyword("top").is_none() {
        cursor.expected("`TOP` or `BOTTOM`");
        return None;
    }
    let count = count(cursor)?;
    let score = cursor.call()?;
    Some(Limit { field, bottom, count, score })
}

fn field(cursor: &mut Cursor) -> Option<crate::Field> {
    let field = cursor.field();
    if field.is_none() {
        cursor.expected("a field");
    }
    field
}

fn count(cursor: &mut Cursor) -> Option<u64> {
    let count = cursor.token(token::integer).and_then(|count| count.node.parse().ok());
    if count.is_none() {
        cursor.expected("a whole number");
    }
    count
}

fn boolean(cursor: &mut Cursor, name: &str) -> Option<bool> {
    let word = value(cursor, "`true` or `false`")?;
    let name = Spanned { span: word.span, node: name.to_owned() };
    Some(cursor.boolean(&Choice { name, value: word }))
}

/// A quoted text, or the text up to a blank, a comma or a parenthesis.
fn value(cursor: &mut Cursor, what: &str) -> Option<Spanned<String>> {
    if let Some(value) = cursor.token(token::quoted) {
        return Some(Spanned { span: value.span, node: token::unescape(value.node) });
    }
    cursor.skip_blanks();
    let start = cursor.position();
    let rest = cursor.rest();
    let ends = |next| token::is_blank(next) || matches!(next, ',' | '(' | ')' | '[' | ']');
    let length = rest.find(ends).unwrap_or(rest.len());
    if length == 0 {
        cursor.expected(what);
        return None;
    }
    let node = rest.get(..length).unwrap_or_default().to_owned();
    cursor.go(start + length);
    Some(Spanned { span: cursor.span_from(start), node })
}

/// The width of a range of numbers.
fn size(cursor: &mut Cursor, option: &Choice) -> Option<BinSpan> {
    let width = cursor.number(option);
    if width > 0.0 {
        return Some(BinSpan::Number(width));
    }
    let message = format!("`size` takes a number above 0, not `{}`", option.value.node);
    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
    None
}
