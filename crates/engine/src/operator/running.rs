//! `RunningExec`: aggregates of the rows of its group so far, on each row. `streamstats window=10 avg(bytes) BY host`
//!
//! Rows come in one order whatever their groups are, as they do from a log; each group has a small state. DataFusion's operator
//! wants its input sorted by the keys before it. Here are numbers' `count sum avg min max`, over all rows so far or the last so
//! many; nodes with any other function are DataFusion's. Groups that do not fit in memory end the query.

mod column;
mod fold;
mod queue;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    logical_expr::WindowFrameUnits,
    physical_expr::{EquivalenceProperties, PhysicalExpr, window::WindowExpr},
    physical_expr_common::sort_expr::OrderingRequirements,
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties, apply_expression_roots,
        execution_plan::{CardinalityEffect, EmissionType},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt};

use self::column::Column;
pub(super) use self::column::is_supported;
use super::{
    functions::{expressions, order},
    groups::Groups,
};

/// Adds the functions' columns to the rows as they come.
#[derive(Debug)]
pub(crate) struct RunningExec {
    input: Arc<dyn ExecutionPlan>,
    functions: Vec<Arc<dyn WindowExpr>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl RunningExec {
    /// `functions` are supported and share their keys and their order; `schema` is the input's followed by a field for each of
    /// them.
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>, functions: Vec<Arc<dyn WindowExpr>>, schema: SchemaRef) -> Self {
        // A row's results hang on rows before it alone, so a limit may move below: the order can be told.
        let orders = input.equivalence_properties().oeq_class().iter().cloned().collect::<Vec<_>>();
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(Arc::clone(&schema), orders),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            input.boundedness(),
        );
        Self { input, functions, schema, properties: Arc::new(properties), metrics: ExecutionPlanMetricsSet::new() }
    }

    fn keys(&self) -> &[Arc<dyn PhysicalExpr>] {
        self.functions.first().map(|function| function.partition_by()).unwrap_or_default()
    }
}

impl DisplayAs for RunningExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys().iter().map(ToString::to_string).collect();
        let names: Vec<&str> = self.functions.iter().map(|function| function.name()).collect();
        write!(f, "RunningExec: by=[{}], functions=[{}]", keys.join(", "), names.join(", "))
    }
}

impl ExecutionPlan for RunningExec {
    fn name(&self) -> &'static str {
        "RunningExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(expressions(&self.functions), visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![order(&self.functions)]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "running functions have one input");
        let input = children.swap_remove(0);
        Ok(Arc::new(Self::new(input, self.functions.clone(), Arc::clone(&self.schema))))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let mut running = Running {
            groups: Groups::try_new(self.keys().to_vec(), &input.schema())?,
            columns: self.functions.iter().map(|one| Column::new(one, &input.schema())).collect::<Result<_>>()?,
            functions: self.functions.clone(),
            output: Arc::clone(&self.schema),
            by_key: self.functions.iter().any(|function| function.get_window_frame().units == WindowFrameUnits::Range),
            reservation: MemoryConsumer::new(format!("RunningExec[{partition}]")).register(context.memory_pool()),
            metrics: BaselineMetrics::new(&self.metrics, partition),
        };
        let rows = input.and_then(move |batch| std::future::ready(running.add(&batch)));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

/// The state between batches.
struct Running {
    groups: Groups,
    columns: Vec<Column>,
    functions: Vec<Arc<dyn WindowExpr>>,
    output: SchemaRef,
    /// Whether some function looks at the first key of the order.
    by_key: bool,
    reservation: MemoryReservation,
    metrics: BaselineMetrics,
}

impl Running {
    fn add(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let compute = self.metrics.elapsed_compute().clone();
        let _timer = compute.timer();
        let total = self.groups.number(batch)?;
        let first = self.functions.first().and_then(|function| function.order_by().first());
        let keys = match first {
            Some(key) if self.by_key => column::keys(&key.expr.evaluate(batch)?.into_array(batch.num_rows())?),
            _ => Vec::new(),
        };
        let mut columns = batch.columns().to_vec();
        for (function, column) in self.functions.iter().zip(&mut self.columns) {
            columns.push(column.update(&function.evaluate_args(batch)?, &keys, self.groups.ids(), total)?);
        }
        let state = self.columns.iter().map(Column::bytes).sum::<usize>();
        self.reservation.try_resize(state + self.groups.bytes())?;
        self.metrics.record_output(batch.num_rows());
        Ok(RecordBatch::try_new(Arc::clone(&self.output), columns)?)
    }
}
