//! `sort`: orders rows. `sort 10 -count +str(subject)`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, clause::SortKey, cursor::Cursor, print, token};

/// Order rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows to keep; 0 is all. Splunk keeps 10,000 where none is written.
    pub limit: Option<u64>,
    /// The keys.
    pub keys: Vec<SortKey>,
    /// Whether `d` or `desc` stands at the end: the whole order is turned round.
    pub reverse: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["sort"],
    kind: Kind::Dataset,
    summary: "orders rows",
    usage: "sort [<count>] [+|-]<field>… [desc]",
    options: &["limit"],
    differs: &["without a count all rows are kept, not 10,000"],
    parse,
    ..CommandSpec::NEW
};

/// Words of other languages for the direction; `desc` alone has a meaning, at the end.
const DIRECTIONS: &[&str] = &["asc", "ascending", "desc", "descending"];

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut sort = Sort { span: cursor.command_span(), limit: None, keys: Vec::new(), reverse: false };
    if let Some(count) = leading_count(cursor) {
        sort.limit = Some(count);
    }
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "limit" => sort.limit = Some(cursor.unsigned(&option)),
                // As in Splunk this is the name of a field, which no row has.
                name => {
                    let message = format!("`{name}=` is no option of `sort` and changes nothing");
                    let warning = Diagnostic::new(Code::Superfluous, option.name.span, message);
                    cursor.report(warning.help("`limit=` is how many rows stay"));
                }
            }
            continue;
        }
        sort.keys.push(cursor.sort_key()?);
    }
    let written = |key: &SortKey, names: &[&str]| {
        names.contains(&key.field.name.as_str()) && cursor.text().get(key.span.range()) == Some(key.field.name.as_str())
    };
    if sort.keys.len() > 1 && sort.keys.last().is_some_and(|key| written(key, &["d", "desc"])) {
        sort.keys.pop();
        sort.reverse = true;
    }
    let traps: Vec<(Span, Span)> = sort
        .keys
        .iter()
        .zip(sort.keys.iter().skip(1))
        .filter(|(key, _)| written(key, DIRECTIONS))
        .map(|(key, next)| (key.span, next.span))
        .collect();
    let dashes: Vec<Span> = sort.keys.iter().filter(|key| written(key, &["–", "—"])).map(|key| key.span).collect();
    let last = sort.keys.last().filter(|key| sort.keys.len() > 1 && written(key, DIRECTIONS)).map(|key| key.span);
    for (trap, next) in traps {
        warn(cursor, trap, next);
    }
    for dash in dashes {
        let message = "a dash is taken as a field to sort by: it is no minus";
        cursor.report(Diagnostic::new(Code::Typography, dash, message).edit(
            "a minus sorts from high to low",
            dash,
            "-",
        ));
    }
    if let Some(last) = last {
        let word = cursor.text().get(last.range()).unwrap_or_default();
        let message = format!("`{word}` is taken as a field to sort by");
        let help = "`desc` or `d` at the end turns the order round; ascending is the default";
        cursor.report(Diagnostic::new(Code::SortDesc, last, message).help(help));
    }
    if sort.keys.is_empty() {
        cursor.missing("a field to sort by");
        return None;
    }
    Some(Command::Sort(sort))
}

/// A number in front that is no field's name.
fn leading_count(cursor: &mut Cursor) -> Option<u64> {
    let start = cursor.position();
    let count = cursor.token(token::integer).and_then(|count| count.node.parse().ok());
    let ends =
        cursor.rest().is_empty() || cursor.rest().starts_with(|next| token::is_blank(next) || ",+-".contains(next));
    match count {
        Some(count) if ends => Some(count),
        _ => {
            cursor.go(start);
            None
        }
    }
}

/// `sort desc x` looks like SQL and is not.
fn warn(cursor: &mut Cursor, trap: Span, next: Span) {
    let word = cursor.text().get(trap.range()).unwrap_or_default();
    let message = format!("`{word}` is taken as a field to sort by");
    let sign = if word.starts_with("desc") { "-" } else { "" };
    let help = if word.starts_with("desc") {
        "a `-` before the field sorts it from high to low"
    } else {
        "ascending is the default"
    };
    let gap = Span { end: next.start, ..trap };
    cursor.report(Diagnostic::new(Code::SortDesc, trap, message).edit(help, gap, sign));
}

impl Display for Sort {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("sort ")?;
        if let Some(limit) = self.limit {
            write!(out, "{limit} ")?;
        }
        print::join(out, &self.keys, ", ")?;
        out.write_str(if self.reverse { " desc" } else { "" })
    }
}
