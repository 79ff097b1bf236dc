//! The meaning of `require`: an error where there are no rows. `| inputlookup owners.csv | require`
//!
//! Whether there are any is a step: what follows must not run in vain.

use speleo_syntax::{Code, Diagnostic, command::require::Require};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    table,
};

impl Lower for Require {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "require", self.span)?;
        if !cx.world.gives_rows() {
            return Ok(input);
        }
        let shape = input.shape;
        let found = cx.world.rows("rows that must be there", input.finish()?).await?;
        if found.batches.iter().all(|batch| batch.num_rows() == 0) {
            return Err(Diagnostic::new(Code::NoRows, self.span, "there are no rows").into());
        }
        let mut relation = table::of_rows("require", &found)?;
        relation.shape = shape;
        Ok(relation)
    }
}
