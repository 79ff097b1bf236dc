//! The grammar of expressions: operators by binding power. `NOT a=1 AND b IN (1, 2)`
//!
//! Invariant: no tree is deeper than [`MAX_HEIGHT`], so that whoever walks it may recurse.

use crate::{
    BinaryOp, Code, Diagnostic, Expr, ExprKind, Field, Span, UnaryOp, cursor::Cursor, eval::balance, foreign,
    parser::Place, token,
};

/// The deepest tree that is built. Chains of AND and OR are balanced and do not count.
const MAX_HEIGHT: usize = 200;

/// An operator between or behind operands.
#[derive(Clone, Copy, PartialEq)]
enum Infix {
    Binary(BinaryOp),
    In { negated: bool },
    NotLike,
}

/// An expression and the height of its tree.
pub(super) struct Tree {
    pub(super) expr: Expr,
    pub(super) height: usize,
}

/// Reads an expression as far as it goes.
pub(crate) fn expr(cursor: &mut Cursor) -> Expr {
    climb(cursor, 0).expr
}

/// Reads one operand: what stands behind it, operators too, is left.
pub(crate) fn operand(cursor: &mut Cursor) -> Expr {
    prefix(cursor).expr
}

fn climb(cursor: &mut Cursor, least: u8) -> Tree {
    if !cursor.enter() {
        cursor.leave();
        return error(cursor);
    }
    let mut left = prefix(cursor);
    while !cursor.failed() {
        let start = cursor.position();
        let Some(infix) = infix(cursor) else { break };
        let power = infix.power();
        if power < least {
            cursor.go(start);
            break;
        }
        left = match infix {
            Infix::Binary(op @ (BinaryOp::And | BinaryOp::Or)) => chain(cursor, left, op),
            Infix::Binary(op) => {
                let right = climb(cursor, power + 1);
                warn_about_literals(cursor, op, &left.expr, &right.expr);
                balance::join(op, left, right)
            }
            Infix::NotLike => {
                let right = climb(cursor, power + 1);
                let like = balance::join(BinaryOp::Like, left, right);
                let span = like.expr.span;
                Tree {
                    height: like.height + 1,
                    expr: Expr { span, kind: ExprKind::Unary(UnaryOp::Not, Box::new(like.expr)) },
                }
            }
            Infix::In { negated } => membership(cursor, left, negated),
        };
        if left.height > MAX_HEIGHT {
            cursor.fail(Diagnostic::new(
                Code::TooDeep,
                left.expr.span,
                "the expression has too many operators in a row",
            ));
            left = error(cursor);
        }
    }
    cursor.leave();
    left
}

/// `a AND b AND c`, whose first operand and operator are read.
fn chain(cursor: &mut Cursor, first: Tree, op: BinaryOp) -> Tree {
    let mut operands = vec![first];
    while !cursor.failed() {
        operands.push(climb(cursor, op.power() + 1));
        let start = cursor.position();
        if cursor.failed() || infix(cursor) != Some(Infix::Binary(op)) {
            cursor.go(start);
            break;
        }
    }
    balance::fold(op, operands)
}

fn membership(cursor: &mut Cursor, value: Tree, negated: bool) -> Tree {
    let Some(open) = cursor.symbol("(") else {
        cursor.expected("`(` after `IN`");
        return error(cursor);
    };
    let (items, height) = list(cursor, open);
    let span = value.expr.span.to(cursor.span_from(open.start as usize));
    let height = value.height.max(height) + 1;
    Tree { expr: Expr { span, kind: ExprKind::In { value: Box::new(value.expr), items, negated } }, height }
}

/// What stands between parentheses, separated by commas; `open` is read.
fn list(cursor: &mut Cursor, open: Span) -> (Vec<Expr>, usize) {
    let (mut items, mut height) = (Vec::new(), 0);
    if cursor.symbol(")").is_some() {
        return (items, height);
    }
    loop {
        let item = climb(cursor, 0);
        height = height.max(item.height);
        items.push(item.expr);
        if cursor.failed() || cursor.symbol(",").is_none() {
            break;
        }
    }
    if !cursor.failed() {
        if !cursor.at_end() && cursor.peek() != Some(')') {
            missing_comma(cursor, items.last());
        }
        cursor.close(open);
    }
    (items, height)
}

/// Fails where an argument goes on: a comma is missing, or the text before ended earlier than it was meant to.
fn missing_comma(cursor: &mut Cursor, last: Option<&Expr>) {
    let span = cursor.here();
    let starts_a_value = |next: char| token::is_name(next) || matches!(next, '"' | '\'');
    let Some(last) = last.filter(|_| cursor.rest().starts_with(starts_a_value)) else {
        return cursor.expected("`,` or `)`");
    };
    let message = format!("expected `,` or `)`, found {}", cursor.found());
    let diagnostic = Diagnostic::new(Code::Syntax, span, message);
    let before = cursor.text().get(..span.start as usize).unwrap_or_default();
    if before.ends_with('"') {
        return cursor.fail(diagnostic.also(Span { start: span.start - 1, end: span.start }, "this quote ends a text"));
    }
    let end = Span { start: last.span.end, ..last.span };
    // `bytes BETWEEN 1 AND 2`: a word that is an operator elsewhere.
    let advised = foreign::advise(cursor, diagnostic.clone());
    cursor.fail(if advised == diagnostic { diagnostic.edit("a comma separates arguments", end, ",") } else { advised });
}

fn unclosed(cursor: &mut Cursor, start: usize, message: &str) -> Tree {
    let quote = Span::new(start, start + 1);
    cursor.fail(Diagnostic::new(Code::UnbalancedQuote, quote, message).label("opened here"));
    error(cursor)
}

fn prefix(cursor: &mut Cursor) -> Tree {
    cursor.skip_blanks();
    let start = cursor.position();
    match cursor.peek() {
        Some('"') => {
            let text = cursor.token(token::quoted);
            // Quotes within single quotes count for the check of the whole text, so that one can be missing here alone.
            if text.as_ref().is_some_and(|text| text.span.range().len() < text.node.len() + 2) {
                return unclosed(cursor, start, "the quote is never closed");
            }
            leaf(cursor, start, ExprKind::String(text.map(|text| token::unescape(text.node)).unwrap_or_default()))
        }
        Some('\'') => match cursor.token(token::single_quoted) {
            Some(name) => leaf(cursor, start, ExprKind::Field(Field::new(name.node, name.span))),
            None => unclosed(cursor, start, "the quote of this field is never closed"),
        },
        Some('(') => {
            let open = Span::new(start, start + 1);
            cursor.go(start + 1);
            let inner = climb(cursor, 0);
            if !cursor.failed() {
                cursor.close(open);
            }
            let span = cursor.span_from(start);
            Tree { expr: Expr { span, ..inner.expr }, height: inner.height }
        }
        Some('[') => match cursor.bracket(Place::Bracket) {
            Some(search) => leaf(cursor, start, ExprKind::Subsearch(Box::new(search))),
            None => error(cursor),
        },
        Some('-') => unary(cursor, start, 1, UnaryOp::Minus, UNARY),
        Some('+') => unary(cursor, start, 1, UnaryOp::Plus, UNARY),
        Some('!') => unary(cursor, start, 1, UnaryOp::Not, NOT),
        Some('$') => template(cursor, start),
        Some(digit) if digit.is_ascii_digit() || digit == '.' => number(cursor, start),
        _ => match cursor.token(token::name) {
            Some(name) if name.node.eq_ignore_ascii_case("not") => unary(cursor, start, 3, UnaryOp::Not, NOT),
            Some(name) if is_stray_operator(cursor, name.node) => {
                let message = format!("expected an expression before `{}`", name.node);
                cursor.fail(Diagnostic::new(Code::Syntax, name.span, message));
                error(cursor)
            }
            // `supports_$version$`: a name that a dashboard completes.
            Some(name) if cursor.peek() == Some('$') => {
                while cursor.peek() == Some('$') && !cursor.failed() {
                    template(cursor, cursor.position());
                    cursor.token_here(token::name_rest);
                }
                let span = cursor.span_from(start);
                let name = cursor.text().get(span.range()).unwrap_or(name.node);
                leaf(cursor, start, ExprKind::Field(Field::new(name, span)))
            }
            Some(name) => match cursor.symbol("(") {
                Some(open) => {
                    let (args, height) = list(cursor, open);
                    let kind = ExprKind::Call { name: name.node.to_lowercase(), name_span: name.span, args };
                    Tree { height: height + 1, ..leaf(cursor, start, kind) }
                }
                None => leaf(cursor, start, ExprKind::Field(Field::new(name.node, name.span))),
            },
            None => {
                missing_operand(cursor);
                error(cursor)
            }
        },
    }
}

/// Whether a word in the place of an operand is an operator whose left side is missing. Fields may have such names.
fn is_stray_operator(cursor: &Cursor, word: &str) -> bool {
    let operator = ["and", "or", "xor"].iter().any(|operator| word.eq_ignore_ascii_case(operator));
    let rest = cursor.rest().trim_start_matches(token::is_blank);
    operator && rest.starts_with(|next: char| token::is_name(next) || matches!(next, '\'' | '"' | '('))
}

/// Fails where an operand must stand; an operator of other languages is known.
fn missing_operand(cursor: &mut Cursor) {
    if let Some(diagnostic) = foreign::operator(cursor) {
        return cursor.fail(diagnostic);
    }
    if let Some(diagnostic) = typographic(cursor) {
        return cursor.fail(diagnostic);
    }
    cursor.expected("an expression");
}

/// The error for `“text”` and `‘field’`, with the whole of it set right.
fn typographic(cursor: &Cursor) -> Option<Diagnostic> {
    let rest = cursor.rest();
    let (closing, plain, help) = match rest.chars().next()? {
        '“' | '”' | '„' | '«' | '»' => ("“”»«", '"', "texts stand in plain quotes"),
        '‘' | '’' | '‚' => ("’‘", '\'', "fields stand in plain single quotes"),
        _ => return None,
    };
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let inside = rest.get(first..)?;
    let length = inside.find(|next| closing.contains(next))?;
    let last = inside.get(length..)?.chars().next().map_or(0, char::len_utf8);
    let start = cursor.position();
    let span = Span::new(start, start + first + length + last);
    let text = format!("{plain}{}{plain}", inside.get(..length)?);
    Some(Diagnostic::new(Code::Syntax, span, "typographic quotes are no quotes").edit(help, span, text))
}

fn unary(cursor: &mut Cursor, start: usize, length: usize, op: UnaryOp, power: u8) -> Tree {
    cursor.go(start + length);
    let operand = climb(cursor, power);
    let span = cursor.span_from(start);
    Tree { height: operand.height + 1, expr: Expr { span, kind: ExprKind::Unary(op, Box::new(operand.expr)) } }
}

/// `$name$` of a template, which stays as the name of a field.
fn template(cursor: &mut Cursor, start: usize) -> Tree {
    let rest = cursor.rest();
    let body = rest.strip_prefix('$').unwrap_or_default();
    let length = body.find(|next: char| !(token::is_name(next) || matches!(next, '.' | '-' | ':' | '|')));
    match length.filter(|&length| length > 0 && body.get(length..).is_some_and(|tail| tail.starts_with('$'))) {
        Some(length) => {
            let name = rest.get(..length + 2).unwrap_or_default();
            cursor.go(start + name.len());
            leaf(cursor, start, ExprKind::Field(Field::new(name, cursor.span_from(start))))
        }
        None => {
            cursor.expected("an expression");
            error(cursor)
        }
    }
}

fn number(cursor: &mut Cursor, start: usize) -> Tree {
    let Some(number) = cursor.token(token::number) else {
        cursor.expected("an expression");
        return error(cursor);
    };
    if cursor.peek().is_some_and(token::is_name) {
        let rest = cursor.rest();
        let tail = rest.len() - rest.trim_start_matches(token::is_name).len();
        cursor.go(cursor.position() + tail);
        let span = cursor.span_from(start);
        let name = cursor.text().get(span.range()).unwrap_or_default();
        let message = format!("`{name}` is neither a number nor a name");
        let diagnostic = Diagnostic::new(Code::Syntax, span, message);
        cursor.fail(diagnostic.edit("a name that begins with a digit needs single quotes", span, format!("'{name}'")));
        return error(cursor);
    }
    leaf(cursor, start, ExprKind::Number(number.node.to_string()))
}

fn leaf(cursor: &Cursor, start: usize, kind: ExprKind) -> Tree {
    Tree { expr: Expr { span: cursor.span_from(start), kind }, height: 1 }
}

fn error(cursor: &Cursor) -> Tree {
    Tree { expr: Expr { span: Span::new(cursor.position(), cursor.position()), kind: ExprKind::Error }, height: 1 }
}

/// The operator of signs at the start, and its length.
fn symbol(text: &str) -> Option<(BinaryOp, usize)> {
    let mut bytes = text.bytes();
    let (first, equals) = (bytes.next()?, bytes.next() == Some(b'='));
    Some(match (first, equals) {
        (b'=', true) => (BinaryOp::Equal, 2),
        (b'=', false) => (BinaryOp::Equal, 1),
        (b'!', true) => (BinaryOp::NotEqual, 2),
        (b'<', true) => (BinaryOp::LessOrEqual, 2),
        (b'<', false) => (BinaryOp::Less, 1),
        (b'>', true) => (BinaryOp::GreaterOrEqual, 2),
        (b'>', false) => (BinaryOp::Greater, 1),
        (b'+', _) => (BinaryOp::Add, 1),
        (b'-', _) => (BinaryOp::Subtract, 1),
        (b'*', _) => (BinaryOp::Multiply, 1),
        (b'/', _) => (BinaryOp::Divide, 1),
        (b'%', _) => (BinaryOp::Modulo, 1),
        (b'.', _) => (BinaryOp::Concat, 1),
        _ => return None,
    })
}

/// Takes the operator that comes next.
fn infix(cursor: &mut Cursor) -> Option<Infix> {
    cursor.skip_blanks();
    if let Some((op, length)) = symbol(cursor.rest()) {
        cursor.go(cursor.position() + length);
        return Some(Infix::Binary(op));
    }
    let start = cursor.position();
    let word = cursor.token(token::word)?.node.to_lowercase();
    let infix = match word.as_str() {
        "and" => Some(Infix::Binary(BinaryOp::And)),
        "or" => Some(Infix::Binary(BinaryOp::Or)),
        "xor" => Some(Infix::Binary(BinaryOp::Xor)),
        "like" => Some(Infix::Binary(BinaryOp::Like)),
        "in" => Some(Infix::In { negated: false }),
        "not" => match cursor.token(token::word).map(|word| word.node.to_lowercase()).as_deref() {
            Some("in") => Some(Infix::In { negated: true }),
            Some("like") => Some(Infix::NotLike),
            _ => None,
        },
        _ => None,
    };
    if infix.is_none() {
        cursor.go(start);
    }
    infix
}

/// Literals that compare otherwise than people coming from `search` expect.
fn warn_about_literals(cursor: &mut Cursor, op: BinaryOp, left: &Expr, right: &Expr) {
    if let (ExprKind::String(name), ExprKind::String(_)) = (&left.kind, &right.kind)
        && op.power() >= BinaryOp::Equal.power()
        && op.power() < BinaryOp::Add.power()
        && is_like_a_field(name)
    {
        let message = format!("`\"{name}\"` is a text here, not the field");
        let diagnostic = Diagnostic::new(Code::TextsCompared, left.span, message).also(right.span, "so is this");
        let plain = token::name(name).is_ok_and(|(rest, _)| rest.is_empty());
        cursor.report(if plain {
            diagnostic.edit("without quotes it is a field", left.span, name.as_str())
        } else {
            diagnostic.edit("a field stands in single quotes", left.span, format!("'{name}'"))
        });
    }
    for (expr, other) in [(left, right), (right, left)] {
        let ExprKind::String(text) = &expr.kind else { continue };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) && text.contains('*') && text != "*" {
            let message = "`*` is an ordinary character here, not a wildcard";
            let help = "`like(field, \"a%\")`, `match(field, \"^a\")` or the command `search` know wildcards";
            cursor.report(Diagnostic::new(Code::WildcardInEval, expr.span, message).help(help));
        }
        let orders =
            matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual);
        if orders && matches!(other.kind, ExprKind::Field(_)) && is_number(text) {
            let message = "a number in quotes is compared as text: \"10\" is less than \"9\"";
            let help = "without quotes it is a number";
            cursor.report(Diagnostic::new(Code::QuotedNumber, expr.span, message).edit(help, expr.span, text.as_str()));
        }
    }
}

/// Whether a text reads as the name of a field; a token of a dashboard (`"$kind$"="all"`) does not.
fn is_like_a_field(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|next| token::is_name(next) || matches!(next, '.' | ':' | '{' | '}' | '-' | ' '))
}

fn is_number(text: &str) -> bool {
    token::number(text).is_ok_and(|(rest, _)| rest.is_empty())
}

const NOT: u8 = 4;
const UNARY: u8 = 10;

impl Infix {
    fn power(self) -> u8 {
        match self {
            Infix::Binary(op) => op.power(),
            Infix::In { .. } | Infix::NotLike => BinaryOp::Like.power(),
        }
    }
}

impl BinaryOp {
    /// How tight it binds: AND before OR before XOR, `.` before `*`.
    pub(super) fn power(self) -> u8 {
        match self {
            BinaryOp::Xor => 1,
            BinaryOp::Or => 2,
            BinaryOp::And => 3,
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::Like => 5,
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => 6,
            BinaryOp::Add | BinaryOp::Subtract => 7,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => 8,
            BinaryOp::Concat => 9,
        }
    }
}

impl ExprKind {
    /// How tight the outermost operator binds.
    pub(super) fn power(&self) -> u8 {
        match self {
            ExprKind::Unary(UnaryOp::Not, _) => NOT,
            ExprKind::Unary(..) => UNARY,
            ExprKind::Binary(op, ..) => op.power(),
            ExprKind::In { .. } => BinaryOp::Like.power(),
            _ => UNARY + 1,
        }
    }
}

#[cfg(test)]
mod tests;
