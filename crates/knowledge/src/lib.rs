//! Knowledge objects: macros, lookup definitions, data models, saved searches, event types, tags, transaction types, and what
//! conf files say of the making of events and their fields.
//!
//! Plain structs and the parsers of their file formats. Invariant: no engine, and no I/O; callers read the files.

pub mod acceleration;
pub mod builtin;
pub mod collection;
pub mod conf;
pub mod data_model;
pub mod event_type;
pub mod field_setting;
pub mod layer;
pub mod limits;
pub mod lookup;
pub mod macros;
pub mod origin;
pub mod props;
pub mod saved_search;
pub mod schedule;
pub mod tag;
pub mod time_preset;
pub mod transaction_type;
pub mod transform;

pub use acceleration::Acceleration;
pub use collection::Collection;
pub use conf::{Conf, Place, Problem};
pub use data_model::{Calculation, CalculationKind, DataModel, DataObject, Grouping, ModelField, OwnedField, TextForm};
pub use event_type::EventType;
pub use field_setting::FieldSetting;
pub use limits::{Limit, Limits};
pub use lookup::{LookupDefinition, MatchKind};
pub use macros::Macro;
pub use origin::Origins;
pub use props::Props;
pub use saved_search::SavedSearch;
pub use schedule::{CatchUp, Schedule};
pub use tag::Tags;
pub use time_preset::TimePreset;
pub use transaction_type::TransactionType;
pub use transform::Transform;

use std::path::PathBuf;

use indexmap::IndexMap;

/// Everything that searches may name.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// Macros by key: `name` or `name(2)`.
    pub macros: IndexMap<String, Macro>,
    /// Lookup definitions by name.
    pub lookups: IndexMap<String, LookupDefinition>,
    /// The user's data models by name; [`Knowledge::data_model`] knows the built-in ones as well.
    pub data_models: IndexMap<String, DataModel>,
    /// What is said of summaries by the names of data models.
    pub accelerations: IndexMap<String, Acceleration>,
    /// Saved searches by name.
    pub saved_searches: IndexMap<String, SavedSearch>,
    /// Event types by name, by priority and then by name.
    pub event_types: IndexMap<String, EventType>,
    /// The tags of field values.
    pub tags: Tags,
    /// Transaction types by name.
    pub transaction_types: IndexMap<String, TransactionType>,
    /// What is said of events by their source, host and source type.
    pub props: Props,
    /// Extractions and changes of events by name.
    pub transforms: IndexMap<String, Transform>,
    /// The same two as the reading of events sees them, in which other files win.
    pub index_time: IndexTimeKnowledge,
    /// Settings of fields by name.
    pub fields: IndexMap<String, FieldSetting>,
    /// Collections of the key-value store by name.
    pub collections: IndexMap<String, Collection>,
    /// Caps on the size of answers.
    pub limits: Limits,
    /// Time ranges by name, in the order of a list.
    pub time_presets: IndexMap<String, TimePreset>,
    /// Where objects are defined.
    pub origins: Origins,
}

/// What shapes events before any search: no app is current, and of two apps the one whose name sorts first wins.
#[derive(Debug, Clone, Default)]
pub struct IndexTimeKnowledge {
    /// `props.conf`
    pub props: Props,
    /// `transforms.conf`
    pub transforms: IndexMap<String, Transform>,
    /// The folders in which `INGEST_EVAL` finds lookup files; the first that has a file wins.
    pub lookup_folders: Vec<PathBuf>,
}

impl Knowledge {
    /// Lays other definitions over these: an equal name is replaced.
    pub fn merge(&mut self, later: Knowledge) {
        self.macros.extend(later.macros);
        self.lookups.extend(later.lookups);
        self.data_models.extend(later.data_models);
        self.accelerations.extend(later.accelerations);
        self.saved_searches.extend(later.saved_searches);
        self.event_types.extend(later.event_types);
        self.event_types.sort_by(|_, one, _, other| (one.priority, &one.name).cmp(&(other.priority, &other.name)));
        self.tags.extend(later.tags);
        self.transaction_types.extend(later.transaction_types);
        self.props.merge(later.props);
        self.transforms.extend(later.transforms);
        self.index_time.props.merge(later.index_time.props);
        self.index_time.transforms.extend(later.index_time.transforms);
        self.index_time.lookup_folders.extend(later.index_time.lookup_folders);
        self.fields.extend(later.fields);
        self.collections.extend(later.collections);
        self.limits.merge(later.limits);
        self.time_presets.extend(later.time_presets);
        self.origins.merge(later.origins);
    }

    /// A macro by name and number of arguments.
    pub fn find_macro(&self, name: &str, arguments: usize) -> Option<&Macro> {
        self.macros.get(&macros::key(name, arguments))
    }

    /// The program that would give a lookup's rows, where no file and no collection holds them. It is not run.
    pub fn lookup_program(&self, name: &str) -> Option<&str> {
        self.lookups.get(name)?.program.as_deref()
    }

    /// A data model by name: the user's, else the built-in one.
    pub fn data_model(&self, name: &str) -> Option<&DataModel> {
        self.data_models.get(name).or_else(|| data_model::builtin::find(name))
    }

    /// The names of all data models, sorted.
    pub fn data_model_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = data_model::builtin::names().map(|name| name as &str).collect();
        names.extend(self.data_models.keys().map(String::as_str));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A saved search by name, else by title, else by either whatever the case.
    pub fn find_saved_search(&self, name: &str) -> Option<&SavedSearch> {
        let all = || self.saved_searches.values();
        let titled = |saved: &&SavedSearch| saved.title.as_deref() == Some(name);
        let alike = |text: &str| text.to_lowercase() == name.to_lowercase();
        let similar = |saved: &&SavedSearch| alike(&saved.name) || saved.title.as_deref().is_some_and(alike);
        self.saved_searches.get(name).or_else(|| all().find(titled)).or_else(|| all().find(similar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_definitions_replace_earlier_ones() {
        let read = |text: &str| Knowledge { macros: macros::from_conf(&Conf::parse(text).0).0, ..Knowledge::default() };
        let mut knowledge = read("[a]\ndefinition = 1\n[b(1)]\nargs = x\ndefinition = 2\n");
        knowledge.merge(read("[a]\ndefinition = 3\n[b]\ndefinition = 4\n"));
        let definition = |name, arguments| knowledge.find_macro(name, arguments).map(|found| found.definition.as_str());
        assert_eq!((definition("a", 0), definition("b", 1), definition("b", 0)), (Some("3"), Some("2"), Some("4")));
    }
}
