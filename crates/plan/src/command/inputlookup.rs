//! The meaning of `inputlookup`: the rows of a lookup table in file order. `| inputlookup whitelist.csv where sender=*`
//!
//! `where` comes before `start` and `max`. An empty cell is no value. A table that does not exist is an error, with `append=t` a
//! warning: Splunk only ever warns, and a misspelt name then finds nothing.

use datafusion::logical_expr::LogicalPlanBuilder;
use speleo_syntax::{Code, Diagnostic, Severity, command::inputlookup::InputLookup};

use crate::{
    Error, Result,
    lower::{Context, Lower},
    predicate,
    relation::Relation,
    table,
    union::stack,
};

impl Lower for InputLookup {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() && !self.append {
            let error = Diagnostic::new(Code::Position, self.span, "`inputlookup` makes rows and must stand first");
            return Err(error.help("`append=true` adds its rows to those that come in").into());
        }
        let opened = match table::open(&self.table, cx).await {
            // The first run of a search that keeps its own table: `inputlookup append=t seen.csv | … | outputlookup seen.csv`.
            Err(Error::Diagnostics(problems)) if self.append && !self.strict => {
                cx.notes.extend(problems.into_iter().map(|one| Diagnostic { severity: Severity::Warning, ..one }));
                None
            }
            opened => opened?,
        };
        let mut found = match opened {
            Some(table) => table::scan(&self.table.name, &table)?,
            None => table::nothing()?,
        };
        if let Some(condition) = &self.condition {
            let condition = predicate::condition(condition, &found, cx).await?;
            found = found.filter(condition)?;
        }
        let skip = usize::try_from(self.start).unwrap_or(usize::MAX);
        let fetch = self.max.and_then(|max| usize::try_from(max).ok());
        if skip > 0 || fetch.is_some() {
            found = found.sorted(fetch.map(|fetch| fetch.saturating_add(skip)))?;
            found.plan = LogicalPlanBuilder::from(found.plan).limit(skip, fetch)?.build()?;
        }
        match input {
            Some(input) => stack(input, found),
            None => Ok(found),
        }
    }
}
