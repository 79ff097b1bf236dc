//! `eval`: computes fields, from left to right. `eval rate=blocked/total, {kind}=1`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Expr, Field, Kind, Span, cursor::Cursor, eval::grammar, print, token,
};

/// Compute fields; later assignments see earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Eval {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The assignments in order.
    pub assignments: Vec<Assignment>,
}

/// One `target=expression`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Where it stands.
    pub span: Span,
    /// The field to set; `{other}` inside it stands for the value of that field.
    pub target: Field,
    /// The value.
    pub expr: Expr,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["eval"],
    kind: Kind::Streaming,
    summary: "computes fields from expressions",
    usage: "eval <field>=<expression>[, <field>=<expression>]…",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut assignments = Vec::new();
    if cursor.at_end() {
        cursor.missing("an assignment `field=expression`");
        return None;
    }
    loop {
        assignments.push(assignment(cursor)?);
        if cursor.failed() || cursor.at_end() {
            break;
        }
        let end = cursor.position();
        if cursor.symbol(",").is_some() {
            // Splunk passes over an assignment that is not there: `a=1, , b=2`.
            while let Some(comma) = cursor.symbol(",") {
                let warning = Diagnostic::new(Code::Superfluous, comma, "nothing stands between two commas");
                cursor.report(warning.edit("one comma is enough", comma, ""));
            }
            continue;
        }
        if let Some(span) = next_assignment(cursor) {
            let message = "a comma separates assignments";
            let end = assignments.last().map_or(span.start, |last: &Assignment| last.span.end);
            let comma = Span { start: end, end: span.start };
            cursor.fail(Diagnostic::new(Code::Syntax, span, message).edit("put a comma here", comma, ", "));
        } else {
            cursor.go(end);
        }
        break;
    }
    Some(Command::Eval(Eval { span: cursor.command_span(), assignments }))
}

/// The target of an assignment that follows without a comma.
fn next_assignment(cursor: &mut Cursor) -> Option<Span> {
    cursor.skip_blanks();
    let start = cursor.position();
    target(cursor)?;
    let span = cursor.span_from(start);
    cursor.symbol("=").is_some().then(|| {
        cursor.go(start);
        span
    })
}

pub(super) fn assignment(cursor: &mut Cursor) -> Option<Assignment> {
    cursor.skip_blanks();
    let start = cursor.position();
    let Some(target) = target(cursor) else {
        cursor.expected("a field to assign to");
        return None;
    };
    if cursor.symbol("=").is_none() {
        cursor.expected("`=`");
        return None;
    }
    let touches = cursor.text().get(target.span.end as usize..).is_some_and(|rest| rest.starts_with('='));
    if let Some((name, sign)) = updated(&target).filter(|_| touches) {
        let span = Span { start: target.span.start, end: cursor.span_from(start).end };
        let operator = Span { start: span.end - 2, end: span.end };
        let diagnostic = Diagnostic::new(Code::Syntax, operator, format!("there is no operator `{sign}=`"));
        let edit = format!("{name}={name}{sign}");
        cursor.fail(diagnostic.edit("the field stands on both sides", span, edit));
        return None;
    }
    let expr = grammar::expr(cursor);
    Some(Assignment { span: cursor.span_from(start), target, expr })
}

/// The name and the sign of `name+=`.
fn updated(target: &Field) -> Option<(&str, char)> {
    let sign = target.name.chars().next_back().filter(|sign| "+-*/".contains(*sign))?;
    let bare = target.span.end - target.span.start == u32::try_from(target.name.len()).ok()?;
    bare.then(|| (target.name.trim_end_matches(sign), sign)).filter(|(name, _)| !name.is_empty())
}

/// The name to assign to: in quotes, or up to the `=`. `low-user`, `size(MB)` and `pre_{kind}` are names here.
fn target(cursor: &mut Cursor) -> Option<Field> {
    if let Some(name) = cursor.token(token::quoted) {
        return Some(Field::new(token::unescape(name.node), name.span));
    }
    if let Some(name) = cursor.token(token::single_quoted) {
        return Some(Field::new(name.node, name.span));
    }
    let start = cursor.position();
    let ends = |next: char| token::is_blank(next) || "=,\"'[]|<>!".contains(next);
    let length = cursor.rest().find(ends).unwrap_or(cursor.rest().len());
    let name = cursor.rest().get(..length)?;
    cursor.go(start + length);
    (length > 0).then(|| Field::new(name, Span::new(start, start + length)))
}

impl Display for Eval {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("eval ")?;
        print::join(out, &self.assignments, ", ")
    }
}

impl Display for Assignment {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{} = {}", self.target, self.expr)
    }
}
