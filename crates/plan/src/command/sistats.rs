//! The meaning of `sistats` and its kin: the fields that `stats` needs later. `sistats avg(bytes) BY host | stats avg(bytes) BY host`
//!
//! Splunk stores partial aggregates; here the rows go on, without the fields that the finishing command does not read. It finds
//! the same values in them, in the same order.

use datafusion::logical_expr::Expr;
use speleo_syntax::command::sistats::SiStats;

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, Shape, column},
    wildcard,
};

impl Lower for SiStats {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "sistats", self.span)?;
        let mut patterns: Vec<String> = vec![meet::TIME.to_owned()];
        field::of_command(&self.command, &mut |field| patterns.push(field.name.clone()));
        if field::takes_all(&self.command) {
            patterns.push("*".to_owned());
        }
        let is_needed = |name: &String| patterns.iter().any(|pattern| wildcard::matches(pattern, name));
        let kept = input.fields().into_iter().filter(is_needed);
        let outputs: Vec<(String, Expr)> = kept.map(|name| (name.clone(), column(&name))).collect();
        let mut parts = input.select(outputs)?;
        parts.shape = Shape::Results;
        Ok(parts)
    }
}
