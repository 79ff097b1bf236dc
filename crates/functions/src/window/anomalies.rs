//! `spl_unexpectedness(text, so many, normalize)`: how little a text is like those before it. `anomalies maxvalues=50`
//!
//! With P for the texts before and X for the row's own, it is (s(PX) - s(P)) / (s(P) + s(X)), the formula that Splunk documents,
//! where s is how far a text can be compressed. Splunk's s is not published; this one is the length in bits of the phrases of
//! Lempel and Ziv (*Compression of Individual Sequences via Variable-Rate Coding*, 1978). A row without a text has no value.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array},
        datatypes::DataType,
    },
    common::Result,
};

use super::whole::Columns;

/// How many bytes of a text count, so that long ones do not take forever.
const LONGEST: usize = 4_096;

/// The type of the result.
pub(super) fn result() -> DataType {
    DataType::Float64
}

pub(super) fn unexpectedness(columns: &Columns, rows: usize) -> Result<ArrayRef> {
    let texts = columns.texts(0)?;
    let most = usize::try_from(columns.integer(1)?).unwrap_or(0);
    let normalize = columns.integer(2)? != 0;
    let mut before: VecDeque<Vec<u8>> = VecDeque::new();
    let score = |row: usize| {
        let text = texts.get(row)?;
        let own: Vec<u8> = text.bytes().take(LONGEST).map(|byte| same(byte, normalize)).collect();
        let mut phrases = Phrases::default();
        before.iter().for_each(|text| phrases.add(text));
        let past = phrases.bits();
        phrases.add(&own);
        let all = phrases.bits();
        let mut alone = Phrases::default();
        alone.add(&own);
        let whole = past + alone.bits();
        before.push_back(own);
        if before.len() > most {
            before.pop_front();
        }
        Some(if whole > 0.0 { (all - past) / whole } else { 0.0 })
    };
    Ok(Arc::new((0..rows).map(score).collect::<Float64Array>()))
}

/// All digits are one where they do not count.
fn same(byte: u8, normalize: bool) -> u8 {
    if normalize && byte.is_ascii_digit() { b'0' } else { byte }
}

/// The phrases that a text falls into: each is the longest one known and a byte more.
#[derive(Default)]
struct Phrases {
    /// Where a phrase and a byte lead.
    known: HashMap<(usize, u8), usize>,
    count: usize,
}

impl Phrases {
    fn add(&mut self, text: &[u8]) {
        let mut phrase = 0;
        for byte in text {
            let next = self.known.len() + 1;
            match self.known.get(&(phrase, *byte)) {
                Some(longer) => phrase = *longer,
                None => {
                    self.known.insert((phrase, *byte), next);
                    self.count += 1;
                    phrase = 0;
                }
            }
        }
        self.count += usize::from(phrase != 0);
    }

    fn bits(&self) -> f64 {
        let count = self.count as f64;
        count * ((count + 1.0).log2() + 8.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Phrases;

    #[test]
    fn repetition_is_short() {
        let bits = |texts: &[&str]| {
            let mut phrases = Phrases::default();
            texts.iter().for_each(|text| phrases.add(text.as_bytes()));
            phrases.bits()
        };
        let past = ["login ok", "login ok", "login ok", "login ok"];
        let with = |text| bits(&[&past[..], &[text]].concat()) - bits(&past);
        assert!(with("login ok") < with("disk full: /var"));
        assert!(bits(&[""]) == 0.0);
    }
}
