//! The meaning of `from`: the rows of a dataset. `| from datamodel:Authentication.Failed_Authentication`
//!
//! The fields of a data model carry no object's name here, other than with `tstats`.

use speleo_syntax::{
    Code, Diagnostic, Field,
    command::from::{DatasetKind, From},
};

use crate::{
    Result, datamodel,
    lower::{Context, Lower},
    relation::Relation,
    saved, table,
};

impl Lower for From {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            return Err(Diagnostic::new(Code::Position, self.span, "`from` makes rows and must stand first").into());
        }
        match self.kind {
            DatasetKind::DataModel => datamodel::dataset(&self.name, datamodel::Shown::default(), cx).await,
            DatasetKind::Lookup => {
                let name = Field::new(self.name.node.clone(), self.name.span);
                match table::open(&name, cx).await? {
                    Some(found) => table::scan(&name.name, &found),
                    None => table::nothing(),
                }
            }
            DatasetKind::SavedSearch => saved::rows(&self.name.node, self.name.span, &[], cx).await,
        }
    }
}
