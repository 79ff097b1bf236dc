//! Commands that put searches together, turn tables over or run templates: what is read, in the canonical form.

#![allow(clippy::unwrap_used)]

use speleo_syntax::{Code, Diagnostic, parse, print};

/// Reads `| {text}` behind a first command and compares its canonical form, which reads as itself.
fn check(text: &str, expected: &str) {
    check_whole(&format!("* | {text}"), &format!("* | {expected}"));
}

fn check_whole(text: &str, expected: &str) {
    let (search, diagnostics) = parse(text);
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{text}: {diagnostics:?}");
    assert_eq!(print(&search), expected, "{text}");
    let (again, _) = parse(expected);
    assert_eq!(print(&again), expected, "{text}: the canonical form reads as something else");
}

fn check_error(text: &str, code: Code) {
    let (_, diagnostics) = parse(text);
    let errors = diagnostics.iter().filter(|found| found.is_error());
    assert_eq!(errors.map(|found| found.code).collect::<Vec<_>>(), [code], "{text}: {diagnostics:?}");
}

#[test]
fn searches_side_by_side() {
    check("appendcols override=t [search b]", "appendcols override=true [search b]");
    check("appendpipe [stats count | where count=0]", "appendpipe [stats count | where count = 0]");
    check("appendpipe run_in_preview=f [eval x=1]", "appendpipe [eval x = 1]");
    check("union [search b] lookup:users.csv", "union [search b] lookup:users.csv");
    check_whole("| union maxout=5, [search a], [search b]", "| union maxout=5 [search a] [search b]");
    check_whole("| multisearch [search a] [search b | eval x=1]", "| multisearch [search a] [search b | eval x = 1]");
    check_whole("| set diff [search a] [search b]", "| set diff [search a] [search b]");
    check_error("| multisearch [search a]", Code::MissingArgument);
    check_error("| set union [search a]", Code::MissingArgument);
    check_error("* | union users", Code::Syntax);
}

#[test]
fn join() {
    check("join id [search b]", "join id [search b]");
    check("join type=outer max=0 a, b overwrite=f [search b]", "join type=left max=0 overwrite=false a, b [search b]");
    check("join usetime=t earlier=f id [search b]", "join usetime=true earlier=false id [search b]");
    check("join [search b] id", "join id [search b]");
    check(
        "join left=L right=R where L.a=R.b R.c = L.d [search b]",
        "join left=L right=R where L.a = R.b L.d = R.c [search b]",
    );
    check_error("* | join id", Code::MissingArgument);
    check_error("* | join type=full id [search b]", Code::BadValue);
    check_error("* | join left=L right=R where a=b [search b]", Code::BadValue);
}

#[test]
fn templates() {
    check("foreach x* y [eval <<FIELD>>=1]", "foreach x* y [eval <<FIELD>>=1]");
    check("foreach mode=multivalue m [eval t=t+<<ITEM>>]", "foreach mode=multivalue m [eval t=t+<<ITEM>>]");
    check("foreach x fieldstr=\"#F\" [eval a=#F]", "foreach x fieldstr=\"#F\" [eval a=#F]");
    check(r#"map maxsearches=5 search="search a=\"$b$\"""#, r#"map search="search a=\"$b$\"" maxsearches=5"#);
    check_error("* | foreach x", Code::MissingArgument);
    check_error("* | foreach mode=json_array a b [eval x=1]", Code::MissingArgument);
    check_error("* | foreach mode=all a [eval x=1]", Code::BadValue);
}

#[test]
fn tables() {
    check("xyseries grouped=t sep=\"-\" a, b, c e", "xyseries grouped=true sep=\"-\" a b c e");
    check("maketable a b c", "xyseries a b c");
    check("untable a, b, c", "untable a b c");
    check("transpose 3 header_field=host include_empty=f", "transpose 3 header_field=host include_empty=false");
    check("transpose column_name=\"a b\" int=0", "transpose 0 column_name=\"a b\"");
    check("makecontinuous span=10m _time", "makecontinuous _time span=10m");
    check_error("* | untable a b", Code::MissingArgument);
    check_error("* | xyseries a b", Code::MissingArgument);
}

#[test]
fn extractions() {
    check("spath input=a output=b path=c{}.d", "spath input=a output=b path=\"c{}.d\"");
    check("spath c.d", "spath path=\"c.d\"");
    check("kv pairdelim=\"|\" mv_add=t", "extract pairdelim=\"|\" mv_add=true");
    check("extract access-request limit=5 clean_keys=f", "extract access-request clean_keys=false limit=5");
    check("xmlkv maxinputs=5", "xmlkv");
    check("xmlkv Message maxinputs=5", "xmlkv Message");
    check(
        "multikv noheader=t fields a b filter x \"y z\" rmorig=f",
        "multikv noheader=true rmorig=false fields a, b filter \"x\" \"y z\"",
    );
    check("addinfo", "addinfo");
    check_whole("| gentimes start=-7 increment=6h", "| gentimes start=-7 increment=6h");
    check_error("* | spath output=x", Code::MissingArgument);
    check_error("| gentimes end=1", Code::MissingArgument);
}
