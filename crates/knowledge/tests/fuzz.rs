//! The fuzz target for conf files without a fuzzer: the seeds of `fuzz/conf_seeds` as they are, and changed at random from a
//! fixed start.

#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/conf_property.rs"]
mod conf_property;

use std::{fs, path::Path};

/// How many changed texts are read.
const ROUNDS: u64 = 500;

/// What a reader takes for more than a letter.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\\\n",
    "\\",
    "\\ \n",
    " ",
    "\t",
    "[",
    "]",
    "=",
    " = ",
    "#",
    ";",
    "\"",
    ",",
    "::",
    "*",
    "...",
    "(",
    ")",
    "(?<a>",
    "$1",
    "|",
    "\u{feff}",
    "é",
    "日本",
    "\u{a0}",
    "%20",
    "%",
    "[default]\n",
    "[source::",
    "[host::",
    "[(?::){0}",
    "EXTRACT-a = ",
    "REPORT-b = ",
    "FIELDALIAS-c = ",
    "EVAL-d = ",
    "LOOKUP-e = ",
    "DELIMS = ",
    "FORMAT = ",
    " AS ",
    " ASNEW ",
    " OUTPUT ",
    " in ",
    "priority = ",
    "disabled = 1\n",
    "99999999999999999999",
    "-1",
    "true",
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

/// One to four changes: a piece put in, a part taken out, a part of another seed put in.
fn change(random: &mut Random, seeds: &[String]) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let (a, b) = (random.place(&text), random.place(&text));
        match random.below(5) {
            0..=2 => text.insert_str(a, PIECES[random.below(PIECES.len())]),
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

#[test]
fn conf_any() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/conf_seeds");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 3, "{paths:?}");
    let seeds: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    seeds.iter().for_each(|seed| conf_property::conf_any(seed));
    let mut random = Random(0xC0F);
    for _ in 0..ROUNDS {
        conf_property::conf_any(&change(&mut random, &seeds));
    }
}
