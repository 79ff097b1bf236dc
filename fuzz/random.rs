//! Seeds changed at random from a fixed start: what the tests run of a fuzz target without a fuzzer.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "each test takes its part of it")]

use std::{fs, path::Path};

/// A small generator, so that the changes are the same everywhere: xorshift.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below a limit; 0 where the limit is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
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

    /// A seed with one to four changes: a piece put in, a part taken out, a part of another seed put in.
    fn change(&mut self, seeds: &[String], pieces: &[&str]) -> String {
        let mut text = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let (a, b) = (self.place(&text), self.place(&text));
            match self.below(5) {
                0 | 1 => text.insert_str(a, pieces[self.below(pieces.len())]),
                2 if a < text.len() => drop(text.remove(a)),
                3 => drop(text.drain(a.min(b)..a.max(b))),
                _ => {
                    let other = &seeds[self.below(seeds.len())];
                    let (from, to) = (self.place(other), self.place(other));
                    text.insert_str(a, &other[from.min(to)..from.max(to)]);
                }
            }
        }
        text
    }
}

/// The files of a folder beside this one, in the order of their names; at least `least`.
pub(crate) fn seeds(folder: &str, least: usize) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= least, "{paths:?}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Whether a property holds for the seeds, which are texts, and for `rounds` changed ones.
pub(crate) fn check(seeds: Vec<Vec<u8>>, pieces: &[&str], (start, rounds): (u64, u64), property: impl Fn(&str)) {
    let seeds: Vec<String> = seeds.into_iter().map(|seed| String::from_utf8(seed).unwrap()).collect();
    seeds.iter().for_each(|seed| property(seed));
    let mut random = Random(start);
    for _ in 0..rounds {
        property(&random.change(&seeds, pieces));
    }
}
