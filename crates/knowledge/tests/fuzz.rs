//! The fuzz target for conf files without a fuzzer: the seeds of `fuzz/conf_seeds` as they are, and changed at random from a
//! fixed start.

#[path = "../../../fuzz/conf_property.rs"]
mod conf_property;
#[path = "../../../fuzz/random.rs"]
mod random;

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

#[test]
fn conf_any() {
    random::check(random::seeds("conf_seeds", 4), PIECES, (0xC0F, ROUNDS), conf_property::conf_any);
}
