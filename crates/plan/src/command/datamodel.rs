//! The meaning of `datamodel`: the events of an object. `| datamodel Authentication Failed_Authentication search`
//!
//! `search` names fields as `tstats` does, `flat` leaves the names of objects out. Absent: definitions as JSON, and the texts of
//! searches.

use speleo_syntax::{
    Code, Diagnostic,
    command::datamodel::{DataModel, Mode},
};

use crate::{
    Result, datamodel,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for DataModel {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`datamodel` makes rows and must stand first");
            return Err(error.into());
        }
        match (&self.name, self.mode) {
            (Some(name), Mode::Search) => datamodel::dataset(name, true, cx).await,
            (Some(name), Mode::Flat) => datamodel::dataset(name, false, cx).await,
            _ => {
                let text = "`datamodel` gives events here, no definitions";
                let error = Diagnostic::new(Code::UnsupportedForm, self.span, text);
                Err(error.help("`| datamodel MODEL OBJECT search` gives the events of an object").into())
            }
        }
    }
}
