//! The meaning of `set`: rows of either, of both or of exactly one of two searches.
//! `| set diff [search index=a | fields user] [search index=b | fields user]`
//!
//! Rows are equal where all their fields are, internal ones left aside. They stand in the order in which they first come.

use datafusion::{
    functions_aggregate::min_max::{max_udaf, min_udaf},
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_knowledge::Limit;
use speleo_syntax::{
    Code, Diagnostic,
    command::set::{Set, SetOperation},
};

use crate::{
    Result,
    aggregate::{Call, arrival_key},
    command::branch,
    lower::{Context, Lower},
    relation::{OrderKey, Relation, column, is_internal, named},
    union::stack,
};

/// The column that tells which search a row is from. No search can name it: names have no blank in front.
const SIDE: &str = " side";
const FIRST: &str = "__set_first";
const LAST: &str = "__set_last";
const PLACE: &str = "__set_place";

impl Lower for Set {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            return Err(Diagnostic::new(Code::Position, self.span, "`set` makes rows and must stand first").into());
        }
        let most = cx.world.limit(Limit::SetRows);
        let left = marked(branch(&self.left, cx).await?.at_most(most)?, 0)?;
        let right = marked(branch(&self.right, cx).await?.at_most(most)?, 1)?;
        let all = stack(left, right)?;
        let key = arrival_key(&all)?;
        let (all, place) = all.hidden("place", key)?;
        let fields: Vec<String> = all.fields().into_iter().filter(|name| name != SIDE).collect();
        let call = |function, name: &str| Call { function, args: vec![column(name)] }.aggregate();
        let calls = vec![
            named(call(min_udaf(), SIDE), FIRST),
            named(call(max_udaf(), SIDE), LAST),
            named(call(min_udaf(), &place), PLACE),
        ];
        let plan =
            LogicalPlanBuilder::from(all.plan).aggregate(fields.iter().map(|name| column(name)), calls)?.build()?;
        let rows = Relation::results(plan, vec![OrderKey::ascending(PLACE)]);
        let rows = match self.operation {
            SetOperation::Union => rows,
            SetOperation::Diff => rows.filter(column(FIRST).eq(column(LAST)))?,
            SetOperation::Intersect => rows.filter(column(FIRST).not_eq(column(LAST)))?,
        };
        rows.select(fields.into_iter().map(|name| (name.clone(), column(&name))).collect())
    }
}

/// The rows with their side, without internal fields.
fn marked(rows: Relation, side: i64) -> Result<Relation> {
    let mut columns: Vec<(String, Expr)> =
        rows.fields().into_iter().filter(|name| !is_internal(name)).map(|name| (name.clone(), column(&name))).collect();
    columns.push((SIDE.to_owned(), lit(side)));
    rows.select(columns)
}
