//! Texts that nobody meant, from seeds that a small generator cuts, joins and doubles: no kernel of this family panics, and what
//! [`super`] finds under a name is what it lists as one.
//!
//! A fuzz target would need DataFusion compiled with a fuzzer's flags; this runs with the other tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use datafusion::{arrow::array::AsArray, logical_expr::ColumnarValue};

use crate::{
    eval::kernel::testing::{invoke, literal, texts},
    value::Lists,
};

const SEEDS: [&str; 18] = [
    "a=1 b=\"x y\" c=",
    "k=\"open",
    "=\"\\\"=\\",
    "größe=\u{a0}é\u{301}=ü",
    "{\"a\":{\"b\":[1,{\"c\":null}]}}",
    "[[[{\"a\":\"\\ud800\"}]",
    "{\"\":1,\"a.b\":{\"{}\":2}}",
    "<a b='1'><c/>&#x110000;<![CDATA[",
    "</a><!-- <a",
    "x|\"y|z\"|;,=",
    "$1::$2 a::$0 \"b c\"::$99999999999999999999",
    "(?<_KEY_1>\\w+)=(?<_VAL_1>\\S*)",
    "(?<n>(a|b)*)\\1(?=c)",
    "%%a%b",
    "\u{0}\u{1}\n\r\t",
    "::::=:::",
    "((((((((((",
    "\u{10ffff}=\u{10ffff}",
];

/// Marsaglia's xorshift: the same texts on each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(4) {
            let seed = SEEDS[self.below(SEEDS.len())];
            let characters: Vec<char> = seed.chars().collect();
            let start = self.below(characters.len());
            let end = start + self.below(characters.len() - start + 1);
            let part: String = characters[start..end].iter().collect();
            text.push_str(&part.repeat(1 + self.below(3)));
        }
        text
    }
}

/// The names that a kernel lists and the values that its sibling finds, where both can run.
fn check(kernel: &str, text: &str, options: &[&str], random: &mut Random) {
    let literals = |more: &[String]| -> Vec<ColumnarValue> {
        let options = options.iter().map(|text| literal(text));
        std::iter::once(texts(&[text])).chain(options).chain(more.iter().map(|text| literal(text))).collect()
    };
    // A pattern that does not compile is an error in both.
    let Ok(listed) = invoke(&format!("{kernel}_names"), &literals(&[]), 1) else {
        assert!(invoke(kernel, &literals(&["a".to_owned()]), 1).is_err());
        return;
    };
    let listed: Vec<String> =
        Lists::new(&listed).unwrap().get(0).map(|names| names.map(str::to_owned).collect()).unwrap_or_default();
    let mut wanted = listed.clone();
    wanted.truncate(8);
    let other = random.text();
    if !wanted.contains(&other) {
        wanted.push(other);
    }
    let found = invoke(kernel, &literals(&wanted), 1).unwrap();
    let found = found.as_struct();
    for (name, part) in listed.iter().take(8).zip(found.columns()) {
        // A null of JSON is a name without a value.
        let is_null = kernel == "spl_kv" && text.contains("null");
        assert!(is_null || Lists::new(part).unwrap().get(0).is_some(), "{kernel} {options:?}: {name:?} of {text:?}");
    }
}

#[test]
fn no_text_breaks_a_kernel() {
    let mut random = Random(0x5eed);
    for round in 0..3_000 {
        let text = SEEDS.get(round).map_or_else(|| random.text(), |seed| (*seed).to_owned());
        for (mode, options) in
            [("auto", "json trim"), ("auto_escaped", ""), ("json", "limits"), ("xml", ""), ("auto", "limits")]
        {
            check("spl_kv", &text, &[mode, options], &mut random);
        }
        let (ends, keys, columns) = (random.text(), random.text(), random.text());
        check("spl_delimited", &text, &[&ends, &keys, "", "clean"], &mut random);
        check("spl_delimited", &text, &[&ends, "", &columns, "empty"], &mut random);
        if round % 10 == 0 {
            let (pattern, format) = (random.text(), random.text());
            check("spl_transform", &text, &[&pattern, &format, "clean add empty"], &mut random);
            check("spl_transform", &text, &[r"(\w+)[=:](\S*)", &format, "clean"], &mut random);
        }
    }
}
