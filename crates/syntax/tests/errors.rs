//! What goes wrong in a search: the code, and the text that is pointed at.

#![allow(clippy::unwrap_used)]

use speleo_syntax::{Code, Command, Diagnostic, parse};

/// Checks all diagnostics of a search as codes and places.
fn check(text: &str, expected: &[(Code, &str)]) -> Vec<Diagnostic> {
    let (_, diagnostics) = parse(text);
    let found: Vec<_> =
        diagnostics.iter().map(|found| (found.code, text.get(found.span().unwrap().range()).unwrap())).collect();
    assert_eq!(found, expected, "{text}: {diagnostics:?}");
    diagnostics
}

/// The text with the first edit of the first diagnostic made.
fn mended(text: &str) -> String {
    let (_, diagnostics) = parse(text);
    let edit = diagnostics.iter().flat_map(|found| &found.help).find_map(|help| help.edit.clone()).unwrap();
    let mut mended = text.to_string();
    mended.replace_range(edit.span.range(), &edit.text);
    mended
}

#[test]
fn a_search_has_text_between_its_pipes() {
    check("", &[(Code::EmptySearch, "")]);
    check("   ", &[(Code::EmptySearch, "")]);
    check("|", &[(Code::EmptySearch, "|")]);
    check("a |", &[(Code::EmptySearch, "|")]);
    check("a || head", &[(Code::EmptySearch, "|")]);
}

#[test]
fn quotes_and_brackets_have_partners() {
    check("a \"b | head", &[(Code::UnbalancedQuote, "\"")]);
    check("a [search b | head", &[(Code::UnbalancedBracket, "[")]);
    check("a ] | head", &[(Code::UnbalancedBracket, "]")]);
    check("(a | head", &[(Code::UnbalancedBracket, "(")]);
    check("a) | head", &[(Code::UnbalancedBracket, ")")]);
    check("a \"]\" \"[\" | head", &[]);
}

#[test]
fn reading_goes_on_behind_the_next_pipe() {
    let text = "a | eval x= | head | where ( | dedup";
    check(text, &[(Code::Syntax, ""), (Code::Syntax, ""), (Code::MissingArgument, "dedup")]);
    let (search, _) = parse(text);
    assert!(search.commands.iter().any(|command| matches!(command, Command::Head(_))));
}

#[test]
fn unknown_names_come_with_the_nearest() {
    check("a | stast count", &[(Code::UnknownCommand, "stast")]);
    assert_eq!(mended("a | stast count"), "a | stats count");
    check("a | dedup host keepemty=t", &[(Code::UnknownOption, "keepemty")]);
    assert_eq!(mended("a | dedup host keepemty=t"), "a | dedup host keepempty=t");
    check("a | qqqqqqqq", &[(Code::AppCommand, "qqqqqqqq")]);
    check("a [serch b]", &[(Code::UnknownCommand, "serch")]);
}

#[test]
fn commands_that_make_rows_stand_first() {
    check("a | makeresults", &[(Code::Position, "makeresults")]);
    check("a | inputlookup x.csv", &[(Code::Position, "inputlookup")]);
    check("a | inputlookup append=t x.csv", &[]);
    check("| where a=1", &[(Code::Position, "where")]);
    check("a | append [sort count]", &[(Code::Position, "sort")]);
    check("| outputlookup x.csv", &[(Code::UnsupportedForm, "outputlookup")]);
    // An old way to make a row.
    check("| stats count", &[]);
    check("a | append [stats count]", &[]);
    check("a | append [| localop | stats count]", &[]);
    check("a | appendpipe [stats count]", &[]);
    check("| union [search a] [search b]", &[]);
}

#[test]
fn values_of_options_are_checked() {
    check("a | dedup host keepempty=maybe", &[(Code::BadValue, "keepempty=maybe")]);
    check("a | sort limit=-1 x", &[(Code::BadValue, "limit=-1")]);
    check("a | bin span=5x y", &[(Code::BadValue, "span=5x")]);
    check("a | rename a* AS b", &[(Code::BadValue, "b")]);
    check("a | rex mode=awk \"x\"", &[(Code::BadValue, "awk")]);
    check("| makeresults count=-1", &[(Code::BadValue, "count=-1")]);
}

#[test]
fn needed_arguments_are_named() {
    for text in ["stats", "stats by x", "table", "fields", "rename", "sort", "dedup", "eval", "where", "lookup", "rex"]
    {
        check(&format!("a | {text}"), &[(Code::MissingArgument, text)]);
    }
    check("a | stats count by", &[(Code::MissingArgument, "stats count by")]);
    check("a | lookup t x OUTPUT", &[]);
    check("a | format \"(\"", &[(Code::MissingArgument, "format \"(\"")]);
}

#[test]
fn a_missing_comma_has_an_edit() {
    check("a | eval x=1 y=2", &[(Code::Syntax, "y")]);
    assert_eq!(mended("a | eval x=1 y=2"), "a | eval x=1, y=2");
    check("a | stats sum(x+1)", &[]);
    check("a | stats sum(x + 1)", &[(Code::Syntax, "x + 1")]);
    assert_eq!(mended("a | stats sum(x + 1)"), "a | stats sum(eval(x + 1))");
}

#[test]
fn a_missing_blank_between_aggregations_is_mended() {
    let text = "a | stats earliest(t) AS first_seenvalues(domain) as domain by sender";
    check(text, &[(Code::MissingBlank, "values")]);
    assert_eq!(mended(text), "a | stats earliest(t) AS first_seen values(domain) as domain by sender");
    let (search, _) = parse(text);
    assert_eq!(search.to_string(), "a | stats earliest(t) AS first_seen, values(domain) AS domain BY sender");
    check("a | stats count AS \"n(x)\"", &[]);
}

#[test]
fn sorting_by_a_field_called_desc_is_pointed_out() {
    check("a | sort desc x, y", &[(Code::SortDesc, "desc")]);
    assert_eq!(mended("a | sort desc x, y"), "a | sort -x, y");
    check("a | sort x desc", &[]);
    check("a | sort -desc", &[]);
    check("a | sort \"desc\" x", &[]);
}

#[test]
fn errors_inside_brackets_are_found() {
    check("a | join max=0 id [search b | stast count]", &[(Code::UnknownCommand, "stast")]);
    check("a [search b | where]", &[(Code::MissingArgument, "where")]);
    check("a | append [search [search x=]]", &[(Code::Syntax, "")]);
}

#[test]
fn a_bracket_where_none_can_stand_is_not_supported() {
    check("a | append [search b] [search c]", &[(Code::UnsupportedForm, "[search c]")]);
    // Elsewhere the text that it returns becomes a part of the command.
    check("a | bin x [search b]", &[]);
}

#[test]
fn nesting_has_a_limit_and_one_error() {
    let deep = format!("a | where {}x{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(parse(&deep).1.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooDeep]);
    let deep = format!("{}x{}", "a [search ".repeat(1_000), "]".repeat(1_000));
    assert_eq!(parse(&deep).1.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooDeep]);
}

#[test]
fn the_deepest_search_is_no_danger() {
    let deep = format!("{}x{}", "a [search ".repeat(95), "]".repeat(95));
    let (search, diagnostics) = parse(&deep);
    assert_eq!(diagnostics, []);
    assert_eq!(search.to_string().matches("[search").count(), 95);
    let (search, diagnostics) = parse(&format!("a | where {}x{}", "if(NOT (".repeat(30), "))".repeat(30)));
    assert_eq!(diagnostics, []);
    assert!(search.to_string().len() > 100);
}

#[test]
fn a_command_without_its_pipe_is_pointed_out() {
    check("inputlookup users.csv", &[(Code::MissingPipe, "inputlookup")]);
    assert_eq!(mended("inputlookup users.csv"), "| inputlookup users.csv");
    check("inputlookup=x", &[]);
    check("rest of the day", &[]);
    check("\"tstats\"", &[]);
}

#[test]
fn operators_of_other_languages_are_known() {
    check("a | where x <> 1", &[(Code::Syntax, "<>")]);
    assert_eq!(mended("a | where x <> 1"), "a | where x != 1");
    assert_eq!(mended("a | where x=1 && y=2"), "a | where x=1 AND y=2");
    check("a | where x IS NULL", &[(Code::Syntax, "IS")]);
    check("a | search len(x)=3", &[(Code::Syntax, "=")]);
}

#[test]
fn a_name_stands_for_one_command() {
    let mut names: Vec<&str> = speleo_syntax::COMMANDS.iter().flat_map(|spec| spec.names).copied().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 150);
    for spec in speleo_syntax::COMMANDS {
        assert!(!spec.summary.is_empty() && spec.options.is_sorted(), "{}", spec.name());
    }
}

#[test]
fn what_stands_too_early_or_too_late_is_named() {
    check("a | stats sum(x by host", &[(Code::UnbalancedBracket, "(")]);
    check("a | stats count AS BY host", &[(Code::Syntax, "AS")]);
    check("a | stats dc(user) users by host", &[(Code::Syntax, "users")]);
    assert_eq!(mended("a | stats dc(user) users by host"), "a | stats dc(user) AS users by host");
    check("a | stats dc(user) sum(x), count p95(y) by host", &[]);
    check("a | head 5 10", &[(Code::BadValue, "head 5 10")]);
    check("a | head -5", &[(Code::BadValue, "-5")]);
    check("a | eval x=b[0]", &[(Code::Syntax, "[0]")]);
    check("a | where x > 5 sort -y", &[(Code::Syntax, "sort")]);
    assert_eq!(mended("a | where x > 5 sort -y"), "a | where x > 5 | sort -y");
}
