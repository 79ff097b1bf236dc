//! Events, newest first, on their way into transactions of one field.
//!
//! Where there is one field only, an event can join the open transaction of its own value and no other: there is one at most, as a
//! new one begins only where none is open. What is open is a list by the number of the value.

use datafusion::common::Result;

use super::{
    limits::{Ends, Limits},
    numbers::{NONE, Numbers},
};
use crate::stats::Interner;

/// The transaction of a value that further events can join.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Its number; [`NONE`] where there is none.
    number: u32,
    events: u32,
}

/// The events so far.
pub(super) struct Single {
    limits: Limits,
    looks_at_times: bool,
    numbers: Numbers,
    values: Interner,
    /// For each value.
    open: Vec<Open>,
    /// For each value times of its open transaction, where they matter.
    ends: Vec<Ends>,
}

impl Single {
    pub(super) fn new(limits: Limits, rows: usize) -> Self {
        Self {
            looks_at_times: limits.look_at_times(),
            limits,
            numbers: Numbers::new(rows),
            values: Interner::default(),
            open: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Adds the next event, which is not newer than those before. `value` is that of the field.
    #[inline]
    pub(super) fn add(&mut self, time: Option<f64>, first: bool, last: bool, value: Option<&str>) -> Result<()> {
        let Some(value) = value else {
            self.numbers.add_orphan(self.limits.keep_orphans);
            return Ok(());
        };
        let value = self.values.intern(value)? as usize;
        if value >= self.open.len() {
            self.open.push(Open { number: NONE, events: 0 });
            if self.looks_at_times {
                self.ends.push(Ends::default());
            }
        }
        let Some(open) = self.open.get_mut(value) else { return Ok(()) };
        if open.number != NONE {
            let is_broken = self.ends.get(value).is_some_and(|ends| self.limits.are_broken(ends, time));
            if is_broken && !last {
                self.numbers.close(open.number);
            }
            if is_broken || last {
                open.number = NONE;
            }
        }
        if open.number == NONE {
            *open = Open { number: self.numbers.start(), events: 0 };
            self.ends.get_mut(value).into_iter().for_each(|ends| *ends = Ends::new(time));
        }
        open.events += 1;
        self.ends.get_mut(value).into_iter().for_each(|ends| ends.add(time));
        self.numbers.add(open.number, first, last);
        if first || self.limits.fill(i64::from(open.events)) {
            self.numbers.close(open.number);
            open.number = NONE;
        }
        Ok(())
    }

    /// All events; transactions that are still open stay unclosed.
    pub(super) fn finish(self) -> Numbers {
        self.numbers
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{super::group::Groups, *};

    /// An event: seconds to the one before it, the times that some lack, whether it is a first one and a last one, its value.
    type Event = (u32, bool, bool, bool, Option<u8>);

    fn limits() -> impl Strategy<Value = Limits> {
        let seconds = || prop::option::of((0..6_u32).prop_map(f64::from));
        let flags = prop::array::uniform5(any::<bool>());
        (seconds(), seconds(), 0..5_i64, flags).prop_map(|(max_span, max_pause, max_events, flags)| {
            let [needs_first, needs_last, connected, keep_evicted, keep_orphans] = flags;
            Limits { max_span, max_pause, max_events, needs_first, needs_last, connected, keep_evicted, keep_orphans }
        })
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = (
            0..4_u32,
            prop::bool::weighted(0.9),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.2),
            prop::option::weighted(0.9, 0..4_u8),
        );
        prop::collection::vec(event, 0..40)
    }

    proptest! {
        #[test]
        fn one_field_is_as_any_number_of_them(limits in limits(), events in events()) {
            let mut groups = Groups::new(limits.clone(), 1, events.len());
            let mut single = Single::new(limits.clone(), events.len());
            let mut now = 1000.0;
            for (pause, has_time, first, last, value) in events {
                now -= f64::from(pause);
                let time = has_time.then_some(now);
                let value = value.map(|value| format!("v{value}"));
                groups.add(time, first, last, &[value.as_deref().map(Cow::Borrowed)]);
                single.add(time, first, last, value.as_deref()).unwrap();
            }
            prop_assert_eq!(single.finish().keys(&limits), groups.finish().keys(&limits));
        }
    }
}
