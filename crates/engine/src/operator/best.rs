//! `BestExec`: below a sort with a limit, only rows that may be among the first. `index=web | head 100`
//!
//! It keeps the best values of the sort's first key on all cores, drops rows that come behind them, and lets the scan leave out what
//! its files say is behind. DataFusion's own filter asks for all keys at once, and the last of ours, the row's place in its file,
//! is none that a file could be asked for.

mod threshold;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        compute::{SortOptions, filter_record_batch},
    },
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, DynamicFilterPhysicalExpr, lit},
    },
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, apply_expression_roots,
        execution_plan::CardinalityEffect,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        sorts::sort::SortExec,
    },
};

use self::threshold::Threshold;
use super::{
    feed::{Feed, fed},
    order_places::OrderPlaces,
};
use crate::parquet_scan::{leaving_out, of_files};

/// With a larger limit the values that are kept are a burden of their own.
const MOST: usize = 100_000;

/// The rows that may be among the first.
#[derive(Debug)]
pub(crate) struct BestExec {
    input: Arc<dyn ExecutionPlan>,
    key: Column,
    options: SortOptions,
    fetch: usize,
    /// What the scan leaves rows out by.
    filter: Arc<DynamicFilterPhysicalExpr>,
    /// The key as the scan knows it.
    scanned: Arc<dyn PhysicalExpr>,
    threshold: Arc<Mutex<Threshold>>,
    metrics: ExecutionPlanMetricsSet,
}

impl BestExec {
    /// The sort over rows that may be among its first; none where its first key is nothing that a scan knows.
    pub(crate) fn below(sort: &SortExec) -> Result<Option<SortExec>> {
        let Some(fetch) = sort.fetch().filter(|fetch| (1..=MOST).contains(fetch)) else { return Ok(None) };
        let first = sort.expr().first();
        let Some(key) = first.expr.downcast_ref::<Column>() else { return Ok(None) };
        if first.options.nulls_first || !OrderPlaces::are_of(&key.data_type(&sort.input().schema())?) {
            return Ok(None);
        }
        let Some(scanned) = of_files(sort.input(), key.index()) else { return Ok(None) };
        let filter = Arc::new(DynamicFilterPhysicalExpr::new(vec![Arc::clone(&scanned)], lit(true)));
        let Some(input) = leaving_out(sort.input(), &(Arc::clone(&filter) as Arc<dyn PhysicalExpr>))? else {
            return Ok(None);
        };
        let best = Self {
            input,
            key: key.clone(),
            options: first.options,
            fetch,
            filter,
            scanned,
            threshold: Arc::new(Mutex::new(Threshold::new(fetch, first.options.descending))),
            metrics: ExecutionPlanMetricsSet::new(),
        };
        let sort = SortExec::new(sort.expr().clone(), Arc::new(best))
            .with_preserve_partitioning(sort.preserve_partitioning())
            .with_fetch(Some(fetch));
        Ok(Some(sort))
    }
}

impl DisplayAs for BestExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.options.descending { "DESC" } else { "ASC" };
        write!(f, "BestExec: fetch={}, key={} {order}", self.fetch, self.key)
    }
}

impl ExecutionPlan for BestExec {
    fn name(&self) -> &'static str {
        "BestExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let key: Arc<dyn PhysicalExpr> = Arc::new(self.key.clone());
        apply_expression_roots([&key], visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "the best rows are those of one input");
        Ok(Arc::new(Self {
            input: children.swap_remove(0),
            key: self.key.clone(),
            options: self.options,
            fetch: self.fetch,
            filter: Arc::clone(&self.filter),
            scanned: Arc::clone(&self.scanned),
            threshold: Arc::clone(&self.threshold),
            metrics: ExecutionPlanMetricsSet::new(),
        }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let schema = input.schema();
        let best = Best {
            place: self.key.index(),
            filter: Arc::clone(&self.filter),
            scanned: Arc::clone(&self.scanned),
            threshold: Arc::clone(&self.threshold),
        };
        Ok(fed(input, best, schema, BaselineMetrics::new(&self.metrics, partition)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}

/// The work of one partition.
struct Best {
    /// Where the key is.
    place: usize,
    filter: Arc<DynamicFilterPhysicalExpr>,
    scanned: Arc<dyn PhysicalExpr>,
    threshold: Arc<Mutex<Threshold>>,
}

impl Feed for Best {
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let looked = self.threshold.lock().unwrap_or_else(PoisonError::into_inner).look(batch.column(self.place))?;
        if let Some(condition) = looked.tighter(&self.scanned) {
            self.filter.update(condition)?;
        }
        Ok(vec![match looked.kept {
            Some(kept) => filter_record_batch(&batch, &kept)?,
            None => batch,
        }])
    }
}
