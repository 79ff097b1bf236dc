//! The fields of a data model that a search needs: those that it names, and those that conditions and calculations of these
//! read. `| tstats count FROM datamodel=Endpoint.Processes BY Processes.user`
//!
//! A model has a hundred calculated fields, a search names five. What a text reads is taken from its words: a field too many costs
//! little, one too few would be wrong.

use std::collections::HashSet;

use speleo_functions::words::words;
use speleo_knowledge::{Calculation, CalculationKind, DataModel, DataObject};

/// What is needed.
pub(super) struct Need<'a> {
    /// Everything, where the search does not say.
    all: bool,
    /// Words of the search and of the texts that are needed.
    words: HashSet<&'a str>,
}

impl<'a> Need<'a> {
    /// What a search needs that names `fields`, of the objects below a root. Without fields, or with a pattern among them, it
    /// needs all.
    pub(super) fn of(fields: &'a HashSet<String>, model: &'a DataModel, root: &'a DataObject) -> Self {
        let all = fields.is_empty() || fields.iter().any(|field| field.contains('*'));
        let mut need = Self { all, words: HashSet::new() };
        if all {
            return need;
        }
        fields.iter().for_each(|field| need.read(field));
        let objects = model.subtree(&root.name);
        for object in &objects {
            object.constraints.iter().chain(&object.base_search).for_each(|text| need.read(text));
            object.fields.iter().filter(|field| field.required).for_each(|field| need.read(&field.name));
        }
        // A calculation reads what stands before it.
        for calculation in objects.iter().rev().flat_map(|object| object.calculations.iter().rev()) {
            if need.wants_any(calculation) {
                match &calculation.kind {
                    CalculationKind::Eval { expression } => need.read(expression),
                    CalculationKind::Rex { input, .. } | CalculationKind::GeoIp { input, .. } => need.read(input),
                    CalculationKind::Lookup { inputs, .. } => inputs.iter().for_each(|(field, _)| need.read(field)),
                }
            }
        }
        need
    }

    fn read(&mut self, text: &'a str) {
        self.words.extend(words(text));
    }

    /// Whether a field of the model is needed.
    pub(super) fn wants(&self, field: &str) -> bool {
        self.all || words(field).all(|word| self.words.contains(word))
    }

    /// Whether a field that a calculation makes is needed.
    pub(super) fn wants_any(&self, calculation: &Calculation) -> bool {
        calculation.outputs.iter().any(|output| self.wants(&output.name))
    }
}
