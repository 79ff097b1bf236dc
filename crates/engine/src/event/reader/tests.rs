#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use chrono_tz::Tz;
use speleo_knowledge::{Conf, IndexTimeKnowledge, Knowledge, Props, transform};

use super::*;
use crate::{event::Content, time::Zone};

/// 2026-01-15 10:00:00 UTC.
const TIME: i64 = 1_768_471_200_000_000;

fn subject() -> Subject {
    Subject { index: "i".into(), host: Some("h".into()), source: "/var/log/app.log".into(), sourcetype: "s".into() }
}

/// The events of some bytes under the settings of one source type, and what there was to say.
fn read(props: &str, transforms: &str, bytes: &[u8]) -> (Vec<Event>, Vec<String>) {
    let props = Props::from_conf(&Conf::parse(&format!("[s]\n{props}\n")).0).0;
    let transforms = transform::from_conf(&Conf::parse(transforms).0).0;
    let knowledge = Arc::new(Knowledge {
        index_time: IndexTimeKnowledge { props, transforms, ..IndexTimeKnowledge::default() },
        ..Knowledge::default()
    });
    let zone = Zone { timezone: Tz::UTC, now: TIME + 3_600_000_000 };
    let mut problems = Vec::new();
    let rules = Rules::of(&subject(), Content::Text, &knowledge, zone, &mut problems).unwrap();
    let notes = Arc::new(Notes::default());
    let bytes = Box::new(io::Cursor::new(bytes.to_vec()));
    let mut reader = Reader::new(bytes, Arc::new(rules), Arc::new(subject()), Some(7), true, Arc::clone(&notes));
    let mut events = Vec::new();
    while let Some(more) = reader.next(3).unwrap() {
        events.extend(more);
    }
    problems.extend(notes.list());
    (events, problems.into_iter().map(|problem| problem.message).collect())
}

fn raws(props: &str, text: &str) -> Vec<String> {
    read(props, "", text.as_bytes()).0.into_iter().map(|event| event.raw).collect()
}

fn fields(event: &Event) -> String {
    event.fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn lines_are_merged_where_a_setting_says_how() {
    let text = "A 1\n b\n\nA 2\n c\n";
    assert_eq!(raws("TRUNCATE = 0", text), ["A 1", " b", "A 2", " c"]);
    assert_eq!(raws("BREAK_ONLY_BEFORE = ^A", text), ["A 1\n b", "A 2\n c"]);
    assert_eq!(raws("BREAK_ONLY_BEFORE = ^A\nSHOULD_LINEMERGE = false", text).len(), 4);
    assert_eq!(raws("SHOULD_LINEMERGE = true\nMAX_EVENTS = 1", text), ["A 1\n b", "A 2\n c"]);
    assert_eq!(raws("MUST_NOT_BREAK_BEFORE = ^\\s\nBREAK_ONLY_BEFORE_DATE = false", text), ["A 1\n b", "A 2\n c"]);
}

#[test]
fn places_are_those_of_the_file() {
    let (events, _) = read("BREAK_ONLY_BEFORE = ^A", "", b"A 1\n b\nA 2\n");
    assert_eq!(events.iter().map(|event| event.offset).collect::<Vec<_>>(), [0, 7]);
}

#[test]
fn an_event_that_does_not_end_is_cut_and_told() {
    let long = format!("ok\n{}\nlast\n", "x".repeat(LONGEST + 5_000_000));
    let (events, notes) = read("TIME_PREFIX = z", "", long.as_bytes());
    let lengths: Vec<usize> = events.iter().map(|event| event.raw.len()).collect();
    assert_eq!(lengths, [2, LONGEST, 4]);
    assert_eq!(fields(&events[1]), "meta=truncated");
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("/var/log/app.log: the event in line 2 is longer"), "{notes:?}");
    let (events, _) = read("LINE_BREAKER = (@+)", "", long.replace('\n', "@").as_bytes());
    assert_eq!(events.iter().map(|event| event.raw.len()).collect::<Vec<_>>(), lengths);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let (events, notes) = read("TRUNCATE = 0", "", b"a\nb\n\xff\xfec\n");
    assert_eq!(events[2].raw, "\u{fffd}\u{fffd}c");
    assert!(notes[0].contains("the first in line 3"), "{notes:?}");
    let (events, notes) = read("CHARSET = latin1", "", b"\xe9\n");
    assert_eq!((events[0].raw.as_str(), notes.len()), ("é", 0));
}

#[test]
fn what_cannot_be_compiled_is_told_and_left_out() {
    let (events, problems) = read(
        "LINE_BREAKER = (\nTZ = Nowhere/City\nSEDCMD-a = q\nTRANSFORMS-b = none\nCHARSET = klingon",
        "",
        b"a\nb\n",
    );
    assert_eq!(events.len(), 2);
    for (problem, line) in
        [("CHARSET", 6), ("LINE_BREAKER", 2), ("TZ", 3), ("sed", 4), ("there is no transform `none`", 5)]
    {
        let is_it = |text: &&String| text.contains(problem) && text.starts_with(&format!("{line}:"));
        assert!(problems.iter().any(|text| is_it(&text)), "{problem}: {problems:?}");
    }
}

#[test]
fn a_regex_that_runs_away_ends() {
    let text = format!("{}\n", "a".repeat(5_000));
    let transforms = "[t]\nREGEX = ^(a+)+(?=b)\\1$\nDEST_KEY = queue\nFORMAT = nullQueue\n";
    let started = std::time::Instant::now();
    let (events, _) = read("TRANSFORMS-t = t", transforms, text.as_bytes());
    assert_eq!(events.len(), 1);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn transforms_drop_change_and_copy_events() {
    let transforms = "[null]\nREGEX = .\nDEST_KEY = queue\nFORMAT = nullQueue\n[keep]\nREGEX = keep\nDEST_KEY = queue\nFORMAT = indexQueue\n\
        [type]\nREGEX = (\\w+)$\nDEST_KEY = MetaData:Sourcetype\nFORMAT = sourcetype::app:$1\n\
        [host]\nSOURCE_KEY = MetaData:Source\nREGEX = /(\\w+)\\.log$\nDEST_KEY = MetaData:Host\nFORMAT = host::$1\n\
        [copy]\nREGEX = keep\nCLONE_SOURCETYPE = other\n";
    let (events, _) = read("TRANSFORMS-a = null, keep, type, host, copy", transforms, b"drop 1\nkeep 2\n");
    let shown: Vec<_> = events.iter().map(|event| (event.raw.as_str(), event.origin.clone())).collect();
    let origin = |sourcetype: &str| super::super::Origin {
        sourcetype: Some(sourcetype.to_owned()),
        host: Some("app".to_owned()),
        ..Default::default()
    };
    assert_eq!(shown, [("keep 2", origin("app:2")), ("keep 2", origin("other"))]);
}

#[test]
fn transforms_give_fields() {
    let transforms = "[pairs]\nREGEX = (\\w+)=(\\w+)\nFORMAT = x_$1::$2\nREPEAT_MATCH = true\nWRITE_META = true\n\
        [named]\nREGEX = ^(?<first>\\w+)\nWRITE_META = true\n[plain]\nREGEX = b=(\\d)\nWRITE_META = true\n\
        [of]\nSOURCE_KEY = field:x_a\nREGEX = (.)(.)\nFORMAT = both::\"$1 $2\"\nWRITE_META = true\n";
    let (events, _) = read("TRANSFORMS-a = pairs, named, plain, of", transforms, b"go a=12 b=3\n");
    assert_eq!(fields(&events[0]), "x_a=12 x_b=3 first=go plain=3 both=1 2");
}

#[test]
fn ingest_eval_means_what_eval_means() {
    let transforms = "[pairs]\nREGEX = (\\w+)=(\\w+)\nFORMAT = $1::$2\nREPEAT_MATCH = true\nWRITE_META = true\n\
        [eval]\nINGEST_EVAL = size=a*2, b=\"more\", c:=upper(c), _raw=replace(_raw, \"go\", \"went\"), queue=if(a>100, \"nullQueue\", queue)\n\
        [stop]\nSTOP_PROCESSING_IF = a==5\n[late]\nINGEST_EVAL = late=1, _time=_time+60\n";
    let text = b"2026-01-15T10:00:00Z go a=7 b=x c=y\n2026-01-15T10:00:00Z go a=5\ngo a=101\n";
    let (events, problems) = read("TRANSFORMS-a = pairs, eval, stop, late", transforms, text);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].raw, "2026-01-15T10:00:00Z went a=7 b=x c=y");
    assert_eq!(fields(&events[0]), "a=7 b=x size=14 b=more c=Y late=1");
    assert_eq!((events[0].time, events[1].time), (Some(TIME + 60_000_000), Some(TIME)));
    let (_, problems) = read("TRANSFORMS-a = bad", "[bad]\nINGEST_EVAL = x=nothing(1)\n", b"a\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn cells_have_the_names_of_their_header() {
    let zeek = "INDEXED_EXTRACTIONS = tsv\nFIELD_HEADER_REGEX = ^#fields\\t(.*)\nPREAMBLE_REGEX = ^#\nMISSING_VALUE_REGEX = ^(-|\\(empty\\))$\n\
        HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS = .\nTIMESTAMP_FIELDS = ts";
    let text = b"#separator \\x09\n#fields\tts\tid.orig_h\tuser name\n#types\ttime\taddr\tstring\n1768471200.500000\t::1\t-\n#close\n";
    let (events, _) = read(zeek, "", text);
    assert_eq!(events.len(), 1);
    assert_eq!(fields(&events[0]), "ts=1768471200.500000 id.orig_h=::1");
    assert_eq!(events[0].time, Some(TIME + 500_000));
    let text = b"# made by x\nname,\"a b\",c/d\n\"one\ntwo\",,\"3\"\"\"\nx\n";
    let (events, _) = read("INDEXED_EXTRACTIONS = csv\nHEADER_FIELD_LINE_NUMBER = 2", "", text);
    assert_eq!(events.iter().map(fields).collect::<Vec<_>>(), ["name=one\ntwo c_d=3\"", "name=x"]);
    let text = b"#Software: x\n#Fields: date time cs(User-Agent)\n2026-01-15 10:00:00 curl+7\n";
    let (events, _) = read("INDEXED_EXTRACTIONS = w3c", "", text);
    assert_eq!(fields(&events[0]), "date=2026-01-15 time=10:00:00 cs(User-Agent)=curl+7");
    assert_eq!(events[0].time, Some(TIME));
}
