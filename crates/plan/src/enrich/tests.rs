use speleo_knowledge::{LookupDefinition, MatchKind};

use crate::testing::TestWorld;

const EVENTS: &str = "n,q,ip,m:list
     1,www.evil.example,10.1.2.3,1;2
     2,GOOD.example,10.9.9.9,2
     3,good.example,192.0.2.1,
     4,,,3";

fn with(definition: LookupDefinition, table: &str) -> TestWorld {
    TestWorld::default().index("e", EVENTS).defined_lookup(definition, table)
}

fn definition(change: impl FnOnce(&mut LookupDefinition)) -> LookupDefinition {
    let mut definition = LookupDefinition::of_file("t");
    change(&mut definition);
    definition
}

const DOMAINS: &str = "domain,verdict
     *.evil.example,bad
     *evil*,worse
     good.example,good";

#[test]
fn equal_texts_match_and_several_rows_give_several_values() {
    let world = with(LookupDefinition::of_file("t"), "id,name\n1,ann\n2,bob\n2,bea");
    let names = |search: &str| world.rows(search);
    assert_eq!(names("index=e | lookup t id AS n OUTPUT name | table n name"), ["1,ann", "2,bob;bea", "3,", "4,"]);
    assert_eq!(
        names("index=e | eval name=if(n=2,\"old\",null()) | lookup t id AS n OUTPUTNEW name | table n name"),
        ["1,ann", "2,old", "3,", "4,"]
    );
    assert_eq!(
        names("index=e | lookup t id AS m OUTPUT name | table n name"),
        ["1,ann;bob;bea", "2,bob;bea", "3,", "4,"]
    );
}

#[test]
fn wildcards_match_in_file_order() {
    let wild = |most: usize, heeds_case: bool| {
        let definition = definition(|definition| {
            definition.match_types = vec![("domain".to_owned(), MatchKind::Wildcard)];
            definition.max_matches = most;
            definition.case_sensitive = heeds_case;
        });
        with(definition, DOMAINS).rows("index=e | lookup t domain AS q OUTPUT verdict | table n verdict")
    };
    assert_eq!(wild(100, true), ["1,bad;worse", "2,", "3,good", "4,"]);
    assert_eq!(wild(1, true), ["1,bad", "2,", "3,good", "4,"]);
    assert_eq!(wild(1, false), ["1,bad", "2,good", "3,good", "4,"]);
}

#[test]
fn addresses_match_blocks() {
    let definition = definition(|definition| definition.match_types = vec![("net".to_owned(), MatchKind::Cidr)]);
    let world = with(definition, "net,zone\n10.0.0.0/8,inside\n10.1.0.0/16,lab");
    assert_eq!(
        world.rows("index=e | lookup t net AS ip OUTPUT zone | table n zone"),
        ["1,inside;lab", "2,inside", "3,", "4,"]
    );
}

#[test]
fn a_default_stands_where_nothing_matches() {
    let definition = definition(|definition| {
        definition.min_matches = 1;
        definition.default_match = "unknown".to_owned();
    });
    let world = with(definition, "id,name\n1,ann\n2,");
    assert_eq!(
        world.rows("index=e | lookup t id AS n OUTPUT name | table n name"),
        ["1,ann", "2,", "3,unknown", "4,unknown"],
        "an empty cell is a match"
    );
    assert_eq!(world.rows("index=e | lookup t id AS none OUTPUT name | head 1 | table name"), ["unknown"]);
}

#[test]
fn rows_of_a_time_match_later_events() {
    let definition = definition(|definition| {
        definition.time_field = Some("since".to_owned());
        definition.max_matches = 1;
    });
    // Events stand at 1710072000 and each second before.
    let world =
        with(definition, "ip,since,user\n10.1.2.3,1710071000,old\n10.1.2.3,1710071999,new\n10.9.9.9,1710072000,late");
    assert_eq!(world.rows("index=e | lookup t ip OUTPUT user | table n user"), ["1,new", "2,", "3,", "4,"]);
}
