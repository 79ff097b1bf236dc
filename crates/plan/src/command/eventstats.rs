//! The meaning of `eventstats`: the aggregates of its group on each row. `eventstats avg(bytes) AS mean BY src`
//!
//! Rows and their order stay; a row without one of the grouping fields gets no values. The aggregates are window functions over
//! the whole group.

use speleo_syntax::command::eventstats::EventStats;

use crate::{
    Result, aggregate,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for EventStats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "eventstats", self.span)?;
        let options = aggregate::Options { by: &self.by, all_num: self.all_num };
        let outputs = aggregate::resolve(&self.aggregates, &input, options, cx).await?;
        let by: Vec<&str> = self.by.iter().map(|field| field.name.as_str()).collect();
        aggregate::attach(input, &by, &outputs)
    }
}
