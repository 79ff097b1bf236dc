//! A search over the first rows of its sources: which fields and values there are, for whoever writes the next command.
//!
//! Nothing is written, and steps see the first rows too. The answer is no answer to the search.

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::Result,
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
};

use super::{Answer, Engine};
use crate::{
    run,
    world::{EngineWorld, Mode, Record},
};

impl Engine {
    /// Runs a search over the first `rows` rows of each of its sources; none where it has a mistake. Dropping the future
    /// cancels it.
    pub async fn sample(&self, text: &str, rows: usize) -> Option<Answer> {
        let read = self.read(text);
        if read.is_broken() {
            return None;
        }
        let world = self.world(Mode::Explain).ok()?;
        let world = EngineWorld { sample: Some(rows), record: Record::default(), ..world };
        let planned = self.plan(&read, &world).await.ok()?;
        let plan = first_rows(planned.plan, rows).ok()?;
        let answered = run::run(self.session(), plan).await.ok()?;
        Some(Answer {
            schema: answered.schema,
            batches: answered.batches,
            formatted: None,
            events_scanned: answered.scanned,
            elapsed: std::time::Duration::ZERO,
        })
    }
}

/// The plan with a limit on each scan.
///
/// # Errors
/// None that a plan of ours gives.
pub(crate) fn first_rows(plan: LogicalPlan, rows: usize) -> Result<LogicalPlan> {
    let limited = plan.transform_up(|node| match node {
        LogicalPlan::TableScan(_) => {
            Ok(Transformed::yes(LogicalPlanBuilder::from(node).limit(0, Some(rows))?.build()?))
        }
        _ => Ok(Transformed::no(node)),
    });
    Ok(limited?.data)
}
