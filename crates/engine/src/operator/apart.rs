//! `ApartExec`: a row for each value of lists. `split` and `mvexpand`, `stats count BY tag`
//!
//! DataFusion's copies every value and every other column. Here the values of lists stay where they are, as lists have them one behind
//! the other, and where each row has one value nothing is copied at all. Absent: lists of lists and structs, which stay with DataFusion.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, RecordBatchOptions, UInt32Array, UInt32Builder},
        compute::take,
        datatypes::{DataType, SchemaRef},
    },
    common::{NullHandling, Result, assert_eq_or_internal_err, exec_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
        unnest::UnnestExec,
    },
};
use futures::{StreamExt, stream};

use super::over;

/// An unnesting in the place of DataFusion's.
#[derive(Debug)]
pub(crate) struct ApartExec {
    unnest: Arc<UnnestExec>,
    metrics: ExecutionPlanMetricsSet,
}

impl ApartExec {
    /// In the place of an unnesting; none where that has to do with other than plain lists, each once.
    pub(crate) fn in_place_of(unnest: &UnnestExec) -> Option<Self> {
        let schema = unnest.input().schema();
        let lists = unnest.list_column_indices();
        let is_plain =
            |place: usize| matches!(schema.fields().get(place)?.data_type(), DataType::List(_)).then_some(());
        let fits = unnest.struct_column_indices().is_empty()
            && !lists.is_empty()
            && lists.iter().all(|list| list.depth == 1 && is_plain(list.index_in_input_schema).is_some())
            && schema.fields().len() == unnest.schema().fields().len()
            && matches!(unnest.options().null_handling, NullHandling::Drop | NullHandling::Preserve);
        fits.then(|| Self { unnest: Arc::new(unnest.clone()), metrics: ExecutionPlanMetricsSet::new() })
    }

    /// The unnesting that it does.
    pub(crate) fn unnest(&self) -> &UnnestExec {
        &self.unnest
    }
}

impl DisplayAs for ApartExec {
    fn fmt_as(&self, _form: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApartExec")
    }
}

impl ExecutionPlan for ApartExec {
    fn name(&self) -> &'static str {
        "ApartExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.unnest.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.unnest.input()]
    }

    fn apply_expressions(
        &self,
        _visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "an unnesting has one input");
        let own: Arc<dyn ExecutionPlan> = Arc::<UnnestExec>::clone(&self.unnest);
        let unnest = over(&own, children)?;
        let other = unnest.downcast_ref::<UnnestExec>().and_then(Self::in_place_of);
        Ok(other.map_or(unnest, |own| Arc::new(own) as Arc<dyn ExecutionPlan>))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let size = context.session_config().batch_size();
        let taking = Taking {
            input: self.unnest.input().execute(partition, context)?,
            lists: self.unnest.list_column_indices().iter().map(|list| list.index_in_input_schema).collect(),
            keeps_null: matches!(self.unnest.options().null_handling, NullHandling::Preserve),
            schema: self.unnest.schema(),
            size,
            ready: None,
            metrics: BaselineMetrics::new(&self.metrics, partition),
        };
        let rows = stream::try_unfold(taking, |mut taking| async move {
            let batch = taking.next().await?;
            Ok(batch.map(|batch| (batch, taking)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.unnest.schema(), rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// The work of one partition.
struct Taking {
    input: SendableRecordBatchStream,
    /// The places of the lists.
    lists: Vec<usize>,
    /// Whether a row whose lists are null stays, with null.
    keeps_null: bool,
    schema: SchemaRef,
    /// So many rows go on at once.
    size: usize,
    ready: Option<Ready>,
    metrics: BaselineMetrics,
}

impl Taking {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let compute = self.metrics.elapsed_compute().clone();
            if let Some(ready) = &mut self.ready {
                let _timer = compute.timer();
                if let Some(batch) = ready.next(&self.schema, self.size)? {
                    self.metrics.record_output(batch.num_rows());
                    return Ok(Some(batch));
                }
                self.ready = None;
            }
            let Some(batch) = self.input.next().await.transpose()? else { return Ok(None) };
            let _timer = compute.timer();
            self.ready = Some(Ready::new(&batch, &self.lists, self.keeps_null)?);
        }
    }
}

/// A batch whose lists are taken apart.
struct Ready {
    /// Lists as their values in order; other columns as they were.
    columns: Vec<(ArrayRef, bool)>,
    /// The row that each value belongs to; none where each row has one.
    rows: Option<UInt32Array>,
    total: usize,
    at: usize,
}

impl Ready {
    fn new(batch: &RecordBatch, places: &[usize], keeps_null: bool) -> Result<Self> {
        let lists: Vec<&ListArray> =
            places.iter().filter_map(|place| batch.columns().get(*place)?.as_list_opt()).collect();
        let longest = longest(&lists, batch.num_rows(), keeps_null);
        let total = longest.iter().sum::<usize>();
        if u32::try_from(total).is_err() {
            return exec_err!("the lists of one batch have more than 4294967295 values");
        }
        let rows = longest.iter().any(|length| *length != 1).then(|| repeated(&longest, total));
        let mut columns: Vec<(ArrayRef, bool)> =
            batch.columns().iter().map(|column| (Arc::clone(column), false)).collect();
        for (place, list) in places.iter().zip(lists) {
            if let Some(column) = columns.get_mut(*place) {
                *column = (values(list, &longest, total)?, true);
            }
        }
        Ok(Self { columns, rows, total, at: 0 })
    }

    /// The next rows, so many at most.
    fn next(&mut self, schema: &SchemaRef, most: usize) -> Result<Option<RecordBatch>> {
        let count = most.min(self.total - self.at);
        if count == 0 {
            return Ok(None);
        }
        let (at, rows) = (self.at, self.rows.as_ref().map(|rows| rows.slice(self.at, count)));
        self.at += count;
        let columns = self.columns.iter().map(|(column, is_values)| match &rows {
            Some(rows) if !is_values => Ok(take(column, rows, None)?),
            _ => Ok(column.slice(at, count)),
        });
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let columns = columns.collect::<Result<_>>()?;
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?))
    }
}

/// The start and the length of each row's list, as its offsets say.
fn extents(list: &ListArray) -> impl Iterator<Item = (usize, usize)> {
    list.value_offsets().array_windows().map(|[start, end]| (*start as usize, (end - start) as usize))
}

/// The length of the longest list of each row.
fn longest(lists: &[&ListArray], rows: usize, keeps_null: bool) -> Vec<usize> {
    let mut longest = vec![0; rows];
    for list in lists {
        for (row, (most, (_, length))) in longest.iter_mut().zip(extents(list)).enumerate() {
            let own = if list.is_valid(row) { length } else { usize::from(keeps_null) };
            *most = own.max(*most);
        }
    }
    longest
}

/// The row of each value.
fn repeated(longest: &[usize], total: usize) -> UInt32Array {
    let mut rows = Vec::with_capacity(total);
    for (row, length) in (0..).zip(longest) {
        rows.extend(std::iter::repeat_n(row, *length));
    }
    rows.into()
}

/// The values of lists, each list with nulls behind it up to the length of its row's longest.
fn values(list: &ListArray, longest: &[usize], total: usize) -> Result<ArrayRef> {
    let is_whole =
        |(row, (length, most)): (usize, (usize, &usize))| length == *most && (length == 0 || list.is_valid(row));
    if extents(list).map(|(_, length)| length).zip(longest).enumerate().all(is_whole) {
        let start = list.value_offsets().first().copied().unwrap_or_default() as usize;
        return Ok(list.values().slice(start, total));
    }
    let mut places = UInt32Builder::with_capacity(total);
    for (row, ((start, length), most)) in extents(list).zip(longest).enumerate() {
        let length = if list.is_valid(row) { length } else { 0 };
        // Places within a column of texts are 32 bits wide, as are the offsets of lists.
        (start..start + length).for_each(|place| places.append_value(place as u32));
        places.append_nulls(most - length);
    }
    Ok(take(list.values(), &places.finish(), None)?)
}
