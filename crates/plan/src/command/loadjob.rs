//! The meaning of `loadjob`: a saved search runs anew. `| loadjob savedsearch="admin:search:Logins by country"`

use speleo_syntax::{Code, Diagnostic, command::loadjob::LoadJob};

use crate::{
    Result,
    lower::{Context, Lower},
    relation::Relation,
    saved,
};

impl Lower for LoadJob {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            return Err(Diagnostic::new(Code::Position, self.span, "`loadjob` makes rows and must stand first").into());
        }
        // `owner:app:name`; a name may hold colons itself.
        let whole = self.saved.node.as_str();
        let name = whole.splitn(3, ':').nth(2).unwrap_or(whole);
        saved::rows(name, self.saved.span, &[], cx).await
    }
}
