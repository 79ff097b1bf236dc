//! The rows of a lookup table by what their cells match, built once.
//!
//! Equal texts are found by hash. A pattern is found by its text where it has no star, by its beginning or end where the only star
//! is at the other side, else by its longest piece, of which all are looked for in one pass (Aho and Corasick, 1975). Address blocks stand
//! in a prefix tree. What is found is a superset for patterns that were found by a piece.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

use aho_corasick::{AhoCorasick, MatchKind};
use prefix_trie::PrefixMap;

use super::{Column, Kind};
use crate::eval::search::cidr::{Cidr, bits};

/// How many cells are looked at to tell which column tells most rows apart.
const SAMPLE: usize = 10_000;

/// The index of one column.
pub(super) struct Index<'a> {
    column: usize,
    by: By<'a>,
}

enum By<'a> {
    Text(HashMap<Cow<'a, str>, Vec<usize>>),
    Pattern(Box<Patterns<'a>>),
    Range(Box<Ranges>),
}

impl<'a> Index<'a> {
    /// Puts the table's rows into an index; they are named by their number in `table`, which is in the order of places.
    pub(super) fn new(columns: &'a [Column], table: &[usize]) -> Self {
        let step = (table.len() / SAMPLE).max(1);
        let distinct = |column: &Column| {
            table.iter().step_by(step).filter_map(|row| column.texts.get(*row)).collect::<HashSet<_>>().len()
        };
        // Of columns that tell apart as many rows the one is best that compares texts.
        let rank = |column: &Column| (distinct(column), column.kind == Kind::Exact);
        let chosen = columns.iter().enumerate().max_by_key(|(_, column)| rank(column));
        let Some((column, chosen)) = chosen else {
            return Self { column: 0, by: By::Text(HashMap::new()) };
        };
        let cells = table.iter().enumerate().filter_map(|(n, row)| Some((n, chosen.texts.get(*row)?)));
        let by = match chosen.kind {
            Kind::Exact => {
                let mut rows: HashMap<Cow<str>, Vec<usize>> = HashMap::new();
                cells.for_each(|(n, cell)| rows.entry(cell).or_default().push(n));
                By::Text(rows)
            }
            Kind::Wildcard => By::Pattern(Box::new(Patterns::new(cells))),
            Kind::Cidr => By::Range(Box::new(Ranges::new(cells))),
        };
        Self { column, by }
    }

    /// The rows that may match, in order, each once.
    pub(super) fn candidates(&self, values: &[Vec<Cow<'_, str>>], found: &mut Vec<usize>) {
        for value in values.get(self.column).into_iter().flatten() {
            match &self.by {
                By::Text(rows) => found.extend(rows.get(value.as_ref()).into_iter().flatten()),
                By::Pattern(patterns) => patterns.find(value, found),
                By::Range(ranges) => ranges.find(value, found),
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

/// Patterns by the text that tells most about them.
#[derive(Default)]
struct Patterns<'a> {
    whole: HashMap<Cow<'a, str>, Vec<usize>>,
    starts: Ends,
    ends: Ends,
    pieces: Option<AhoCorasick>,
    by_piece: Vec<Vec<usize>>,
    /// Patterns of stars alone, and those that no automaton takes.
    any: Vec<usize>,
}

/// Texts at one end of a value, and how long they are.
#[derive(Default)]
struct Ends {
    rows: HashMap<Vec<u8>, Vec<usize>>,
    lengths: BTreeSet<usize>,
}

impl Ends {
    fn add(&mut self, text: &str, row: usize) {
        self.lengths.insert(text.len());
        self.rows.entry(text.as_bytes().to_vec()).or_default().push(row);
    }

    fn find(&self, value: &[u8], cut: impl Fn(&[u8], usize) -> Option<&[u8]>, found: &mut Vec<usize>) {
        for length in self.lengths.iter().take_while(|length| **length <= value.len()) {
            if let Some(rows) = cut(value, *length).and_then(|part| self.rows.get(part)) {
                found.extend(rows);
            }
        }
    }
}

impl<'a> Patterns<'a> {
    fn new(cells: impl Iterator<Item = (usize, Cow<'a, str>)>) -> Self {
        let mut patterns = Self::default();
        let mut pieces: HashMap<String, usize> = HashMap::new();
        for (row, cell) in cells {
            let stars = cell.matches('*').count();
            let (start, end) = (cell.strip_prefix('*'), cell.strip_suffix('*'));
            match (stars, start, end) {
                (0, ..) => patterns.whole.entry(cell).or_default().push(row),
                (1, None, Some(start)) if !start.is_empty() => patterns.starts.add(start, row),
                (1, Some(end), None) if !end.is_empty() => patterns.ends.add(end, row),
                _ => match cell.split('*').max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty()) {
                    None => patterns.any.push(row),
                    Some(piece) => {
                        let next = pieces.len();
                        let number = *pieces.entry(piece.to_owned()).or_insert(next);
                        if number == patterns.by_piece.len() {
                            patterns.by_piece.push(Vec::new());
                        }
                        if let Some(rows) = patterns.by_piece.get_mut(number) {
                            rows.push(row);
                        }
                    }
                },
            }
        }
        let mut texts: Vec<(String, usize)> = pieces.into_iter().collect();
        texts.sort_by_key(|(_, number)| *number);
        if !texts.is_empty() {
            let texts = texts.iter().map(|(text, _)| text.as_bytes());
            match AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts) {
                Ok(automaton) => patterns.pieces = Some(automaton),
                // Too large: every pattern is compared.
                Err(_) => patterns.any.extend(patterns.by_piece.iter().flatten()),
            }
        }
        patterns
    }

    fn find(&self, value: &str, found: &mut Vec<usize>) {
        found.extend(self.whole.get(value).into_iter().flatten());
        let bytes = value.as_bytes();
        self.starts.find(bytes, |value, length| value.get(..length), found);
        self.ends.find(bytes, |value, length| value.get(value.len().checked_sub(length)?..), found);
        if let Some(pieces) = &self.pieces {
            for hit in pieces.find_overlapping_iter(value) {
                found.extend(self.by_piece.get(hit.pattern().as_usize()).into_iter().flatten());
            }
        }
        found.extend(&self.any);
    }
}

/// Address blocks of both families.
#[derive(Default)]
struct Ranges {
    v4: PrefixMap<(u32, u8), Vec<usize>>,
    v6: PrefixMap<(u128, u8), Vec<usize>>,
}

impl Ranges {
    fn new<'a>(cells: impl Iterator<Item = (usize, Cow<'a, str>)>) -> Self {
        let mut ranges = Self::default();
        for (row, cell) in cells {
            let Some((network, length, is_v4)) = Cidr::parse(&cell).and_then(|range| range.parts()) else { continue };
            match u32::try_from(network) {
                Ok(network) if is_v4 => ranges.v4.entry((network, length)).or_default().push(row),
                _ => ranges.v6.entry((network, length)).or_default().push(row),
            }
        }
        ranges
    }

    fn find(&self, value: &str, found: &mut Vec<usize>) {
        match bits(value) {
            Some((address, _, true)) => {
                let address = u32::try_from(address).unwrap_or(u32::MAX);
                self.v4.cover_values(&(address, 32)).for_each(|rows| found.extend(rows));
            }
            Some((address, _, false)) => self.v6.cover_values(&(address, 128)).for_each(|rows| found.extend(rows)),
            None => {}
        }
    }
}
