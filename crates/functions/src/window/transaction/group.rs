//! Events, newest first, on their way into transactions.
//!
//! An event joins the open transaction that shares a value of a field with it and contradicts none. Values that a transaction
//! did not have yet become its own: `{h}, {h, c}, {c}` are one. Open transactions are found by their values, so that many of
//! them cost no more than few.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;

use super::{
    limits::{Ends, Limits},
    numbers::Numbers,
};

/// A transaction that further events can join.
#[derive(Debug)]
struct Open {
    ends: Ends,
    events: i64,
    values: Vec<Option<Arc<str>>>,
}

/// The events so far.
pub(super) struct Groups {
    limits: Limits,
    numbers: Numbers,
    /// By number, so that the newest is last.
    open: BTreeMap<u32, Open>,
    /// For each field and each of its values the open transactions that have it.
    by_value: Vec<HashMap<Arc<str>, Vec<u32>>>,
}

impl Groups {
    pub(super) fn new(limits: Limits, fields: usize, rows: usize) -> Self {
        Self { limits, numbers: Numbers::new(rows), open: BTreeMap::new(), by_value: vec![HashMap::new(); fields] }
    }

    /// Adds the next event, which is not newer than those before. `values` are those of the fields.
    pub(super) fn add(&mut self, time: Option<f64>, first: bool, last: bool, values: &[Option<Cow<'_, str>>]) {
        if !values.is_empty() && values.iter().all(Option::is_none) {
            return self.numbers.add_orphan(self.limits.keep_orphans);
        }
        let mut found = self.find(values);
        if let Some(number) = found {
            let is_broken = self.open.get(&number).is_some_and(|open| self.limits.are_broken(&open.ends, time));
            if last || is_broken {
                self.close(number, is_broken && !last);
                found = None;
            }
        }
        let number = match found {
            Some(number) => number,
            None => self.start(time, values.len()),
        };
        let is_full = self.join(number, time, values);
        self.numbers.add(number, first, last);
        if first || is_full {
            self.close(number, true);
        }
    }

    /// All events; transactions that are still open stay unclosed.
    pub(super) fn finish(self) -> Numbers {
        self.numbers
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

    fn start(&mut self, time: Option<f64>, fields: usize) -> u32 {
        let number = self.numbers.start();
        self.open.insert(number, Open { ends: Ends::new(time), events: 0, values: vec![None; fields] });
        number
    }

    /// Adds an event to an open transaction and tells whether that is full now.
    fn join(&mut self, number: u32, time: Option<f64>, values: &[Option<Cow<'_, str>>]) -> bool {
        let Some(open) = self.open.get_mut(&number) else { return false };
        open.events += 1;
        open.ends.add(time);
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
        self.limits.fill(open.events)
    }

    /// No event joins the transaction any more; its values are forgotten.
    fn close(&mut self, number: u32, closed: bool) {
        if closed {
            self.numbers.close(number);
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
        let keys = groups.finish().keys(limits);
        let found: Vec<(Option<i64>, i64)> =
            keys.iter().map(|key| (key.map(|key| key / 4), key.map_or(0, |key| key % 2))).collect();
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
