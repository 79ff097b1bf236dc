//! Rows by their parts, in memory or on disk.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef},
    common::Result,
    execution::{
        TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
        spill_file::SpillFile,
    },
    physical_plan::{
        metrics::{ExecutionPlanMetricsSet, SpillMetrics},
        spill::{SpillManager, get_record_batch_memory_size},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use super::deal::{Deal, PARTS};

/// Rows are put together to at least so many, as each batch costs something by itself.
const TOGETHER: usize = 8192;

/// Rows that stand by part.
pub(super) struct Stretch {
    pub(super) rows: RecordBatch,
    /// Where each part begins; the last is the end.
    pub(super) starts: Vec<u32>,
}

impl Stretch {
    /// The rows of a part.
    fn of(&self, part: usize) -> Option<RecordBatch> {
        let start = *self.starts.get(part)? as usize;
        let end = *self.starts.get(part + 1)? as usize;
        (end > start).then(|| self.rows.slice(start, end - start))
    }
}

/// The rows of an input.
pub(super) struct Dealt {
    schema: SchemaRef,
    cores: usize,
    /// How many parts each core has.
    parts: usize,
    stretches: Vec<Stretch>,
    /// The older rows of each part.
    files: Vec<Vec<Arc<dyn SpillFile>>>,
    spill: SpillManager,
    reservation: MemoryReservation,
}

impl Dealt {
    /// No rows yet.
    pub(super) fn new(
        schema: SchemaRef,
        cores: usize,
        context: &TaskContext,
        metrics: &ExecutionPlanMetricsSet,
        partition: usize,
    ) -> Self {
        let consumer = MemoryConsumer::new(format!("RadixExec[{partition}] rows")).with_can_spill(true);
        let metrics = SpillMetrics::new(metrics, partition);
        Self {
            cores,
            parts: 1,
            stretches: Vec::new(),
            files: Vec::new(),
            spill: SpillManager::new(context.runtime_env(), metrics, Arc::clone(&schema)),
            schema,
            reservation: consumer.register(context.memory_pool()),
        }
    }

    /// How many parts each core has.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// Keeps rows in as many parts as those before; all go to disk where the pool refuses them, in many parts each.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(super) fn keep(&mut self, stretch: Stretch, deal: &Deal) -> Result<()> {
        let bytes = get_record_batch_memory_size(&stretch.rows) + stretch.starts.len() * size_of::<u32>();
        self.stretches.push(stretch);
        if self.reservation.try_grow(bytes).is_err() {
            self.refine(deal)?;
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        let count = self.cores * self.parts;
        self.files.resize(count, Vec::new());
        for (part, files) in self.files.iter_mut().enumerate() {
            let rows: Vec<RecordBatch> = Gathered::new(&self.schema, &self.stretches, part).collect::<Result<_>>()?;
            if !rows.is_empty() {
                files.extend(self.spill.spill_record_batch_and_finish(&rows, "RadixExec")?);
            }
        }
        self.stretches.clear();
        self.reservation.free();
        Ok(())
    }

    /// Deals rows out further where each core has one part: they or those of other inputs are many. None are on disk then.
    ///
    /// # Errors
    /// Where keys have no values.
    pub(super) fn refine(&mut self, deal: &Deal) -> Result<()> {
        if self.parts == PARTS {
            return Ok(());
        }
        let mut hashes = Vec::new();
        for stretch in &mut self.stretches {
            *stretch = deal.out(&stretch.rows, PARTS, &mut hashes)?;
        }
        self.parts = PARTS;
        Ok(())
    }
}

/// The rows of a part.
pub(super) fn of_part(all: &Arc<Vec<Dealt>>, part: usize) -> impl Stream<Item = Result<RecordBatch>> + Send + use<> {
    let all = Arc::clone(all);
    stream::iter(0..all.len()).flat_map(move |place| {
        let rows = all.get(place).map(|dealt| {
            let files = dealt.files.get(part).cloned().unwrap_or_default();
            let spill = dealt.spill.clone();
            let stored = stream::iter(files).map(move |file| spill.read_spill_as_stream(file, None)).try_flatten();
            stored.chain(stream::iter(Gathered::new(&dealt.schema, &dealt.stretches, part).collect::<Vec<_>>()))
        });
        stream::iter(rows).flatten()
    })
}

/// The rows of a part, put together to batches.
struct Gathered<'s> {
    schema: &'s SchemaRef,
    stretches: std::slice::Iter<'s, Stretch>,
    part: usize,
}

impl<'s> Gathered<'s> {
    fn new(schema: &'s SchemaRef, stretches: &'s [Stretch], part: usize) -> Self {
        Self { schema, stretches: stretches.iter(), part }
    }
}

impl Iterator for Gathered<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut rows, mut count) = (Vec::new(), 0);
        while count < TOGETHER
            && let Some(stretch) = self.stretches.next()
        {
            if let Some(own) = stretch.of(self.part) {
                count += own.num_rows();
                rows.push(own);
            }
        }
        match rows.len() {
            0 => None,
            1 => rows.pop().map(Ok),
            _ => Some(concat_batches(self.schema, &rows).map_err(Into::into)),
        }
    }
}
