//! How conditions are read: the tree of each with all its parentheses.

use crate::{Code, CompareOp, SearchExpr, SearchExprKind, SearchValue, parse_search_expr};

/// The tree with all its parentheses.
fn shape(expr: &SearchExpr) -> String {
    let list = |items: &[SearchExpr]| items.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        SearchExprKind::All => "all".to_string(),
        SearchExprKind::Nothing => "nothing".to_string(),
        SearchExprKind::And(items) => format!("(and {})", list(items)),
        SearchExprKind::Or(items) => format!("(or {})", list(items)),
        SearchExprKind::Not(item) => format!("(not {})", shape(item)),
        SearchExprKind::Comparison { field, op, value } => format!("{}{}{}", field.name, op.symbol(), text(value)),
        SearchExprKind::In { field, values, negated } => {
            let values = values.iter().map(text).collect::<Vec<_>>().join(" ");
            format!("({} {} {values})", if *negated { "not-in" } else { "in" }, field.name)
        }
        SearchExprKind::Term { text, quoted } => {
            if *quoted {
                format!("\"{text}\"")
            } else {
                text.clone()
            }
        }
        SearchExprKind::TermDirective(text) => format!("TERM({text})"),
        SearchExprKind::CaseDirective(text) => format!("CASE({text})"),
        SearchExprKind::TimeModifier { name, op, value } => format!("time:{name}{}{}", op.symbol(), text(value)),
        SearchExprKind::Subsearch(search) => format!("[{search}]"),
        SearchExprKind::Error => "error".to_string(),
    }
}

fn text(value: &SearchValue) -> String {
    match value {
        SearchValue::Text { text, quoted } => {
            if *quoted {
                format!("\"{text}\"")
            } else {
                text.clone()
            }
        }
        SearchValue::Case(text) => format!("CASE({text})"),
        SearchValue::Term(text) => format!("TERM({text})"),
        SearchValue::Subsearch(search) => format!("[{search}]"),
    }
}

fn check(input: &str, expected: &str) {
    let (expr, diagnostics) = parse_search_expr(input);
    assert_eq!(shape(&expr), expected, "{input}");
    assert!(!diagnostics.iter().any(crate::Diagnostic::is_error), "{input}: {diagnostics:?}");
}

fn reports(input: &str, code: Code, place: &str) {
    let (_, diagnostics) = parse_search_expr(input);
    let found: Vec<_> =
        diagnostics.iter().map(|found| (found.code, found.span().and_then(|span| input.get(span.range())))).collect();
    assert_eq!(found, [(code, Some(place))], "{input}: {diagnostics:?}");
}

#[test]
fn or_binds_tighter_than_and() {
    check("a b OR c", "(and a (or b c))");
    check("a AND b OR c AND d", "(and a (or b c) d)");
    check("host=w1 status=200 OR action=add", "(and host=w1 (or status=200 action=add))");
    check("error NOT 403 OR 404", "(and error (or (not 403) 404))");
    check("NOT a b", "(and (not a) b)");
    check("NOT (a b)", "(not (and a b))");
    check("NOT NOT a", "(not (not a))");
    check("(a OR b) AND c", "(and (or a b) c)");
    check("a XOR b", "(and a XOR b)");
}

#[test]
fn nothing_and_everything() {
    check("", "all");
    check("*", "*");
    check("NOT ( )", "nothing");
    check("NOT()", "nothing");
    check("NOT NOT ( )", "(not nothing)");
    check("a (NOT ( ))", "(and a nothing)");
}

#[test]
fn comparisons_take_blanks_and_every_operator() {
    check("a=b c = d e!=f g>=1 h<2", "(and a=b c=d e!=f g>=1 h<2)");
    check("a==b", "a=b");
    check("\"Account Name\"=bob", "Account Name=bob");
    check("x=\"a \\\"b\\\" \\\\ \\s\"", "x=\"a \"b\" \\ \\s\"");
    check("x=a\\|b", "x=a|b");
    check("path=C:\\Windows", "path=C:\\Windows");
    check("url=http://a?b=c&d=e", "url=http://a?b=c&d=e");
    check("a.b{}.c=1", "a.b{}.c=1");
    check("tag::host=web", "tag::host=web");
    check("sourcetype::access", "sourcetype::access");
    check("x::\"a b\"", "x::\"a b\"");
    check("ip=10.0.0.0/8", "ip=10.0.0.0/8");
    check("x=-5", "x=-5");
    check("a=b, c=d", "(and a=b c=d)");
    check("sender!=\"*@example.com\"", "sender!=\"*@example.com\"");
}

#[test]
fn an_indexed_field_is_compared_exactly() {
    let (expr, _) = parse_search_expr("host::a");
    assert!(matches!(expr.kind, SearchExprKind::Comparison { op: CompareOp::Indexed, .. }));
    check("::1", "::1");
}

#[test]
fn terms_phrases_and_directives() {
    check("failed \"log in\" err*", "(and failed \"log in\" err*)");
    check("TERM(10.0.0.1) CASE(Bob)", "(and TERM(10.0.0.1) CASE(Bob))");
    check("user=CASE(Bob) ip=TERM(1.2)", "(and user=CASE(Bob) ip=TERM(1.2))");
    check("don't", "don't");
}

#[test]
fn lists() {
    check("f IN (a, b*, \"c d\")", "(in f a b* \"c d\")");
    check("f IN(4* 5*)", "(in f 4* 5*)");
    check("NOT f IN (a)", "(not (in f a))");
    check("f NOT IN (a)", "(not-in f a)");
    check("f=(a OR \"b\")", "(or f=a f=\"b\")");
    check("ip IN (10.0.0.0/8,192.168.0.0/16)", "(in ip 10.0.0.0/8 192.168.0.0/16)");
}

#[test]
fn time_modifiers_are_no_comparisons() {
    check("earliest=-1d@d", "time:earliest=-1d@d");
    check("Latest<@d", "time:latest<@d");
    check("\"earliest\"=5", "earliest=5");
    check("(earliest=-24h latest<@d) OR x", "(or (and time:earliest=-24h time:latest<@d) x)");
}

#[test]
fn brackets_stand_anywhere() {
    check("index=a[search index=b]", "(and index=a [search index=b])");
    check("NOT [| inputlookup x.csv]", "(not [| inputlookup x.csv])");
    check("a=[search b | return $c]", "a=[search b | return $c]");
    reports("[index=b c]", Code::UnknownCommand, "index");
}

#[test]
fn what_is_missing_is_named() {
    reports("a=", Code::Syntax, "");
    reports("a= OR b", Code::Syntax, "OR");
    reports("state=OR", Code::Syntax, "OR");
    reports("a OR", Code::Syntax, "OR");
    reports("OR a", Code::Syntax, "OR");
    reports("AND a", Code::Syntax, "AND");
    reports("a AND", Code::Syntax, "AND");
    reports("NOT", Code::Syntax, "NOT");
    reports("=a", Code::Syntax, "=");
    reports("(a", Code::UnbalancedBracket, "(");
    reports("a)", Code::UnbalancedBracket, ")");
    reports("a \"b", Code::UnbalancedQuote, "\"");
    reports("a [search b", Code::UnbalancedBracket, "[");
    reports("a ]", Code::UnbalancedBracket, "]");
    reports("f IN ()", Code::EmptyList, "IN ()");
    reports("f IN (a", Code::UnbalancedBracket, "(");
}

#[test]
fn traps_are_pointed_out() {
    reports("a AND b OR c", Code::OrBeforeAnd, "OR");
    check("a b OR c", "(and a (or b c))");
    reports("a or b", Code::LowerCaseOperator, "or");
    reports("f in (a)", Code::LowerCaseOperator, "in");
    let (_, diagnostics) = parse_search_expr("(a OR b) AND c");
    assert_eq!(diagnostics, []);
}

#[test]
fn deep_conditions_are_no_danger() {
    for open in ["(", "NOT ", "a=(", "[search "] {
        let (_, diagnostics) = parse_search_expr(&open.repeat(10_000));
        assert!(diagnostics.iter().any(|found| found.code == Code::TooDeep), "{open}");
    }
    let (_, diagnostics) = parse_search_expr(&format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000)));
    assert_eq!(diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooDeep]);
}
