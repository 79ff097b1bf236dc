//! The fuzz target `line_breaker` without a fuzzer: the seeds of `fuzz/event_seeds` as they are, and changed at random from a
//! fixed start.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../../../fuzz/event_property.rs"]
mod event_property;
#[path = "../../../../fuzz/random.rs"]
mod random;

use random::Random;

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

#[test]
fn line_breaker() {
    let seeds = random::seeds("event_seeds", 11);
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
