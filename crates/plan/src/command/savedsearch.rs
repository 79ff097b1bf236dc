//! The meaning of `savedsearch`: the rows of a search by its name. `| savedsearch "Logins by country" country=AT`

use speleo_syntax::{Code, Diagnostic, command::savedsearch::SavedSearch};

use crate::{
    Result,
    lower::{Context, Lower},
    relation::Relation,
    saved,
};

impl Lower for SavedSearch {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`savedsearch` makes rows and must stand first");
            return Err(error.into());
        }
        let values = if self.no_substitution { &[][..] } else { &self.values };
        saved::rows(&self.name.name, self.name.span, values, cx).await
    }
}
