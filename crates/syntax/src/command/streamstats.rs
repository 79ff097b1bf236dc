//! `streamstats`: running aggregates on each row. `streamstats window=5 current=f avg(bytes) AS mean BY host`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Expr, ExprKind, Field, Kind, Span,
    clause::{Aggregate, BinSpan},
    cursor::Cursor,
    eval::grammar,
    option::Choice,
    print, token,
};

/// Add the aggregates of the rows so far to each row.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// Whether a field with other than numbers gives no numeric result.
    pub all_num: bool,
    /// Whether the row itself counts.
    pub current: bool,
    /// How many rows count; 0 for all.
    pub window: u64,
    /// How far back in time rows count.
    pub time_window: Option<BinSpan>,
    /// Whether the window counts the rows of all groups.
    pub global: bool,
    /// Whether another group than before starts anew.
    pub reset_on_change: bool,
    /// Starts anew with a row for which it is true.
    pub reset_before: Option<Expr>,
    /// Starts anew behind a row for which it is true.
    pub reset_after: Option<Expr>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["streamstats"],
    kind: Kind::Centralized,
    summary: "adds running aggregates to each row",
    usage: "streamstats [current=<bool>] [window=<count>] [time_window=<span>] [global=<bool>] [allnum=<bool>] \
            [reset_on_change=<bool>] [reset_before=(<expression>)] [reset_after=(<expression>)] \
            <function>(<field>) [AS <name>]… [BY <field>…]",
    options: &[
        "allnum",
        "current",
        "global",
        "reset_after",
        "reset_before",
        "reset_on_change",
        "time_window",
        "window",
    ],
    differs: &[
        "windows are as long as memory allows",
        "`reset_after` cannot name the fields that the command itself makes",
        "`window` and `time_window` do not go together",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut stats = StreamStats {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        by: Vec::new(),
        all_num: false,
        current: true,
        window: 0,
        time_window: None,
        global: true,
        reset_on_change: false,
        reset_before: None,
        reset_after: None,
    };
    let mut grouping = None;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if stats.reset(cursor) {
            continue;
        }
        if let Some(option) = cursor.option() {
            stats.set(cursor, &option);
        } else if grouping.is_some() {
            match cursor.field() {
                Some(field) => stats.by.push(field),
                None => {
                    cursor.expected("a field");
                    return None;
                }
            }
        } else if let Some(keyword) = cursor.keyword("by") {
            grouping = Some(keyword);
        } else {
            stats.aggregates.extend(cursor.aggregates(&["by"]));
        }
    }
    if stats.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    if grouping.is_some() && stats.by.is_empty() && !cursor.failed() {
        cursor.missing("a field after `BY`");
        return None;
    }
    Some(Command::StreamStats(stats))
}

impl StreamStats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "allnum" => self.all_num = cursor.boolean(option),
            "current" => self.current = cursor.boolean(option),
            "global" => self.global = cursor.boolean(option),
            "reset_on_change" => self.reset_on_change = cursor.boolean(option),
            "time_window" => self.time_window = cursor.bin_span(option),
            "window" => self.window = cursor.unsigned(option),
            _ => cursor.unknown_option(option),
        }
    }

    /// Takes `reset_before=` or `reset_after=`, whose condition may hold blanks: `(x=1)`, `"(x=1)"` or `("x=1")`.
    fn reset(&mut self, cursor: &mut Cursor) -> bool {
        let start = cursor.position();
        let name = cursor.token(token::option_name).map(|name| name.node.to_lowercase());
        let place = match name.as_deref() {
            Some("reset_before") => &mut self.reset_before,
            Some("reset_after") => &mut self.reset_after,
            _ => {
                cursor.go(start);
                return false;
            }
        };
        if cursor.symbol("=").is_none() {
            cursor.go(start);
            return false;
        }
        cursor.skip_blanks();
        // What stands behind the parenthesis is the next argument, even if it reads as an operator.
        let closed = matches!(cursor.peek(), Some('(' | '"'));
        let condition = if closed { grammar::operand(cursor) } else { grammar::expr(cursor) };
        *place = Some(match &condition.kind {
            ExprKind::String(text) if text.contains('"') => unescaped(cursor, text, condition.span),
            ExprKind::String(_) => inside(cursor, condition.span),
            _ => condition,
        });
        true
    }
}

/// The condition in a quoted text, read where it stands.
fn inside(cursor: &mut Cursor, span: Span) -> Expr {
    let written = cursor.text().get(span.range()).unwrap_or_default();
    let (open, close) = (written.find('"').unwrap_or(0), written.rfind('"').unwrap_or(0));
    let start = span.start as usize;
    let frame = cursor.narrow(start + open + 1, start + close.max(open + 1));
    let condition = grammar::expr(cursor);
    if !cursor.at_end() {
        cursor.expected("the end of the condition");
    }
    cursor.restore(frame);
    condition
}

/// The condition in a quoted text with quotes in it: it stands nowhere as it is read.
fn unescaped(cursor: &mut Cursor, text: &str, span: Span) -> Expr {
    let (condition, diagnostics) = crate::parse_expr(text);
    if !diagnostics.is_empty() {
        cursor.report(Diagnostic::new(Code::Syntax, span, "this is no condition"));
    }
    condition
}

impl Display for StreamStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("streamstats")?;
        print::option(out, "current", (!self.current).then_some(false))?;
        print::option(out, "window", (self.window > 0).then_some(self.window))?;
        print::option(out, "time_window", self.time_window.as_ref())?;
        print::option(out, "global", (!self.global).then_some(false))?;
        print::flag(out, "allnum", self.all_num)?;
        print::flag(out, "reset_on_change", self.reset_on_change)?;
        if let Some(condition) = &self.reset_before {
            write!(out, " reset_before=({condition})")?;
        }
        if let Some(condition) = &self.reset_after {
            write!(out, " reset_after=({condition})")?;
        }
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        print::by(out, &self.by)
    }
}
