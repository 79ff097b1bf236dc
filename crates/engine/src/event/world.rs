//! What `INGEST_EVAL` may ask for: the clock, definitions and lookup tables. There are no indexes while events are made, and no plan
//! runs: a table whose definition has a filter is refused.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::logical_expr::LogicalPlan;
use speleo_knowledge::Knowledge;
use speleo_plan::{IndexEntry, IndexFile, LookupTable, Result, Rows, Source, TimeRange, World, Write};
use speleo_syntax::{Code, Diagnostic};

use crate::{lookup::Lookups, time::Zone};

/// The world of an event in the making.
#[derive(Clone)]
pub(crate) struct IngestWorld {
    /// The zone of times without one, and the clock.
    pub(crate) zone: Zone,
    /// Definitions.
    pub(crate) knowledge: Arc<Knowledge>,
}

impl fmt::Debug for IngestWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IngestWorld").field("zone", &self.zone).finish_non_exhaustive()
    }
}

impl IngestWorld {
    fn lookups(&self) -> Lookups {
        Lookups { folders: self.knowledge.index_time.lookup_folders.clone(), overlay: None }
    }
}

#[async_trait]
impl World for IngestWorld {
    fn now(&self) -> i64 {
        self.zone.now
    }

    fn timezone(&self) -> Tz {
        self.zone.timezone
    }

    fn time_range(&self) -> TimeRange {
        TimeRange::default()
    }

    fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    fn geoip(&self) -> Option<String> {
        None
    }

    fn splunk_limits(&self) -> bool {
        false
    }

    fn is_blind(&self) -> bool {
        false
    }

    fn gives_rows(&self) -> bool {
        false
    }

    fn indexes(&self) -> Vec<IndexEntry> {
        Vec::new()
    }

    async fn index(&self, _: &str) -> Result<Option<Source>> {
        Ok(None)
    }

    async fn files(&self, _: &str) -> Result<Vec<IndexFile>> {
        Ok(Vec::new())
    }

    async fn lookup(&self, name: &str) -> Result<Option<LookupTable>> {
        Ok(self.lookups().open(name, &self.knowledge)?)
    }

    fn rows_at_hand(&self, table: &str) -> Result<Option<Rows>> {
        if self.knowledge.lookups.get(table).is_some_and(|definition| definition.filter.is_some()) {
            let message = format!("the lookup `{table}` has a filter, which nothing can run while events are read");
            return Err(Diagnostic::unplaced(Code::UnsupportedForm, message).into());
        }
        Ok(self.lookups().rows(table, &self.knowledge)?)
    }

    fn lookup_names(&self) -> Vec<String> {
        self.lookups().names(&self.knowledge)
    }

    async fn rows(&self, _: &str, plan: LogicalPlan) -> Result<Rows> {
        Ok(Rows { schema: plan.schema().inner().clone(), batches: Vec::new() })
    }

    async fn write(&self, step: &str, _: Write, plan: LogicalPlan) -> Result<Rows> {
        self.rows(step, plan).await
    }
}
