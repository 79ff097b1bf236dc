//! `BestExec`: below a sort with a limit, only rows that may be among the first. `index=web | head 100`
//!
//! It keeps the best values of the sort's first key, and of the second where that one is in the files as well, on all cores, drops
//! rows that come behind them, and lets the scan leave out what its files say is behind. DataFusion's own filter asks for all keys
//! at once, and the last of ours, the row's place in its file, is none that a file could be asked for.

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
    key: Key,
    /// The key that decides between rows of one value, where a scan knows it.
    next: Option<Key>,
    fetch: usize,
    /// What the scan leaves rows out by.
    filter: Arc<DynamicFilterPhysicalExpr>,
    threshold: Arc<Mutex<Threshold>>,
    metrics: ExecutionPlanMetricsSet,
}

/// A key of the sort.
#[derive(Debug, Clone)]
struct Key {
    column: Column,
    options: SortOptions,
    /// The key as the scan knows it.
    scanned: Arc<dyn PhysicalExpr>,
}

impl Key {
    /// A key of times or whole numbers that a scan knows; none where it is another one, or nulls come first.
    fn of(sort: &SortExec, place: usize) -> Option<Self> {
        let key = sort.expr().get(place)?;
        let column = key.expr.downcast_ref::<Column>()?.clone();
        if key.options.nulls_first || !OrderPlaces::are_of(&column.data_type(&sort.input().schema()).ok()?) {
            return None;
        }
        let scanned = of_files(sort.input(), column.index())?;
        Some(Self { column, options: key.options, scanned })
    }
}

impl BestExec {
    /// The sort over rows that may be among its first; none where its first key is nothing that a scan knows.
    pub(crate) fn below(sort: &SortExec) -> Result<Option<SortExec>> {
        let Some(fetch) = sort.fetch().filter(|fetch| (1..=MOST).contains(fetch)) else { return Ok(None) };
        let Some(key) = Key::of(sort, 0) else { return Ok(None) };
        let next = Key::of(sort, 1);
        let scanned = [Some(&key), next.as_ref()].into_iter().flatten().map(|key| Arc::clone(&key.scanned)).collect();
        let filter = Arc::new(DynamicFilterPhysicalExpr::new(scanned, lit(true)));
        let condition: Arc<dyn PhysicalExpr> = Arc::<DynamicFilterPhysicalExpr>::clone(&filter);
        let Some(input) = leaving_out(sort.input(), &condition, (&key.scanned, key.options.descending))? else {
            return Ok(None);
        };
        let descending = next.as_ref().is_some_and(|next| next.options.descending);
        let goes_on = sort.expr().len() > 1 + usize::from(next.is_some());
        let threshold = Threshold::new(fetch, [key.options.descending, descending], goes_on);
        let best = Self {
            input,
            key,
            next,
            fetch,
            filter,
            threshold: Arc::new(Mutex::new(threshold)),
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
        let order = if self.key.options.descending { "DESC" } else { "ASC" };
        write!(f, "BestExec: fetch={}, key={} {order}", self.fetch, self.key.column)
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
        let key: Arc<dyn PhysicalExpr> = Arc::new(self.key.column.clone());
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
            next: self.next.clone(),
            fetch: self.fetch,
            filter: Arc::clone(&self.filter),
            threshold: Arc::clone(&self.threshold),
            metrics: ExecutionPlanMetricsSet::new(),
        }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let schema = input.schema();
        let best = Best {
            key: self.key.clone(),
            next: self.next.clone(),
            filter: Arc::clone(&self.filter),
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
    key: Key,
    next: Option<Key>,
    filter: Arc<DynamicFilterPhysicalExpr>,
    threshold: Arc<Mutex<Threshold>>,
}

impl Feed for Best {
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let next = self.next.as_ref().map(|next| batch.column(next.column.index()));
        let mut threshold = self.threshold.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = threshold.look(batch.column(self.key.column.index()), next)?;
        drop(threshold);
        if let Some(condition) = looked.tighter(&self.key.scanned, self.next.as_ref().map(|next| &next.scanned)) {
            self.filter.update(condition)?;
        }
        Ok(vec![match looked.kept {
            Some(kept) => filter_record_batch(&batch, &kept)?,
            None => batch,
        }])
    }
}
