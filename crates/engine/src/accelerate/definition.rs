//! What a summary was computed by, as one short text: where it differs, the summary tells of other definitions than today's.
//!
//! Everything that can change a row goes in: the model's tree, the texts of its root with their macros, what conf files say of
//! events and fields, the lookups that these name with the age of their files, the zone of times without one. That is more
//! than the root may need, and never less. Places in conf files are part of it, so a new line above is a change as well.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use speleo_knowledge::{CalculationKind, DataModel, DataObject, Knowledge};

use crate::{fault::Fault, lookup::Lookups, world::EngineWorld};
use speleo_plan::World;

/// Grows where rows of summaries mean something else than before.
const FORMAT: u32 = 1;

/// What holds for all models.
#[derive(Debug)]
pub(crate) struct Definitions {
    digest: String,
    /// What may name lookups.
    texts: String,
}

impl Definitions {
    /// Those of some knowledge.
    pub(crate) fn of(knowledge: &Knowledge) -> Self {
        let Knowledge {
            macros, event_types, tags, props, transforms, index_time, fields, collections, lookups, ..
        } = knowledge;
        let texts = format!("{props:?}{transforms:?}{index_time:?}");
        let mut hash = Hash::default();
        hash.add(&texts);
        hash.add(&(macros, event_types, tags));
        hash.add(&(fields, collections, lookups));
        Self { digest: hash.text(), texts }
    }
}

/// The text for a root.
pub(crate) fn of_root(model: &DataModel, root: &DataObject, world: &EngineWorld<'_>) -> Result<String, Fault> {
    let all = world.definitions.get_or_init(|| Definitions::of(world.knowledge));
    let tree = model.subtree(&root.name);
    let mut texts = format!("{tree:?}");
    for text in root.constraints.iter().chain(&root.base_search) {
        texts.push_str(&world.expand(text).0);
    }
    let mut hash = Hash::default();
    hash.add(&(FORMAT, &all.digest, &texts, world.clock.timezone.name()));
    if world.splunk_limits {
        hash.add(&world.knowledge.limits);
    }
    let names = |name: &String| texts.contains(name.as_str()) || all.texts.contains(name.as_str());
    for name in world.lookups.names(world.knowledge).iter().filter(|name| names(name)) {
        hash.add(&(name, stamp(world.lookups, name, world.knowledge)));
    }
    let calculations = || tree.iter().flat_map(|object| &object.calculations);
    let places = calculations().any(|one| matches!(one.kind, CalculationKind::GeoIp { .. }));
    if places || texts.contains("iplocation") {
        hash.add(&(&world.geoip, age(std::path::Path::new(&world.geoip))));
    }
    Ok(hash.text())
}

/// The file of a lookup, and its age.
fn stamp(lookups: &Lookups, name: &str, knowledge: &Knowledge) -> String {
    lookups.file(name, knowledge).map_or_else(String::new, |path| format!("{path:?} {}", age(&path)))
}

fn age(path: &std::path::Path) -> String {
    let metadata = std::fs::metadata(path).ok();
    metadata.map_or_else(String::new, |metadata| format!("{} {:?}", metadata.len(), metadata.modified().ok()))
}

/// The sum of what is written to it.
#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn add(&mut self, value: &dyn fmt::Debug) {
        // Writing to a sum does not fail.
        let _ = write!(self, "{value:?}");
        self.0.update([0]);
    }

    fn text(self) -> String {
        self.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
