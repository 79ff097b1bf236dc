//! Events, newest first, on their way into transactions.
//!
//! An event joins the open transaction that shares a value of a field with it and contradicts none. Values that a transaction
//! did not have yet become its own: `{h}, {h, c}, {c}` are one. Open transactions are found by their values, so that many of
//! them cost no more than few.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;

/// What closes a transaction, and which ones are kept.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Seconds from the first event to the last at most.
    pub(super) max_span: Option<f64>,
    /// Seconds between two events at most.
    pub(super) max_pause: Option<f64>,
    /// Events at most; 0 is any number.
    pub(super) max_events: i64,
    /// Whether a transaction needs an event that is marked as a first one.
    pub(super) needs_first: bool,
    /// Whether it needs one that is marked as a last one.
    pub(super) needs_last: bool,
    /// Whether an event must share a value.
    pub(super) connected: bool,
    /// Whether transactions without the events that they need are kept.
    pub(super) keep_evicted: bool,
    /// Whether events with none of the fields are kept.
    pub(super) keep_orphans: bool,
}

/// What is said of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The number of its transaction; none where that is not kept.
    pub(super) transaction: Option<i64>,
    /// 1 where a limit or the first event closed it.
    pub(super) closed: i64,
    /// How many of the fields the event has.
    pub(super) matched: i64,
    /// 1 where it has none and is kept nevertheless.
    pub(super) orphan: i64,
}

/// An event's place: few bytes, as every event has one until the last is in.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The number of its transaction; [`NONE`] for none.
    transaction: u32,
    matched: u32,
}

/// No transaction.
const NONE: u32 = u32::MAX;

/// What became of a transaction.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    has_first: bool,
    has_last: bool,
    closed: bool,
    orphan: bool,
}

/// A transaction that further events can join.
#[derive(Debug)]
struct Open {
    newest: Option<f64>,
    latest_added: Option<f64>,
    events: i64,
    values: Vec<Option<Arc<str>>>,
}

/// The events so far.
pub(super) struct Groups {
    limits: Limits,
    rows: Vec<Place>,
    outcomes: Vec<Outcome>,
    /// By number, so that the newest is last.
    open: BTreeMap<u32, Open>,
    /// For each field and each of its values the open transactions that have it.
    by_value: Vec<HashMap<Arc<str>, Vec<u32>>>,
}

/// Every event with its transaction.
pub(super) struct Kept {
    limits: Limits,
    rows: Vec<Place>,
    outcomes: Vec<Outcome>,
}

impl Groups {
    pub(super) fn new(limits: Limits, fields: usize, rows: usize) -> Self {
        Self {
            limits,
            rows: Vec::with_capacity(rows),
            outcomes: Vec::new(),
            open: BTreeMap::new(),
            by_value: vec![HashMap::new(); fields],
        }
    }

    /// Adds the next event, which is not newer than those before. `values` are those of the fields.
    pub(super) fn add(&mut self, time: Option<f64>, first: bool, last: bool, values: &[Option<Cow<'_, str>>]) {
        let matched = values.iter().flatten().count();
        if !values.is_empty() && matched == 0 {
            let transaction = if self.limits.keep_orphans { self.number(true) } else { NONE };
            self.rows.push(Place { transaction, matched: 0 });
            return;
        }
        let mut found = self.find(values);
        if let Some(number) = found {
            let breaks_limit = self.breaks_limit(number, time);
            if last || breaks_limit {
                self.close(number, breaks_limit && !last);
                found = None;
            }
        }
        let number = match found {
            Some(number) => number,
            None => self.start(time, values.len()),
        };
        let is_full = self.join(number, time, values);
        if let Some(outcome) = self.outcomes.get_mut(number as usize) {
            outcome.has_last |= last;
            outcome.has_first |= first;
        }
        if first || is_full {
            self.close(number, true);
        }
        self.rows.push(Place { transaction: number, matched: u32::try_from(matched).unwrap_or(u32::MAX) });
    }

    /// All events; transactions that are still open stay unclosed.
    pub(super) fn finish(self) -> Kept {
        Kept { limits: self.limits, rows: self.rows, outcomes: self.outcomes }
    }

    /// The open transaction that the event belongs to, the newest if there are several.
    fn find(&self, values: &[Option<Cow<'_, str>>]) -> Option<u32> {
        let agrees = |open: &Open| {
            let agrees = |(own, value): (&Option<Arc<str>>, &Option<Cow<'_, str>>)| match (own, value) {
                (Some(own), Some(value)) => **own == **value,
                _ => true,
            };
            open.values.iter().zip(values).all(agrees)
        };
        if values.is_empty() || !self.limits.connected {
            return self.open.iter().rev().find(|(_, open)| agrees(open)).map(|(number, _)| *number);
        }
        let of_value = |(value, known): (&Option<Cow<'_, str>>, _)| {
            let known: &HashMap<Arc<str>, Vec<u32>> = known;
            known.get(value.as_deref()?)
        };
        let sharing = values.iter().zip(&self.by_value).filter_map(of_value).flatten();
        sharing.copied().filter(|number| self.open.get(number).is_some_and(agrees)).max()
    }

    fn breaks_limit(&self, number: u32, time: Option<f64>) -> bool {
        let Some(open) = self.open.get(&number) else { return false };
        let exceeds = |from: Option<f64>, most: Option<f64>| match (from, time, most) {
            (Some(from), Some(time), Some(most)) => from - time > most,
            _ => false,
        };
        exceeds(open.newest, self.limits.max_span) || exceeds(open.latest_added, self.limits.max_pause)
    }

    /// The number of a new transaction.
    fn number(&mut self, orphan: bool) -> u32 {
        // There are no more transactions than events, whose number the caller has looked at.
        let number = u32::try_from(self.outcomes.len()).unwrap_or(NONE);
        self.outcomes.push(Outcome { orphan, ..Outcome::default() });
        number
    }

    fn start(&mut self, time: Option<f64>, fields: usize) -> u32 {
        let number = self.number(false);
        self.open.insert(number, Open { newest: time, latest_added: time, events: 0, values: vec![None; fields] });
        number
    }

    /// Adds an event to an open transaction and tells whether that is full now.
    fn join(&mut self, number: u32, time: Option<f64>, values: &[Option<Cow<'_, str>>]) -> bool {
        let Some(open) = self.open.get_mut(&number) else { return false };
        open.events += 1;
        open.latest_added = time.or(open.latest_added);
        for ((own, value), known) in open.values.iter_mut().zip(values).zip(&mut self.by_value) {
            if let (None, Some(value)) = (&own, value) {
                let value: Arc<str> = match known.get_key_value(&**value) {
                    Some((known, _)) => Arc::clone(known),
                    None => Arc::from(&**value),
                };
                known.entry(Arc::clone(&value)).or_default().push(number);
                *own = Some(value);
            }
        }
        self.limits.max_events > 0 && open.events >= self.limits.max_events
    }

    /// No event joins the transaction any more; its values are forgotten.
    fn close(&mut self, number: u32, closed: bool) {
        if let Some(outcome) = self.outcomes.get_mut(number as usize) {
            outcome.closed = closed;
        }
        let Some(open) = self.open.remove(&number) else { return };
        for (value, known) in open.values.into_iter().zip(&mut self.by_value) {
            let Some(value) = value else { continue };
            if let Some(numbers) = known.get_mut(&value) {
                numbers.retain(|other| *other != number);
                if numbers.is_empty() {
                    known.remove(&value);
                }
            }
        }
    }
}

impl Kept {
    /// What is said of each event, in the order in which they were added.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows.iter().map(|place| {
            let outcome = self.outcomes.get(place.transaction as usize).filter(|outcome| self.is_kept(outcome));
            Row {
                transaction: outcome.map(|_| i64::from(place.transaction)),
                closed: outcome.map_or(0, |outcome| i64::from(outcome.closed)),
                matched: i64::from(place.matched),
                orphan: outcome.map_or(0, |outcome| i64::from(outcome.orphan)),
            }
        })
    }

    fn is_kept(&self, outcome: &Outcome) -> bool {
        let has_ends = (!self.limits.needs_first || outcome.has_first) && (!self.limits.needs_last || outcome.has_last);
        has_ends || self.limits.keep_evicted || outcome.orphan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Limits = Limits {
        max_span: None,
        max_pause: None,
        max_events: 1000,
        needs_first: false,
        needs_last: false,
        connected: true,
        keep_evicted: false,
        keep_orphans: false,
    };

    /// An event: its time, what it is marked as (`f`irst, `l`ast), its values (`-` is none).
    type Event = (f64, &'static str, &'static [&'static str]);

    fn check(limits: &Limits, fields: usize, events: &[Event], expected: &[(Option<i64>, i64)]) {
        let mut groups = Groups::new(limits.clone(), fields, events.len());
        for (time, marks, values) in events {
            let values: Vec<Option<Cow<'_, str>>> =
                values.iter().map(|value| (*value != "-").then_some(Cow::Borrowed(*value))).collect();
            groups.add(Some(*time), marks.contains('f'), marks.contains('l'), &values);
        }
        let found: Vec<(Option<i64>, i64)> = groups.finish().rows().map(|row| (row.transaction, row.closed)).collect();
        assert_eq!(found, expected, "{events:?}");
    }

    #[test]
    fn values_are_passed_on() {
        let events: &[Event] = &[(3.0, "", &["-", "c"]), (2.0, "", &["h", "c"]), (1.0, "", &["h", "-"])];
        check(&FREE, 2, events, &[(Some(0), 0), (Some(0), 0), (Some(0), 0)]);
    }

    #[test]
    fn a_contradiction_separates() {
        let events: &[Event] = &[(3.0, "", &["h", "c"]), (2.0, "", &["h", "d"]), (1.0, "", &["h", "c"])];
        check(&FREE, 2, events, &[(Some(0), 0), (Some(1), 0), (Some(0), 0)]);
    }

    #[test]
    fn an_event_without_the_fields_belongs_to_none() {
        let events: &[Event] = &[(2.0, "", &["-"]), (1.0, "", &["a"])];
        check(&FREE, 1, events, &[(None, 0), (Some(0), 0)]);
        check(&Limits { keep_orphans: true, ..FREE }, 1, events, &[(Some(0), 0), (Some(1), 0)]);
    }

    #[test]
    fn limits_close() {
        let events: &[Event] = &[(30.0, "", &["a"]), (20.0, "", &["a"]), (5.0, "", &["a"])];
        check(&Limits { max_span: Some(10.0), ..FREE }, 1, events, &[(Some(0), 1), (Some(0), 1), (Some(1), 0)]);
        check(&Limits { max_pause: Some(12.0), ..FREE }, 1, events, &[(Some(0), 1), (Some(0), 1), (Some(1), 0)]);
        check(&Limits { max_events: 2, ..FREE }, 1, events, &[(Some(0), 1), (Some(0), 1), (Some(1), 0)]);
    }

    #[test]
    fn first_and_last_events_frame() {
        let both = Limits { needs_first: true, needs_last: true, ..FREE };
        let events: &[Event] =
            &[(5.0, "", &["a"]), (4.0, "l", &["a"]), (3.0, "", &["a"]), (2.0, "f", &["a"]), (1.0, "", &["a"])];
        check(&both, 1, events, &[(None, 0), (Some(1), 1), (Some(1), 1), (Some(1), 1), (None, 0)]);
        let first = Limits { needs_first: true, ..FREE };
        let events: &[Event] = &[(4.0, "", &["a"]), (3.0, "f", &["a"]), (2.0, "f", &["a"]), (1.0, "", &["a"])];
        check(&first, 1, events, &[(Some(0), 1), (Some(0), 1), (Some(1), 1), (None, 0)]);
    }

    #[test]
    fn without_fields_there_is_one_at_a_time() {
        let events: &[Event] = &[(3.0, "", &[]), (2.0, "", &[]), (1.0, "", &[])];
        check(&Limits { max_span: Some(1.0), ..FREE }, 0, events, &[(Some(0), 1), (Some(0), 1), (Some(1), 0)]);
    }
}
