//! A search as text at each stage, and what of it reaches the files.

use std::sync::Arc;

use datafusion::{
    datasource::{physical_plan::FileScanConfig, source::DataSourceExec},
    error::Result,
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, displayable},
    prelude::SessionContext,
};

use super::Explanation;
use crate::world::Record;

/// Explains a plan.
pub(super) async fn explain(
    session: &SessionContext,
    expanded: String,
    plan: LogicalPlan,
    record: &Record,
) -> Result<Explanation> {
    let state = session.state();
    let logical = plan.display_indent().to_string();
    let optimized = state.optimize(&plan)?;
    let physical = state.create_physical_plan(&plan).await?;
    let mut pushed = Vec::new();
    collect(&physical, &mut pushed);
    Ok(Explanation {
        expanded,
        steps: record.steps(),
        logical,
        optimized: optimized.display_indent().to_string(),
        physical: displayable(physical.as_ref()).indent(true).to_string(),
        pushed,
    })
}

fn collect(plan: &Arc<dyn ExecutionPlan>, pushed: &mut Vec<String>) {
    for child in plan.children() {
        collect(child, pushed);
    }
    let Some(scan) = plan.downcast_ref::<DataSourceExec>() else { return };
    let Some(config) = scan.data_source().downcast_ref::<FileScanConfig>() else { return };
    let file = config.file_groups.iter().flat_map(|group| group.iter()).next();
    let name = file.map_or_else(|| "no file".to_owned(), |file| file.object_meta.location.to_string());
    let files = config.file_groups.iter().map(|group| group.len()).sum::<usize>();
    let more = if files > 1 { format!(" and {} more parts", files - 1) } else { String::new() };
    let schema = scan.schema();
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut line = format!("{} {name}{more}: columns [{}]", config.file_source().file_type(), columns.join(", "));
    if let Some(filter) = config.file_source().filter() {
        line.push_str(&format!(", filter {filter}"));
    }
    if let Some(limit) = config.limit {
        line.push_str(&format!(", limit {limit}"));
    }
    pushed.push(line);
}
