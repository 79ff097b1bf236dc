//! A search as text at each stage, what of it reaches the files, and, once it ran, what was read of them.

use std::sync::Arc;

use datafusion::{
    datasource::physical_plan::FileScanConfig,
    error::Result,
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, collect, display::DisplayableExecutionPlan, displayable, empty::EmptyExec},
    prelude::SessionContext,
};

use super::Explanation;
use crate::{
    progress::{chosen, files, left_out_of},
    run,
    source::BYTES_READ,
    world::Record,
};

/// Explains a plan; with `runs` it is run, and tells what it did.
pub(super) async fn explain(
    session: &SessionContext,
    expanded: String,
    plan: LogicalPlan,
    record: &Record,
    runs: bool,
) -> Result<Explanation> {
    let state = session.state();
    let logical = plan.display_indent().to_string();
    let optimized = state.optimize(&plan)?;
    let physical = state.create_physical_plan(&plan).await?;
    if runs {
        run::guard(collect(Arc::clone(&physical), state.task_ctx())).await?;
    }
    let shown = match runs {
        true => DisplayableExecutionPlan::with_metrics(physical.as_ref()).indent(true).to_string(),
        false => displayable(physical.as_ref()).indent(true).to_string(),
    };
    let mut scans = Vec::new();
    find_scans(&physical, &mut scans);
    let read = || scans.iter().map(|scan| read_of(scan)).collect();
    Ok(Explanation {
        expanded,
        steps: record.steps(),
        logical,
        optimized: optimized.display_indent().to_string(),
        physical: shown,
        pushed: scans.iter().filter_map(|scan| pushed(scan)).collect(),
        read: runs.then(read),
    })
}

/// The leaves of a plan.
fn find_scans<'p>(plan: &'p Arc<dyn ExecutionPlan>, scans: &mut Vec<&'p Arc<dyn ExecutionPlan>>) {
    let children = plan.children();
    if children.is_empty() {
        scans.push(plan);
    }
    for child in children {
        find_scans(child, scans);
    }
}

/// The first file of a scan, and how many others there are.
fn name(config: &FileScanConfig) -> String {
    let file = config.file_groups.iter().flat_map(|group| group.iter()).next();
    let name = file.map_or_else(|| "no file".to_owned(), |file| file.object_meta.location.to_string());
    let files = config.file_groups.iter().map(|group| group.len()).sum::<usize>();
    let more = if files > 1 { format!(" and {} more parts", files - 1) } else { String::new() };
    format!("{} {name}{more}", config.file_source().file_type())
}

/// What reached a scan.
fn pushed(plan: &Arc<dyn ExecutionPlan>) -> Option<String> {
    if plan.downcast_ref::<EmptyExec>().is_some() {
        return Some("no file can have rows that pass".to_owned());
    }
    let config = files(plan)?;
    let schema = plan.schema();
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut line = format!("{}: columns [{}]", name(config), columns.join(", "));
    if let Some(filter) = config.file_source().filter() {
        line.push_str(&format!(", filter {filter}"));
    }
    if let Some(limit) = config.limit {
        line.push_str(&format!(", limit {limit}"));
    }
    if let Some(chosen) = chosen(config) {
        line.push_str(&format!(
            "; of {} files {} by time and {} by words, of {} rows {}",
            chosen.of_files, chosen.in_time, chosen.files, chosen.of_rows, chosen.rows
        ));
    }
    Some(line)
}

/// What a scan did.
fn read_of(plan: &Arc<dyn ExecutionPlan>) -> String {
    let name = files(plan).map_or_else(|| plan.name().to_owned(), name);
    let Some(metrics) = plan.metrics() else { return format!("{name}: nothing") };
    let count = |name: &str| metrics.sum_by_name(name).map(|value| value.as_usize());
    let mut line = format!("{name}: {} rows", metrics.output_rows().unwrap_or(0));
    let mut add = |number: Option<usize>, what: &str| {
        if let Some(number) = number.filter(|number| *number > 0) {
            line.push_str(&format!(", {number} {what}"));
        }
    };
    add(count(BYTES_READ), "bytes read");
    add(count(crate::source::EVENTS_READ), "events read");
    add(left_out_of(&metrics, "row_groups_pruned_statistics"), "row groups left out by their bounds");
    add(left_out_of(&metrics, "page_index_rows_pruned"), "rows left out by the bounds of their pages");
    add(count("pushdown_rows_pruned"), "rows left out while they were decoded");
    line
}
