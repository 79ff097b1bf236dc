use crate::testing::TestWorld;

/// Newest first: the first line is the newest event.
fn check(search: &str, expected: &[&str]) {
    let world = TestWorld::default()
        .index(
            "d",
            "n:int,h,s,t:list
             1,a,x,p;q
             2,b,x,
             3,b,y,p
             4,,x,
             5,a,10,p;q
             6,a,9,",
        )
        .index("e", "n:int,z\n7,new")
        .lookup_table("codes.csv", "code,kind\n200,good\n404,bad\n500,BAD");
    assert_eq!(world.rows(search), expected, "{search}");
}

#[test]
fn later_assignments_see_earlier_ones() {
    check("index=d | head 1 | eval a=n+1, b=a*10 | table a b", &["2,20"]);
    check("index=d | eval c_{h}=n | table c_a c_b", &["1,", ",2", ",3", ",", "5,", "6,"]);
    check("index=d | eval {h}=n, n=0 | where a>4 | table a n", &["5,0", "6,0"]);
}

#[test]
fn dedup_keeps_the_first_of_each() {
    check("index=d | dedup h | table n", &["1", "2"]);
    check("index=d | dedup 2 h | table n", &["1", "2", "3", "5"]);
    check("index=d | dedup h keepempty=t | table n", &["1", "2", "4"]);
    check("index=d | dedup h consecutive=t | table n", &["1", "2", "5"]);
    check("index=d | dedup h sortby -n | table n", &["6", "3"]);
    check("index=d | dedup h keepevents=t | table n h", &["1,a", "2,b", "3,", "4,", "5,", "6,"]);
    check("index=d | dedup t | table n", &["1", "3"]);
    check("index=d | dedup none | table n", &[]);
}

#[test]
fn head_stops_at_the_first_row_that_fails() {
    check("index=d | head 2 | table n", &["1", "2"]);
    check("index=d | head (isnotnull(h)) | table n", &["1", "2", "3"]);
    check("index=d | head (isnotnull(h)) keeplast=t | table n", &["1", "2", "3", "4"]);
    check("index=d | head (h!=\"z\") null=t | table n", &["1", "2", "3", "4", "5", "6"]);
    check("index=d | head [| makeresults | eval k=2 | return $k] | table n", &["1", "2"]);
}

#[test]
fn sort_puts_rows_without_a_key_last() {
    check("index=d | sort h | table n", &["1", "5", "6", "2", "3", "4"]);
    check("index=d | sort -h, -n | table n", &["3", "2", "6", "5", "1", "4"]);
    check("index=d | sort s | table s", &["9", "10", "x", "x", "x", "y"]);
    check("index=d | sort str(s) | table s", &["10", "9", "x", "x", "x", "y"]);
    check("index=d | sort num(s) | head 3 | table n", &["6", "5", "1"]);
    check("index=d | sort 2 n desc | table n", &["6", "5"]);
}

#[test]
fn other_columns_are_taken_together() {
    let chart = |measures: &str, fields: &str| {
        format!("index=d | eval k=1, text=tostring(n) | chart limit=1 {measures} OVER k BY s | table {fields}")
    };
    let fields = "\"count: x\" \"count: OTHER\" \"sum: OTHER\" \"text: OTHER\" \"low: OTHER\" \"high: OTHER\"";
    let measures = "count sum(n) AS sum sum(text) AS text min(n) AS low max(n) AS high";
    // The values y, 10 and 9 of rows 3, 5 and 6: from their cells, and from the rows where one value needs these.
    let expected = ["3,3,14,14,3,6"];
    check(&chart(measures, fields), &expected);
    check(&chart(&format!("{measures} dc(s) AS different"), fields), &expected);
    let derived = "count avg(n) AS mean eval(sum(n)/2) AS half";
    let fields = "\"mean: x\" \"mean: OTHER\" \"half: OTHER\"";
    check(&chart(derived, fields), &["2.3333333333333335,4.666666666666667,7"]);
    check(&chart(&format!("{derived} dc(s) AS different"), fields), &["2.3333333333333335,4.666666666666667,7"]);
}

#[test]
fn fillnull_keeps_numbers_numeric() {
    check("index=d | fillnull value=0 h c | where n>3 | table h c", &["0,0", "a,0", "a,0"]);
    check("index=d | eval m=if(n<3, n, null()) | fillnull m | stats sum(m)", &["3"]);
    check("index=d | eval m=if(n<3, n, null()) | fillnull value=none m | head 3 | table m", &["1", "2", "none"]);
    check("index=d | fillnull value=- t | head 2 | table t", &["p;q", "-"]);
}

#[test]
fn rename_moves_columns_and_overwrites() {
    check("index=d | head 1 | table n h | rename n AS h", &["1"]);
    check("index=d | head 1 | table n h | rename none AS h", &["1,"]);
    check("index=d | head 1 | table n h | rename * AS x_* | table x_n x_h", &["1,a"]);
    check("index=d | head 2 | rename _time AS t | table t", &["1710072000", "1710071999"]);
}

#[test]
fn append_stacks_rows() {
    check("index=d | head 1 | table n h | append [search index=e | table n z]", &["1,a,", "7,,new"]);
    check("index=d | sort n | head 2 | append [search index=e] | sort -n | table n", &["7", "2", "1"]);
}

#[test]
fn mvcombine_collects_one_field() {
    check("index=d | where n<4 | table h s | mvcombine s", &["a,x", "b,x;y"]);
    check("index=d | where n<4 | table h s | mvcombine none", &["a,x", "b,x", "b,y"]);
}

#[test]
fn rex_keeps_what_does_not_match() {
    check(r#"index=d | rex field=h "(?<s>a)" | table s"#, &["a", "x", "y", "x", "a", "a"]);
    check(r#"index=d | head 1 | rex field=t max_match=0 "(?<all>.)" | table all"#, &["p;q"]);
    check(r#"index=d | head 1 | rex field=h mode=sed "s/a/bb/" | table h"#, &["bb"]);
    check(r#"index=d | regex h!="a" | table n"#, &["2", "3", "4"]);
}

#[test]
fn top_counts_within_groups() {
    check("index=d | top h", &["a,3,60", "b,2,40"]);
    check("index=d | top limit=1 s by h", &["a,x,1,33.333333", "b,y,1,50"]);
    check("index=d | rare limit=1 h", &["b,2,40"]);
    check("index=d | top limit=1 useother=t h showperc=f", &["a,3", "OTHER,2"]);
}

#[test]
fn bins_are_labels_of_numbers_and_starts_of_times() {
    check("index=d | head 3 | bin n span=2 AS b | table b", &["0-2", "2-4", "2-4"]);
    check("index=d | bin _time span=1h | dedup _time | table _time", &["1710072000", "1710068400"]);
    check("index=d | head 2 | bin s span=5 | table s", &["x", "x"]);
}

#[test]
fn rows_become_the_text_of_a_search() {
    check("index=d | head 2 | table n h | format", &[r#"( ( h="a" AND n="1" ) OR ( h="b" AND n="2" ) )"#]);
    check("index=d | head 1 | table t | format", &[r#"( ( ( t="p" OR t="q" ) ) )"#]);
    check("index=d | where n>9 | table h | format", &["NOT ( )"]);
    check("index=d | return 2 h", &[r#"(h="a") OR (h="b")"#]);
    check("index=d | return who=h $n", &[r#"who="a" 1"#]);
}

#[test]
fn lookup_tables_are_rows() {
    check("| inputlookup codes.csv where kind=bad | table code", &["404", "500"]);
    check("| inputlookup start=1 max=1 codes.csv", &["404,bad"]);
    check("index=e | table n | inputlookup append=t codes.csv | table n code", &["7,", ",200", ",404", ",500"]);
    check("index=e | table n | inputlookup append=t code.csv", &["7"]);
    check("| inputlookup code.csv", &["E0205: no lookup table is called `code.csv`"]);
}

#[test]
fn makeresults_makes_rows() {
    check("| makeresults count=3 | stats count", &["3"]);
    check("| makeresults count=0", &[]);
    check("| makeresults | table _time", &["1710072000"]);
    check(
        r#"| makeresults format=csv data="a,b
1,
2,x" | table a b"#,
        &["1,", "2,x"],
    );
}

#[test]
fn several_indexes_sort_as_one() {
    check("index=d OR index=e | sort -n | head 2 | table n", &["7", "6"]);
    check("index=d OR index=e | sort 0 n | append [| makeresults | eval n=0] | sort n | head 2 | table n", &["0", "1"]);
}
