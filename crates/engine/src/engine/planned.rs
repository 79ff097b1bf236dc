//! The plan of a search, for whoever runs it somewhere else. `engine.logical_plan("index=web | stats count by host").await`

use datafusion::logical_expr::LogicalPlan;
use speleo_syntax::Diagnostic;

use super::Engine;
use crate::{fault::diagnose, portable, world::Mode};

impl Engine {
    /// What a search becomes, before it is optimised. Its steps run here, and their rows are part of the plan; nothing is written.
    ///
    /// # Errors
    /// What is wrong with the search, or with what its steps read.
    pub async fn logical_plan(&self, text: &str) -> Result<LogicalPlan, Vec<Diagnostic>> {
        let read = self.read(text);
        if read.is_broken() {
            return Err(read.diagnostics);
        }
        let world = self.world(Mode::Explain)?;
        let planned = self.plan(&read, &world).await?;
        portable::named(planned.plan).map_err(|error| read.expansion.locate(diagnose(error.into())))
    }
}
