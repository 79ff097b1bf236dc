//! The fields of an open source: which ones its events hold. `index=raw | table *`
//!
//! A step reads all events that the search reaches, so that no field is missed; the search reads them again.

use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use speleo_functions::value::Lists;

use super::RAW;
use crate::{
    Result,
    aggregate::Call,
    kernel,
    lower::Context,
    relation::{Relation, column, is_hidden, named},
    wildcard,
};

/// The fields that only the raw text of the events holds and a pattern of the pipeline names, in alphabetical order.
pub(super) async fn names(index: &str, events: &Relation, cx: &mut Context<'_>) -> Result<Vec<String>> {
    let held = kernel::call("spl_extract_names", vec![column(RAW)])?;
    let all = Call { function: kernel::aggregate("spl_values")?, args: vec![held] }.aggregate();
    let plan = LogicalPlanBuilder::from(events.plan.clone())
        .aggregate(Vec::<Expr>::new(), vec![named(all, "names")])?
        .build()?;
    let found = cx.world.rows(&format!("fields of {index}"), plan).await?;
    let mut names = Vec::new();
    for batch in &found.batches {
        let Some(values) = batch.columns().first() else { continue };
        let lists = Lists::new(values)?;
        let values = (0..batch.num_rows()).filter_map(|row| lists.get(row)).flatten();
        names.extend(values.filter(|name| is_new(name, events, cx)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn is_new(name: &str, events: &Relation, cx: &Context<'_>) -> bool {
    // The host is a column of its own that is filled from the text where it is named.
    let is_known = is_hidden(name) || cx.mentioned.iter().any(|known| known == name);
    let is_column = events.has(name) && name != super::HOST;
    !is_known && !is_column && cx.patterns.iter().any(|pattern| wildcard::matches(pattern, name))
}
