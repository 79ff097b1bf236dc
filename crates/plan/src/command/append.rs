//! The meaning of `append`: the rows of another search after those that come in. `append [search index=b]`
//!
//! The other search runs once and sees nothing of these rows. Columns of one name meet. Splunk cuts it at 50,000 rows; here only
//! `--splunk-limits` does.

use speleo_knowledge::Limit;
use speleo_syntax::command::append::Append;

use crate::{
    Result,
    command::{branch, rows},
    lower::{Context, Lower},
    relation::Relation,
    union::stack,
};

impl Lower for Append {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "append", self.span)?;
        let other = branch(&self.search, cx).await?;
        let limit = self.max_out.or_else(|| cx.world.limit(Limit::ResultRows));
        stack(input, other.at_most(limit)?)
    }
}
