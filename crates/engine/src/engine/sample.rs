//! A search over the first rows of its sources: which fields and values there are, for whoever writes the next command.
//!
//! Nothing is written, and steps see the first rows too. The answer is no answer to the search.

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::{DataFusionError, Result as DataResult},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
};

use speleo_syntax::Diagnostic;

use super::{Answer, Engine};
use crate::{
    fault::diagnose,
    run,
    world::{EngineWorld, Mode},
};

impl Engine {
    /// Runs a search over the first `rows` rows of each of its sources. Dropping the future cancels it.
    ///
    /// # Errors
    /// What is wrong with the search, or with what it reads.
    pub async fn sample(&self, text: &str, rows: usize) -> Result<Answer, Vec<Diagnostic>> {
        let read = self.read(text);
        if read.is_broken() {
            return Err(read.diagnostics);
        }
        let world = EngineWorld { sample: Some(rows), ..self.world(Mode::Explain)? };
        let planned = self.plan(&read, &world).await?;
        let failed = |error: DataFusionError| read.expansion.locate(diagnose(error.into()));
        let plan = first_rows(planned.plan, rows).map_err(failed)?;
        let answered = run::run(self.session(), plan).await.map_err(failed)?;
        Ok(Answer {
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
pub(crate) fn first_rows(plan: LogicalPlan, rows: usize) -> DataResult<LogicalPlan> {
    let limited = plan.transform_up(|node| match node {
        LogicalPlan::TableScan(_) => {
            Ok(Transformed::yes(LogicalPlanBuilder::from(node).limit(0, Some(rows))?.build()?))
        }
        _ => Ok(Transformed::no(node)),
    });
    Ok(limited?.data)
}
