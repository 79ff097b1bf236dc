//! The meaning of `tail`: the last rows, the very last first. `tail 5`

use speleo_syntax::command::tail::Tail;

use crate::{
    Result,
    command::{reverse::reversed, rows},
    lower::{Context, Lower},
    relation::Relation,
};

/// How many rows where nothing is written.
const DEFAULT: u64 = 10;

impl Lower for Tail {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let reversed = reversed(rows(input, "tail", self.span)?)?;
        reversed.sorted(usize::try_from(self.limit.unwrap_or(DEFAULT)).ok())
    }
}
