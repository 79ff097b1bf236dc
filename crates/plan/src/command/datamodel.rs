//! The meaning of `datamodel`: the events of an object, its definition, or the text of its search.
//! `| datamodel Authentication Failed_Authentication search`
//!
//! `search` names fields as `tstats` does, `flat` leaves the names of objects out; both tell with `is_X` and `is_not_X` which objects
//! below an event belongs to. A definition is JSON in `_raw`, a row for each model. Absent: summaries, of which there are none.

use std::sync::Arc;

use datafusion::arrow::array::StringArray;
use speleo_knowledge::TextForm;
use speleo_syntax::{
    Code, Diagnostic,
    command::datamodel::{DataModel, Mode},
};

use crate::{
    Result, datamodel,
    lower::{Context, Lower},
    relation::Relation,
    table,
};

impl Lower for DataModel {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`datamodel` makes rows and must stand first");
            return Err(error.into());
        }
        let Some(name) = &self.name else {
            let knowledge = cx.world.knowledge();
            let models = knowledge.data_model_names().into_iter().filter_map(|name| knowledge.data_model(name));
            return texts("_raw", models.map(speleo_knowledge::DataModel::definition).collect());
        };
        let form = match self.mode {
            Mode::Search | Mode::Flat => {
                let full_names = self.mode == Mode::Search;
                let shown = datamodel::Shown { full_names, flags: true, loose: !self.strict_fields };
                return datamodel::dataset(name, shown, cx).await;
            }
            Mode::Definition => None,
            Mode::SearchString => Some(TextForm::Full),
            Mode::FlatString => Some(TextForm::Flat),
            Mode::AccelerationString => Some(TextForm::Accelerated),
        };
        let Some((model, object)) = datamodel::defined(name, cx)? else { return table::nothing() };
        let Some(form) = form else {
            let text = match object {
                Some(object) => model.object_definition(&object.name),
                None => Some(model.definition()),
            };
            return texts("_raw", text.into_iter().collect());
        };
        let objects = match object {
            Some(object) => vec![object],
            None => model.roots().collect(),
        };
        texts("search", objects.into_iter().filter_map(|object| model.search_text(&object.name, form)).collect())
    }
}

/// A row for each text.
fn texts(name: &str, texts: Vec<String>) -> Result<Relation> {
    table::of_columns("datamodel", vec![(name, Arc::new(StringArray::from(texts)))])
}
