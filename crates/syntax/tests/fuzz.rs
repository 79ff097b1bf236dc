//! The fuzz targets without a fuzzer: the seeds of `fuzz/seeds` as they are, and changed at random from fixed starts.
//!
//! `cargo fuzz` finds more; what it finds becomes a seed, and stays found.

#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/property.rs"]
mod property;

use std::{fs, path::Path};

/// How many changed texts each target gets.
const ROUNDS: u64 = 2_500;

/// What one grammar or another takes for more than a letter.
const PIECES: &[&str] = &[
    "|",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "\\",
    "\\\"",
    "`",
    "```",
    ",",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "::",
    "-",
    "+",
    "*",
    "/",
    "%",
    ".",
    "!",
    " ",
    "\n",
    "\u{a0}",
    "$",
    "{",
    "}",
    "$t|s$",
    "`a`",
    "`b`",
    "`d(",
    "`g(true)`",
    "search ",
    "eval ",
    "stats ",
    "where ",
    " by ",
    " as ",
    " AND ",
    " OR ",
    "NOT ",
    " IN ",
    " in ",
    "not in",
    " like ",
    " xor ",
    "TERM(",
    "CASE(",
    "count",
    "eval(",
    "1",
    ".5",
    "1e9",
    "5m",
    "@",
    "x",
    "é",
    "日本",
    "\u{301}",
    "span=",
    "limit=",
    "append=t ",
];

/// A small generator, so that the texts are the same everywhere: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

fn seeds() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 10, "{paths:?}");
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// One to four changes: a piece put in, a part taken out, a part of another seed put in.
fn change(random: &mut Random, seeds: &[String]) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let (a, b) = (random.place(&text), random.place(&text));
        match random.below(5) {
            0 | 1 => text.insert_str(a, PIECES[random.below(PIECES.len())]),
            2 if a < text.len() => drop(text.remove(a)),
            3 => drop(text.drain(a.min(b)..a.max(b))),
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let (from, to) = (random.place(other), random.place(other));
                text.insert_str(a, &other[from.min(to)..from.max(to)]);
            }
        }
    }
    text
}

fn check(start: u64, property: fn(&str)) {
    let seeds = seeds();
    seeds.iter().for_each(|seed| property(seed));
    let mut random = Random(start);
    for _ in 0..ROUNDS {
        property(&change(&mut random, &seeds));
    }
}

#[test]
fn parse_any() {
    check(0x5EED, property::parse_any);
}

#[test]
fn print_round_trip() {
    check(0xCA7E, property::print_round_trip);
}

#[test]
fn expression_any() {
    check(0xF00D, property::expression_any);
}

#[test]
fn format_any() {
    check(0xBEEF, property::format_any);
}
