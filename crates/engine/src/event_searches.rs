//! The searches of event types, each read once for all searches of an engine: `eventtype=failure`.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use speleo_knowledge::EventType;
use speleo_plan::{EventSearch, read_event_type};
use speleo_syntax::Diagnostic;

/// What was read so far, by the names of event types. It belongs to one set of definitions.
#[derive(Debug, Default)]
pub(crate) struct EventSearches(RwLock<HashMap<String, Arc<EventSearch>>>);

impl EventSearches {
    /// The search of an event type, or what is wrong with it.
    pub(crate) fn get(
        &self,
        event_type: &EventType,
        expand: impl FnOnce(&str) -> (String, Vec<Diagnostic>),
    ) -> Arc<EventSearch> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&event_type.name).cloned();
        known.unwrap_or_else(|| {
            let search = Arc::new(read_event_type(event_type, expand));
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(event_type.name.clone(), Arc::clone(&search));
            search
        })
    }
}
