//! What a stats function keeps for its groups, and the two faces that DataFusion wants of it.
//!
//! `stats dc(user) by host` drives one [`Groups`] with a number per host; `eventstats dc(user)` drives the same code with
//! one group. Every function implements [`Groups`] once; [`Driver`] turns it into a `GroupsAccumulator` and an
//! `Accumulator`. Frames that move are not here but in `sliding`: no state forgets a single row.

use std::fmt::Debug;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        buffer::NullBuffer,
    },
    common::{Result, ScalarValue},
    logical_expr::{Accumulator, EmitTo, GroupsAccumulator},
};

/// The rows of a batch that count, each with its group.
pub(crate) struct Rows<'a> {
    assignment: Assignment<'a>,
    filter: Option<&'a BooleanArray>,
    len: usize,
    total: usize,
}

enum Assignment<'a> {
    /// All rows belong to group 0.
    One,
    /// Every row is a group.
    Each,
    /// The group of each row.
    Given(&'a [usize]),
}

impl<'a> Rows<'a> {
    /// All of `len` rows, in group 0.
    pub(crate) fn one_group(len: usize) -> Self {
        Self { assignment: Assignment::One, filter: None, len, total: 1 }
    }

    /// Each of `len` rows in a group of its own.
    pub(crate) fn own_groups(len: usize, filter: Option<&'a BooleanArray>) -> Self {
        Self { assignment: Assignment::Each, filter, len, total: len }
    }

    /// Rows in the groups given, of which there are `total`.
    pub(crate) fn grouped(groups: &'a [usize], filter: Option<&'a BooleanArray>, total: usize) -> Self {
        Self { assignment: Assignment::Given(groups), filter, len: groups.len(), total }
    }

    /// How many groups there are after this batch.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Whether all rows belong to one group and none is left out.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.assignment, Assignment::One) && self.filter.is_none()
    }

    /// Whether no row is left out.
    pub(crate) fn are_all(&self) -> bool {
        self.filter.is_none()
    }

    /// Whether all rows belong to one group.
    pub(crate) fn is_one_group(&self) -> bool {
        matches!(self.assignment, Assignment::One)
    }

    /// The groups of all rows, where each has one and none is left out.
    pub(crate) fn all_groups(&self) -> Option<&'a [usize]> {
        match self.assignment {
            Assignment::Given(groups) if self.filter.is_none() => Some(groups),
            _ => None,
        }
    }

    /// Gives each row that passes the filter and is not null, as (row, group). A loop for each case, since this runs for every
    /// row of every function.
    pub(crate) fn each(
        &self,
        nulls: Option<&NullBuffer>,
        mut take: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<()> {
        let filter = self.filter.map(|filter| match filter.nulls() {
            Some(nulls) => filter.values() & nulls.inner(),
            None => filter.values().clone(),
        });
        let present = nulls.filter(|nulls| nulls.null_count() > 0).map(NullBuffer::inner);
        let kept = match (filter, present) {
            (Some(filter), Some(present)) => Some(&filter & present),
            (filter, present) => filter.or_else(|| present.cloned()),
        };
        match (&self.assignment, kept) {
            (Assignment::Given(groups), None) => {
                groups.iter().enumerate().try_for_each(|(row, group)| take(row, *group))
            }
            (Assignment::Given(groups), Some(kept)) => kept.set_indices().try_for_each(|row| take(row, groups[row])),
            (Assignment::One, None) => (0..self.len).try_for_each(|row| take(row, 0)),
            (Assignment::One, Some(kept)) => kept.set_indices().try_for_each(|row| take(row, 0)),
            (Assignment::Each, None) => (0..self.len).try_for_each(|row| take(row, row)),
            (Assignment::Each, Some(kept)) => kept.set_indices().try_for_each(|row| take(row, row)),
        }
    }

    /// The rows that pass the filter, as (row, group).
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let rows = (0..self.len).filter(|row| self.filter.is_none_or(|keep| keep.is_valid(*row) && keep.value(*row)));
        rows.map(|row| match self.assignment {
            Assignment::One => (row, 0),
            Assignment::Each => (row, row),
            Assignment::Given(groups) => (row, groups[row]),
        })
    }
}

/// The state of a stats function for all groups. Groups are numbers below 2³², dense from 0.
pub(crate) trait Groups: Debug + Send + Sync {
    /// Takes in the rows of a batch of arguments.
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()>;

    /// Takes in what [`Groups::state`] of others gave.
    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()>;

    /// The results of the first `count` groups, which stay.
    fn evaluate(&mut self, count: usize) -> Result<ArrayRef>;

    /// The mergeable state of the first `count` groups, which stay.
    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>>;

    /// Drops the first `count` groups; the others move down, and memory that nothing needs is freed.
    fn forget(&mut self, count: usize) -> Result<()>;

    /// The state of rows that are a group each; asked where grouping does not make the input smaller.
    fn convert(&self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<Vec<ArrayRef>> {
        let mut state = self.fresh()?;
        state.update(arguments, rows)?;
        state.state(rows.total())
    }

    /// The same function with no groups.
    fn fresh(&self) -> Result<Box<dyn Groups>>;

    /// Bytes on the heap.
    fn size(&self) -> usize;
}

/// Both kinds of accumulator over one [`Groups`].
#[derive(Debug)]
pub(crate) struct Driver {
    state: Box<dyn Groups>,
    total: usize,
}

impl Driver {
    pub(crate) fn new(state: Box<dyn Groups>) -> Self {
        Self { state, total: 0 }
    }

    /// Forgets what was emitted.
    fn emitted(&mut self, count: usize) -> Result<()> {
        if count >= self.total {
            self.state = self.state.fresh()?;
        } else {
            self.state.forget(count)?;
        }
        self.total = self.total.saturating_sub(count);
        Ok(())
    }

    fn count(&self, emit: EmitTo) -> usize {
        match emit {
            EmitTo::All => self.total,
            EmitTo::First(count) => count.min(self.total),
        }
    }
}

impl GroupsAccumulator for Driver {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.total = total_num_groups;
        self.state.update(values, &Rows::grouped(group_indices, opt_filter, total_num_groups))
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.total = total_num_groups;
        self.state.merge(values, &Rows::grouped(group_indices, None, total_num_groups))
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let count = self.count(emit_to);
        let result = self.state.evaluate(count)?;
        self.emitted(count)?;
        Ok(result)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let count = self.count(emit_to);
        let state = self.state.state(count)?;
        self.emitted(count)?;
        Ok(state)
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let len = values.first().map_or(0, Array::len);
        self.state.convert(values, &Rows::own_groups(len, opt_filter))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.state.size()
    }
}

impl Accumulator for Driver {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.state.update(values, &Rows::one_group(values.first().map_or(0, Array::len)))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.state.merge(states, &Rows::one_group(states.first().map_or(0, Array::len)))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.state.evaluate(1)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.state.state(1)?.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.state.size()
    }
}

/// Drops the front of a column of groups, and its memory where most of it has become idle.
pub(crate) fn forget_front<T>(column: &mut Vec<T>, count: usize) {
    column.drain(..count.min(column.len()));
    if column.capacity() / 4 > column.len() {
        column.shrink_to(column.len() * 2);
    }
}

/// Items sorted by their groups, those of a group in the order in which they came.
pub(crate) struct Sorted<T> {
    items: Vec<T>,
    ends: Vec<usize>,
}

impl<T: Copy + Default> Sorted<T> {
    /// Takes the items of the first `count` groups. Two passes, no comparison.
    pub(crate) fn new(items: impl Iterator<Item = (usize, T)> + Clone, count: usize) -> Self {
        let mut lengths = vec![0_usize; count];
        for (group, _) in items.clone() {
            if let Some(length) = lengths.get_mut(group) {
                *length += 1;
            }
        }
        let mut total = 0;
        let mut ends = Vec::with_capacity(count);
        for length in lengths {
            ends.push(total);
            total += length;
        }
        let mut sorted = vec![T::default(); total];
        for (group, item) in items {
            if let Some(end) = ends.get_mut(group) {
                sorted[*end] = item;
                *end += 1;
            }
        }
        Self { items: sorted, ends }
    }

    /// The items of each group, to be sorted in place.
    pub(crate) fn groups_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let mut rest = self.items.as_mut_slice();
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let (group, after) = std::mem::take(&mut rest).split_at_mut(end - start);
            (rest, start) = (after, *end);
            group
        })
    }

    /// The items of all groups.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// How many items each group has.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> + '_ {
        let mut start = 0;
        self.ends.iter().map(move |end| end - std::mem::replace(&mut start, *end))
    }
}
