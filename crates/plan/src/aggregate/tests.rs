use crate::testing::TestWorld;

/// Newest first: the first line is the newest event.
fn world() -> TestWorld {
    TestWorld::default().index(
        "web",
        "host,bytes:int,size,tag:list
         a,10,5,x;y
         b,20,x,x
         a,30,3,x;x
         ,40,,
         a,,2.5,",
    )
}

fn check(search: &str, expected: &[&str]) {
    assert_eq!(world().rows(&format!("index=web | {search}")), expected, "{search}");
}

#[test]
fn rows_without_a_grouping_field_belong_to_no_group() {
    check("stats count BY host", &["a,3", "b,1"]);
    check("stats count BY nothing", &[]);
}

#[test]
fn several_values_count_for_each_group() {
    check("stats count BY tag", &["x,4", "y,1"]);
    check("stats count BY tag dedup_splitvals=true", &["x,3", "y,1"]);
    check("stats count BY host tag", &["a,x,3", "a,y,1", "b,x,1"]);
}

#[test]
fn no_rows_make_one_row_without_groups() {
    check("where bytes>99 | stats count sum(bytes) dc(host)", &["0,,0"]);
    check("where bytes>99 | stats count BY host", &[]);
}

#[test]
fn texts_that_are_no_numbers_are_left_out_of_sums() {
    check("stats sum(size) AS s avg(size) AS a max(size) AS m", &["10.5,3.5,x"]);
    check("stats allnum=true sum(size) AS s BY host", &["a,10.5", "b,"]);
}

#[test]
fn first_and_last_follow_the_order_of_arrival() {
    check("stats first(bytes) last(bytes) list(bytes)", &["10,40,10;20;30;40"]);
    check("sort bytes | stats first(host) list(host)", &["a,a;b;a;a"]);
    check("stats latest(bytes) earliest(bytes)", &["10,40"]);
    check("sort bytes | stats latest(bytes) earliest(bytes)", &["10,40"]);
}

#[test]
fn times_are_seconds_except_under_the_name_time() {
    check("head 1 | stats max(_time) AS t latest(_time) AS _time", &["1710072000,1710072000"]);
}

#[test]
fn conditions_count_where_they_are_true() {
    check("stats count(eval(bytes>15)) AS n sum(eval(bytes*2)) AS s", &["3,200"]);
}

#[test]
fn wildcards_name_their_columns() {
    check("table bytes size host | stats sum(*) AS total_* BY host", &["a,40,10.5", "b,20,"]);
    check("table bytes | stats max(b*)", &["40"]);
}

#[test]
fn every_row_gets_the_values_of_its_group() {
    check("eventstats sum(bytes) AS s BY host | table host s", &["a,40", "b,20", "a,40", ",", "a,40"]);
    check("eventstats count | table count", &["5"; 5]);
}

#[test]
fn a_name_comes_out_once() {
    assert_eq!(world().rows("index=web | stats count AS n dc(host) AS n"), ["E0302: two columns would be called `n`"]);
    check("table bytes size | stats values(*) AS * sum(bytes) AS bytes", &["100,2.5;3;5;x"]);
    assert_eq!(world().rows("index=web | stats averag(bytes)").len(), 1);
}
