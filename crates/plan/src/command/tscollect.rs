//! The meaning of `tscollect`: rows become events of the index that has the namespace's name. `… | tscollect namespace=web`

use datafusion::functions::string::expr_fn::lower;
use speleo_syntax::command::tscollect::TsCollect;

use super::collect;
use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{Relation, column},
    table,
};

impl Lower for TsCollect {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "tscollect", self.span)?;
        if cx.world.is_blind() {
            return if self.keep_results { Ok(input) } else { table::nothing() };
        }
        let (relation, _) = collect::gathered(input, cx).await?;
        let mut events = Vec::new();
        events.extend(collect::time(&relation, true, cx)?.map(|time| (TIME.to_owned(), time)));
        for name in relation.fields().into_iter().filter(|name| name != TIME) {
            let is_text = relation.data_type(&name).is_some_and(meet::is_text);
            let value = if self.squash_case && is_text { lower(column(&name)) } else { column(&name) };
            events.push((name, value));
        }
        collect::write(&self.namespace.node, self.namespace.span, events, &relation, cx).await?;
        if self.keep_results { Ok(relation) } else { table::nothing() }
    }
}
