//! The kernel of the command `scrub`: `spl_scrub(text, public, private, names, times)`, lists with an entry a line.
//!
//! A text is replaced by one of the same length, case and kind of characters that follows from it alone (pseudonyms by a hash: FNV-1a,
//! then SplitMix64 for as many numbers as needed). The parts of an address depend on those before them, so that addresses of one
//! network stay in one network (prefix preservation, Xu et al., 2002). What stays: words of the public lists, names of keys before
//! `=`, and times. There is no secret: who guesses a value can check the guess.

mod pseudonym;

use std::{collections::HashSet, ops::Range, sync::Arc};

use datafusion::{arrow::array::ArrayRef, common::Result, error::DataFusionError, logical_expr::ScalarUDF};

use self::pseudonym::{Names, address, word};
use super::{
    kernel::{Arguments, is_list, kernel, lists, text_or_list, write_texts},
    pattern::regex::{Groups, Regex, compile},
};
use crate::{cache::Cache, words::is_word};

/// Words that logs have and that say nothing about anybody.
const PUBLIC: &str = include_str!("scrub/public.txt");

/// Times as logs write them: ISO 8601 and its kin, syslog, web servers, times of day.
const TIMES: &str = concat!(
    r"\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|\s?[+-]\d{2}:?\d{2})?\b",
    r"|\b\d{1,2}/[A-Z][a-z]{2}/\d{4}(?::\d{2}:\d{2}:\d{2}(?:\s[+-]\d{4})?)?\b",
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s{1,2}\d{1,2}\s\d{2}:\d{2}:\d{2}\b",
    r"|\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b",
);

/// Addresses of version 4.
const ADDRESS: &str = r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b";

static SCRUBBERS: Cache<[String; 4], Scrubber> = Cache::new(16);

/// The kernel.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_scrub", text_or_list, scrub)]
}

fn scrub(args: &Arguments) -> Result<ArrayRef> {
    let key = [args.literal(1)?, args.literal(2)?, args.literal(3)?, args.literal(4)?];
    let scrubber = SCRUBBERS.get(&key, Scrubber::new).map_err(DataFusionError::Execution)?;
    if is_list(args.result()) {
        let values = args.lists(0)?;
        return lists(args.rows(), |row, list| {
            for value in values.get(row).into_iter().flatten() {
                let mut out = String::new();
                scrubber.write(value, &mut out);
                list.value(&out);
            }
        });
    }
    let texts = args.texts(0)?;
    write_texts(args.rows(), |row, out| match texts.get(row) {
        Some(text) => {
            scrubber.write(&text, out);
            true
        }
        None => false,
    })
}

/// What stays and what does not.
struct Scrubber {
    public: HashSet<String>,
    private: HashSet<String>,
    names: Names,
    times: Arc<Regex>,
    addresses: Arc<Regex>,
    /// What times are replaced.
    private_times: Vec<Arc<Regex>>,
}

/// The entries of a list in lower case.
fn entries(list: &str) -> impl Iterator<Item = String> + '_ {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_lowercase)
}

impl Scrubber {
    fn new([public, private, names, times]: &[String; 4]) -> std::result::Result<Self, String> {
        let lines = times.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let private_times = lines.map(|line| compile(line).map_err(|error| format!("timeconfig: {error}")));
        Ok(Self {
            public: entries(PUBLIC).chain(entries(public)).collect(),
            private: entries(private).collect(),
            names: Names::new(entries(names)),
            times: compile(TIMES)?,
            addresses: compile(ADDRESS)?,
            private_times: private_times.collect::<std::result::Result<_, _>>()?,
        })
    }

    fn write(&self, text: &str, out: &mut String) {
        let mut done = 0;
        for (range, is_time) in self.special(text) {
            self.words(text.get(done..range.start).unwrap_or_default(), text.get(range.start..), out);
            let found = text.get(range.clone()).unwrap_or_default();
            if is_time {
                out.push_str(found)
            } else {
                address(found, out)
            }
            done = range.end;
        }
        self.words(text.get(done..).unwrap_or_default(), None, out);
    }

    /// Times that stay, and addresses, from left to right.
    fn special(&self, text: &str) -> Vec<(Range<usize>, bool)> {
        let find = |regex: &Regex| {
            let mut found: Vec<Range<usize>> = Vec::new();
            regex.each(text, &mut Groups::Whole(None), |_, (start, end)| {
                if start < end {
                    found.push(start..end);
                }
                true
            });
            found
        };
        let meets = |left: &Range<usize>, right: &Range<usize>| left.start < right.end && right.start < left.end;
        let private: Vec<Range<usize>> = self.private_times.iter().flat_map(|regex| find(regex)).collect();
        let times = find(&self.times).into_iter().flat_map(|time| without(time, &private));
        let mut all: Vec<(Range<usize>, bool)> = times.map(|time| (time, true)).collect();
        let addresses =
            find(&self.addresses).into_iter().filter(|found| !all.iter().any(|(time, _)| meets(time, found)));
        let addresses: Vec<(Range<usize>, bool)> = addresses.map(|found| (found, false)).collect();
        all.extend(addresses);
        all.sort_by_key(|(range, _)| range.start);
        all
    }

    /// Words and what is between them; `behind` is what follows.
    fn words(&self, text: &str, behind: Option<&str>, out: &mut String) {
        let mut rest = text;
        while let Some(start) = rest.find(is_word) {
            let (between, from) = rest.split_at(start);
            out.push_str(between);
            let end = from.find(|next| !is_word(next)).unwrap_or(from.len());
            let (found, after) = from.split_at(end);
            let next = if after.is_empty() { behind.unwrap_or_default() } else { after };
            self.word(found, next.starts_with('='), out);
            rest = after;
        }
        out.push_str(rest);
    }

    fn word(&self, found: &str, is_key: bool, out: &mut String) {
        let lower = found.to_lowercase();
        let is_named = self.private.contains(&lower) || self.names.contains(&lower);
        let stays = is_key || self.public.contains(&lower);
        if stays && !is_named { out.push_str(found) } else { word(found, &lower, &self.names, out) }
    }
}

/// What is left of a range without others.
fn without(range: Range<usize>, others: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = vec![range];
    for other in others {
        let parts = left.into_iter().flat_map(|part| {
            [part.start..part.end.min(other.start.max(part.start)), part.start.max(other.end.min(part.end))..part.end]
        });
        left = parts.filter(|part| part.start < part.end).collect();
    }
    left
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Scrubber;

    fn scrubbed(lists: [&str; 4], text: &str) -> String {
        let mut out = String::new();
        Scrubber::new(&lists.map(str::to_owned)).unwrap().write(text, &mut out);
        out
    }

    /// Letters as `a` and `A`, digits as `9`.
    fn shape(text: &str) -> String {
        let kind = |next: char| match next {
            _ if next.is_uppercase() => 'A',
            _ if next.is_alphabetic() => 'a',
            _ if next.is_numeric() => '9',
            _ => next,
        };
        text.chars().map(kind).collect()
    }

    #[test]
    fn shapes_stay() {
        for text in ["user=Carol.Smith@adalberto.org", "10.1.22.255", "ÄRGER im Büro", "id 9f86d081-AB", "-17.50", ""]
        {
            let out = scrubbed([""; 4], text);
            assert_eq!(shape(&out), shape(text), "{text} became {out}");
            assert_eq!(out, scrubbed([""; 4], text), "{text}");
        }
    }

    #[test]
    fn keys_public_words_and_times_stay() {
        let out = scrubbed([""; 4], "2023-11-14 22:13:20 ERROR login failed user=carol");
        assert!(out.starts_with("2023-11-14 22:13:20 ERROR login failed user="), "{out}");
        assert!(!out.ends_with("carol"), "{out}");
        assert_eq!(scrubbed(["carol", "", "", ""], "carol"), "carol");
    }

    #[test]
    fn lists_decide() {
        assert_ne!(scrubbed(["login", "login", "", ""], "login"), "login");
        assert_eq!(scrubbed(["", "", "peter\nmaria", ""], "Maria"), "Peter");
        assert_eq!(scrubbed(["", "", "peter", ""], "CAROL"), "PETER");
        let out = scrubbed(["", "", "", r"\d{4}-\d{2}-\d{2}"], "2023-11-14 22:13:20");
        assert!(out.ends_with(" 22:13:20") && !out.starts_with("2023-11-14"), "{out}");
        assert!(Scrubber::new(&["", "", "", "("].map(str::to_owned)).is_err());
    }

    #[test]
    fn networks_stay_together() {
        let (one, two) = (scrubbed([""; 4], "10.20.30.40"), scrubbed([""; 4], "10.20.30.41"));
        let network = |text: &str| text.rsplit_once('.').map(|(network, _)| network.to_owned());
        assert_eq!(network(&one), network(&two));
        assert_ne!(one, two);
        assert!(one.parse::<std::net::Ipv4Addr>().is_ok(), "{one}");
    }
}
