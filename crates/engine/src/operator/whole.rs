//! `WholeExec`: functions that look at all rows at once. `transaction host maxspan=5m`, `cluster`, `kmeans`
//!
//! Only the columns that the functions read stay in memory until the input ends; the rows themselves go to disk when the memory
//! pool refuses them. Where even the columns do not fit, the query ends with "resources exhausted". DataFusion's window
//! operator holds every column of every row and asks nobody.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch},
        compute::concat,
        datatypes::SchemaRef,
    },
    common::{Result, assert_eq_or_internal_err, internal_datafusion_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{
        EquivalenceProperties, PhysicalExpr,
        window::{StandardWindowExpr, WindowExpr},
    },
    physical_expr_common::sort_expr::OrderingRequirements,
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties, apply_expression_roots,
        execution_plan::{CardinalityEffect, EmissionType},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use super::{
    functions::{expressions, order},
    spool::Spool,
};

/// Adds the functions' columns to the rows.
#[derive(Debug)]
pub(crate) struct WholeExec {
    input: Arc<dyn ExecutionPlan>,
    functions: Vec<Arc<dyn WindowExpr>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl WholeExec {
    /// `functions` are window functions without partition keys, of one order; `schema` is the input's followed by a field for
    /// each of them.
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>, functions: Vec<Arc<dyn WindowExpr>>, schema: SchemaRef) -> Self {
        let properties = PlanProperties::new(
            // The order is kept and not told, as with `EventStatsExec`: no limit may move below the functions.
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            input.boundedness(),
        );
        Self { input, functions, schema, properties: Arc::new(properties), metrics: ExecutionPlanMetricsSet::new() }
    }

    /// The rows below the functions.
    pub(super) fn input(&self) -> &Arc<dyn ExecutionPlan> {
        &self.input
    }

    /// What gives the last columns.
    pub(super) fn functions(&self) -> &[Arc<dyn WindowExpr>] {
        &self.functions
    }
}

impl DisplayAs for WholeExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.functions.iter().map(|function| function.name()).collect();
        write!(f, "WholeExec: functions=[{}]", names.join(", "))
    }
}

impl ExecutionPlan for WholeExec {
    fn name(&self) -> &'static str {
        "WholeExec"
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
        vec![false]
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![order(&self.functions)]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "a function of all rows has one input");
        let input = children.swap_remove(0);
        Ok(Arc::new(Self::new(input, self.functions.clone(), Arc::clone(&self.schema))))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let rows = Spool::new("WholeExec", input.schema(), &context, &self.metrics, partition);
        let reading = Reading {
            arguments: self.functions.iter().map(|function| vec![Vec::new(); function.expressions().len()]).collect(),
            functions: self.functions.clone(),
            count: 0,
            bytes: 0,
            rows,
            output: Arc::clone(&self.schema),
            metrics: BaselineMetrics::new(&self.metrics, partition),
        };
        let rows = stream::once(reading.all(input)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

/// The state while rows come in.
struct Reading {
    functions: Vec<Arc<dyn WindowExpr>>,
    /// For each function and each of its arguments the values so far.
    arguments: Vec<Vec<Vec<ArrayRef>>>,
    /// How many rows came.
    count: usize,
    /// How many bytes the arguments take.
    bytes: usize,
    rows: Spool,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

impl Reading {
    /// Reads the input to its end; then the rows go on with their new columns.
    async fn all(
        mut self,
        mut input: SendableRecordBatchStream,
    ) -> Result<impl Stream<Item = Result<RecordBatch>> + Send> {
        while let Some(batch) = input.next().await.transpose()? {
            let compute = self.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.add(batch)?;
        }
        let results = self.results()?;
        let Self { rows, output, metrics, .. } = self;
        let mut first = 0;
        let mut attach = move |rows: &RecordBatch| -> Result<RecordBatch> {
            let mut columns = rows.columns().to_vec();
            columns.extend(results.iter().map(|result| result.slice(first, rows.num_rows())));
            first += rows.num_rows();
            metrics.record_output(rows.num_rows());
            Ok(RecordBatch::try_new(Arc::clone(&output), columns)?)
        };
        Ok(rows.into_stream().and_then(move |rows| std::future::ready(attach(&rows))))
    }

    fn add(&mut self, batch: RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        for (function, arguments) in self.functions.iter().zip(&mut self.arguments) {
            for (argument, value) in arguments.iter_mut().zip(function.evaluate_args(&batch)?) {
                self.bytes += value.get_array_memory_size();
                argument.push(value);
            }
        }
        self.count += batch.num_rows();
        self.rows.keep(batch, self.bytes)
    }

    /// The functions' columns.
    fn results(&mut self) -> Result<Vec<ArrayRef>> {
        if self.count == 0 {
            return Ok(Vec::new());
        }
        // Each argument becomes one array, while its parts are still there.
        self.rows.reserve(self.bytes.saturating_mul(2))?;
        let mut results = Vec::with_capacity(self.functions.len());
        let mut bytes = 0;
        for (function, arguments) in self.functions.iter().zip(std::mem::take(&mut self.arguments)) {
            let columns = arguments
                .into_iter()
                .map(|parts| {
                    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
                    concat(&parts)
                })
                .collect::<Result<Vec<_>, _>>()?;
            let function = function
                .as_any()
                .downcast_ref::<StandardWindowExpr>()
                .ok_or_else(|| internal_datafusion_err!("a function of all rows is a window function"))?;
            let mut evaluator = function.get_standard_func_expr().create_evaluator()?;
            let result = evaluator.evaluate_all(&columns, self.count)?;
            bytes += result.get_array_memory_size();
            results.push(result);
        }
        self.rows.reserve(bytes)?;
        Ok(results)
    }
}
