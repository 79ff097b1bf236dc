//! Searches that are explained: planned as others are, with a trace of which command made what.
//!
//! `engine.inspect("index=web | stats count by host").await`

use std::time::{Duration, Instant};

use speleo_syntax::{Diagnostic, outline};

use super::{Engine, Explained, Read};
use crate::{
    explain::{self, Explanation, Planned},
    fault::diagnose,
    trace::Trace,
    world::Mode,
};

impl Engine {
    /// Shows what a search becomes: its text without macros, its steps, its plans, and what reaches each scan. Steps run,
    /// nothing is written.
    pub async fn explain(&self, text: &str) -> Explained {
        self.explain_and(text, false).await
    }

    /// Explains a search, and runs it to tell what each operator did. Nothing is written.
    pub async fn inspect(&self, text: &str) -> Explained {
        self.explain_and(text, true).await
    }

    async fn explain_and(&self, text: &str, runs: bool) -> Explained {
        let start = Instant::now();
        let mut read = self.read(text);
        let mut diagnostics = std::mem::take(&mut read.diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Explained { result: Err(()), diagnostics };
        }
        // Boxed: planning needs the stack itself.
        let result = Box::pin(self.explain_read(&read, runs, start, &mut diagnostics)).await;
        let result = result.map_err(|problems| diagnostics.extend(problems));
        Explained { result, diagnostics }
    }

    async fn explain_read(
        &self,
        read: &Read,
        runs: bool,
        start: Instant,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Explanation, Vec<Diagnostic>> {
        let expanded = read.expansion.text.clone();
        let mut world = self.world(Mode::Explain)?;
        world.record.trace = Some(Trace::new(outline(&read.search, &expanded)));
        let planned = self.plan(read, &world).await;
        diagnostics.extend(world.record.warnings());
        let planned = planned?;
        let trace = world.record.trace.take().unwrap_or_default();
        let stepping: Duration = trace.steps().iter().map(|step| step.ran.planning + step.ran.running).sum();
        diagnostics.extend(read.expansion.locate(planned.notes));
        let planned = Planned {
            expanded,
            macros: read.expansion.calls().to_vec(),
            places: trace.commands().iter().map(|command| read.expansion.original(command.span)).collect(),
            plan: planned.plan,
            reading: start.elapsed().saturating_sub(stepping),
        };
        let explained = Box::pin(explain::explain(&self.shared.session, planned, &trace, runs)).await;
        // What came up while files were read.
        let mut late = world.record.warnings();
        late.retain(|warning| !diagnostics.contains(warning));
        diagnostics.append(&mut late);
        explained.map_err(|error| read.expansion.locate(diagnose(error.into())))
    }
}
