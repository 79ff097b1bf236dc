//! Every event with the number of its transaction, and what became of that.
//!
//! Both are told in one whole number, so that the events of a transaction have one key that says all of it: four times the number of
//! the transaction, and [`CLOSED`] and [`ORPHAN`]. Transactions have numbers from 0 up in the order in which they begin.

use datafusion::arrow::array::Int64Array;

use super::limits::Limits;

/// Added where a limit or its first event closed the transaction.
const CLOSED: u8 = 1;
/// Added where it is an event with none of the fields, kept by itself.
const ORPHAN: u8 = 2;
/// The transaction has an event that is marked as a first one.
const HAS_FIRST: u8 = 4;
/// It has one that is marked as a last one.
const HAS_LAST: u8 = 8;

/// No transaction.
pub(super) const NONE: u32 = u32::MAX;

/// The events and transactions so far.
#[derive(Debug)]
pub(super) struct Numbers {
    /// For each event the number of its transaction; [`NONE`] for none. Few bytes, as every event has one until the last is in.
    rows: Vec<u32>,
    /// For each transaction what became of it.
    outcomes: Vec<u8>,
}

impl Numbers {
    pub(super) fn new(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), outcomes: Vec::new() }
    }

    /// The number of a new transaction.
    #[inline]
    pub(super) fn start(&mut self) -> u32 {
        // There are no more transactions than events, whose number the caller has looked at.
        let number = u32::try_from(self.outcomes.len()).unwrap_or(NONE);
        self.outcomes.push(0);
        number
    }

    /// The next event belongs to this transaction.
    #[inline]
    pub(super) fn add(&mut self, number: u32, first: bool, last: bool) {
        self.rows.push(number);
        if first {
            self.set(number, HAS_FIRST);
        }
        if last {
            self.set(number, HAS_LAST);
        }
    }

    /// The next event has none of the fields.
    pub(super) fn add_orphan(&mut self, is_kept: bool) {
        let number = if is_kept { self.start() } else { NONE };
        self.rows.push(number);
        self.set(number, ORPHAN);
    }

    /// A limit or its first event closed the transaction.
    pub(super) fn close(&mut self, number: u32) {
        self.set(number, CLOSED);
    }

    fn set(&mut self, number: u32, flag: u8) {
        if let Some(outcome) = self.outcomes.get_mut(number as usize) {
            *outcome |= flag;
        }
    }

    /// The key of each event's transaction, in the order in which they were added; none where that is not kept. Transactions that
    /// are still open stay unclosed.
    pub(super) fn keys(self, limits: &Limits) -> Int64Array {
        let needed = [(limits.needs_first, HAS_FIRST), (limits.needs_last, HAS_LAST)];
        let needed = needed.iter().filter(|(is_needed, _)| *is_needed).fold(0, |flags, (_, flag)| flags | flag);
        let is_kept = |outcome: u8| limits.keep_evicted || outcome & ORPHAN != 0 || outcome & needed == needed;
        let key = |(number, outcome): (usize, u8)| {
            is_kept(outcome).then(|| (number as i64) << 2 | i64::from(outcome & (CLOSED | ORPHAN)))
        };
        let outcome = |number: &u32| Some((*number as usize, *self.outcomes.get(*number as usize)?));
        let all_are_kept = self.outcomes.iter().all(|outcome| is_kept(*outcome)) && !self.rows.contains(&NONE);
        let keys = self.rows.iter().map(|number| outcome(number).and_then(key));
        // Without nulls there is no need of bits that tell them.
        if all_are_kept { Int64Array::from_iter_values(keys.map(Option::unwrap_or_default)) } else { keys.collect() }
    }
}
