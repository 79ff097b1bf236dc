//! All cores' rows, of which the first are taken again and again.

use std::collections::VecDeque;

use datafusion::{
    arrow::{
        array::RecordBatch,
        compute::interleave_record_batch,
        datatypes::Schema,
        row::{OwnedRow, RowConverter, SortField},
    },
    common::Result,
    execution::SendableRecordBatchStream,
    physical_expr::LexOrdering,
    physical_plan::metrics::BaselineMetrics,
};
use futures::StreamExt;

use super::part::Part;

/// Runs of rows up to this part of a batch are copied together with their neighbours.
const SHORT: usize = 8;

/// What each core still has, and what was taken and is not given yet.
pub(super) struct Parts {
    inputs: Vec<SendableRecordBatchStream>,
    /// None where an input has ended, or was not asked yet.
    parts: Vec<Option<Part>>,
    has_begun: bool,
    order: LexOrdering,
    converter: RowConverter,
    size: usize,
    /// Batches that short runs were taken from, and the rows.
    sources: Vec<RecordBatch>,
    taken: Vec<(usize, usize)>,
    ready: VecDeque<RecordBatch>,
    metrics: BaselineMetrics,
}

impl Parts {
    pub(super) fn new(
        inputs: Vec<SendableRecordBatchStream>,
        order: &LexOrdering,
        schema: &Schema,
        size: usize,
        metrics: BaselineMetrics,
    ) -> Result<Self> {
        let fields = order.iter().map(|key| Ok(SortField::new_with_options(key.expr.data_type(schema)?, key.options)));
        Ok(Self {
            parts: inputs.iter().map(|_| None).collect(),
            inputs,
            has_begun: false,
            order: order.clone(),
            converter: RowConverter::new(fields.collect::<Result<_>>()?)?,
            size,
            sources: Vec::new(),
            taken: Vec::new(),
            ready: VecDeque::new(),
            metrics,
        })
    }

    /// The next rows; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        if !self.has_begun {
            self.has_begun = true;
            for index in 0..self.inputs.len() {
                self.advance(index).await?;
            }
        }
        while self.ready.is_empty() {
            let compute = self.metrics.elapsed_compute().clone();
            let timer = compute.timer();
            let Some(index) = self.first() else {
                self.give_taken()?;
                break;
            };
            let is_empty = self.take(index)?;
            timer.done();
            if is_empty {
                self.advance(index).await?;
            }
        }
        let batch = self.ready.pop_front();
        batch.iter().for_each(|batch| self.metrics.record_output(batch.num_rows()));
        Ok(batch)
    }

    /// Puts the next batch of a core in place.
    async fn advance(&mut self, index: usize) -> Result<()> {
        let (Some(input), Some(part)) = (self.inputs.get_mut(index), self.parts.get_mut(index)) else { return Ok(()) };
        *part = None;
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() > 0 {
                *part = Some(Part::new(batch, &self.order, &self.converter)?);
                break;
            }
        }
        Ok(())
    }

    /// The core whose next row is the first of all.
    fn first(&self) -> Option<usize> {
        self.least(None)
    }

    /// The core whose next row is the first of all, save one core's.
    fn least(&self, without: Option<usize>) -> Option<usize> {
        let parts = self.parts.iter().enumerate().filter(|(index, _)| Some(*index) != without);
        let heads = parts.filter_map(|(index, part)| part.as_ref().map(|part| (part.head(), index)));
        heads.min().map(|(_, index)| index)
    }

    /// Takes the rows of a core that come before all others; whether its batch has none behind them.
    fn take(&mut self, index: usize) -> Result<bool> {
        let other = self.least(Some(index));
        let limit: Option<(OwnedRow, usize)> =
            other.and_then(|other| Some((self.parts.get(other)?.as_ref()?.head().owned(), other)));
        let Some(part) = self.parts.get_mut(index).and_then(Option::as_mut) else { return Ok(true) };
        let (from, total) = (part.next, part.batch.num_rows());
        let to = match limit {
            Some((key, other)) => part.before(&key, index < other, &self.converter)?,
            None => total,
        };
        part.next = to;
        if to - from > self.size / SHORT {
            let run = part.batch.slice(from, to - from);
            self.give_taken()?;
            self.ready.push_back(run);
        } else {
            let source = *part.source.get_or_insert_with(|| {
                self.sources.push(part.batch.clone());
                self.sources.len() - 1
            });
            self.taken.extend((from..to).map(|row| (source, row)));
            if self.taken.len() >= self.size {
                self.give_taken()?;
            }
        }
        Ok(to == total)
    }

    /// The rows of short runs as a batch of their own.
    fn give_taken(&mut self) -> Result<()> {
        if self.taken.is_empty() {
            return Ok(());
        }
        let sources: Vec<&RecordBatch> = self.sources.iter().collect();
        self.ready.push_back(interleave_record_batch(&sources, &self.taken)?);
        self.sources.clear();
        self.taken.clear();
        self.parts.iter_mut().flatten().for_each(|part| part.source = None);
        Ok(())
    }
}
