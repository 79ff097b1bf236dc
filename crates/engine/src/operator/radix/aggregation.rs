//! How a part is summed up, and its groups so far.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{EmitTo, GroupsAccumulator},
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode, aggregate_expressions},
    },
};

use crate::operator::{grouped::kept, groups::Values};

/// An aggregation of a part's rows.
pub(super) struct Aggregation {
    aggregate: Arc<AggregateExec>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    key_schema: SchemaRef,
    key_types: Vec<DataType>,
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    /// Whether rows are those of a first aggregation.
    merges: bool,
    input: SchemaRef,
    context: Arc<TaskContext>,
}

/// The groups of a part so far.
pub(super) struct PartGroups {
    values: Values,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    ids: Vec<usize>,
}

impl Aggregation {
    /// As the aggregation does, over rows of the schema `input`.
    pub(super) fn try_new(aggregate: &Arc<AggregateExec>, input: SchemaRef, context: Arc<TaskContext>) -> Result<Self> {
        let keys = aggregate.group_expr().input_exprs();
        let fields = keys.iter().map(|key| key.return_field(&input)).collect::<Result<Vec<_>>>()?;
        let output = aggregate.schema();
        Ok(Self {
            key_schema: Arc::new(Schema::new(fields)),
            key_types: output.fields().iter().take(keys.len()).map(|field| field.data_type().clone()).collect(),
            arguments: aggregate_expressions(aggregate.aggr_expr(), aggregate.mode(), keys.len())?,
            merges: *aggregate.mode() == AggregateMode::FinalPartitioned,
            keys,
            aggregate: Arc::clone(aggregate),
            input,
            context,
        })
    }

    /// The columns of the rows.
    pub(super) fn input(&self) -> &SchemaRef {
        &self.input
    }

    /// What the search runs by.
    pub(super) fn context(&self) -> &TaskContext {
        &self.context
    }

    /// No groups yet.
    pub(super) fn no_groups(&self) -> Result<PartGroups> {
        Ok(PartGroups { values: Values::of(&self.key_schema)?, accumulators: Vec::new(), ids: Vec::new() })
    }

    /// Adds rows to their groups.
    pub(super) fn add(&self, groups: &mut PartGroups, batch: &RecordBatch) -> Result<()> {
        let keys: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.keys, batch)?;
        groups.values.number(&keys, &mut groups.ids)?;
        let total = groups.values.len();
        if groups.accumulators.is_empty() {
            let functions = self.aggregate.aggr_expr().iter();
            groups.accumulators =
                functions.map(|function| function.create_groups_accumulator()).collect::<Result<_>>()?;
        }
        let own = groups.accumulators.iter_mut().zip(&self.arguments).zip(self.aggregate.filter_expr());
        for ((accumulator, arguments), filter) in own {
            let values = evaluate_expressions_to_arrays(arguments, batch)?;
            if self.merges {
                accumulator.merge_batch(&values, &groups.ids, total)?;
                continue;
            }
            accumulator.update_batch(&values, &groups.ids, kept(filter.as_ref(), batch)?.as_ref(), total)?;
        }
        Ok(())
    }

    /// All groups; then there are none.
    pub(super) fn finish(&self, groups: &mut PartGroups) -> Result<RecordBatch> {
        let mut columns = groups.values.take_keys(&self.key_types)?;
        if groups.accumulators.is_empty() && !self.aggregate.aggr_expr().is_empty() {
            return Ok(RecordBatch::new_empty(self.aggregate.schema()));
        }
        for accumulator in &mut groups.accumulators {
            columns.push(accumulator.evaluate(EmitTo::All)?);
        }
        groups.values.forget();
        groups.accumulators.clear();
        Ok(RecordBatch::try_new(self.aggregate.schema(), columns)?)
    }

    /// DataFusion's aggregation of an operator's rows.
    pub(super) fn over(&self, input: Arc<dyn ExecutionPlan>) -> Result<SendableRecordBatchStream> {
        let aggregate = AggregateExec::try_new(
            if self.merges { AggregateMode::Final } else { AggregateMode::Single },
            self.aggregate.group_expr().clone(),
            self.aggregate.aggr_expr().to_vec(),
            self.aggregate.filter_expr().to_vec(),
            input,
            self.aggregate.input_schema(),
        )?;
        aggregate.execute(0, Arc::clone(&self.context))
    }
}

impl PartGroups {
    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.values.bytes() + self.accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>()
    }
}
