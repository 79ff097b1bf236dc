//! The meaning of `appendcols`: the n-th row gets the fields of another search's n-th row.
//! `stats count | appendcols [search index=b | stats sum(x) AS s]`
//!
//! Internal fields of the other search stay behind. Where it has more rows, these come last.

use datafusion::{
    common::Column,
    functions::core::coalesce,
    logical_expr::{JoinType, LogicalPlanBuilder},
};
use speleo_knowledge::Limit;
use speleo_syntax::command::appendcols::AppendCols;

use super::join::{chosen, numbered, unused};
use crate::{
    Result,
    command::{branch, rows},
    lower::{Context, Lower},
    relation::{OrderKey, Relation, column, is_internal, named},
};

impl Lower for AppendCols {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "appendcols", self.span)?;
        let limit = self.max_out.or_else(|| cx.world.limit(Limit::ResultRows));
        let other = branch(&self.search, cx).await?.at_most(limit)?;
        let number = unused(&input, "number");
        let left = numbered(input, Vec::new(), &number)?;
        let other_number = unused(&left, "other_number");
        let right = numbered(other, Vec::new(), &other_number)?;
        let mut places = Vec::new();
        let mut exprs = vec![column(&other_number)];
        for (n, name) in right.fields().into_iter().filter(|name| !is_internal(name)).enumerate() {
            let place = unused(&left, &format!("column{n}"));
            exprs.push(named(column(&name), &place));
            places.push((name, place));
        }
        let right = LogicalPlanBuilder::from(right.plan).project(exprs)?.build()?;
        let fields = left.fields();
        let on = (vec![Column::new_unqualified(&number)], vec![Column::new_unqualified(&other_number)]);
        let plan = LogicalPlanBuilder::from(left.plan).join(right, JoinType::Full, on, None)?.build()?;
        let joined = Relation { plan, order: Vec::new(), shape: left.shape };
        let place = coalesce().call(vec![column(&number), column(&other_number)]);
        let (mut joined, place) = joined.hidden("place", place)?;
        joined.order = vec![OrderKey::ascending(place)];
        let mut outputs = Vec::with_capacity(fields.len() + places.len());
        for name in &fields {
            let other = places.iter().find(|(own, _)| own == name).map(|(_, place)| place.as_str());
            outputs.push((name.clone(), chosen(&joined, name, Some(name), other, self.overwrite)?));
        }
        for (name, place) in places.iter().filter(|(name, _)| !fields.contains(name)) {
            outputs.push((name.clone(), chosen(&joined, name, None, Some(place), true)?));
        }
        joined.select(outputs)
    }
}
