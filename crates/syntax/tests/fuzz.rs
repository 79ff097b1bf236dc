//! The fuzz targets without a fuzzer: the seeds of `fuzz/seeds` as they are, and changed at random from fixed starts.
//!
//! `cargo fuzz` finds more; what it finds becomes a seed, and stays found.

#[path = "../../../fuzz/property.rs"]
mod property;
#[path = "../../../fuzz/random.rs"]
mod random;

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

fn check(start: u64, property: fn(&str)) {
    random::check(random::seeds("seeds", 11), PIECES, (start, ROUNDS), property);
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
