//! The world: indexes, lookups, limits, cancellation; runs plans.

mod catalog;
mod engine;
mod lookup;
mod project;
mod settings;
mod source;
mod world;

pub use engine::{Answer, Checked, Engine, Explanation, Outcome};
pub use settings::{IndexSetting, Settings};
