//! The values of a window, which come at one end and go at the other.
//!
//! Two stacks: the older one holds for each of its values what that and all younger ones of the stack come to, so that each
//! value is brought together with others twice, however long the window is. What a value adds is never taken away again, which
//! for doubles would leave the errors of all rows before.

use super::fold::Fold;

/// Windows of so few rows are gone through from the oldest row on, which is how a sum is expected to round.
const SHORT: usize = 64;

/// Keys and values from the oldest to the youngest.
pub(super) struct Queue<F: Fold> {
    /// The oldest last, each with the state of itself and those before it in this list.
    old: Vec<(i128, Option<F::Value>, F::State)>,
    /// The youngest last.
    young: Vec<(i128, Option<F::Value>)>,
    /// The state of the young ones.
    state: F::State,
}

impl<F: Fold> Queue<F> {
    /// How many bytes a value takes.
    pub(super) const ROW_BYTES: usize = size_of::<(i128, Option<F::Value>, F::State)>();

    pub(super) fn new() -> Self {
        Self { old: Vec::new(), young: Vec::new(), state: F::State::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.old.len() + self.young.len()
    }

    /// Adds a value; a row without one counts for the length alone.
    pub(super) fn push(&mut self, key: i128, value: Option<F::Value>) {
        if let Some(value) = value {
            F::add(&mut self.state, value);
        }
        self.young.push((key, value));
    }

    /// Drops the values whose keys are smaller.
    pub(super) fn forget(&mut self, key: i128) {
        loop {
            if self.old.is_empty() {
                if self.young.first().is_none_or(|(own, _)| *own >= key) {
                    return;
                }
                self.turn();
            }
            if self.old.pop_if(|(own, ..)| *own < key).is_none() {
                return;
            }
        }
    }

    /// Makes the young values old ones.
    fn turn(&mut self) {
        let mut state = F::State::default();
        for (key, value) in self.young.drain(..).rev() {
            if let Some(value) = value {
                let mut own = F::State::default();
                F::add(&mut own, value);
                state = F::merge(own, state);
            }
            self.old.push((key, value, state));
        }
        self.state = F::State::default();
    }

    /// The state of all values.
    pub(super) fn state(&self) -> F::State {
        if self.len() > SHORT {
            let old = self.old.last().map_or_else(F::State::default, |(_, _, state)| *state);
            return F::merge(old, self.state);
        }
        let mut state = F::State::default();
        let old = self.old.iter().rev().filter_map(|(_, value, _)| *value);
        old.chain(self.young.iter().filter_map(|(_, value)| *value)).for_each(|value| F::add(&mut state, value));
        state
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::Int64Type;

    use super::Queue;
    use crate::operator::running::fold::{Extreme, Fold};

    type Least = Extreme<Int64Type, false>;

    #[test]
    fn the_least_of_a_window() {
        for width in [1, 2, 5, 64, 65, 300] {
            let mut queue = Queue::<Least>::new();
            let values: Vec<i64> = (0..1_000).map(|n: i64| n * 7_919 % 1_009).collect();
            for (place, value) in values.iter().enumerate() {
                queue.push(place as i128, (value % 5 != 0).then_some(*value));
                queue.forget(place as i128 - width as i128 + 1);
                let from = (place + 1).saturating_sub(width);
                let expected = values[from..=place].iter().filter(|value| **value % 5 != 0).min();
                assert_eq!(Least::answer(&queue.state()).as_ref(), expected, "{width} rows up to {place}");
                assert_eq!(queue.len(), place + 1 - from);
            }
        }
    }
}
