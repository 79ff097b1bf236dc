//! The fuzz target `extract_any` without a fuzzer: the seeds of `fuzz/extract_seeds` as they are, and changed at random from a
//! fixed start.

#[path = "../../../../../fuzz/extract_property.rs"]
#[allow(clippy::panic)]
mod extract_property;
#[path = "../../../../../fuzz/random.rs"]
mod random;

/// How many changed texts there are.
const ROUNDS: u64 = 6_000;

/// What quotes, joins, nests and cuts.
const PIECES: &[&str] = &[
    "\n",
    "\"",
    "\\",
    "=",
    ":",
    ",",
    "|",
    ";",
    " ",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "/",
    "&",
    "'",
    "(",
    ")",
    "(?<n>",
    "*",
    "$1",
    "::",
    "null",
    "\u{0}",
    "\u{a0}",
    "\u{10ffff}",
    "é\u{301}",
    "_KEY_1",
    "1e400",
    "\\ud800",
    "0",
    "5",
    "7",
];

#[test]
fn no_text_breaks_a_kernel() {
    random::check(random::seeds("extract_seeds", 10), PIECES, (0x5eed, ROUNDS), extract_property::extract_any);
}
