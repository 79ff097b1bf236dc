//! The meaning of `metasearch`: events without their texts. `| metasearch index=web host=w1`

use speleo_syntax::{Code, Diagnostic, command::metasearch::MetaSearch};

use crate::{
    Result,
    lower::{Context, Lower},
    relation::{Relation, column},
    source,
};

/// What is left of an event.
const FIELDS: [&str; 5] = ["_time", "host", "index", "source", "sourcetype"];

impl Lower for MetaSearch {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`metasearch` makes rows and must stand first");
            return Err(error.into());
        }
        let events = source::events(&self.expr, self.span, cx).await?;
        let fields = FIELDS.into_iter().filter(|name| events.has(name));
        let columns = fields.map(|name| (name.to_owned(), column(name))).collect();
        events.select(columns)
    }
}
