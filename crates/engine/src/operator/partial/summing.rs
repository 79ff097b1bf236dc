//! Groups and their accumulators while rows come in.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray, RecordBatch},
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
    operator::{feed::Feed, groups::Numbered},
};

/// With so many groups their lists no longer fit the processor's caches: the next operator gets them.
const MOST_GROUPS: usize = 1 << 17;
/// So many rows tell whether groups are worth it.
const PROBE_ROWS: usize = 100_000;
/// Where more groups than this share of the rows come, rows pass one by one.
const USEFUL_SHARE: f64 = 0.8;

/// The groups of a partition.
pub(super) struct Summing {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns of the keys, as the next operator has them.
    key_types: Vec<DataType>,
    key_schema: Schema,
    derivations: Vec<Option<Alone>>,
    /// The keys as the next operator has them.
    key_values: Vec<Arc<dyn PhysicalExpr>>,
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    filters: Vec<Option<Arc<dyn PhysicalExpr>>>,
    output: SchemaRef,
    groups: Numbered,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    ids: Vec<usize>,
    seen: usize,
    /// Whether rows pass one by one.
    passes: bool,
    reservation: MemoryReservation,
    batch_size: usize,
}

impl Summing {
    pub(super) fn try_new(aggregate: &AggregateExec, context: &TaskContext, partition: usize) -> Result<Self> {
        let input = aggregate.input().schema();
        let (keys, derivations) = super::keys(aggregate);
        let key_schema = Schema::new(keys.iter().map(|key| key.return_field(&input)).collect::<Result<Vec<_>>>()?);
        let output = aggregate.schema();
        let key_types = output.fields().iter().take(keys.len()).map(|field| field.data_type().clone()).collect();
        let functions = aggregate.aggr_expr();
        let consumer = MemoryConsumer::new(format!("PartialExec[{partition}]"));
        Ok(Self {
            key_types,
            groups: numbered(&key_schema, &derivations)?,
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
            let filter = filter.as_ref().map(|filter| kept(filter, batch)).transpose()?;
            Ok((evaluate_expressions_to_arrays(arguments, batch)?, filter))
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
        let mut columns = self.groups.keys(&self.key_types)?;
        for accumulator in &mut self.accumulators {
            columns.extend(accumulator.state(EmitTo::All)?);
        }
        self.groups = numbered(&self.key_schema, &self.derivations)?;
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
        if total > MOST_GROUPS || self.reservation.try_resize(state).is_err() {
            return self.give_on();
        }
        Ok(Vec::new())
    }

    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        self.give_on()
    }
}

fn numbered(keys: &Schema, derivations: &[Option<Alone>]) -> Result<Numbered> {
    Numbered::with(keys, derivations).ok_or_else(|| internal_datafusion_err!("keys without numbers"))
}

/// The rows that a function is to see.
fn kept(filter: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<BooleanArray> {
    let rows = filter.evaluate(batch)?.into_array(batch.num_rows())?;
    Ok(rows.as_boolean().clone())
}
