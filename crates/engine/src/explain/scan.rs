//! What reached a scan, and what was left out before it began. `index=web status=404 | table host` reads two columns.

use std::sync::Arc;

use datafusion::{
    datasource::{physical_plan::FileScanConfig, source::DataSourceExec},
    physical_expr_common::physical_expr::fmt_sql,
    physical_plan::{ExecutionPlan, empty::EmptyExec},
};

use super::measured::{Measured, Read};
use crate::{
    source::Chosen,
    trace::{self, operators},
};

/// A scan of files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// What it reads; the first of several files.
    pub from: String,
    /// How many other parts of files it reads.
    pub more: usize,
    /// The commands that it works for, by their places in the outline.
    pub commands: Vec<usize>,
    /// The columns that are read for what comes after it.
    pub columns: Vec<String>,
    /// Under which condition.
    pub condition: Option<String>,
    /// How many rows are enough.
    pub limit: Option<usize>,
    /// What was left out before it began, and why.
    pub pruned: Vec<String>,
    /// The rows that it gave, where it counts them, and what it read; none where it did not run.
    pub measured: Option<(Option<u64>, Read)>,
}

/// The scans of a plan, whose operators have these commands.
pub(super) fn scans(plan: &Arc<dyn ExecutionPlan>, owners: &[Vec<usize>], runs: bool) -> Vec<Scan> {
    let of = |(node, commands): (&Arc<dyn ExecutionPlan>, &Vec<usize>)| {
        let scan = Scan { commands: commands.clone(), ..scan(node)? };
        let measured = runs.then(|| Measured::of(node));
        let read = |measured: Measured| Some((measured.rows, measured.read?));
        Some(Scan { measured: measured.and_then(read), ..scan })
    };
    trace::operators(plan).into_iter().zip(owners).filter_map(of).collect()
}

fn scan(plan: &Arc<dyn ExecutionPlan>) -> Option<Scan> {
    if plan.downcast_ref::<EmptyExec>().is_some() {
        let why = "no file can have rows that pass".to_owned();
        return Some(Scan { from: "nothing".to_owned(), pruned: vec![why], ..Scan::default() });
    }
    let source = plan.downcast_ref::<DataSourceExec>()?.data_source();
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let Some(config) = source.downcast_ref::<FileScanConfig>() else {
        return Some(Scan { from: "a table in memory".to_owned(), columns, ..Scan::default() });
    };
    let files = || config.file_groups.iter().flat_map(|group| group.iter());
    let first = files().next().map_or_else(|| "no file".to_owned(), |file| file.object_meta.location.to_string());
    let count = config.file_groups.iter().map(|group| group.len()).sum::<usize>();
    let chosen = files().find_map(|file| file.extensions.get::<Chosen>());
    Some(Scan {
        from: format!("{} {first}", config.file_source().file_type()),
        more: count.saturating_sub(1),
        columns,
        condition: config.file_source().filter().map(|filter| fmt_sql(filter.as_ref()).to_string()),
        limit: config.limit,
        pruned: chosen.map(left_out).unwrap_or_default(),
        ..Scan::default()
    })
}

/// What an index at rest left out by its log and its filters of words.
fn left_out(chosen: &Chosen) -> Vec<String> {
    let by_time = chosen.of_files.saturating_sub(chosen.in_time);
    let by_words = chosen.in_time.saturating_sub(chosen.files);
    vec![
        format!("{by_time} of {} files have no events of the times that are asked for", chosen.of_files),
        format!("{by_words} of {} files lack a word that is asked for", chosen.in_time),
        format!(
            "{} of {} rows are in blocks that lack a word that is asked for, or in those files",
            chosen.of_rows.saturating_sub(chosen.rows),
            chosen.of_rows
        ),
    ]
}

/// Bytes that the scans of a plan read.
pub(super) fn bytes(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let leaves = operators(plan).into_iter().filter(|node| node.children().is_empty());
    leaves.filter_map(|node| Measured::of(node).read).map(|read| read.bytes).sum()
}
