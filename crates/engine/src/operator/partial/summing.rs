//! Groups and their accumulators while rows come in.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, RecordBatch},
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::{Result, internal_datafusion_err},
    execution::{
        TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    logical_expr::{EmitTo, GroupsAccumulator},
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, aggregate_expressions},
    },
};

use crate::{
    dictionary::Alone,
    operator::{feed::Feed, grouped::kept, groups::Values},
};

/// With so many groups their lists no longer fit the processor's caches: the next operator gets them, unless rows mostly belong to
/// groups that there are.
const MANY_GROUPS: usize = 1 << 17;
/// Where rows begin less than this share of groups that they began before, they soon begin none.
const FEWER: f64 = 0.75;
/// So many rows tell whether groups are worth it.
const PROBE_ROWS: usize = 100_000;
/// Where more groups than this share of the rows come, rows pass one by one.
const USEFUL_SHARE: f64 = 0.8;

/// The groups of a partition.
pub(super) struct Summing {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns of the keys, as the next operator has them.
    key_types: Vec<DataType>,
    key_schema: SchemaRef,
    derivations: Vec<Option<Alone>>,
    /// The keys as the next operator has them.
    key_values: Vec<Arc<dyn PhysicalExpr>>,
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    filters: Vec<Option<Arc<dyn PhysicalExpr>>>,
    output: SchemaRef,
    groups: Values,
    /// Since groups were given on last.
    since: Since,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    ids: Vec<usize>,
    seen: usize,
    /// Whether rows pass one by one.
    passes: bool,
    reservation: MemoryReservation,
    batch_size: usize,
}

/// How groups came.
#[derive(Debug, Clone, Copy)]
struct Since {
    rows: usize,
    /// When there are so many groups it is looked at whether they go on.
    limit: usize,
    /// How many rows and groups there were at half of the limit.
    half: Option<(usize, usize)>,
}

impl Default for Since {
    fn default() -> Self {
        Self { rows: 0, limit: MANY_GROUPS, half: None }
    }
}

impl Since {
    /// Whether there are too many groups after some more rows.
    fn are_too_many(&mut self, rows: usize, groups: usize) -> bool {
        self.rows += rows;
        let half = match self.half {
            Some(half) => half,
            None if groups < self.limit / 2 => return false,
            None => *self.half.insert((self.rows, groups)),
        };
        if groups <= self.limit {
            return false;
        }
        let share = |(rows, groups): (usize, usize)| groups as f64 / rows.max(1) as f64;
        let (before, now) = (share(half), share((self.rows - half.0, groups - half.1)));
        if now > before * FEWER {
            return true;
        }
        self.half = Some((self.rows, groups));
        self.limit *= 2;
        false
    }
}

impl Summing {
    pub(super) fn try_new(aggregate: &AggregateExec, context: &TaskContext, partition: usize) -> Result<Self> {
        let input = aggregate.input().schema();
        let (keys, derivations) = super::keys(aggregate);
        let key_fields = keys.iter().map(|key| key.return_field(&input)).collect::<Result<Vec<_>>>()?;
        let key_schema = Arc::new(Schema::new(key_fields));
        let output = aggregate.schema();
        let key_types = output.fields().iter().take(keys.len()).map(|field| field.data_type().clone()).collect();
        let functions = aggregate.aggr_expr();
        let consumer = MemoryConsumer::new(format!("PartialExec[{partition}]"));
        Ok(Self {
            key_types,
            groups: no_groups(&key_schema, &derivations)?,
            since: Since::default(),
            key_schema,
            derivations,
            key_values: aggregate.group_expr().input_exprs(),
            arguments: aggregate_expressions(functions, aggregate.mode(), keys.len())?,
            filters: aggregate.filter_expr().to_vec(),
            output,
            accumulators: functions
                .iter()
                .map(|function| function.create_groups_accumulator())
                .collect::<Result<_>>()?,
            keys,
            ids: Vec::new(),
            seen: 0,
            passes: false,
            reservation: consumer.register(context.memory_pool()),
            batch_size: context.session_config().batch_size(),
        })
    }

    /// What the functions read of a batch: their arguments, and the rows that each is to see.
    fn read(&self, batch: &RecordBatch) -> Result<Vec<(Vec<ArrayRef>, Option<BooleanArray>)>> {
        let read = |(arguments, filter): (&Vec<_>, &Option<_>)| {
            Ok((evaluate_expressions_to_arrays(arguments, batch)?, kept(filter.as_ref(), batch)?))
        };
        self.arguments.iter().zip(&self.filters).map(read).collect()
    }

    /// Each row as a group of its own.
    fn passed(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.key_values, batch)?;
        let mut output = Vec::with_capacity(self.output.fields().len());
        for (column, data_type) in columns.iter().zip(&self.key_types) {
            output.push(datafusion::arrow::compute::cast(column, data_type)?);
        }
        for (accumulator, (values, filter)) in self.accumulators.iter().zip(self.read(batch)?) {
            output.extend(accumulator.convert_to_state(&values, filter.as_ref())?);
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.output), output)?)
    }

    /// The groups so far, the last batch first; then there are none.
    fn give_on(&mut self) -> Result<Vec<RecordBatch>> {
        let total = self.groups.len();
        if total == 0 {
            return Ok(Vec::new());
        }
        let mut columns = self.groups.take_keys(&self.key_types)?;
        for accumulator in &mut self.accumulators {
            columns.extend(accumulator.state(EmitTo::All)?);
        }
        self.groups.forget();
        self.since = Since::default();
        // What is given on is soon with the next operator, which has an account of its own.
        self.reservation.free();
        let all = RecordBatch::try_new(Arc::clone(&self.output), columns)?;
        let starts: Vec<usize> = (0..total).step_by(self.batch_size).collect();
        Ok(starts.into_iter().rev().map(|start| all.slice(start, self.batch_size.min(total - start))).collect())
    }
}

impl Feed for Summing {
    /// Adds rows; gives on the groups where they are too many.
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        if self.passes {
            return Ok(vec![self.passed(&batch)?]);
        }
        let columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.keys, &batch)?;
        self.groups.number(&columns, &mut self.ids)?;
        let total = self.groups.len();
        let read = self.read(&batch)?;
        for (accumulator, (values, filter)) in self.accumulators.iter_mut().zip(read) {
            accumulator.update_batch(&values, &self.ids, filter.as_ref(), total)?;
        }
        self.seen += batch.num_rows();
        if self.seen >= PROBE_ROWS && total as f64 > self.seen as f64 * USEFUL_SHARE {
            self.passes = true;
            return self.give_on();
        }
        let state = self.groups.bytes() + self.accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>();
        if self.reservation.try_resize(state).is_err() {
            let given = self.give_on()?;
            self.groups = no_groups(&self.key_schema, &self.derivations)?;
            return Ok(given);
        }
        match self.since.are_too_many(batch.num_rows(), total) {
            true => self.give_on(),
            false => Ok(Vec::new()),
        }
    }

    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        self.give_on()
    }
}

fn no_groups(keys: &SchemaRef, derivations: &[Option<Alone>]) -> Result<Values> {
    super::values(keys, derivations).ok_or_else(|| internal_datafusion_err!("keys that no partial aggregation takes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many groups are given on, and when first, where the group of a row is `group(row)` of as many rows.
    fn flushes(rows: usize, group: impl Fn(usize) -> usize) -> usize {
        let (mut since, mut groups, mut flushes) = (Since::default(), std::collections::HashSet::new(), 0);
        for start in (0..rows).step_by(8192) {
            let batch = start..rows.min(start + 8192);
            let count = batch.len();
            groups.extend(batch.map(&group));
            if since.are_too_many(count, groups.len()) {
                (since, flushes) = (Since::default(), flushes + 1);
                groups.clear();
            }
        }
        flushes
    }

    /// Rows of a group beside each other: what is known of other groups serves nobody.
    #[test]
    fn groups_that_are_over_are_given_on() {
        assert_eq!(flushes(3_000_000, |row| row / 2), 11);
    }

    /// Groups that come again: after some while rows begin no more of them.
    #[test]
    fn groups_that_come_again_stay() {
        // A step that has no factor with the number of groups visits all of them before it comes again.
        let mixed = |row: usize| row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        assert_eq!(flushes(3_000_000, |row| mixed(row) % 200_000), 0);
        assert_eq!(flushes(3_000_000, |row| mixed(row) % 1_000), 0);
    }
}
