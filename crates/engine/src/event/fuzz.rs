//! The fuzz target `line_breaker` without a fuzzer: the seeds of `fuzz/event_seeds` as they are, and changed at random from a
//! fixed start.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../../../fuzz/event_property.rs"]
mod event_property;

use std::{fs, path::Path};

/// How many changed texts there are.
const ROUNDS: u64 = 200;

/// What breaks lines, ends quotes or cuts characters.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\"",
    b",",
    b"\t",
    b"#",
    b"(",
    b")",
    b"|",
    b"*",
    b"\\",
    b"[",
    b"{",
    b"}",
    b"=",
    b"\0",
    b"\xc3",
    b"\xff\xfe",
    b"2024-03-10 11:00:00",
    b" ",
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
}

#[test]
fn line_breaker() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/event_seeds");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() > 10, "{paths:?}");
    seeds.iter().for_each(|seed| event_property::line_breaker(seed));
    let mut random = Random(0x11FE);
    for _ in 0..ROUNDS {
        let mut text = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let (a, b) = (random.below(text.len() + 1), random.below(text.len() + 1));
            match random.below(4) {
                0 => drop(text.drain(a.min(b)..a.max(b))),
                1 if a < text.len() => text[a] = u8::try_from(random.below(256)).unwrap(),
                _ => drop(text.splice(a..a, PIECES[random.below(PIECES.len())].iter().copied())),
            }
        }
        event_property::line_breaker(&text);
    }
}
