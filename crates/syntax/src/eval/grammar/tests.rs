//! How expressions are read: the tree of each with all its parentheses.

use crate::{Code, Expr, ExprKind, UnaryOp, parse_expr};

/// The tree with all its parentheses.
fn shape(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Number(text) => text.clone(),
        ExprKind::String(text) => format!("\"{text}\""),
        ExprKind::Field(field) => field.name.clone(),
        ExprKind::Unary(op, operand) => {
            let op = match op {
                UnaryOp::Minus => "neg",
                UnaryOp::Plus => "pos",
                UnaryOp::Not => "not",
            };
            format!("({op} {})", shape(operand))
        }
        ExprKind::Binary(op, left, right) => format!("({} {} {})", op.symbol(), shape(left), shape(right)),
        ExprKind::In { value, items, negated } => {
            format!("({} {} {})", if *negated { "not-in" } else { "in" }, shape(value), list(items))
        }
        ExprKind::Call { name, args, .. } => format!("{name}[{}]", list(args)),
        ExprKind::Subsearch(search) => format!("[{search}]"),
        ExprKind::Error => "error".to_string(),
    }
}

fn check(text: &str, expected: &str) {
    let (expr, diagnostics) = parse_expr(text);
    assert_eq!(shape(&expr), expected, "{text}");
    assert!(!diagnostics.iter().any(crate::Diagnostic::is_error), "{text}: {diagnostics:?}");
}

fn fails(text: &str, code: Code, place: &str) {
    let (_, diagnostics) = parse_expr(text);
    let found = diagnostics.first().map(|found| (found.code, found.span().and_then(|span| text.get(span.range()))));
    assert_eq!(found, Some((code, Some(place))), "{text}: {diagnostics:?}");
}

#[test]
fn booleans_bind_not_and_or_xor() {
    check("a OR b AND c", "(OR a (AND b c))");
    check("a AND b OR c", "(OR (AND a b) c)");
    check("a XOR b OR c", "(XOR a (OR b c))");
    check("NOT a AND b", "(AND (not a) b)");
    check("NOT a=1 OR b", "(OR (not (= a 1)) b)");
    check("NOT NOT a", "(not (not a))");
    check("!a", "(not a)");
    check("not a and b or C", "(OR (AND (not a) b) C)");
    check("(a OR b) AND c", "(AND (OR a b) c)");
}

#[test]
fn arithmetic_binds_tighter_than_comparison() {
    check("a+b*c", "(+ a (* b c))");
    check("a-b-c", "(- (- a b) c)");
    check("a/b*c%d", "(% (* (/ a b) c) d)");
    check("a > 3 * mean", "(> a (* 3 mean))");
    check("a=b<c", "(= a (< b c))");
    check("a+1=b AND c!=d", "(AND (= (+ a 1) b) (!= c d))");
    check("a == b", "(= a b)");
    check("-a.b", "(. (neg a) b)");
    check("a - -1", "(- a (neg 1))");
    check("+a", "(pos a)");
}

#[test]
fn a_point_joins_before_everything_else() {
    check("a.b.c", "(. (. a b) c)");
    check("\"n=\" . x * 2", "(* (. \"n=\" x) 2)");
    check("\"Attachment:\".attachment.\" Allowed\"", "(. (. \"Attachment:\" attachment) \" Allowed\")");
    check("1.5", "1.5");
    check("1.\"x\"", "(. 1 \"x\")");
    check("1.50 . \"\"", "(. 1.50 \"\")");
    check("\"x\".5", "(. \"x\" 5)");
}

#[test]
fn numbers_have_many_forms() {
    for number in ["0", "007", "1.5", ".18", "5.", "1e3", "1.5E-7", ".5e+2"] {
        check(number, number);
    }
    fails("404x", Code::Syntax, "404x");
    fails("0x1f", Code::Syntax, "0x1f");
}

#[test]
fn names_are_bare_or_in_single_quotes() {
    check("_time", "_time");
    check("'a b.c{}'", "a b.c{}");
    check("a:b", "a:b");
    check("a{}", "a{}");
    check("größe", "größe");
    check("my-field", "(- my field)");
    check("$token$ + 1", "(+ $token$ 1)");
    check("null", "null");
    fails("'a", Code::UnbalancedQuote, "'");
}

#[test]
fn strings_know_two_escapes() {
    check(r#""a \"b\" \\ \d \n""#, r#""a "b" \ \d \n""#);
    fails("\"a", Code::UnbalancedQuote, "\"");
}

#[test]
fn lists_and_calls() {
    check("a IN (1, \"x\", b)", "(in a 1 \"x\" b)");
    check("a in(1)", "(in a 1)");
    check("a NOT IN (1)", "(not-in a 1)");
    check("NOT a IN (1)", "(not (in a 1))");
    check("a LIKE \"x%\" OR b", "(OR (LIKE a \"x%\") b)");
    check("a NOT LIKE \"x%\"", "(not (LIKE a \"x%\"))");
    check("like(a, \"x%\")", "like[a \"x%\"]");
    check("IF (a=1, now(), null())", "if[(= a 1) now[] null[]]");
    check("a > [search index=b | return $n]", "(> a [search index=b | return $n])");
    fails("f(a", Code::UnbalancedBracket, "(");
    fails("f(a b)", Code::Syntax, "b");
    fails("f(a,)", Code::Syntax, ")");
    fails("a IN 1", Code::Syntax, "1");
}

#[test]
fn what_is_missing_is_named_once() {
    fails("a +", Code::Syntax, "");
    fails("a = = b", Code::Syntax, "=");
    fails("a <> b", Code::Syntax, "<>");
    fails("a && b", Code::Syntax, "&&");
    fails("a = “b”", Code::Syntax, "“b”");
    fails("a b", Code::Syntax, "b");
    fails("(a", Code::UnbalancedBracket, "(");
    fails("a)", Code::UnbalancedBracket, ")");
    let (_, diagnostics) = parse_expr("f(g(h(");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
}

#[test]
fn literals_that_mislead_are_pointed_out() {
    fails("a=\"x*\"", Code::WildcardInEval, "\"x*\"");
    fails("a > \"10\"", Code::QuotedNumber, "\"10\"");
    check("a=\"*\"", "(= a \"*\")");
}

#[test]
fn deep_and_long_expressions_are_no_danger() {
    let deep = |open: &str, close: &str, count: usize| format!("{}a{}", open.repeat(count), close.repeat(count));
    for text in [
        deep("(", ")", 10_000),
        deep("NOT ", "", 10_000),
        deep("-", "", 10_000),
        deep("f(", ")", 10_000),
        format!("a{}", "+a".repeat(100_000)),
        format!("a{}", " XOR a".repeat(10_000)),
    ] {
        let (_, diagnostics) = parse_expr(&text);
        let codes: Vec<_> = diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::TooDeep]);
    }
    for word in [" AND ", " OR "] {
        let (expr, diagnostics) = parse_expr(&vec!["a"; 50_000].join(word));
        assert_eq!(diagnostics, []);
        assert!(height(&expr) < 100);
    }
    let (_, diagnostics) = parse_expr(&deep("(", ")", 90));
    assert_eq!(diagnostics, []);
}

#[test]
fn long_chains_keep_their_tree_when_printed() {
    for count in [2, 31, 32, 33, 64, 65, 128, 1000] {
        let (expr, _) = parse_expr(&vec!["a"; count].join(" OR "));
        let (again, _) = parse_expr(&expr.to_string());
        assert_eq!(again, expr, "{count}");
    }
}

fn height(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Binary(_, left, right) => 1 + height(left).max(height(right)),
        _ => 1,
    }
}
