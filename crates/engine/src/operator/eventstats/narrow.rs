//! Columns that only the aggregates read do not wait with the rows. `eventstats avg(bytes) AS mean BY src | where mean>9 | stats count`

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::Result,
    physical_expr::{PhysicalExpr, expressions::Column, utils::collect_columns},
    physical_plan::{
        ExecutionPlan,
        filter::{FilterExec, FilterExecBuilder},
        projection::{ProjectionExec, ProjectionExpr},
    },
};

use super::EventStatsExec;
use crate::substitution::substituted;

/// The node over an `eventstats` of fewer columns; none where it is none, or needs all of them.
pub(in crate::operator) fn narrowed(node: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(filter) = node.downcast_ref::<FilterExec>()
        && let Some(beside) = filter.input().downcast_ref::<EventStatsExec>()
        && let Some(outputs) = filter.projection()
    {
        let Some(narrow) = Narrow::of(beside, [filter.predicate()], outputs) else { return Ok(None) };
        let outputs = outputs.iter().map(|place| narrow.place(*place)).collect();
        // The builder takes over the outputs of the filter, which are places among the columns that there were.
        let filter = FilterExecBuilder::new(narrow.read(filter.predicate())?, Arc::new(narrow.beside))
            .apply_projection(Some(outputs))?
            .with_default_selectivity(filter.default_selectivity())
            .with_batch_size(filter.batch_size())
            .with_fetch(filter.fetch())
            .build()?;
        return Ok(Some(Arc::new(filter)));
    }
    if let Some(projection) = node.downcast_ref::<ProjectionExec>()
        && let Some(beside) = projection.input().downcast_ref::<EventStatsExec>()
    {
        let expressions = projection.expr().iter().map(|output| &output.expr);
        let Some(narrow) = Narrow::of(beside, expressions, &[]) else { return Ok(None) };
        let read = |output: &ProjectionExpr| {
            Ok(ProjectionExpr { expr: narrow.read(&output.expr)?, alias: output.alias.clone() })
        };
        let outputs = projection.expr().iter().map(read).collect::<Result<Vec<_>>>()?;
        return Ok(Some(Arc::new(ProjectionExec::try_new(outputs, Arc::new(narrow.beside))?)));
    }
    Ok(None)
}

/// An `eventstats` of the columns that are read of it.
struct Narrow {
    beside: EventStatsExec,
    /// Where the kept columns were among its outputs.
    kept: Vec<usize>,
    /// How many columns of its input it gave on.
    before: usize,
}

impl Narrow {
    /// For outputs that these expressions read and those at these places; none where that is all of them.
    fn of<'a>(
        beside: &EventStatsExec,
        expressions: impl IntoIterator<Item = &'a Arc<dyn PhysicalExpr>>,
        outputs: &[usize],
    ) -> Option<Self> {
        let before = beside.kept.len();
        let read = expressions.into_iter().flat_map(collect_columns).map(|column| column.index());
        let kept: BTreeSet<usize> = read.chain(outputs.iter().copied()).filter(|place| *place < before).collect();
        if kept.len() == before {
            return None;
        }
        let kept: Vec<usize> = kept.into_iter().collect();
        Some(Self { beside: beside.keeping(&kept), kept, before })
    }

    /// Where an output is now.
    fn place(&self, place: usize) -> usize {
        match place.checked_sub(self.before) {
            Some(own) => self.kept.len() + own,
            None => self.kept.binary_search(&place).unwrap_or(place),
        }
    }

    /// An expression over the outputs as they are now.
    fn read(&self, expr: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        substituted(expr, |column| Some(Arc::new(Column::new(column.name(), self.place(column.index())))))
    }
}
