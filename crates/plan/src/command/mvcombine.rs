//! The meaning of `mvcombine`: rows that differ in one field alone become one. `mvcombine host`
//!
//! Every other field counts, internal ones too. The values stand in the order of arrival, duplicates stay, and the row stands
//! where the first of its rows stood. `delim` is what a later `nomv` joins the values with.

use datafusion::{functions_aggregate::min_max::min_udaf, logical_expr::LogicalPlanBuilder};
use speleo_syntax::command::mvcombine::MvCombine;

use crate::{
    Result,
    aggregate::{Call, arrival_key},
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column, named},
};

/// The place of a row's first member.
const PLACE: &str = "__combined_place";
/// The collected values.
const VALUES: &str = "__combined_values";

impl Lower for MvCombine {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "mvcombine", self.span)?;
        let name = &self.field.name;
        let Some(data_type) = input.data_type(name).cloned() else { return Ok(input) };
        cx.delimiters.insert(name.clone(), self.delim.as_deref().unwrap_or(" ").to_owned());
        let shown = input.fields();
        let others: Vec<&String> = shown.iter().filter(|other| *other != name).collect();
        let (input, key) = {
            let key = arrival_key(&input)?;
            input.hidden("arrival", key)?
        };
        let value = if meet::is_time(&data_type) { meet::epoch(column(name)) } else { column(name) };
        let values = Call { function: kernel::aggregate("spl_list")?, args: vec![value, column(&key)] };
        let place = Call { function: min_udaf(), args: vec![column(&key)] };
        let calls = vec![named(values.aggregate(), VALUES), named(place.aggregate(), PLACE)];
        let plan =
            LogicalPlanBuilder::from(input.plan).aggregate(others.iter().map(|other| column(other)), calls)?.build()?;
        let combined = Relation { plan, order: vec![OrderKey::ascending(PLACE)], shape: input.shape };
        let columns = shown.iter().map(|other| (other.clone(), column(if other == name { VALUES } else { other })));
        combined.select(columns.collect())
    }
}
