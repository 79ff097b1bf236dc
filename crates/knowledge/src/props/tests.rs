#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn props(text: &str) -> Props {
    Props::from_conf(&Conf::parse(text).0).0
}

/// The value of `SEDCMD-who` for an event.
fn who(text: &str, source: &str, host: &str, sourcetype: &str) -> Option<String> {
    let effective = props(text).effective(Some(source), Some(host), Some(sourcetype));
    effective.text("SEDCMD-who").map(str::to_owned)
}

#[test]
fn within_a_scope_the_name_that_sorts_first_wins() {
    let text = "[source::...fx_z...]\nSEDCMD-who = z\n[source::...fx_a...]\nSEDCMD-who = a\n";
    assert_eq!(who(text, "fx_az", "h", "s").as_deref(), Some("a"));
    assert_eq!(who(text, "other", "h", "s"), None);
    assert_eq!(who(text, "fx_a fx_z", "h", "s").as_deref(), Some("a"));
}

#[test]
fn a_source_beats_a_host_beats_a_source_type_whatever_their_priority() {
    let text = "[s]\nSEDCMD-who = type\npriority = 5000\n[host::h]\nSEDCMD-who = host\npriority = 1000\n[source::x]\nSEDCMD-who = source\n[default]\nSEDCMD-who = all\n";
    assert_eq!(who(text, "x", "h", "s").as_deref(), Some("source"));
    assert_eq!(who(text, "y", "h", "s").as_deref(), Some("host"));
    assert_eq!(who(text, "y", "i", "s").as_deref(), Some("type"));
    assert_eq!(who(text, "y", "i", "t").as_deref(), Some("all"));
}

#[test]
fn a_literal_beats_a_pattern_unless_priority_says_otherwise() {
    let text = "[source::a_*]\nSEDCMD-who = pattern\n[source::a_b]\nSEDCMD-who = literal\n";
    assert_eq!(who(text, "a_b", "h", "s").as_deref(), Some("literal"));
    let text = text.replace("[source::a_*]", "[source::a_*]\npriority = 200");
    assert_eq!(who(&text, "a_b", "h", "s").as_deref(), Some("pattern"));
}

#[test]
fn keys_of_all_stanzas_accumulate_and_nothing_takes_away() {
    let found = props("[s]\nTRUNCATE = 45\nEXTRACT-a = (?<a>1)\nTZ = UTC\n[source::x]\nEXTRACT-b = (?<b>2)\nTZ =\n");
    let effective = found.effective(Some("x"), None, Some("s"));
    assert_eq!(effective.index_time().truncate, Some(45));
    assert_eq!(effective.index_time().tz, None);
    let classes: Vec<String> = effective.search_time().extracts.into_iter().map(|extract| extract.class).collect();
    assert_eq!(classes, ["a", "b"]);
    assert_eq!(effective.get("EXTRACT-b").unwrap().stanza, "source::x");
}

#[test]
fn later_props_win_key_by_key() {
    let mut found = props("[s]\nTZ = A\nCHARSET = B\n");
    found.merge(props("[s]\nTZ = C\n[t]\nTZ = D\n"));
    let effective = found.effective(None, None, Some("s"));
    assert_eq!((effective.text("TZ"), effective.text("CHARSET")), (Some("C"), Some("B")));
    assert_eq!(found.stanzas().len(), 2);
}

#[test]
fn a_renamed_source_type_has_the_settings_of_its_new_name() {
    let found = props("[old]\nrename = new\nEVAL-a = 1\n[new]\nEVAL-b = 2\n[source::x]\nEVAL-c = 3\n");
    let search_time = found.search_time(Some("x"), None, Some("old"));
    assert_eq!(search_time.rename.as_deref(), Some("new"));
    assert_eq!(search_time.evals.iter().map(|eval| eval.field.as_str()).collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn what_cannot_be_read_is_reported_with_its_line() {
    let text = "[s]\nKV_MODE = some\nTRUNCATE = many\nLOOKUP-a = \nFIELDALIAS-b = x\n[source::(]\npriority = 1\n[t]\npriority = high\nSHOULD_LINEMERGE = perhaps\n";
    let (_, problems) = Props::from_conf(&Conf::parse(text).0);
    let mut lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [2, 3, 5, 6, 9, 10], "{problems:?}");
}
