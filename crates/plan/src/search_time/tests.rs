use crate::testing::TestWorld;

const EVENTS: &str = "n:int,sourcetype,host,_raw
     1,web,h1,GET /a 200
     2,web,h2,GET /b 404
     3,mail,h1,from ann
     4,other,h1,GET /c 500";

const PROPS: &str = "
[web]
EXTRACT-path = GET (?<path>\\S+)
EXTRACT-status = (?<status>\\d+)$
FIELDALIAS-u = path AS what
EVAL-kind = if(status<400, \"good\", \"bad\")
LOOKUP-n = names n OUTPUT name
[mail]
REPORT-s = sender
[host::h2]
EVAL-kind = \"second\"
";

const TRANSFORMS: &str = "[sender]\nREGEX = from (\\w+)\nFORMAT = sender::$1\n";

const EVENT_TYPES: &str =
    "[page]\nsearch = path=*\n[letter]\nsearch = sourcetype=mail\n[page_of_ann]\nsearch = eventtype=page sender=ann\n";

const TAGS: &str = "[eventtype=page]\nweb = enabled\n[sender=ann]\nstaff = enabled\n";

fn world() -> TestWorld {
    TestWorld::default().index("e", EVENTS).lookup_table("names", "n,name\n1,one\n2,two").conf(
        PROPS,
        TRANSFORMS,
        EVENT_TYPES,
        TAGS,
    )
}

#[test]
fn each_kind_of_events_has_its_own_fields() {
    let rows = world().rows("index=e | table n path what status kind sender name");
    assert_eq!(rows, ["1,/a,/a,200,good,,one", "2,/b,/b,404,second,,two", "3,,,,,ann,", "4,,,,,,"]);
}

#[test]
fn conditions_take_what_event_types_and_tags_mean() {
    let rows = |search: &str| world().rows(search);
    assert_eq!(rows("index=e eventtype=page | table n"), ["1", "2"]);
    assert_eq!(rows("index=e eventtype=page_of_ann | table n"), Vec::<String>::new());
    assert_eq!(rows("index=e tag=web OR tag=staff | table n"), ["1", "2", "3"]);
    assert_eq!(rows("index=e tag::sender=staff | table n"), ["3"]);
    assert_eq!(rows("index=e tag!=web | table n"), ["3"]);
    assert_eq!(rows("index=e NOT tag=web | table n eventtype"), ["3,letter", "4,"]);
    assert_eq!(rows("index=e | search tag=web | table n tag"), ["1,web", "2,web"]);
}

#[test]
fn only_what_is_named_is_made() {
    let plan = |search: &str| world().optimized(search);
    let lean = plan("index=e | table n path");
    assert!(lean.contains("GET ("), "{lean}");
    for other in ["from (", "names", "good", "\\d+"] {
        assert!(!lean.contains(other), "{other} in {lean}");
    }
    let plain = plan("index=e | stats count BY host");
    assert!(!plain.contains("spl_transform") && !plain.contains("CASE"), "{plain}");
    // The condition of an event type reaches the scan, and its field is not made.
    let typed = plan("index=e eventtype=letter | table n");
    assert!(
        typed.contains("sourcetype") && !typed.contains("spl_mvdedup") && !typed.contains("spl_transform"),
        "{typed}"
    );
    assert!(plan("index=e kind=bad | table n").contains("\\d+"), "a calculated field needs what it reads");
}

#[test]
fn what_cannot_run_is_told_once_and_left_out() {
    let props = "[web]\nEXTRACT-a = (?<open\nEXTRACT-b = GET (?<path>\\S+)\nREPORT-c = nowhere, broken\nEVAL-d = 1 +\n\
                 EVAL-e = nothing(path)\nLOOKUP-f = absent n OUTPUT name\n";
    let transforms = "[broken]\nREGEX = (a)\nFORMAT = x::$2\n";
    let world = TestWorld::default().index("e", EVENTS).conf(props, transforms, "[t]\nsearch = (\n", "");
    let search = "index=e | table n path x d e name eventtype | head 1 | append [ search index=e | table path x d e ]";
    let mut warnings = world.warnings(search);
    warnings.sort();
    let places: Vec<&str> = warnings.iter().filter_map(|warning| warning.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "eventtypes.conf:2",
            "props.conf:2",
            "props.conf:4",
            "props.conf:5",
            "props.conf:6",
            "props.conf:7",
            "transforms.conf:2"
        ],
        "{warnings:#?}"
    );
    assert_eq!(world.rows("index=e | head 1 | table n path x d e name"), ["1,/a,,,,"]);
}

#[test]
fn patterns_take_the_names_that_events_have() {
    let rows = |search: &str| world().rows(search);
    assert_eq!(rows("index=e n=1 | table p* s* w* k* ta* e*"), ["/a,,web,200,/a,good,web,web,page"]);
    assert_eq!(rows("index=e n=4 | table p* w* k*"), [""]);
}

#[test]
fn nothing_is_known_of_a_search_that_is_only_checked() {
    let world = world().blind();
    assert_eq!(world.plan_only("index=e eventtype=page tag=web what=x | stats count BY kind eventtype tag"), Ok(()));
}
