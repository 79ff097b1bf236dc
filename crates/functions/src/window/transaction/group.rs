//! Events, newest first, on their way into transactions.
//!
//! An event joins the open transaction that shares a value of a field with it and contradicts none. Values that a transaction
//! did not have yet become its own: `{h}, {h, c}, {c}` are one. Open transactions are found by their values, so that many of
//! them cost no more than few.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

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

/// A transaction, open or closed.
#[derive(Debug)]
struct Transaction {
    newest: Option<f64>,
    latest_added: Option<f64>,
    events: i64,
    values: Vec<Option<usize>>,
    has_first: bool,
    has_last: bool,
    closed: bool,
    orphan: bool,
}

/// The events so far.
pub(super) struct Groups {
    limits: Limits,
    fields: usize,
    rows: Vec<(Option<usize>, i64)>,
    transactions: Vec<Transaction>,
    open: HashSet<usize>,
    /// The number of each value, for each field.
    interned: Vec<HashMap<String, usize>>,
    /// The open transactions with a value.
    by_value: Vec<Vec<usize>>,
}

impl Groups {
    pub(super) fn new(limits: Limits, fields: usize, rows: usize) -> Self {
        Self {
            limits,
            fields,
            rows: Vec::with_capacity(rows),
            transactions: Vec::new(),
            open: HashSet::new(),
            interned: vec![HashMap::new(); fields],
            by_value: Vec::new(),
        }
    }

    /// Adds the next event, which is not newer than those before. `values` are those of the fields.
    pub(super) fn add(&mut self, time: Option<f64>, first: bool, last: bool, values: &[Option<Cow<'_, str>>]) {
        let values: Vec<Option<usize>> =
            values.iter().enumerate().map(|(field, value)| Some(self.intern(field, value.as_deref()?))).collect();
        let matched = values.iter().flatten().count();
        if self.fields > 0 && matched == 0 {
            let place = self.limits.keep_orphans.then(|| self.start(time, values, true));
            self.rows.push((place, 0));
            return;
        }
        let mut found = self.find(&values);
        if let Some(place) = found {
            let breaks_limit = self.breaks_limit(place, time);
            if last || breaks_limit {
                self.close(place, breaks_limit && !last);
                found = None;
            }
        }
        let place = found.unwrap_or_else(|| {
            let place = self.start(time, values.clone(), false);
            self.open.insert(place);
            place
        });
        self.join(place, time, &values);
        let mut is_full = false;
        if let Some(transaction) = self.transactions.get_mut(place) {
            transaction.has_last |= last;
            transaction.has_first |= first;
            is_full = self.limits.max_events > 0 && transaction.events >= self.limits.max_events;
        }
        if first || is_full {
            self.close(place, true);
        }
        self.rows.push((Some(place), i64::try_from(matched).unwrap_or(i64::MAX)));
    }

    /// What is said of each event, in the order in which they were added.
    pub(super) fn finish(self) -> Vec<Row> {
        let limits = &self.limits;
        let is_kept = |transaction: &Transaction| {
            let whole = (!limits.needs_first || transaction.has_first) && (!limits.needs_last || transaction.has_last);
            whole || limits.keep_evicted || transaction.orphan
        };
        let one = |(place, matched): &(Option<usize>, i64)| {
            let transaction = place.and_then(|place| Some((place, self.transactions.get(place)?)));
            let kept = transaction.filter(|(_, transaction)| is_kept(transaction));
            Row {
                transaction: kept.and_then(|(place, _)| i64::try_from(place).ok()),
                closed: kept.map_or(0, |(_, transaction)| i64::from(transaction.closed)),
                matched: *matched,
                orphan: kept.map_or(0, |(_, transaction)| i64::from(transaction.orphan)),
            }
        };
        self.rows.iter().map(one).collect()
    }

    fn intern(&mut self, field: usize, value: &str) -> usize {
        let known = self.interned.get(field).and_then(|known| known.get(value));
        if let Some(id) = known {
            return *id;
        }
        let id = self.by_value.len();
        self.by_value.push(Vec::new());
        if let Some(known) = self.interned.get_mut(field) {
            known.insert(value.to_owned(), id);
        }
        id
    }

    /// The open transaction that the event belongs to, the newest if there are several.
    fn find(&self, values: &[Option<usize>]) -> Option<usize> {
        let agrees = |place: &usize| {
            let own = self.transactions.get(*place).map(|transaction| &transaction.values);
            own.is_some_and(|own| {
                own.iter().zip(values).all(|(own, value)| own.is_none() || value.is_none() || own == value)
            })
        };
        if self.fields == 0 || !self.limits.connected {
            return self.open.iter().copied().filter(agrees).max();
        }
        let sharing = values.iter().flatten().filter_map(|&value| self.by_value.get(value)).flatten();
        sharing.copied().filter(agrees).max()
    }

    fn breaks_limit(&self, place: usize, time: Option<f64>) -> bool {
        let Some(transaction) = self.transactions.get(place) else { return false };
        let exceeds = |from: Option<f64>, most: Option<f64>| match (from, time, most) {
            (Some(from), Some(time), Some(most)) => from - time > most,
            _ => false,
        };
        exceeds(transaction.newest, self.limits.max_span) || exceeds(transaction.latest_added, self.limits.max_pause)
    }

    fn start(&mut self, time: Option<f64>, values: Vec<Option<usize>>, orphan: bool) -> usize {
        let place = self.transactions.len();
        self.transactions.push(Transaction {
            newest: time,
            latest_added: time,
            events: 0,
            values: vec![None; values.len()],
            has_first: false,
            has_last: false,
            closed: false,
            orphan,
        });
        place
    }

    fn join(&mut self, place: usize, time: Option<f64>, values: &[Option<usize>]) {
        let Some(transaction) = self.transactions.get_mut(place) else { return };
        transaction.events += 1;
        transaction.latest_added = time.or(transaction.latest_added);
        for (own, value) in transaction.values.iter_mut().zip(values) {
            if let (None, Some(value)) = (&own, value) {
                *own = Some(*value);
                if let Some(places) = self.by_value.get_mut(*value) {
                    places.push(place);
                }
            }
        }
    }

    fn close(&mut self, place: usize, closed: bool) {
        let Some(transaction) = self.transactions.get_mut(place) else { return };
        transaction.closed = closed;
        for value in transaction.values.drain(..).flatten() {
            if let Some(places) = self.by_value.get_mut(value) {
                places.retain(|other| *other != place);
            }
        }
        self.open.remove(&place);
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
        let found: Vec<(Option<i64>, i64)> = groups.finish().iter().map(|row| (row.transaction, row.closed)).collect();
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
