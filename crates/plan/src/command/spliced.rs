//! A command whose text is complete when its brackets have run. `sort [| inputlookup order.csv | return $keys]`
//!
//! Each bracket is a step. Where nothing is known of its text, in `check`, rows pass as they are.

use speleo_syntax::{Diagnostic, command::spliced::Spliced, parse_continuation};

use crate::{
    Error, Result,
    command::{continued, pipeline},
    lower::{Context, Lower},
    relation::Relation,
    subsearch, table,
};

impl Lower for Spliced {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut texts = Vec::with_capacity(self.searches.len());
        for search in &self.searches {
            match subsearch::text(search, cx).await? {
                Some(text) => texts.push(text),
                None => return input.map_or_else(table::nothing, Ok),
            }
        }
        let text = self.with(&texts);
        let (search, problems) = parse_continuation(&text);
        if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
            return Err(subsearch::unreadable(&texts.join(" "), problem, self.span));
        }
        let result = match input {
            Some(input) => continued(&search, input, cx).await,
            None => pipeline(&search, cx).await,
        };
        // Places in the text that was put together are none in the one that was typed.
        result.map_err(|error| match error {
            Error::Diagnostics(problems) => {
                let again = |problem: &Diagnostic| problem.retold(self.span, &*problem.message);
                Error::Diagnostics(problems.iter().map(again).collect())
            }
            Error::Engine { source, .. } => Error::Engine { span: Some(self.span), source },
        })
    }
}
