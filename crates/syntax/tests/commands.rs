//! Each command: what is read, in the canonical form that the printer gives it.

#![allow(clippy::unwrap_used)]

use speleo_syntax::{Diagnostic, parse, print};

/// Reads `| {text}` behind a first command where it needs one, and compares the canonical form of it.
fn check(text: &str, expected: &str) {
    let whole = format!("* | {text}");
    let (search, diagnostics) = parse(&whole);
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{text}: {diagnostics:?}");
    assert_eq!(print(&search), format!("* | {expected}"), "{text}");
}

/// The same for a command that stands first.
fn check_first(text: &str, expected: &str) {
    let (search, diagnostics) = parse(text);
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{text}: {diagnostics:?}");
    assert_eq!(print(&search), expected, "{text}");
}

#[test]
fn append() {
    check("append maxout=5 [search index=b]", "append maxout=5 [search index=b]");
    check("append [| inputlookup a.csv]", "append [| inputlookup a.csv]");
}

#[test]
fn bin() {
    check("bin _time span=5m AS slot", "bin span=5m _time AS slot");
    check("bucket span=1h _time", "bin span=1h _time");
    check("discretize bins=10 x as y", "bin bins=10 x AS y");
    check("bin span=2log5 x", "bin span=2log5 x");
    check("bin span=1week@w1 _time aligntime=@d", "bin span=1w@w1 aligntime=\"@d\" _time");
    check("bin x start=0 end=1.5 minspan=10", "bin minspan=10 start=0 end=1.5 x");
}

#[test]
fn convert() {
    check("convert ctime(_time) rmcomma(*_n) as *_m", "convert ctime(_time), rmcomma(*_n) AS *_m");
    check(r#"convert timeformat="%F" MKTIME("a b")"#, r#"convert timeformat="%F" mktime("a b")"#);
    check("convert none(x), ctime(a{}.b) timeformat=%H", r#"convert timeformat="%H" none(x), ctime(a{}.b)"#);
}

#[test]
fn chart() {
    check("chart count by a b", "chart count OVER a BY b");
    check(
        "chart sum(x) AS s over a by b limit=top5 useother=f",
        "chart limit=5 useother=false sum(x) AS s OVER a BY b",
    );
    check("chart count by a span=10, b bins=5", "chart count OVER a span=10 BY b bins=5");
    check("chart eval(sum(a)/sum(b)) as r by h", "chart eval(sum(a) / sum(b)) AS r OVER h");
    check("chart count by a b where max(x) notin bottom3", "chart count OVER a BY b where max notin bottom3");
    check("chart cont=f sep=\"-\" count, avg(x)", "chart sep=\"-\" cont=false count, avg(x)");
}

#[test]
fn datamodel() {
    check_first("| datamodel", "| datamodel");
    check_first("| datamodel Web", r#"| datamodel "Web""#);
    check_first(
        "| datamodel Web Proxy SEARCH strict_fields=f",
        r#"| datamodel "Web" "Proxy" search strict_fields=false"#,
    );
    check_first("| datamodel summariesonly=t Web Proxy flat_string", r#"| datamodel "Web" "Proxy" flat_string"#);
}

#[test]
fn dedup() {
    check("dedup host", "dedup host");
    check("dedup 2 host,user keepempty=t sortby -_time +x", "dedup 2 host, user keepempty=true sortby -_time, x");
    check("dedup a keepevents=true consecutive=1", "dedup a keepevents=true consecutive=true");
}

#[test]
fn eval() {
    check("eval a=1,b=a+1", "eval a = 1, b = a + 1");
    check("eval low-user=lower(user)", "eval low-user = lower(user)");
    check("eval \"my field\"=1, 'x y'=2", "eval \"my field\" = 1, \"x y\" = 2");
    check("eval {kind}=1, pre_{kind}_x=2", "eval {kind} = 1, pre_{kind}_x = 2");
    check("eval size(MB)=size/1048576", "eval \"size(MB)\" = size / 1048576");
}

#[test]
fn eventstats() {
    check("eventstats avg(x) as m by h", "eventstats avg(x) AS m BY h");
    check("eventstats allnum=t count", "eventstats allnum=true count");
}

#[test]
fn fields() {
    check("fields a,b  c*", "fields a, b, c*");
    check("fields + a", "fields a");
    check("fields - first_seen \"last seen\"", "fields - first_seen, \"last seen\"");
    check("fields -a", "fields - a");
}

#[test]
fn fillnull() {
    check("fillnull", "fillnull");
    check("fillnull value=\"\" a b", "fillnull value=\"\" a, b");
    check("fillnull a value=*", "fillnull value=\"*\" a");
}

#[test]
fn format() {
    check("format", "format");
    check("format \"(\" \"(\" \"OR\" \")\" \"OR\" \")\"", "format \"(\" \"(\" \"OR\" \")\" \"OR\" \")\"");
    check("format mvsep=AND maxresults=3 emptystr=\"*\"", "format mvsep=\"AND\" maxresults=3 emptystr=\"*\"");
}

#[test]
fn from() {
    check_first(r#"| from datamodel:"Web Data"."Proxy""#, r#"| from datamodel:"Web Data.Proxy""#);
    check_first("| from datamodel Web.Web | head 1", r#"| from datamodel:"Web.Web" | head 1"#);
    check_first("| from lookup:users.csv", r#"| from lookup:"users.csv""#);
    check_first("| from savedsearch: \"My \\\"own\\\" search\"", "| from savedsearch:\"My \\\"own\\\" search\"");
}

#[test]
fn head() {
    check("head", "head");
    check("head 5", "head 5");
    check("head limit=5", "head 5");
    check("head (count<5) null=t keeplast=t", "head (count < 5) null=true keeplast=true");
    check("head count<5", "head (count < 5)");
    check("head 7 (x=1)", "head 7 (x = 1)");
    check("head [search index=b | return $n]", "head [search index=b | return $n]");
}

#[test]
fn inputlookup() {
    check_first("| inputlookup a.csv", "| inputlookup a.csv");
    check_first(
        "| inputlookup strict=t start=2 max=5 \"my table\" where x=1 OR y=a*",
        "| inputlookup strict=true start=2 max=5 \"my table\" where x=1 OR y=a*",
    );
    check("inputlookup append=true a.csv", "inputlookup append=true a.csv");
}

#[test]
fn iplocation() {
    check("iplocation ip", "iplocation ip");
    check(
        "iplocation prefix=src_ allfields=true lang=de src",
        "iplocation prefix=\"src_\" allfields=true lang=\"de\" src",
    );
}

#[test]
fn lookup() {
    check("lookup users.csv id", "lookup users.csv id");
    check("lookup local=t users id AS uid, b OUTPUT name AS n x", "lookup users id AS uid, b OUTPUT name AS n, x");
    check("lookup users id outputnew name", "lookup users id OUTPUTNEW name");
}

#[test]
fn makeresults() {
    check_first("| makeresults", "| makeresults");
    check_first("| makeresults count=3 annotate=t", "| makeresults count=3 annotate=true");
    check_first(
        "| makeresults format=csv data=\"a,b\n1,\\\"x\\\"\"",
        "| makeresults format=csv data=\"a,b\n1,\\\"x\\\"\"",
    );
}

#[test]
fn mvcombine() {
    check("mvcombine delim=\",\" host", "mvcombine delim=\",\" host");
    check("mvcombine host", "mvcombine host");
}

#[test]
fn outputlookup() {
    check("outputlookup a.csv", "outputlookup a.csv");
    check(
        "outputlookup append=t override_if_empty=f max=5 a.csv",
        "outputlookup append=true override_if_empty=false max=5 a.csv",
    );
    check("outputlookup key_field=k t", "outputlookup key_field=k t");
    check("outputlookup append=f key_field=k t", "outputlookup append=false key_field=k t");
}

#[test]
fn regex() {
    check("regex \"^a\"", "regex \"^a\"");
    check("regex dns!=\"^\\d+$\"", "regex dns!=\"^\\\\d+$\"");
    check("regex \"my field\" = \"a\\\"b\"", "regex \"my field\"=\"a\\\"b\"");
    check("regex _raw=(?<x>a+)", "regex _raw=\"(?<x>a+)\"");
}

#[test]
fn rename() {
    check("rename a as b, c AS \"d e\"", "rename a AS b, c AS \"d e\"");
    check("rename All_Traffic.* as *", "rename All_Traffic.* AS *");
    check("rename a{}.b AS b count(x) AS n", "rename a{}.b AS b, \"count(x)\" AS n");
}

#[test]
fn r#return() {
    check("return 3 ip", "return 3 ip");
    check("return $ip", "return $ip");
    check("return x=ip $$y z", "return x=ip $y z");
}

#[test]
fn rex() {
    check("rex field=sender \".*@(?<domain>.*)\"", "rex field=sender \".*@(?<domain>.*)\"");
    check("rex \"(?<a>b)\" max_match=0 offset_field=o", "rex max_match=0 offset_field=o \"(?<a>b)\"");
    check("rex field=c mode=sed \"s/a/b/g\"", "rex field=c mode=sed \"s/a/b/g\"");
}

#[test]
fn search() {
    check("search a=1 AND b OR c", "search a=1 (b OR c)");
    check("search NOT [| inputlookup a.csv]", "search NOT [| inputlookup a.csv]");
    check("search", "search");
    check("SEARCH x", "search x");
    check_first("search index=main", "search index=main");
    check_first("index=main", "index=main");
    check_first("makeresults count=5", "makeresults count=5");
}

#[test]
fn sort() {
    check("sort x", "sort x");
    check("sort 10 -count +str(subject)", "sort 10 -count, str(subject)");
    check("sort - a b", "sort -a, b");
    check("sort 0 num(a), -ip(b) desc", "sort 0 num(a), -ip(b) desc");
    check("sort limit=5 auto(x) d", "sort 5 x desc");
    check("sort desc", "sort \"desc\"");
    check("sort -_time", "sort -_time");
}

#[test]
fn stats() {
    check("stats count", "stats count");
    check("stats dc(user) as users, sum(bytes) by host user", "stats dc(user) AS users, sum(bytes) BY host, user");
    check(
        "stats count(eval(a>1 AND b=\"x\")) AS n by \"my field\"",
        "stats count(eval(a > 1 AND b = \"x\")) AS n BY \"my field\"",
    );
    check("stats count(eval(a>1))", "stats count(eval(a>1))");
    check(
        "stats allnum=t delim=\":\" values(x) by a dedup_splitvals=t",
        "stats allnum=true delim=\":\" values(x) BY a dedup_splitvals=true",
    );
    check("stats values(x), AS y, count", "stats values(x) AS y, count");
    check("stats SUM( bytes ) count() dc(\"a b\")", "stats SUM(bytes), count, dc(\"a b\")");
    check("stats avg(*) AS avg_*", "stats avg(*) AS avg_*");
    check("stats sparkline(count, 5m) AS s perc99.9(x)", "stats sparkline(count, 5m) AS s, perc99.9(x)");
}

#[test]
fn an_aggregation_has_a_name() {
    let check = |text: &str, expected: &str| {
        let (search, _) = parse(&format!("* | stats {text}"));
        let Some(speleo_syntax::Command::Stats(stats)) = search.commands.last() else { unreachable!("{text}") };
        assert_eq!(stats.aggregates[0].text, expected, "{text}");
    };
    check("count", "count");
    check("count()", "count");
    check("C", "C");
    check("Sum( bytes )", "Sum(bytes)");
    check("Sum( bytes ) AS x", "");
    check("dc(\"a b\")", "dc(a b)");
    check("count(eval(a >1))", "count(eval(a >1))");
}

#[test]
fn table() {
    check("table _time subject, desc, \"a b\" *", "table _time, subject, \"desc\", \"a b\", *");
    check("table a \"+\" '-' by{} \"as*\"", "table a, \"+\", \"-\", by{}, as*");
}

#[test]
fn timechart() {
    check("timechart span=1h count by host limit=5", "timechart span=1h limit=5 count BY host");
    check("timechart count by host span=1h usenull=f", "timechart span=1h usenull=false count BY host");
    check("timechart count by x span=10", "timechart count BY x span=10");
    check(
        "timechart fixedrange=f partial=f cont=f per_hour(x)",
        "timechart partial=false cont=false fixedrange=false per_hour(x)",
    );
    check("timechart count by host where count > 10", "timechart count BY host where count > 10");
}

#[test]
fn top() {
    check("top user", "top user");
    check("top 5 user, host BY src", "top limit=5 user, host BY src");
    check(
        "top limit=0 x countfield=n showperc=f useother=t otherstr=rest",
        "top limit=0 countfield=\"n\" showperc=false useother=true otherstr=\"rest\" x",
    );
    check("rare limit=3 x by y", "rare limit=3 x BY y");
}

#[test]
fn tstats() {
    check_first("| tstats count", "| tstats count");
    check_first("| tstats count where \"By\"=1 by a", "| tstats count WHERE \"By\"=1 BY a");
    check_first(
        "| tstats summariesonly=t sum(All_Traffic.bytes) as b from datamodel=Network_Traffic where All_Traffic.src=x by All_Traffic.dest _time span=1d",
        "| tstats summariesonly=true sum(All_Traffic.bytes) AS b FROM datamodel=\"Network_Traffic\" WHERE All_Traffic.src=x BY All_Traffic.dest _time span=1d",
    );
    check_first(
        "| tstats count fillnull_value=null dc(PREFIX(user=)) where index=a by PREFIX(host=)",
        "| tstats fillnull_value=\"null\" count, dc(PREFIX(user=)) WHERE index=a BY PREFIX(host=)",
    );
    check(
        "tstats prestats=t append=t count where index=b by host",
        "tstats prestats=true append=true count WHERE index=b BY host",
    );
}

#[test]
fn evaluation() {
    check("excerpt maxlines=5 maxterms=1000", "abstract maxlines=5");
    check(
        "bucketdir pathfield=source, sizefield=count sep=\\ maxcount=20",
        "bucketdir pathfield=\"source\" sizefield=\"count\" sep=\"\\\\\"",
    );
    check("findkeywords labelfield=g dedup=1", "findkeywords labelfield=\"g\" dedup=true");
    check("findtypes useraw max=5 NOTCOVERED", "findtypes max=5 notcovered useraw");
    check("folderize attr=uri sep=\"/\" size=count(uri)", "folderize attr=\"uri\" sep=\"/\" size=\"count(uri)\"");
    check("kvform field=sourcetype", "kvform field=\"sourcetype\"");
    check("overlap ", "overlap");
    check("relevancy", "relevancy");
    check("scrub name-terms=n.txt namespace=a", "scrub name-terms=\"n.txt\" namespace=\"a\"");
}

#[test]
fn unsupported() {
    check("entitymerge  x=1 ", "entitymerge x=1");
    check("entitymerge id [search b]", "entitymerge id [search b]");
}

#[test]
fn r#where() {
    check("where a>1 and NOT b LIKE \"x%\"", "where a > 1 AND NOT b LIKE \"x%\"");
    check("where (a OR b) AND (c AND d)", "where (a OR b) AND (c AND d)");
}
