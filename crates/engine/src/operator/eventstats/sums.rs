//! What the rows of a core are summed up to, and those of all cores together.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch, UInt32Array},
        compute::take,
        datatypes::SchemaRef,
    },
    common::{Result, ScalarValue, internal_datafusion_err, internal_err, resources_datafusion_err},
    logical_expr::{Accumulator, EmitTo, GroupsAccumulator},
    physical_expr::{
        PhysicalExpr,
        window::{PlainAggregateWindowExpr, WindowExpr},
    },
    physical_expr_common::utils::evaluate_expressions_to_arrays,
};

use super::Read;
use crate::operator::groups::Groups;

/// What is summed up so far.
pub(super) struct Sums {
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

impl Sums {
    pub(super) fn try_new(aggregates: &[Arc<dyn WindowExpr>], read: Read, input: &SchemaRef) -> Result<Self> {
        let plain = aggregates.iter().map(|aggregate| {
            let plain = aggregate.as_any().downcast_ref::<PlainAggregateWindowExpr>();
            plain.map(PlainAggregateWindowExpr::get_aggregate_expr)
        });
        let plain = plain.collect::<Option<Vec<_>>>();
        let plain = plain.ok_or_else(|| internal_datafusion_err!("eventstats takes plain aggregates"))?;
        let of = if read.keys.is_empty() {
            Of::All(plain.iter().map(|aggregate| aggregate.create_accumulator()).collect::<Result<_>>()?)
        } else {
            let accumulators = plain.iter().map(|aggregate| aggregate.create_groups_accumulator());
            Of::Groups(Groups::try_new(read.keys, input)?, accumulators.collect::<Result<_>>()?)
        };
        Ok(Self { arguments: read.arguments, of })
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
                for (accumulator, mut other) in accumulators.iter_mut().zip(others) {
                    accumulator.merge_batch(&other.state(EmitTo::All)?, groups.ids(), total)?;
                }
                numbers(groups.ids()).map(Some)
            }
            _ => internal_err!("the cores of eventstats have the same keys"),
        }
    }

    /// The results of all groups.
    fn results(self) -> Result<Results> {
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
    fn of(&self, numbers: Option<&UInt32Array>) -> Result<Self> {
        match (self, numbers) {
            (Self::ByGroup(results), Some(numbers)) => {
                let own = results.iter().map(|result| Ok(take(result, numbers, None)?));
                Ok(Self::ByGroup(own.collect::<Result<_>>()?))
            }
            _ => Ok(self.clone()),
        }
    }
}

/// The numbers of groups as a column.
fn numbers(ids: &[usize]) -> Result<UInt32Array> {
    let number =
        |id: &usize| u32::try_from(*id).map_err(|_| resources_datafusion_err!("eventstats has too many groups"));
    Ok(ids.iter().map(number).collect::<Result<Vec<u32>>>()?.into())
}
