//! Knowledge objects: macros, lookup definitions, data models.
//!
//! Plain structs and the parsers of their file formats. Invariant: no engine, and no I/O; callers read the files.

pub mod conf;
pub mod data_model;
pub mod lookup;
pub mod macros;

pub use data_model::{Calculation, CalculationKind, DataModel, DataObject, ModelField};
pub use lookup::{LookupDefinition, MatchKind};
pub use macros::Macro;

use indexmap::IndexMap;

/// Everything that searches may name.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// Macros by key: `name` or `name(2)`.
    pub macros: IndexMap<String, Macro>,
    /// Lookup definitions by name.
    pub lookups: IndexMap<String, LookupDefinition>,
    /// Data models by name.
    pub data_models: IndexMap<String, DataModel>,
}
