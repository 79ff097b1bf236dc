//! Groups that do not fit: those of the rows so far go to disk, and a core begins anew. `eventstats count BY session`
//!
//! The rows of an epoch wait on disk with the numbers that their groups had in it. The groups themselves are cut into buckets by
//! a hash of their keys, which is the same in all epochs of all cores. [`merged`] puts together one bucket of all of them after
//! the other, and each epoch gets back the results of its own groups. A bucket must fit; it is not cut up again.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array},
        compute::{interleave, take},
        datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, UInt32Type},
    },
    common::{
        Result,
        hash_utils::{QualityRandomState, create_hashes},
        internal_datafusion_err,
    },
    execution::{TaskContext, memory_pool::MemoryLimit, spill_file::SpillFile},
    physical_expr::window::WindowExpr,
    physical_plan::{
        metrics::{ExecutionPlanMetricsSet, SpillMetrics},
        spill::{SpillManager, get_record_batch_memory_size},
    },
};
use futures::TryStreamExt;

use super::{
    gather::Waiting,
    sums::{Results, States, Sums},
};

/// The highest bits of the hash tell the bucket.
const BITS: u32 = 6;
const BUCKETS: usize = 1 << BITS;
/// Another seed than DataFusion's tables have, in which the keys of a bucket would collide.
const HASHES: QualityRandomState = QualityRandomState::with_seed(0x5eed);
/// Sums of less than this part of a core's share of the pool are no epoch: others have taken the pool.
const LEAST: usize = 16;
/// What names the files.
const LABEL: &str = "EventStatsExec";

/// The epochs of a core that are closed.
pub(super) struct Epochs {
    aggregates: Vec<Arc<dyn WindowExpr>>,
    key_types: Vec<DataType>,
    /// How many columns the state of each aggregate has.
    widths: Vec<usize>,
    states: SpillManager,
    results: SpillManager,
    /// The least bytes of sums that are worth an epoch.
    least: usize,
    closed: Vec<Epoch>,
}

/// Rows of a core, and their groups.
pub(super) struct Epoch {
    pub(super) rows: Vec<Arc<dyn SpillFile>>,
    /// How many groups there are.
    groups: usize,
    /// For each bucket the states of its groups, then their results; nothing where no group is in it.
    buckets: Vec<Option<Arc<dyn SpillFile>>>,
}

impl Epochs {
    /// None yet, of what `sums` sums up to columns with the fields `results`.
    pub(super) fn new(
        sums: &Sums,
        aggregates: &[Arc<dyn WindowExpr>],
        results: impl Iterator<Item = FieldRef>,
        (context, cores): (&TaskContext, usize),
        (metrics, partition): (&ExecutionPlanMetricsSet, usize),
    ) -> Result<Self> {
        let (key_types, states) = sums.state_types()?;
        let widths = states.iter().map(Vec::len).collect();
        let stored = key_types.iter().chain(states.iter().flatten().map(|field| field.data_type()));
        let stored: Vec<DataType> = stored.cloned().collect();
        let results: Vec<DataType> = results.map(|field| field.data_type().clone()).collect();
        let spill = |columns: Vec<DataType>| {
            let number = Field::new("__group", DataType::UInt32, false);
            let column = |(n, data_type)| Field::new(format!("column{n}"), data_type, true);
            let fields: Vec<Field> =
                std::iter::once(number).chain(columns.into_iter().enumerate().map(column)).collect();
            let metrics = SpillMetrics::new(metrics, partition);
            SpillManager::new(context.runtime_env(), metrics, Arc::new(Schema::new(fields)))
        };
        let least = match context.memory_pool().memory_limit() {
            MemoryLimit::Finite(bytes) => bytes / cores.max(1) / LEAST,
            _ => 0,
        };
        Ok(Self {
            aggregates: aggregates.to_vec(),
            key_types,
            widths,
            states: spill(stored),
            results: spill(results),
            least,
            closed: Vec::new(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// Whether so much of sums is worth an epoch.
    pub(super) fn are_worth(&self, sums: &Sums) -> bool {
        sums.is_by_group() && sums.bytes() >= self.least
    }

    /// Puts the groups of rows that are on disk there as well; `sums` begin anew.
    pub(super) fn close(&mut self, rows: Vec<Arc<dyn SpillFile>>, sums: &mut Sums) -> Result<()> {
        let Some(States { keys, states }) = sums.take_states()? else { return Ok(()) };
        let groups = keys.first().map_or(0, |key| key.len());
        let places = bucketed(&keys, groups)?;
        let columns: Vec<ArrayRef> = keys.into_iter().chain(states.into_iter().flatten()).collect();
        let mut buckets = Vec::with_capacity(BUCKETS);
        for places in places {
            let places = UInt32Array::from(places);
            let columns = columns.iter().map(|column| Ok(take(column, &places, None)?)).collect::<Result<Vec<_>>>()?;
            buckets.push(written(&self.states, places, columns)?);
        }
        self.closed.push(Epoch { rows, groups, buckets });
        Ok(())
    }

    /// The epochs, and what reads their results.
    pub(super) fn into_parts(self) -> (Vec<Epoch>, SpillManager) {
        (self.closed, self.results)
    }

    /// The states of a row of columns.
    fn states_of(&self, columns: &[ArrayRef]) -> States {
        let (keys, mut rest) = columns.split_at_checked(self.key_types.len()).unwrap_or((columns, &[]));
        let mut states = Vec::with_capacity(self.widths.len());
        for width in &self.widths {
            let (own, others) = rest.split_at_checked(*width).unwrap_or((rest, &[]));
            states.push(own.to_vec());
            rest = others;
        }
        States { keys: keys.to_vec(), states }
    }
}

/// Puts together the groups of all epochs, bucket by bucket; the epochs have the results in place of the states afterwards.
///
/// # Errors
/// "Resources exhausted" where a bucket does not fit.
pub(super) async fn merged(cores: &mut [Waiting]) -> Result<()> {
    for bucket in 0..BUCKETS {
        merge(cores, bucket).await?;
    }
    reserve(cores, 0)
}

/// Takes account of bytes in equal parts: each core has its share of the pool, and none needs it for itself now.
fn reserve(cores: &mut [Waiting], bytes: usize) -> Result<()> {
    let part = bytes.div_ceil(cores.len().max(1));
    cores.iter_mut().try_for_each(|core| core.reserve(part))
}

async fn merge(cores: &mut [Waiting], bucket: usize) -> Result<()> {
    let Some(first) = cores.first().map(Waiting::epochs) else { return Ok(()) };
    let mut sums = Sums::of_states(&first.aggregates, first.key_types.clone())?;
    // Of each epoch of each core the numbers that its groups have in it, and those that they have here.
    let mut numbers: Vec<(usize, usize, UInt32Array, UInt32Array)> = Vec::new();
    let mut numbered = 0;
    for core in 0..cores.len() {
        for epoch in 0..cores.get(core).map_or(0, |core| core.epochs().closed.len()) {
            let Some(waiting) = cores.get_mut(core) else { continue };
            let epochs = waiting.epochs_mut();
            let Some(file) = epochs.part(epoch, bucket).and_then(Option::take) else { continue };
            let (own, columns, bytes) = read(&epochs.states, file).await?;
            let here = sums.merge_states(&waiting.epochs().states_of(&columns))?;
            drop(columns);
            numbered += own.get_array_memory_size() + here.get_array_memory_size();
            numbers.push((core, epoch, own, here));
            reserve(cores, sums.bytes() + numbered + bytes)?;
        }
    }
    let results = sums.results()?;
    reserve(cores, results.bytes() + numbered)?;
    for (core, epoch, own, here) in numbers {
        let Some(epochs) = cores.get_mut(core).map(Waiting::epochs_mut) else { continue };
        let Results::ByGroup(columns) = results.of(Some(&here))? else { continue };
        let file = written(&epochs.results, own, columns)?;
        if let Some(part) = epochs.part(epoch, bucket) {
            *part = file;
        }
    }
    Ok(())
}

impl Epochs {
    fn part(&mut self, epoch: usize, bucket: usize) -> Option<&mut Option<Arc<dyn SpillFile>>> {
        self.closed.get_mut(epoch).and_then(|epoch| epoch.buckets.get_mut(bucket))
    }
}

impl Epoch {
    /// The results of the groups in the order of their numbers. `reserve` takes account of bytes.
    ///
    /// # Errors
    /// "Resources exhausted" where they do not fit.
    pub(super) async fn results(
        &mut self,
        spill: &SpillManager,
        reserve: impl Fn(usize) -> Result<()>,
    ) -> Result<Results> {
        let mut places = vec![(0, 0); self.groups];
        let mut parts = Vec::with_capacity(BUCKETS);
        let mut bytes = size_of_val(places.as_slice());
        for file in self.buckets.drain(..).flatten() {
            let (numbers, columns, size) = read(spill, file).await?;
            for (row, number) in numbers.values().iter().enumerate() {
                if let Some(place) = places.get_mut(*number as usize) {
                    *place = (parts.len(), row);
                }
            }
            bytes += size;
            reserve(bytes)?;
            parts.push(columns);
        }
        // Each column is there twice for a while.
        reserve(bytes.saturating_mul(2))?;
        let width = parts.first().map_or(0, Vec::len);
        let mut results = Vec::with_capacity(width);
        for column in 0..width {
            let parts: Vec<&dyn Array> =
                parts.iter().filter_map(|columns| columns.get(column)).map(AsRef::as_ref).collect();
            results.push(interleave(&parts, &places)?);
        }
        drop((parts, places));
        let results = Results::ByGroup(results);
        reserve(results.bytes())?;
        Ok(results)
    }
}

/// The numbers of the groups in each bucket.
fn bucketed(keys: &[ArrayRef], groups: usize) -> Result<Vec<Vec<u32>>> {
    let mut hashes = vec![0; groups];
    create_hashes(keys, &HASHES, &mut hashes)?;
    let mut places = vec![Vec::new(); BUCKETS];
    for (number, hash) in (0_u32..).zip(hashes) {
        if let Some(places) = places.get_mut((hash >> (u64::BITS - BITS)) as usize) {
            places.push(number);
        }
    }
    Ok(places)
}

/// A file of numbers of groups and columns beside them; none where there are none.
fn written(spill: &SpillManager, numbers: UInt32Array, columns: Vec<ArrayRef>) -> Result<Option<Arc<dyn SpillFile>>> {
    if numbers.is_empty() {
        return Ok(None);
    }
    let schema: &SchemaRef = spill.schema();
    let columns = std::iter::once(Arc::new(numbers) as ArrayRef).chain(columns).collect();
    let batch = RecordBatch::try_new(Arc::clone(schema), columns)?;
    spill.spill_record_batch_and_finish(&[batch], LABEL)
}

/// What [`written`] wrote, and how many bytes it takes.
async fn read(spill: &SpillManager, file: Arc<dyn SpillFile>) -> Result<(UInt32Array, Vec<ArrayRef>, usize)> {
    let mut batches: Vec<RecordBatch> = spill.read_spill_as_stream_unbuffered(file, None)?.try_collect().await?;
    let batch = batches.pop().filter(|_| batches.is_empty());
    let batch = batch.ok_or_else(|| internal_datafusion_err!("a bucket of groups is one batch"))?;
    let bytes = get_record_batch_memory_size(&batch);
    let (numbers, columns) =
        batch.columns().split_first().ok_or_else(|| internal_datafusion_err!("a bucket of groups has numbers"))?;
    // A copy: all columns share the bytes that were read.
    let numbers = UInt32Array::from(numbers.as_primitive::<UInt32Type>().values().to_vec());
    Ok((numbers, columns.to_vec(), bytes))
}
