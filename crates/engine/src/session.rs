//! DataFusion set up for SPL: our functions, bounded memory, one partition a core.

use std::sync::Arc;

use datafusion::{
    config::ConfigOptions,
    error::Result,
    execution::{
        SessionState, SessionStateBuilder, TaskContext,
        memory_pool::{FairSpillPool, TrackConsumersPool},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    optimizer::{Analyzer, AnalyzerRule, Optimizer, OptimizerRule},
    physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer},
    prelude::SessionConfig,
};

use crate::{
    dedup_keys::DedupKeys,
    dictionary::{LateTexts, PerValueFilters},
    growth::{Kept, Walled},
    narrow::NarrowSums,
    operator::{LateOperators, NaturalSorts, OwnOperators, SortedJoins},
    parquet_scan::TextBounds,
    pool::WatchedPool,
    sort_keys::SortKeys,
};

/// What the memory limit is where neither settings nor system tell.
const FALLBACK_MEMORY: usize = 4 << 30;
/// How many of the largest consumers an error names.
const NAMED_CONSUMERS: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN;

/// What plans are made and run by. DataFusion's own context copies all of its functions for each plan, and again for each run of one;
/// nothing here changes once it is open.
#[derive(Clone)]
pub(crate) struct SearchSession {
    state: Arc<SessionState>,
    task: Arc<TaskContext>,
}

impl SearchSession {
    /// One in which the state does not change.
    pub(crate) fn new(state: SessionState) -> Self {
        let task = state.task_ctx();
        Self { state: Arc::new(state), task }
    }

    /// What plans are made by.
    pub(crate) fn state(&self) -> &SessionState {
        &self.state
    }

    /// What they are run by.
    pub(crate) fn task_ctx(&self) -> Arc<TaskContext> {
        Arc::clone(&self.task)
    }

    /// The rows of a table.
    #[cfg(test)]
    pub(crate) fn read_table(
        &self,
        table: Arc<dyn datafusion::catalog::TableProvider>,
    ) -> Result<datafusion::prelude::DataFrame> {
        datafusion::prelude::SessionContext::new_with_state(self.state.as_ref().clone()).read_table(table)
    }

    /// Memory, disk, the stores of files, and what is remembered of them.
    pub(crate) fn runtime_env(&self) -> &Arc<RuntimeEnv> {
        self.state.runtime_env()
    }
}

/// A session with a memory pool of its own.
pub(crate) fn open(memory_limit: Option<usize>) -> Result<SearchSession> {
    let limit = memory_limit.unwrap_or_else(default_memory_limit);
    let pool = TrackConsumersPool::new(WatchedPool(FairSpillPool::new(limit)), NAMED_CONSUMERS);
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()?;
    let mut config = SessionConfig::new().with_collect_statistics(true);
    set_options(config.options_mut());
    let mut rules = physical_rules();
    rules.insert(0, Arc::new(OwnOperators));
    rules.insert(1, Arc::new(LateTexts));
    if let Some(limit) = memory_limit {
        rules.insert(1, Arc::new(SortedJoins::within(limit)));
    }
    NaturalSorts::join(&mut rules);
    rules.push(Arc::new(TextBounds));
    rules.push(Arc::new(PerValueFilters));
    rules.push(Arc::new(LateOperators));
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rules(analyzer_rules())
        .with_optimizer_rules(logical_rules())
        .with_physical_optimizer_rules(rules)
        .build();
    speleo_functions::register(&mut state)?;
    Ok(SearchSession::new(state))
}

/// Sets the options that plans are made by.
pub(crate) fn set_options(options: &mut ConfigOptions) {
    // Kernels take views too, but results and lookups are Utf8: one text type saves casts in joins and unions.
    options.execution.parquet.schema_force_view_types = false;
    // Fields of structs are the only leaves, and they are rare; the rule fails on joins of tables with columns of one name.
    options.optimizer.enable_leaf_expression_pushdown = false;
    // A join with such a filter waits until all its partitions have begun, and one above it whose own build side is empty never
    // begins some of them: two joins, as of a `lookup` of several values, then wait for each other without an end.
    options.optimizer.enable_join_dynamic_filter_pushdown = false;
    // Each scan decides whether filters are evaluated while rows are decoded.
    options.execution.parquet.pushdown_filters = false;
    options.execution.parquet.reorder_filters = true;
}

/// The rules that make a plan fit to run.
fn analyzer_rules() -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
    let mut rules = Analyzer::new().rules;
    rules.insert(0, Arc::new(NarrowSums));
    rules
}

/// The rules of the logical optimizer.
pub(crate) fn logical_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules = Optimizer::new().rules;
    for rule in &mut rules {
        if matches!(rule.name(), "push_down_filter" | "eliminate_outer_join") {
            *rule = Arc::new(Kept(Arc::clone(rule)));
        }
    }
    // Behind those that leave out columns nobody takes, which run again after it.
    rules.push(Arc::new(DedupKeys));
    rules.push(Arc::new(SortKeys));
    rules
}

/// The rules of the physical optimizer, without those that put our operators in.
pub(crate) fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    for rule in &mut rules {
        if rule.name().starts_with("FilterPushdown") {
            *rule = Arc::new(Walled(Arc::clone(rule)));
        }
    }
    rules
}

/// The most bytes that a search may take where no setting says: three quarters of the machine's memory.
pub fn default_memory_limit() -> usize {
    available_memory().map_or(FALLBACK_MEMORY, |bytes| bytes / 4 * 3)
}

/// The machine's memory in bytes, where the system tells.
fn available_memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}
