//! What filters ask, and that no row passes a filter without the words that it asks for.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray},
        datatypes::Field,
    },
    functions::core::expr_fn::coalesce,
    logical_expr::{cast, col, lit},
    prelude::SessionContext,
};
use speleo_functions::eval::kernels;

use super::*;

fn call(name: &str, args: Vec<Expr>) -> Expr {
    kernels().into_iter().find(|kernel| kernel.name() == name).unwrap().call(args)
}

fn equals(value: Expr, text: &str) -> Expr {
    call("spl_search_equals", vec![value, lit(text)])
}

fn ask(filter: Expr) -> Ask {
    let field = |name: &str, data_type: DataType| Field::new(name, data_type, true);
    let schema = Schema::new(vec![
        field("user", DataType::Utf8),
        field("port", DataType::Int64),
        field("rate", DataType::Float64),
        field(RAW, DataType::Utf8),
        field(SEQUENCE, DataType::Int64),
    ]);
    Ask::of(&[filter], &schema)
}

fn word(word: &str) -> Ask {
    Ask::Word(word.as_bytes().to_vec())
}

#[test]
fn conditions_on_columns_ask_for_the_words_of_values() {
    assert_eq!(ask(equals(col("user"), "Bob Smith")), Ask::All(vec![word("bob"), word("smith")]));
    assert_eq!(ask(equals(col("user"), "adm*")), Ask::Anything);
    assert_eq!(ask(equals(col("user"), "10.100.0.0/16")), Ask::Anything);
    assert_eq!(ask(col("user").eq(lit("ABC"))), word("abc"));
    assert_eq!(ask(col("port").eq(lit(4040_i64))), word("4040"));
    assert_eq!(ask(col("rate").eq(lit(4040.0))), Ask::Anything);
    assert_eq!(ask(col(SEQUENCE).eq(lit(4040_i64))), Ask::Anything);
    let mixed = coalesce(vec![cast(col("port"), DataType::Utf8), col("user")]);
    assert_eq!(ask(equals(mixed, "4040")), word("4040"));
    assert_eq!(ask(equals(cast(col("rate"), DataType::Utf8), "4040")), Ask::Anything);
}

#[test]
fn either_side_of_or_may_pass_and_negations_say_nothing() {
    let (one, other) = (equals(col("user"), "one"), equals(col("user"), "other"));
    assert_eq!(ask(one.clone().or(other.clone())), Ask::Any(vec![word("one"), word("other")]));
    assert_eq!(ask(one.clone().or(col("rate").gt(lit(1.0)))), Ask::Anything);
    assert_eq!(ask(one.clone().and(col("rate").gt(lit(1.0)))), word("one"));
    assert_eq!(ask(Expr::Not(Box::new(one.clone()))), Ask::Anything);
    assert_eq!(ask(one.is_not_true()), Ask::Anything);
    assert_eq!(ask(lit(false)), Ask::Any(Vec::new()));
    let within = Ask::Any(vec![word("one"), Ask::All(vec![word("two"), word("three")])]);
    let passes = |held: &[&str]| within.may_pass(&|word| held.iter().any(|held| held.as_bytes() == word));
    assert!(passes(&["one"]) && passes(&["two", "three"]));
    assert!(!passes(&["two"]) && !passes(&[]));
}

#[test]
fn terms_and_fields_out_of_raw_events_ask_for_their_words() {
    let term = |text: &str| call("spl_search_term", vec![col(RAW), lit(text), lit("term")]);
    assert_eq!(ask(term("login.fail*")), word("login"));
    let taken = |mode: &str, options: &str| {
        let taken = call("spl_kv", vec![col(RAW), lit(mode), lit(options), lit("user")]);
        call("spl_part", vec![taken, lit("user")])
    };
    assert_eq!(ask(equals(taken("auto", "json trim"), "Bob")), word("bob"));
    assert_eq!(ask(equals(taken("auto", "json trim"), "4040")), word("4040"));
    assert_eq!(ask(equals(taken("auto", "json trim"), "4040.25")), Ask::Anything);
    assert_eq!(ask(equals(taken("xml", ""), "Bob")), Ask::Anything);
    assert_eq!(ask(equals(taken("auto", "bytes:5000"), "Bob")), Ask::Anything);
    let other = call("spl_search_term", vec![col("user"), lit("bob"), lit("term")]);
    assert_eq!(ask(other), Ask::Anything);
}

/// Numbers that come in the same order in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }

    fn text(&mut self, pieces: &[&str], most: usize) -> String {
        (0..1 + self.below(most)).map(|_| pieces[self.below(pieces.len())]).collect()
    }
}

const VALUES: &[&str] = &[
    "bob",
    "Bob",
    "tim",
    "48213",
    "4.8213e4",
    "1.50",
    "a",
    "_",
    "-",
    "--",
    ".",
    "/",
    "%20",
    "%2C",
    "\u{fc}ber",
    "K",
    "\\n",
    "\\u0062",
    "\\u00fc",
    "\\\\",
    "\\\"",
    "@",
    ":",
    "x",
    "10.0.0.1",
    "null",
    "true",
];

/// A raw event: a line with pairs, or JSON, now and then with escapes where none are needed.
fn event(random: &mut Random) -> String {
    let value = |random: &mut Random| random.text(VALUES, 4);
    match random.below(4) {
        0 => format!("{} user={} n={}", value(random), value(random).replace(' ', ""), random.text(VALUES, 2)),
        1 => format!("{}, user=\"{}\", {}", value(random), value(random), random.text(VALUES, 9)),
        2 => format!("{{\"n\": {}, \"user\": \"{}\"}}", ["48213", "4.8213e4", "1.50"][random.below(3)], value(random)),
        _ => serde_json::json!({"user": value(random), "list": [value(random)], "n": 48213.0}).to_string(),
    }
}

/// A pattern as people type it: mostly part of an event.
fn pattern(random: &mut Random, events: &[String]) -> String {
    let event = &events[random.below(events.len())];
    let words: Vec<&str> = event.split([' ', '"', '=', ',', '{', '}']).filter(|word| !word.is_empty()).collect();
    match random.below(4) {
        0 => random.text(VALUES, 2),
        1 => format!("{}*", random.text(VALUES, 2)),
        2 => format!("*{}", random.text(VALUES, 2)),
        _ => words.get(random.below(words.len().max(1))).unwrap_or(&"bob").replace('\\', ""),
    }
}

#[test]
fn no_row_passes_without_the_words_that_are_asked_for() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let schema = Schema::new(vec![Field::new(RAW, DataType::Utf8, true), Field::new("user", DataType::Utf8, true)]);
    let session = SessionContext::new();
    let (mut passed, mut left_out) = (0, 0);
    for round in 0..400 {
        let events: Vec<String> = (0..40).map(|_| event(&mut random)).collect();
        let users: Vec<String> = (0..40).map(|_| random.text(VALUES, 3)).collect();
        let pattern = pattern(&mut random, &events);
        let modes = ["term", "phrase", "TERM", "CASE"];
        let taken = |name: &str| {
            let mode = ["auto", "auto_escaped", "json"][round % 3];
            let taken = call("spl_kv", vec![col(RAW), lit(mode), lit("json trim"), lit(name)]);
            call("spl_part", vec![taken, lit(name)])
        };
        let filter = match random.below(5) {
            0 => call("spl_search_term", vec![col(RAW), lit(pattern.clone()), lit(modes[random.below(4)])]),
            1 => equals(col("user"), &pattern),
            2 => equals(taken("user"), &pattern),
            3 => equals(taken("n"), &pattern),
            _ => call("spl_search_case", vec![taken("user"), lit(pattern.clone())]),
        };
        let ask = Ask::of(std::slice::from_ref(&filter), &schema);
        let columns: [ArrayRef; 2] =
            [Arc::new(StringArray::from(events.clone())), Arc::new(StringArray::from(users.clone()))];
        let rows = RecordBatch::try_new(Arc::new(schema.clone()), columns.to_vec()).unwrap();
        let physical = session.create_physical_expr(filter.clone(), &schema.clone().try_into().unwrap()).unwrap();
        let passes = physical.evaluate(&rows).unwrap().into_array(rows.num_rows()).unwrap();
        let passes = datafusion::arrow::array::AsArray::as_boolean(&passes).clone();
        for row in 0..rows.num_rows() {
            let mut words = HashSet::new();
            for text in [&events[row], &users[row]] {
                terms::each(text, &mut |word| {
                    words.insert(word.to_vec());
                });
            }
            let may = ask.may_pass(&|word| words.contains(word));
            let does = datafusion::arrow::array::Array::is_valid(&passes, row) && passes.value(row);
            assert!(may || !does, "{filter} passes {} with user {}, and asks for {ask:?}", events[row], users[row]);
            passed += usize::from(does);
            left_out += usize::from(!may);
        }
    }
    assert!(passed > 300 && left_out > 3000, "{passed} passed and {left_out} were left out: that proves little");
}

/// What [`speleo_index::IN_RAW`] promises: values need no words of their own where the event is the JSON that they were read from.
#[test]
fn an_event_of_json_has_the_words_of_its_values() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut checked = 0;
    while checked < 20_000 {
        let value = random.text(VALUES, 6);
        let text = match random.below(3) {
            // Escapes that JSON's own writer would not make, as far as they are such.
            0 => format!("{{\"user\": \"{value}\", \"n\": 48213}}"),
            1 => format!(
                "{{\"user\":\"{}\",\"n\":7}}",
                value.replace('/', "\\/").replace('.', "\\u002e").replace(':', "\\t")
            ),
            _ => serde_json::json!({"user": value, "n": 1_234_567}).to_string(),
        };
        let Ok(event) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        let mut words = HashSet::new();
        terms::each(&text, &mut |word| {
            words.insert(word.to_vec());
        });
        for value in [event["user"].as_str().unwrap().to_owned(), event["n"].to_string()] {
            terms::each(&value, &mut |word| {
                assert!(words.contains(word), "{text} lacks the word {} of {value}", String::from_utf8_lossy(word));
                checked += 1;
            });
        }
    }
}
