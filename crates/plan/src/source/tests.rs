use crate::testing::TestWorld;

fn world() -> TestWorld {
    let raw = "_raw,host
               a=1 b=2 host=h2,h1
               a=3 c=4 host=h2,
               plain,";
    TestWorld::default().open_index("raw", raw).index("plain", "a,d\n9,8")
}

fn check(search: &str, expected: &[&str]) {
    assert_eq!(world().rows(search), expected, "{search}");
}

#[test]
fn fields_that_are_named() {
    check("index=raw a>1 | table a c", &["3,4"]);
    check("index=raw | where isnull(a) | table _raw", &["plain"]);
    check("index=raw | stats count BY b", &["2,1"]);
}

#[test]
fn patterns_find_the_fields_that_are_there() {
    check("index=raw | fields - host _* index source* | table *", &["1,2,", "3,,4", ",,"]);
    check("index=raw a=1 | table a* b* c*", &["1,2"]);
    check("index=raw | stats values(b*) AS x_*", &["2"]);
    check("index=raw | fields a | table *", &["1", "3", ""]);
    check("index=raw | stats count BY a | table *", &["1,1", "3,1"]);
    check("index=raw OR index=plain | table a d c", &["1,,", "9,8,", "3,,4", ",,"]);
}

#[test]
fn a_known_host_stays() {
    check("index=raw | table host", &["h1", "h2", ""]);
}

#[test]
fn names_made_of_values_need_the_fields_they_are_made_of() {
    check("index=raw | eval x_{a}=1 | table x_*", &["1,", ",1", ","]);
}

#[test]
fn nothing_is_known_of_an_open_source_that_is_not_there() {
    for search in ["index=raw | table *", "index=raw | fillnull", "index=raw | eval {a}=1 | stats values(*)"] {
        assert_eq!(TestWorld::default().blind().plan_only(search), Ok(()), "{search}");
    }
}
