//! `head`: keeps the first rows. `head 5`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Expr, ExprKind, Kind, Search, Span, cursor::Cursor, eval::grammar,
    parser::Place, print, token,
};

/// Keep the first rows, by number or while a condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many; 10 where neither number nor condition is written.
    pub limit: Option<u64>,
    /// Rows are kept until it is false.
    pub condition: Option<Expr>,
    /// Whether a null condition goes on.
    pub null: bool,
    /// Whether the row that stops is kept too.
    pub keep_last: bool,
    /// A bracket that gives the number.
    pub limit_subsearch: Option<Box<Search>>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["head"],
    kind: Kind::Centralized,
    summary: "keeps the first rows",
    usage: "head [<count>] [(<expression>)] [null=<bool>] [keeplast=<bool>]",
    options: &["keeplast", "limit", "null"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut head = Head {
        span: cursor.command_span(),
        limit: None,
        condition: None,
        null: false,
        keep_last: false,
        limit_subsearch: None,
    };
    while !cursor.at_end() {
        if let Some(limit) = count(cursor) {
            if head.limit.is_some() {
                cursor.report(Diagnostic::new(Code::BadValue, cursor.command_span(), "`head` takes one count"));
            }
            head.limit = Some(limit);
        } else if cursor
            .rest()
            .strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
        {
            let span = cursor.here();
            let length =
                cursor.rest().len() - cursor.rest().trim_start_matches(|next: char| !token::is_blank(next)).len();
            let span = Span::new(span.start as usize, span.start as usize + length);
            let found = cursor.text().get(span.range()).unwrap_or_default();
            let message = format!("`head` takes a whole number, not `{found}`");
            cursor.fail(Diagnostic::new(Code::BadValue, span, message));
        } else if cursor.peek() == Some('[') {
            head.limit_subsearch = cursor.bracket(Place::Bracket).map(Box::new);
        } else if !option(cursor, &mut head) {
            if head.condition.is_some() {
                break;
            }
            if head.limit.is_some() && cursor.peek() != Some('(') {
                break;
            }
            let condition = grammar::expr(cursor);
            if let ExprKind::Number(number) = &condition.kind {
                let message = format!("`head` takes a whole number, not `{number}`");
                cursor.fail(Diagnostic::new(Code::BadValue, condition.span, message));
            }
            head.condition = Some(condition);
        }
    }
    Some(Command::Head(head))
}

/// A number that stands alone: `head 5`, but not `head 5 < x`.
fn count(cursor: &mut Cursor) -> Option<u64> {
    let start = cursor.position();
    let count = cursor.token(token::integer).and_then(|count| count.node.parse().ok());
    let alone = cursor.at_end() || cursor.peek().is_some_and(|next| next.is_alphanumeric() || next == '(');
    if count.is_none() || !alone {
        cursor.go(start);
        return None;
    }
    count
}

/// Takes an option. `head count=5` is a condition, so other names are none.
fn option(cursor: &mut Cursor, head: &mut Head) -> bool {
    let start = cursor.position();
    let name = cursor.token(token::option_name).map(|name| name.node.to_lowercase());
    let known = name.is_some_and(|name| SPEC.options.contains(&name.as_str()));
    let bracket = known && cursor.symbol("=").is_some() && cursor.rest().trim_start().starts_with('[');
    if bracket {
        head.limit_subsearch = cursor.bracket(Place::Bracket).map(Box::new);
        return true;
    }
    cursor.go(start);
    let Some(option) = known.then(|| cursor.option()).flatten() else { return false };
    match option.name.node.as_str() {
        "limit" => head.limit = Some(cursor.unsigned(&option)),
        "null" => head.null = cursor.boolean(&option),
        _ => head.keep_last = cursor.boolean(&option),
    }
    true
}

impl Display for Head {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("head")?;
        if let Some(limit) = self.limit {
            write!(out, " {limit}")?;
        }
        if let Some(search) = &self.limit_subsearch {
            write!(out, " [{search}]")?;
        }
        if let Some(condition) = &self.condition {
            write!(out, " ({condition})")?;
        }
        print::flag(out, "null", self.null)?;
        print::flag(out, "keeplast", self.keep_last)
    }
}
