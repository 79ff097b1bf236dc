//! The meaning of `stats`: one row for each group. `stats dc(user) AS users BY host`
//!
//! The output has the grouping fields and the aggregates, in the order of the grouping fields. Without BY there is one row, also
//! for no rows, and where nothing comes before it. `delim` is what a later `nomv` joins the values of `list` and `values` with.

use speleo_syntax::command::stats::Stats;

use crate::{
    Result, aggregate,
    command::rows_or_none,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Stats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows_or_none(input)?;
        let options = aggregate::Options { by: &self.by, all_num: self.all_num };
        let outputs = aggregate::resolve(&self.aggregates, &input, options, cx).await?;
        if let Some(delim) = &self.delim {
            cx.delimiters.extend(outputs.iter().map(|output| (output.name.clone(), delim.clone())));
        }
        let by = self.by.iter().map(|field| field.name.as_str());
        aggregate::group(aggregate::keys(input, by, self.dedup_split_values)?, &outputs)
    }
}
