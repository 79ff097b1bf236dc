//! `eventstats` beside different rows and how often each comes. `eventstats dc(action) AS n BY user | where n<4 | stats count`

use std::sync::Arc;

use datafusion::{
    common::Result,
    physical_expr::{
        PhysicalExpr,
        window::{PlainAggregateWindowExpr, WindowExpr},
    },
    physical_expr_common::physical_expr::is_volatile,
    physical_plan::ExecutionPlan,
};

use super::{EventStatsExec, Read, sums::plain};
use crate::operator::weighed::{over_rows, takes_rows};

impl EventStatsExec {
    /// Whether the aggregates are told by different rows and how often each comes.
    pub(in crate::operator) fn takes_rows(&self) -> bool {
        self.aggregates.iter().all(|aggregate| plain(aggregate).is_ok_and(takes_rows))
            && !self.read.keys.iter().any(is_volatile)
    }

    /// The same beside the different rows of its input, whose last column says how often each comes; and where that column is.
    ///
    /// # Errors
    /// Where an aggregate is none of those that take such rows.
    pub(in crate::operator) fn over_rows(&self, input: Arc<dyn ExecutionPlan>) -> Result<(Self, usize)> {
        let rows = input.schema().fields().len() - 1;
        let mut aggregates: Vec<Arc<dyn WindowExpr>> = Vec::with_capacity(self.aggregates.len());
        let mut arguments: Vec<Vec<Arc<dyn PhysicalExpr>>> = Vec::with_capacity(self.aggregates.len());
        for (aggregate, own) in self.aggregates.iter().zip(&self.read.arguments) {
            let Some(sum) = over_rows(plain(aggregate)?, own, &input)? else {
                arguments.push(own.clone());
                aggregates.push(Arc::clone(aggregate));
                continue;
            };
            arguments.push(sum.expressions());
            aggregates.push(Arc::new(PlainAggregateWindowExpr::new(
                sum,
                aggregate.partition_by(),
                aggregate.order_by(),
                Arc::clone(aggregate.get_window_frame()),
                None,
            )));
        }
        let read = Read { keys: self.read.keys.clone(), arguments };
        let kept: Vec<usize> = self.kept.iter().copied().chain([rows]).collect();
        let schema = self.schema_over(&input.schema(), &kept);
        let place = kept.len() - 1;
        Ok((Self::with(input, aggregates, read, kept, schema), place))
    }
}
