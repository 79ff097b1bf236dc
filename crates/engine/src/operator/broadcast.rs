//! `BroadcastExec`: a join of many rows with few. `lookup users.csv user OUTPUT department`
//!
//! The few are collected once and their keys numbered; the many pass by in their order, on all cores, and each finds its matches by
//! number. Texts of the few come as repeated texts, so that what follows sees each of them once. The few must fit into memory.

mod table;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    common::{JoinType, NullEquality, Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    datasource::{physical_plan::FileScanConfig, source::DataSourceExec},
    error::DataFusionError,
    execution::{SendableRecordBatchStream, TaskContext, memory_pool::MemoryConsumer},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
        aggregates::AggregateExec,
        apply_expression_roots,
        execution_plan::EmissionType,
        joins::HashJoinExec,
        limit::GlobalLimitExec,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
        union::UnionExec,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;

use self::table::{Gathering, Probe, Table};
use super::{feed::fed, first_rows::FirstRowsExec, groups::Numbered};
use crate::dictionary::{repeated_text, text_of};

/// Keys that are equal: one of the many rows, one of the few.
type Pair = (Arc<dyn PhysicalExpr>, Arc<dyn PhysicalExpr>);

/// A join of many rows with few.
#[derive(Debug)]
pub(crate) struct BroadcastExec {
    many: Arc<dyn ExecutionPlan>,
    few: Arc<dyn ExecutionPlan>,
    on: Vec<Pair>,
    /// Whether rows without a match stay.
    keeps_all: bool,
    /// The few, once they are read.
    table: Arc<OnceCell<Arc<Table>>>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl BroadcastExec {
    /// In the place of a join whose right rows are few; `read` says how keys read the columns of `many`. None where the join is of
    /// another kind.
    pub(crate) fn in_place_of(
        join: &HashJoinExec,
        many: Arc<dyn ExecutionPlan>,
        few: Arc<dyn ExecutionPlan>,
        read: &dyn Fn(Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr>,
    ) -> Result<Option<Self>> {
        let is_plain = is_few(join.right())
            && !is_few(join.left())
            && join.filter().is_none()
            && !join.contains_projection()
            && matches!(join.join_type(), JoinType::Left | JoinType::Inner)
            && join.null_equality() == NullEquality::NullEqualsNothing;
        if !is_plain {
            return Ok(None);
        }
        let on: Vec<Pair> = join
            .on()
            .iter()
            .map(|(left, right)| {
                let left = read(Arc::clone(left));
                (text_of(&left).map(Arc::clone).unwrap_or(left), Arc::clone(right))
            })
            .collect();
        let of_many = fields(on.iter().map(|(left, _)| left), &many.schema())?;
        let of_few = fields(on.iter().map(|(_, right)| right), &few.schema())?;
        let plain = |field: &FieldRef| match *field.data_type() == repeated_text() {
            true => DataType::Utf8,
            false => field.data_type().clone(),
        };
        let fits = of_many.iter().zip(&of_few).all(|(left, right)| plain(left) == plain(right));
        if !fits || Numbered::of(&Schema::new(of_many)).is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(many, few, on, *join.join_type() == JoinType::Left)))
    }

    fn new(many: Arc<dyn ExecutionPlan>, few: Arc<dyn ExecutionPlan>, on: Vec<Pair>, keeps_all: bool) -> Self {
        let given = |field: &FieldRef| {
            let data_type = match field.data_type() {
                DataType::Utf8 => repeated_text(),
                other => other.clone(),
            };
            Arc::new(Field::clone(field).with_data_type(data_type).with_nullable(keeps_all || field.is_nullable()))
        };
        let (left, right) = (many.schema(), few.schema());
        let fields = left.fields().iter().cloned().chain(right.fields().iter().map(given));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<FieldRef>>()));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            many.output_partitioning().clone(),
            EmissionType::Incremental,
            many.boundedness(),
        );
        Self {
            many,
            few,
            on,
            keeps_all,
            table: Arc::default(),
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// The pairs of keys.
    pub(crate) fn on(&self) -> &[Pair] {
        &self.on
    }

    fn output(&self) -> SchemaRef {
        self.properties.eq_properties.schema().clone()
    }
}

fn fields<'e>(keys: impl Iterator<Item = &'e Arc<dyn PhysicalExpr>>, schema: &SchemaRef) -> Result<Vec<FieldRef>> {
    keys.map(|key| key.return_field(schema)).collect()
}

impl DisplayAs for BroadcastExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.keeps_all { "Left" } else { "Inner" };
        let on: Vec<String> = self.on.iter().map(|(left, right)| format!("({left}, {right})")).collect();
        write!(f, "BroadcastExec: join_type={kind}, on=[{}]", on.join(", "))
    }
}

impl ExecutionPlan for BroadcastExec {
    fn name(&self) -> &'static str {
        "BroadcastExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.many, &self.few]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.on.iter().flat_map(|(left, right)| [left, right]), visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::UnspecifiedDistribution, Distribution::SinglePartition]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 2, "a join has two inputs");
        let few = children.swap_remove(1);
        Ok(Arc::new(Self::new(children.swap_remove(0), few, self.on.clone(), self.keeps_all)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let many = self.many.execute(partition, Arc::clone(&context))?;
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (few, cell) = (Arc::clone(&self.few), Arc::clone(&self.table));
        let (left, right): (Vec<_>, Vec<_>) = self.on.iter().cloned().unzip();
        let (output, keeps_all) = (self.output(), self.keeps_all);
        let schema = Arc::clone(&output);
        let rows = stream::once(async move {
            let table = cell.get_or_try_init(|| collect(few, right, context)).await?;
            let probe = Probe::new(Arc::clone(table), left, Arc::clone(&output), keeps_all);
            Ok::<_, DataFusionError>(fed(many, probe, output, metrics))
        })
        .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// Reads the few rows.
async fn collect(
    few: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    context: Arc<TaskContext>,
) -> Result<Arc<Table>> {
    let reservation = MemoryConsumer::new("BroadcastExec").register(context.memory_pool());
    let mut gathering = Gathering::try_new(few.schema(), keys, reservation)?;
    let mut rows = few.execute(0, context)?;
    while let Some(batch) = rows.next().await.transpose()? {
        gathering.add(batch)?;
    }
    gathering.finish().map(Arc::new)
}

/// Whether a plan gives few rows: it sums up, takes the first of each group, reads a table in memory, or puts such below each other.
fn is_few(plan: &Arc<dyn ExecutionPlan>) -> bool {
    if let Some(source) = plan.downcast_ref::<DataSourceExec>() {
        return !source.data_source().is::<FileScanConfig>();
    }
    if plan.is::<AggregateExec>() || plan.is::<FirstRowsExec>() || plan.is::<GlobalLimitExec>() {
        return true;
    }
    match plan.children().as_slice() {
        [input] => is_few(input),
        inputs => plan.is::<UnionExec>() && inputs.iter().all(|input| is_few(input)),
    }
}
