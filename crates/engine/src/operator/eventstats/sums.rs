//! What the rows of a core are summed up to, and those of all cores together.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch, UInt32Array},
        compute::take,
        datatypes::{DataType, FieldRef, SchemaRef},
    },
    common::{Result, ScalarValue, internal_datafusion_err, internal_err, resources_datafusion_err},
    logical_expr::{Accumulator, EmitTo, GroupsAccumulator},
    physical_expr::{
        PhysicalExpr,
        aggregate::AggregateFunctionExpr,
        window::{PlainAggregateWindowExpr, WindowExpr},
    },
    physical_expr_common::utils::evaluate_expressions_to_arrays,
};

use super::Read;
use crate::operator::groups::Groups;

/// What is summed up so far.
pub(super) struct Sums {
    aggregates: Vec<Arc<dyn WindowExpr>>,
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    of: Of,
}

enum Of {
    /// All rows are one group: nothing is numbered.
    All(Vec<Box<dyn Accumulator>>),
    Groups(Groups, Vec<Box<dyn GroupsAccumulator>>),
}

/// What the rows of a core get.
#[derive(Clone)]
pub(super) enum Results {
    OfAll(Vec<ScalarValue>),
    /// For each of the core's groups.
    ByGroup(Vec<ArrayRef>),
}

/// The groups of some rows: their keys, and for each aggregate the columns of its state.
pub(super) struct States {
    pub(super) keys: Vec<ArrayRef>,
    pub(super) states: Vec<Vec<ArrayRef>>,
}

impl Sums {
    pub(super) fn try_new(aggregates: &[Arc<dyn WindowExpr>], read: Read, input: &SchemaRef) -> Result<Self> {
        let of = if read.keys.is_empty() {
            let accumulator = |aggregate| plain(aggregate)?.create_accumulator();
            Of::All(aggregates.iter().map(accumulator).collect::<Result<_>>()?)
        } else {
            Of::Groups(Groups::try_new(read.keys, input)?, accumulators(aggregates)?)
        };
        Ok(Self { aggregates: aggregates.to_vec(), arguments: read.arguments, of })
    }

    /// None yet, for states of groups with keys of these types.
    pub(super) fn of_states(aggregates: &[Arc<dyn WindowExpr>], keys: Vec<DataType>) -> Result<Self> {
        let of = Of::Groups(Groups::of_keys(keys)?, accumulators(aggregates)?);
        Ok(Self { aggregates: aggregates.to_vec(), arguments: Vec::new(), of })
    }

    /// Adds rows; gives the number of the group of each, where there are groups.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<Option<UInt32Array>> {
        match &mut self.of {
            Of::All(accumulators) => {
                for (arguments, accumulator) in self.arguments.iter().zip(accumulators) {
                    accumulator.update_batch(&evaluate_expressions_to_arrays(arguments, batch)?)?;
                }
                Ok(None)
            }
            Of::Groups(groups, accumulators) => {
                let total = groups.number(batch)?;
                for (arguments, accumulator) in self.arguments.iter().zip(accumulators) {
                    let values: Vec<ArrayRef> = evaluate_expressions_to_arrays(arguments, batch)?;
                    accumulator.update_batch(&values, groups.ids(), None, total)?;
                }
                numbers(groups.ids()).map(Some)
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match &self.of {
            Of::All(accumulators) => accumulators.iter().map(|accumulator| accumulator.size()).sum(),
            Of::Groups(groups, accumulators) => {
                accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>() + groups.bytes()
            }
        }
    }

    /// Whether there are groups; else all rows are one.
    pub(super) fn is_by_group(&self) -> bool {
        matches!(self.of, Of::Groups(..))
    }

    /// The types of the groups' keys, and the fields of each aggregate's state.
    pub(super) fn state_types(&self) -> Result<(Vec<DataType>, Vec<Vec<FieldRef>>)> {
        let keys = match &self.of {
            Of::All(_) => Vec::new(),
            Of::Groups(groups, _) => groups.key_types(),
        };
        let states = self.aggregates.iter().map(|aggregate| plain(aggregate)?.state_fields());
        Ok((keys, states.collect::<Result<_>>()?))
    }

    /// The states of all groups in the order of their numbers, of which there are none afterwards; nothing where there are none.
    pub(super) fn take_states(&mut self) -> Result<Option<States>> {
        let Of::Groups(groups, accumulators) = &mut self.of else { return Ok(None) };
        if groups.is_empty() {
            return Ok(None);
        }
        let keys = groups.take_keys()?;
        let mut states = Vec::with_capacity(accumulators.len());
        for (accumulator, aggregate) in accumulators.iter_mut().zip(&self.aggregates) {
            // A new one: those that number texts keep the numbers.
            let mut full = std::mem::replace(accumulator, plain(aggregate)?.create_groups_accumulator()?);
            states.push(full.state(EmitTo::All)?);
        }
        Ok(Some(States { keys, states }))
    }

    /// Adds states; gives the number that each of their groups has here.
    pub(super) fn merge_states(&mut self, states: &States) -> Result<UInt32Array> {
        let Of::Groups(groups, accumulators) = &mut self.of else {
            return internal_err!("states are those of groups");
        };
        let total = groups.number_keys(&states.keys)?;
        for (accumulator, state) in accumulators.iter_mut().zip(&states.states) {
            accumulator.merge_batch(state, groups.ids(), total)?;
        }
        numbers(groups.ids())
    }

    /// Adds the sums of another core; gives the number that each of its groups has here.
    fn merge(&mut self, other: Self) -> Result<Option<UInt32Array>> {
        match (&mut self.of, other.of) {
            (Of::All(accumulators), Of::All(others)) => {
                for (accumulator, mut other) in accumulators.iter_mut().zip(others) {
                    let state = other.state()?;
                    let state = state.iter().map(ScalarValue::to_array).collect::<Result<Vec<_>>>()?;
                    accumulator.merge_batch(&state)?;
                }
                Ok(None)
            }
            (Of::Groups(groups, accumulators), Of::Groups(mut other, others)) => {
                if other.is_empty() {
                    return Ok(Some(UInt32Array::from(Vec::<u32>::new())));
                }
                let keys = other.take_keys()?;
                let total = groups.number_keys(&keys)?;
                // One state after the other: each is gone before the next is made.
                for (accumulator, mut other) in accumulators.iter_mut().zip(others) {
                    accumulator.merge_batch(&other.state(EmitTo::All)?, groups.ids(), total)?;
                }
                numbers(groups.ids()).map(Some)
            }
            _ => internal_err!("the cores of eventstats have the same keys"),
        }
    }

    /// The results of all groups.
    pub(super) fn results(self) -> Result<Results> {
        Ok(match self.of {
            Of::All(mut accumulators) => {
                Results::OfAll(accumulators.iter_mut().map(|one| one.evaluate()).collect::<Result<_>>()?)
            }
            // Accumulators that saw nothing have no answer; nobody asks for one.
            Of::Groups(groups, _) if groups.is_empty() => Results::ByGroup(Vec::new()),
            Of::Groups(_, mut accumulators) => {
                Results::ByGroup(accumulators.iter_mut().map(|one| one.evaluate(EmitTo::All)).collect::<Result<_>>()?)
            }
        })
    }
}

/// What the rows of each core get, from the sums of all of them.
pub(super) fn results(cores: Vec<Sums>) -> Result<Vec<Results>> {
    let mut cores = cores.into_iter();
    let Some(mut all) = cores.next() else { return Ok(Vec::new()) };
    let mut numbers = vec![None];
    for core in cores {
        numbers.push(all.merge(core)?);
    }
    let results = all.results()?;
    numbers.into_iter().map(|numbers| results.of(numbers.as_ref())).collect()
}

impl Results {
    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::OfAll(results) => results.iter().map(ScalarValue::size).sum(),
            Self::ByGroup(results) => results.iter().map(|result| result.get_array_memory_size()).sum(),
        }
    }

    /// Those of the groups with these numbers; none are all.
    pub(super) fn of(&self, numbers: Option<&UInt32Array>) -> Result<Self> {
        match (self, numbers) {
            (Self::ByGroup(results), Some(numbers)) => {
                let own = results.iter().map(|result| Ok(take(result, numbers, None)?));
                Ok(Self::ByGroup(own.collect::<Result<_>>()?))
            }
            _ => Ok(self.clone()),
        }
    }
}

/// An aggregate without a window.
pub(super) fn plain(aggregate: &Arc<dyn WindowExpr>) -> Result<&AggregateFunctionExpr> {
    let plain = aggregate.as_any().downcast_ref::<PlainAggregateWindowExpr>();
    let plain = plain.map(PlainAggregateWindowExpr::get_aggregate_expr);
    plain.ok_or_else(|| internal_datafusion_err!("eventstats takes plain aggregates"))
}

fn accumulators(aggregates: &[Arc<dyn WindowExpr>]) -> Result<Vec<Box<dyn GroupsAccumulator>>> {
    aggregates.iter().map(|aggregate| plain(aggregate)?.create_groups_accumulator()).collect()
}

/// The numbers of groups as a column.
fn numbers(ids: &[usize]) -> Result<UInt32Array> {
    let number =
        |id: &usize| u32::try_from(*id).map_err(|_| resources_datafusion_err!("eventstats has too many groups"));
    Ok(ids.iter().map(number).collect::<Result<Vec<u32>>>()?.into())
}
