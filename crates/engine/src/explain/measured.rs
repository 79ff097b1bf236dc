//! What an operator did, summed over the cores that it ran on.

use std::{sync::Arc, time::Duration};

use datafusion::physical_plan::{
    ExecutionPlan,
    metrics::{MetricValue, MetricsSet},
};

/// What an operator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// Rows that it gave; none where it does not count them.
    pub rows: Option<u64>,
    /// The time in which it computed, without that of its inputs, summed over all cores.
    pub elapsed: Duration,
    /// The most memory that it held, in bytes; none where it does not say. Cores are summed, as if all had their peak at once.
    pub memory: Option<u64>,
    /// Bytes that it put on disk for want of memory.
    pub spilled_bytes: u64,
    /// In how many files.
    pub spilled_files: u64,
    /// Of a scan, what was read and what was not.
    pub read: Option<Read>,
}

/// What a scan read, and what it had not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Read {
    /// Events that were looked at; none where that is not counted apart from its rows.
    pub events: Option<u64>,
    /// Bytes of files.
    pub bytes: u64,
    /// Row groups that were left out by their bounds, and of how many.
    pub row_groups: (u64, u64),
    /// Pages that were left out by their bounds, and of how many.
    pub pages: (u64, u64),
    /// Rows that were left out by the bounds of their pages.
    pub page_rows: u64,
    /// Rows that were left out while they were decoded.
    pub decoded_rows: u64,
}

impl Measured {
    /// Of an operator that ran.
    pub(super) fn of(plan: &Arc<dyn ExecutionPlan>) -> Self {
        let Some(metrics) = plan.metrics() else { return Self::default() };
        let is_scan = plan.children().is_empty();
        let number = |value: Option<usize>| value.unwrap_or(0) as u64;
        let named = |name: &str| metrics.sum_by_name(name).map(|value| value.as_usize());
        let computed = metrics.elapsed_compute().filter(|time| *time > 0);
        // A scan of files counts the time in which it was asked for rows.
        let time = if is_scan { named("time_elapsed_processing").or(computed) } else { computed };
        Self {
            rows: metrics.output_rows().map(|rows| rows as u64),
            elapsed: Duration::from_nanos(number(time)),
            memory: memory(&metrics),
            spilled_bytes: number(metrics.spilled_bytes()),
            spilled_files: number(metrics.spill_count()),
            read: is_scan.then(|| Read {
                events: named(crate::source::EVENTS_READ).map(|events| events as u64),
                bytes: number(named("bytes_scanned")),
                row_groups: pruned(&metrics, &["row_groups_pruned_statistics", "row_groups_pruned_bloom_filter"]),
                pages: pruned(&metrics, &["page_index_pages_pruned"]),
                page_rows: pruned(&metrics, &["page_index_rows_pruned"]).0,
                decoded_rows: number(named("pushdown_rows_pruned")),
            }),
        }
    }
}

fn memory(metrics: &MetricsSet) -> Option<u64> {
    let peak = |value: &MetricValue| match value {
        MetricValue::PeakMemoryUsage { gauge, .. } => Some(gauge.value() as u64),
        MetricValue::Gauge { name, gauge } if name.contains("mem") => Some(gauge.value() as u64),
        _ => None,
    };
    metrics.iter().filter_map(|metric| peak(metric.value())).reduce(|one, other| one + other)
}

/// How many things were left out by one of these, and of how many.
fn pruned(metrics: &MetricsSet, names: &[&str]) -> (u64, u64) {
    let mut counted = (0, 0);
    for metric in metrics.iter() {
        let MetricValue::PruningMetrics { name, pruning_metrics } = metric.value() else { continue };
        if names.contains(&name.as_ref()) {
            let left_out = pruning_metrics.pruned() as u64;
            counted.0 += left_out;
            // A later look sees what an earlier one left.
            if name == names[0] {
                counted.1 += left_out + pruning_metrics.matched() as u64;
            }
        }
    }
    counted
}
