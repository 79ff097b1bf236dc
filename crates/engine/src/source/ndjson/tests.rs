#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use std::ops::Range;

use chrono_tz::Tz;
use datafusion::arrow::{
    array::{ArrayRef, BooleanArray},
    compute::filter,
};

use super::*;
use crate::{
    source::{builder::Origin, schema::Fields},
    time::Zone,
};

#[test]
fn numbers_are_quoted_as_they_were_written() {
    let text = r#"{"a 1": [1.50,-2E+3 , true], "b\"2": "3\\", "c": 12345678901234567890123}"#;
    let expected = r#"{"a 1": ["1.50","-2E+3" , true], "b\"2": "3\\", "c": "12345678901234567890123"}"#;
    assert_eq!(quote_numbers(text), expected);
}

/// Numbers without a pattern, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const KEYS: &[&str] = &["a", "b", "c.d", "c", "d", "e", "time", "_time", "host", "l{}", "x\\u0079", "ä", "", "_raw"];
const VALUES: &[&str] = &[
    "1",
    "-12",
    "0",
    "-0",
    "1.50",
    "2e3",
    "1e999",
    "123456789012345678",
    "1234567890123456789",
    "12345678901234567890123",
    "9007199254740993.0",
    "true",
    "false",
    "null",
    "\"\"",
    "\"text of some length\"",
    "\"q\\\"\\u00e4\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"ä\"",
    "{}",
    "[]",
    "1700000000.25",
    "\"2023-11-14T22:13:20Z\"",
];

fn value(dice: &mut Dice, depth: usize) -> String {
    match dice.below(8) {
        0 if depth < 4 => object(dice, depth + 1),
        1 if depth < 4 => {
            let values: Vec<String> = (0..1 + dice.below(3)).map(|_| value(dice, depth + 1)).collect();
            format!("[{}]", values.join(dice.one(&[",", " , "])))
        }
        _ => dice.one(VALUES).to_owned(),
    }
}

fn object(dice: &mut Dice, depth: usize) -> String {
    let pairs: Vec<String> = (0..dice.below(6))
        .map(|_| format!("\"{}\"{}{}", dice.one(KEYS), dice.one(&[":", ": ", " :\t"]), value(dice, depth)))
        .collect();
    format!("{{{}}}", pairs.join(dice.one(&[",", ", "])))
}

/// Events, some of them broken at a byte.
fn events(dice: &mut Dice) -> Vec<Vec<u8>> {
    let event = |dice: &mut Dice| {
        let mut event = object(dice, 0).into_bytes();
        if dice.below(4) == 0 {
            let (place, byte) = (dice.below(event.len()), b"\"\\{}[],:0a \x01\xff"[dice.below(13)]);
            event[place] = byte;
        }
        event
    };
    (0..1 + dice.below(20)).map(|_| event(dice)).collect()
}

/// How events are read.
struct Reading<'a> {
    columns: &'a Columns,
    places: &'a [usize],
    decoder: &'a JsonDecoder,
    strict: bool,
}

impl Reading<'_> {
    /// The columns of events, and whether all of them fit.
    fn rows(&self, lines: &[Vec<u8>], usual: bool) -> (Vec<ArrayRef>, bool) {
        let bytes = lines.concat();
        let ranges: Vec<Range<usize>> =
            starts(lines).zip(lines).map(|(start, line)| start..start + line.len()).collect();
        let chunk = Chunk { bytes: &bytes, events: &ranges, offset: 0, first_line: 1 };
        let zone = Zone { timezone: Tz::UTC, now: 1_700_000_000_000_000 };
        let mut builder = Builder::new(self.columns, self.places, &Origin::default(), zone, (8, 8)).strict(self.strict);
        if usual {
            self.decoder.decode(&chunk, None, &mut builder);
        } else {
            for (line, range) in lines.iter().zip(&ranges) {
                // Where bad events are known, they are bad whatever is wanted of them.
                let is_bad = self.decoder.clean && !is_event_slowly(line);
                if !is_bad && self.decoder.event(line, &mut builder).is_ok() {
                    builder.end_row(line, range.start as u64);
                } else {
                    builder.end_bad_row();
                }
            }
        }
        let fits = builder.fits();
        let (arrays, bad) = builder.finish();
        // What a row holds that is none does not count: it is left out.
        let good: BooleanArray = (0..lines.len()).map(|row| Some(!bad.contains(&row))).collect();
        (arrays.iter().map(|array| filter(array, &good).unwrap()).collect(), fits)
    }
}

/// Where events begin that follow each other.
fn starts(lines: &[Vec<u8>]) -> impl Iterator<Item = usize> {
    lines.iter().scan(0, |end, line| Some(std::mem::replace(end, *end + line.len())))
}

fn is_event_slowly(line: &[u8]) -> bool {
    infer::event(line, &mut Fields::default(), &mut String::new()).is_ok()
}

#[test]
fn usual_events_are_read_as_the_slower_reading_reads_them() {
    let mut dice = Dice(7);
    for round in 0..3000 {
        let lines = events(&mut dice);
        let (mut known, mut good) = (Fields::default(), Vec::new());
        for line in &lines {
            if infer::event(line, &mut known, &mut String::new()).is_ok() {
                good.push(line.clone());
            }
        }
        let (mut quick, mut shapes) = (Fields::default(), shape::Shapes::new());
        for line in &lines {
            let is_usual = std::str::from_utf8(line).is_ok() && shapes.note(line, &mut quick).is_some();
            let is_event = is_usual || infer::event(line, &mut quick, &mut String::new()).is_ok();
            assert_eq!(is_event, is_event_slowly(line), "round {round}: {}", String::from_utf8_lossy(line));
        }
        let columns = known.columns();
        assert_eq!(columns.kinds, quick.columns().kinds, "round {round}");
        let mut places: Vec<usize> = (0..columns.kinds.len()).filter(|_| dice.below(3) == 0).collect();
        places.retain(|place| columns.kinds[*place].0 != "__seq");
        let (none, bad) = (Arc::default(), starts(&lines).zip(&lines).filter(|(_, line)| !is_event_slowly(line)));
        let bad: Arc<[u64]> = bad.map(|(start, _)| start as u64).collect();
        for (clean, bad, lines) in [(false, &none, &lines), (true, &none, &good), (true, &bad, &lines)] {
            let decoder = &JsonDecoder::new(&columns, &places, clean, bad);
            let reading = Reading { columns: &columns, places: &places, decoder, strict: false };
            assert_eq!(
                reading.rows(lines, true).0,
                reading.rows(lines, false).0,
                "round {round}: {places:?} of {:?}",
                columns.kinds
            );
        }
    }
}

#[test]
fn events_that_do_not_fit_are_told_by_both_readings() {
    let mut dice = Dice(11);
    let mut fitting = 0;
    for round in 0..1000 {
        let mut lines = events(&mut dice);
        lines.retain(|line| is_event_slowly(line));
        let mut fields = Fields::default();
        for line in lines.iter().skip(dice.below(2)) {
            infer::event(line, &mut fields, &mut String::new()).unwrap();
        }
        let columns = fields.columns();
        let places: Vec<usize> = (0..columns.kinds.len()).collect();
        let decoder = &JsonDecoder::new(&columns, &places, false, &Arc::default());
        let reading = Reading { columns: &columns, places: &places, decoder, strict: true };
        let (usual, slow) = (reading.rows(&lines, true), reading.rows(&lines, false));
        assert_eq!(usual.1, slow.1, "round {round}");
        if slow.1 {
            assert_eq!(usual.0, slow.0, "round {round}");
            fitting += 1;
        }
    }
    assert!((100..900).contains(&fitting), "{fitting}");
}
