//! What `INGEST_EVAL` may ask for: the clock and definitions. There are no indexes and no lookups while events are made.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::logical_expr::LogicalPlan;
use speleo_knowledge::Knowledge;
use speleo_plan::{IndexEntry, IndexFile, LookupTable, Result, Rows, Source, TimeRange, World, Write};

use crate::time::Zone;

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

    fn files(&self, _: &str) -> Result<Vec<IndexFile>> {
        Ok(Vec::new())
    }

    async fn lookup(&self, _: &str) -> Result<Option<LookupTable>> {
        Ok(None)
    }

    fn lookup_names(&self) -> Vec<String> {
        Vec::new()
    }

    async fn rows(&self, _: &str, plan: LogicalPlan) -> Result<Rows> {
        Ok(Rows { schema: plan.schema().inner().clone(), batches: Vec::new() })
    }

    async fn write(&self, step: &str, _: Write, plan: LogicalPlan) -> Result<Rows> {
        self.rows(step, plan).await
    }
}
