use speleo_syntax::Code;

use crate::testing::{NOW, TestWorld};

/// The ids of the events that a condition keeps, in their order.
fn kept(world: &TestWorld, condition: &str) -> String {
    world.rows(&format!("search {condition} | table id")).join(" ")
}

fn people() -> TestWorld {
    TestWorld::default().index(
        "main",
        "id,user,code:int,load:num,ip,tags:list
         1,Adam,404,0.5,10.1.2.3,red;blue
         2,eve,7,12,192.168.0.1,blue
         3,,500,,notanip,
         4,adamant,,2.25,2001:db8::1,RED",
    )
}

#[test]
fn values_are_compared_whole_and_without_case() {
    let world = people();
    for (condition, ids) in [
        ("user=adam", "1"),
        ("user=ADAM*", "1 4"),
        ("user=\"*a*\"", "1 4"),
        ("user!=adam", "2 4"),
        ("NOT user=adam", "2 3 4"),
        ("user=*", "1 2 4"),
        ("NOT user=*", "3"),
        ("user!=*", ""),
        ("user=CASE(adam)", ""),
        ("user=CASE(Adam)", "1"),
        ("user IN (eve, ADAM*)", "1 2 4"),
        ("NOT user IN (eve, ADAM*)", "3"),
        ("user=adam OR user=eve code=7", "2"),
        ("missing=1", ""),
        ("missing!=1", ""),
        ("NOT missing=1", "1 2 3 4"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn numbers_are_equal_as_they_print_and_ordered_by_size() {
    let world = people();
    for (condition, ids) in [
        ("code=404", "1"),
        ("code=0404", ""),
        ("code=404.0", ""),
        ("code!=404", "2 3"),
        ("code!=0404", "1 2 3"),
        ("code=4*", "1"),
        ("code=*0*", "1 3"),
        ("code>7", "1 3"),
        ("code>=7", "1 2 3"),
        ("code<7.5", "2"),
        ("code<=404 code>6.5", "1 2"),
        ("code IN (7, 500, abc)", "2 3"),
        ("code IN (4*, 7)", "1 2"),
        ("NOT code>7", "2 4"),
        ("load=12", "2"),
        ("load=12.0", ""),
        ("load>=2.25", "2 4"),
        ("load=0.5", "1"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn any_value_of_a_list_may_match() {
    let world = people();
    for (condition, ids) in [
        ("tags=blue", "1 2"),
        ("tags=red", "1 4"),
        ("NOT tags=red", "2 3"),
        ("tags!=blue", "1 4"),
        ("tags IN (red, green)", "1 4"),
        ("\"tags{}\"=blue", "1 2"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn address_blocks_hold_addresses_of_their_family() {
    let world = people();
    for (condition, ids) in [
        ("ip=10.0.0.0/8", "1"),
        ("ip!=10.0.0.0/8", "2 3 4"),
        ("ip IN (10.0.0.0/8, 192.168.0.0/16)", "1 2"),
        ("ip=2001:db8::/32", "4"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn terms_look_into_raw_text() {
    let world = TestWorld::default().index(
        "main",
        "id,_raw
         1,login failed for adam
         2,login failures
         3,",
    );
    for (condition, ids) in [
        ("fail*", "1 2"),
        ("failed", "1"),
        ("LOGIN", "1 2"),
        ("\"login failed\"", "1"),
        ("NOT failed", "2 3"),
        ("*", "1 2 3"),
        ("", "1 2 3"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn time_modifiers_bound_their_group() {
    let rows: Vec<String> =
        [0, 60, 3600, 7200, 86400].iter().enumerate().map(|(id, ago)| format!("{id},{}", NOW - ago)).collect();
    let csv = format!("id,_time\n{}\nfuture,{}", rows.join("\n"), NOW + 10);
    let world = TestWorld::default().index("main", &csv);
    for (condition, ids) in [
        ("earliest=-1h", "1 2"),
        ("earliest=-1h latest=+1m", "future 0 1 2"),
        ("latest=-1h", "3 4"),
        ("(earliest=-1h latest=now) OR (earliest=-1d latest=-2h)", "1 2 4"),
        ("hoursago=2", "1 2 3"),
        ("_index_earliest=-2h earliest=-1d@d latest=+1m", "future 0 1 2 3"),
        ("_index_latest=-1h earliest=-1d", "3 4"),
        ("", "future 0 1 2 3 4"),
        ("_time>=1710071940", "future 0 1"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
    let world = TestWorld::default().index("main", &csv).range(NOW - 60, NOW);
    assert_eq!(kept(&world, ""), "1");
    assert_eq!(kept(&world, "earliest=-2h@h"), "1 2 3", "a bound in the text replaces the range from outside");
    assert_eq!(world.codes("search earliest=tomorrowish"), [Code::Time]);
}

fn indexes() -> TestWorld {
    TestWorld::default()
        .index("main", "id,_time,n\nm1,30,1")
        .index("web", "id,_time,n:int\nw1,40,1\nw2,20,2")
        .index("web_old", "id,_time,n:num\no1,10,1")
        .index("_internal", "id,_time\ni1,50")
}

#[test]
fn the_condition_chooses_the_indexes() {
    let world = indexes();
    for (condition, ids) in [
        ("", "m1"),
        ("n=1", "m1"),
        ("index=WEB", "w1 w2"),
        ("index=web*", "w1 w2 o1"),
        ("index=*", "w1 m1 w2 o1"),
        ("index=_*", "i1"),
        ("index=main OR index=_internal", "i1 m1"),
        ("(index=web n=2) OR (index=main n=1)", "m1 w2"),
        ("index IN (main, web_old)", "m1 o1"),
        ("index=web* NOT index=web", "o1"),
        ("index!=main", "w1 w2 o1"),
        ("index=nothing*", ""),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
    assert_eq!(world.codes("search index=wob"), [Code::UnknownIndex]);
    assert_eq!(world.rows("search index=web* | table id n"), ["w1,1", "w2,2", "o1,1"], "Int64 and Float64 meet");
    assert_eq!(world.rows("search index=w* OR index=main | table n"), ["1", "1", "2", "1"], "numbers and text meet");
}

#[test]
fn conditions_reach_the_scan() {
    let world = indexes();
    let plan = world.optimized("search index=web n=2 earliest=5 latest=100 | table id");
    for part in ["n = Int64(2)", "_time >= TimestampMicrosecond(5000000", "_time < TimestampMicrosecond(100000000"] {
        assert!(plan.contains(part), "{part} in {plan}");
    }
    assert!(!plan.contains("index ="), "the index is settled: {plan}");
    assert!(!plan.contains("web_old"), "one index is read: {plan}");
}

#[test]
fn open_sources_yield_the_fields_that_a_search_names() {
    let world = TestWorld::default().open_index(
        "main",
        "id,_raw
         1,user=adam code=5
         2,user=eve code=60",
    );
    assert_eq!(world.rows("search user=eve | table id user code"), ["2,eve,60"]);
    assert_eq!(world.rows("search code>6 | table id"), ["2"]);
    assert_eq!(world.rows("search * | where searchmatch(\"user=ADAM\") | table id"), ["1"]);
}

#[test]
fn brackets_are_conditions() {
    let world = people()
        .index("threats", "user,code,_time\nADAM,404,1\neve,,2\n,500,3")
        .index("none", "user\nx")
        .lookup_table("users.csv", "user,code\neve,7\neve,7\na*,404");
    for (condition, ids) in [
        ("[search index=threats | fields user]", "1 2"),
        ("NOT [search index=threats | fields user]", "3 4"),
        ("[search index=threats | fields user code]", "1 2 3"),
        ("[search index=none user=nobody | fields user]", ""),
        ("NOT [search index=none user=nobody | fields user]", "1 2 3 4"),
        ("user=* NOT [search index=none user=nobody | fields user]", "1 2 4"),
        ("code=404 OR [search index=none user=nobody | fields user]", "1"),
    ] {
        assert_eq!(kept(&world, condition), ids, "{condition}");
    }
}

#[test]
fn many_rows_of_a_bracket_are_one_lookup() {
    let pairs: String = (0..5000).map(|n| format!("u{n},{n}\n")).collect();
    let world = TestWorld::default()
        .index("main", "id,user,code:int\na,U17,17\nb,u17,18\nc,u4999,4999\nd,,4999")
        .index("pairs", &format!("user,code\n{pairs}"));
    let condition = "[search index=pairs | fields user code]";
    assert_eq!(kept(&world, condition), "a c");
    assert_eq!(kept(&world, &format!("NOT {condition}")), "b d");
}

#[test]
fn patterns_in_many_rows_keep_their_meaning() {
    let pairs: String = (0..2000).map(|n| format!("u{n}*,{n}\n")).collect();
    let world = TestWorld::default()
        .index("main", "id,user,code:int,ip\na,U17x,17,10.0.0.1\nb,u17,18,10.0.0.1\nc,v,1,10.0.0.1\nd,w,2,")
        .index("pairs", &format!("user,code\n{pairs}v,*\n"))
        .index("few", "user,ip\nv,10.0.0.0/8\nw,*");
    assert_eq!(kept(&world, "[search index=pairs | fields user code]"), "a c");
    assert_eq!(kept(&world, "[search index=few | fields user ip]"), "c");
}

#[test]
fn a_missing_field_with_a_near_name_is_noted() {
    let world = people();
    assert_eq!(world.codes("search usr=adam"), [Code::UnknownField]);
    assert_eq!(world.codes("search user=adam"), []);
    assert_eq!(world.codes("search somethingelse=adam"), []);
}

#[test]
fn nothing_is_known_when_only_the_text_is_checked() {
    let world = TestWorld::default().blind();
    assert_eq!(world.codes("search index=any user=x [search index=b | fields z] | where code > 5"), []);
    assert!(world.rows("search index=any").is_empty());
}
