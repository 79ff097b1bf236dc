//! How far a search is: what of its files was read, which step runs. `index=web [search index=bad | table user]`
//!
//! Plans count by themselves while they run, so nothing is told from within: whoever shows progress looks at the plans that run.
//! Absent on purpose: what the first reading of files finds out about their fields is no plan, and has only a name.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use datafusion::{
    datasource::{listing::PartitionedFile, physical_plan::FileScanConfig, source::DataSourceExec},
    execution::memory_pool::MemoryPool,
    physical_plan::{
        ExecutionPlan,
        memory::LazyMemoryExec,
        metrics::{MetricValue, MetricsSet},
    },
};

use crate::{
    operator::TrialExec,
    source::{BYTES_READ, Chosen, EVENTS_READ, is_plain_text},
};

/// What a search does and has done, shared with whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    now: Mutex<Now>,
    rows: AtomicU64,
}

#[derive(Debug, Default)]
struct Now {
    /// What is done where no plan runs.
    doing: Option<String>,
    running: Vec<Running>,
    /// What the plans read that are done.
    done: Reading,
    pool: Option<Arc<dyn MemoryPool>>,
}

#[derive(Debug)]
struct Running {
    number: u64,
    step: Option<String>,
    scans: Vec<Scan>,
}

/// A leaf of a plan, and what is known of its files before it runs.
#[derive(Debug)]
struct Scan {
    plan: Arc<dyn ExecutionPlan>,
    /// Whether it runs only where another plan does not serve.
    is_spare: bool,
    files: u64,
    parts: u64,
    bytes: u64,
    /// Whether the bytes that are read are those that are stored.
    is_plain: bool,
    chosen: Option<Chosen>,
}

/// What was read for a search, its subsearches included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// The files that its plans name.
    pub files: u64,
    /// How many of them are done.
    pub files_done: u64,
    /// Files of native indexes that were left out by their times.
    pub files_left_out_by_time: u64,
    /// Files of native indexes that were left out by the words in them.
    pub files_left_out_by_words: u64,
    /// Row groups of Parquet files that were left out by their bounds.
    pub row_groups_left_out: u64,
    /// Bytes that were read; of compressed text what they become.
    pub bytes: u64,
    /// Events that were read.
    pub events: u64,
}

/// How far a search is at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    /// The step that runs; none where it is the search itself.
    pub step: Option<String>,
    /// What was read so far.
    pub reading: Reading,
    /// How many rows came.
    pub rows: u64,
    /// Bytes that operators hold.
    pub memory: u64,
    /// What of the files of the plan that runs is read, from 0 to 1; none where that is not known.
    pub share: Option<f64>,
}

impl Progress {
    /// How far the search is.
    pub fn look(&self) -> Look {
        let now = self.now();
        let mut reading = now.done;
        let (mut done, mut all) = (0.0, 0.0);
        for scan in now.running.iter().flat_map(|running| &running.scans) {
            reading += scan.reading();
            let (scan_done, scan_all) = scan.bytes_done();
            done += scan_done;
            all += scan_all;
        }
        let step = now.running.last().and_then(|running| running.step.clone());
        Look {
            step: step.or_else(|| now.doing.clone()),
            reading,
            rows: self.rows.load(Ordering::Relaxed),
            memory: now.pool.as_ref().map_or(0, |pool| pool.reserved() as u64),
            share: (all > 0.0).then(|| (done / all).clamp(0.0, 1.0)),
        }
    }

    /// Says what is done outside of plans, until one begins.
    pub(crate) fn doing(&self, what: Option<String>) {
        self.now().doing = what;
    }

    /// Says where the memory is counted.
    pub(crate) fn counts(&self, pool: &Arc<dyn MemoryPool>) {
        self.now().pool = Some(Arc::clone(pool));
    }

    /// Adds to the rows that came.
    pub(crate) fn came(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// The rows that came.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// A plan that runs until the answer is dropped.
    pub(crate) fn begin(self: &Arc<Self>, step: Option<&str>, plan: &Arc<dyn ExecutionPlan>) -> Run {
        let mut scans = Vec::new();
        find_scans(plan, false, &mut scans);
        let mut now = self.now();
        let number = now.running.last().map_or(0, |running| running.number + 1);
        now.doing = None;
        now.running.push(Running { number, step: step.map(str::to_owned), scans });
        Run { progress: Arc::clone(self), number }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A plan that runs.
#[derive(Debug)]
pub(crate) struct Run {
    progress: Arc<Progress>,
    number: u64,
}

impl Run {
    /// The events that its plan read so far.
    pub(crate) fn events(&self) -> u64 {
        let now = self.progress.now();
        let running = now.running.iter().filter(|running| running.number == self.number);
        running.flat_map(|running| &running.scans).map(|scan| scan.reading().events).sum()
    }
}

impl Drop for Run {
    /// What it read stays; its plan goes, and with it what its operators hold.
    fn drop(&mut self) {
        let mut now = self.progress.now();
        let Some(place) = now.running.iter().position(|running| running.number == self.number) else { return };
        let running = now.running.remove(place);
        for scan in running.scans {
            now.done += scan.reading();
        }
    }
}

impl std::ops::AddAssign for Reading {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.files_done += other.files_done;
        self.files_left_out_by_time += other.files_left_out_by_time;
        self.files_left_out_by_words += other.files_left_out_by_words;
        self.row_groups_left_out += other.row_groups_left_out;
        self.bytes += other.bytes;
        self.events += other.events;
    }
}

/// `is_spare` says whether the plan runs only where another one does not serve.
fn find_scans(plan: &Arc<dyn ExecutionPlan>, is_spare: bool, scans: &mut Vec<Scan>) {
    let children = plan.children();
    if children.is_empty() {
        scans.push(Scan::new(plan, is_spare));
    }
    for (place, child) in children.into_iter().enumerate() {
        find_scans(child, is_spare || place > 0 && plan.is::<TrialExec>(), scans);
    }
}

/// The files of a leaf, where it reads some.
pub(crate) fn files(plan: &Arc<dyn ExecutionPlan>) -> Option<&FileScanConfig> {
    plan.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref::<FileScanConfig>()
}

/// What was left out of the files of a scan.
pub(crate) fn chosen(config: &FileScanConfig) -> Option<&Chosen> {
    config.file_groups.iter().flat_map(|group| group.iter()).find_map(|file| file.extensions.get::<Chosen>())
}

impl Scan {
    fn new(plan: &Arc<dyn ExecutionPlan>, is_spare: bool) -> Self {
        let plan = Arc::clone(plan);
        let mut scan = Self { plan, is_spare, files: 0, parts: 0, bytes: 0, is_plain: true, chosen: None };
        let Some(config) = files(&scan.plan) else { return scan };
        let mut names = HashSet::new();
        for file in config.file_groups.iter().flat_map(|group| group.iter()) {
            names.insert(&file.object_meta.location);
            scan.parts += 1;
            scan.bytes += size(file);
            scan.is_plain &= is_plain_text(file);
        }
        scan.files = names.len() as u64;
        scan.chosen = chosen(config).copied();
        scan
    }

    fn parts_done(&self, metrics: &MetricsSet) -> u64 {
        (sum(metrics, "files_processed") as u64).min(self.parts)
    }

    /// Whether nothing is read of it, and perhaps never will be.
    fn waits(&self) -> bool {
        self.is_spare && self.plan.metrics().is_none_or(|metrics| metrics.iter().next().is_none())
    }

    fn reading(&self) -> Reading {
        if self.waits() {
            return Reading::default();
        }
        let Some(metrics) = self.plan.metrics() else { return Reading::default() };
        let chosen = self.chosen.unwrap_or_default();
        let left_out = |all: usize, kept: usize| all.saturating_sub(kept) as u64;
        Reading {
            files: self.files,
            // A file that is read in parts is done with the last one.
            files_done: self.parts_done(&metrics) * self.files / self.parts.max(1),
            files_left_out_by_time: left_out(chosen.of_files, chosen.in_time),
            files_left_out_by_words: left_out(chosen.in_time, chosen.files),
            row_groups_left_out: left_out_of(&metrics, "row_groups_pruned_statistics").unwrap_or(0) as u64,
            bytes: sum(&metrics, BYTES_READ) as u64,
            // Rows from nothing are no events.
            events: if self.plan.downcast_ref::<LazyMemoryExec>().is_some() { 0 } else { events(&metrics) },
        }
    }

    /// Bytes of its files that are done, and all of them.
    fn bytes_done(&self) -> (f64, f64) {
        if self.waits() {
            return (0.0, 0.0);
        }
        let all = self.bytes as f64;
        let Some(metrics) = self.plan.metrics() else { return (0.0, all) };
        match self.is_plain {
            true => ((sum(&metrics, BYTES_READ) as f64).min(all), all),
            // How much of a compressed file or of its columns is read does not say how far it is.
            false => (self.parts_done(&metrics) as f64 / self.parts.max(1) as f64 * all, all),
        }
    }
}

fn size(file: &PartitionedFile) -> u64 {
    let range = file.range.as_ref().and_then(|range| u64::try_from(range.end - range.start).ok());
    range.map_or(file.object_meta.size, |length| length.min(file.object_meta.size))
}

fn sum(metrics: &MetricsSet, name: &str) -> usize {
    metrics.sum_by_name(name).map_or(0, |value| value.as_usize())
}

/// The rows that a leaf gave, and those that a filter within it threw away.
fn events(metrics: &MetricsSet) -> u64 {
    let read = metrics.sum_by_name(EVENTS_READ).map(|value| value.as_usize());
    let given = || metrics.output_rows().unwrap_or(0) + sum(metrics, "pushdown_rows_pruned");
    read.unwrap_or_else(given) as u64
}

/// How many of what a scan could read it did not.
pub(crate) fn left_out_of(metrics: &MetricsSet, name: &str) -> Option<usize> {
    let pruned = |value: &MetricValue| match value {
        MetricValue::PruningMetrics { name: own, pruning_metrics } if own == name => Some(pruning_metrics.pruned()),
        _ => None,
    };
    metrics.iter().filter_map(|metric| pruned(metric.value())).reduce(|one, other| one + other)
}
