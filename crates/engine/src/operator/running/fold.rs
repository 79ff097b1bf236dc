//! How values become one: a state that grows by a value, and what it amounts to.

use std::marker::PhantomData;

use datafusion::arrow::{
    array::ArrowNativeTypeOp,
    datatypes::{ArrowPrimitiveType, Float64Type, Int64Type},
};

/// A way to bring values together. An empty state is the default one.
pub(super) trait Fold {
    /// What comes in.
    type Value: Copy + Send;
    /// What is kept.
    type State: Copy + Default + Send;
    /// What comes out.
    type Answer: ArrowPrimitiveType;

    /// Adds a value, the latest one.
    fn add(state: &mut Self::State, value: Self::Value);

    /// The state of the values of both, those of the first before those of the other.
    fn merge(first: Self::State, other: Self::State) -> Self::State;

    /// What the values amount to; none where that is null.
    fn answer(state: &Self::State) -> Option<<Self::Answer as ArrowPrimitiveType>::Native>;
}

/// How many values there are.
pub(super) struct Count;

impl Fold for Count {
    type Value = ();
    type State = i64;
    type Answer = Int64Type;

    fn add(state: &mut i64, (): ()) {
        *state += 1;
    }

    fn merge(first: i64, other: i64) -> i64 {
        first + other
    }

    fn answer(state: &i64) -> Option<i64> {
        Some(*state)
    }
}

/// The sum, of integers modulo 2^64 as everywhere; null without values.
pub(super) struct Sum<T>(PhantomData<T>);

impl<T: ArrowPrimitiveType> Fold for Sum<T> {
    type Value = T::Native;
    type State = Option<T::Native>;
    type Answer = T;

    fn add(state: &mut Option<T::Native>, value: T::Native) {
        *state = Some(state.unwrap_or_default().add_wrapping(value));
    }

    fn merge(first: Option<T::Native>, other: Option<T::Native>) -> Option<T::Native> {
        match (first, other) {
            (Some(first), Some(other)) => Some(first.add_wrapping(other)),
            (one, none) => one.or(none),
        }
    }

    fn answer(state: &Option<T::Native>) -> Option<T::Native> {
        *state
    }
}

/// The mean; null without values.
pub(super) struct Mean;

impl Fold for Mean {
    type Value = f64;
    type State = (f64, u64);
    type Answer = Float64Type;

    fn add((sum, count): &mut (f64, u64), value: f64) {
        *sum += value;
        *count += 1;
    }

    fn merge((sum, count): (f64, u64), (others, more): (f64, u64)) -> (f64, u64) {
        (sum + others, count + more)
    }

    fn answer((sum, count): &(f64, u64)) -> Option<f64> {
        (*count > 0).then(|| sum / *count as f64)
    }
}

/// The least value, or with `GREATEST` the greatest; null without values.
pub(super) struct Extreme<T, const GREATEST: bool>(PhantomData<T>);

impl<T: ArrowPrimitiveType, const GREATEST: bool> Fold for Extreme<T, GREATEST> {
    type Value = T::Native;
    type State = Option<T::Native>;
    type Answer = T;

    fn add(state: &mut Option<T::Native>, value: T::Native) {
        let wins = state.is_none_or(|best| if GREATEST { value.is_gt(best) } else { value.is_lt(best) });
        if wins {
            *state = Some(value);
        }
    }

    fn merge(mut first: Option<T::Native>, other: Option<T::Native>) -> Option<T::Native> {
        other.into_iter().for_each(|value| Self::add(&mut first, value));
        first
    }

    fn answer(state: &Option<T::Native>) -> Option<T::Native> {
        *state
    }
}
