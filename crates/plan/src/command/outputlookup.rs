//! The meaning of `outputlookup`.

use speleo_syntax::command::outputlookup::OutputLookup;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for OutputLookup {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("outputlookup", self.span))
    }
}
