//! The indexes by name. `index=web` finds `Web`: case does not count; settings of one name unite.

use std::{collections::HashMap, sync::Arc};

use datafusion::prelude::SessionContext;
use speleo_plan::IndexEntry;
use tokio::sync::Mutex;

use crate::{
    IndexSetting, Settings,
    fault::Fault,
    source::{self, Files, Fingerprint, Index},
    time::Zone,
};

/// The indexes, opened when a search first asks for them and again when their files change.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    entries: Vec<(String, Vec<IndexSetting>)>,
    opened: Mutex<HashMap<String, (Fingerprint, Arc<Index>)>>,
}

impl Catalog {
    /// The catalog of the settings; what an index does not say, the settings at large do.
    pub(crate) fn new(settings: &Settings) -> Self {
        let mut entries: Vec<(String, Vec<IndexSetting>)> = Vec::new();
        for index in &settings.indexes {
            let name = index.name.clone();
            let index = IndexSetting {
                name: name.clone(),
                path: index.path.clone(),
                sourcetype: index.sourcetype.clone().or_else(|| settings.sourcetype.clone()),
                source: index.source.clone().or_else(|| settings.source.clone()),
                host: index.host.clone().or_else(|| settings.host.clone()),
            };
            match entries.iter_mut().find(|(known, _)| is_same(known, &name)) {
                Some((_, parts)) => parts.push(index),
                None => entries.push((name, vec![index])),
            }
        }
        Self { entries, opened: Mutex::default() }
    }

    /// The indexes. All of them are read by a search that names none.
    pub(crate) fn entries(&self) -> Vec<IndexEntry> {
        self.entries.iter().map(|(name, _)| IndexEntry { name: name.clone(), default: true }).collect()
    }

    /// Whether the files of every index exist.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let parts = self.entries.iter().flat_map(|(_, parts)| parts);
        parts.filter_map(|part| Files::find(std::slice::from_ref(part)).err()).collect()
    }

    /// The table of an index; none where it does not exist.
    ///
    /// # Errors
    /// Where its files cannot be read.
    pub(crate) async fn open(
        &self,
        name: &str,
        session: &SessionContext,
        zone: Zone,
    ) -> Result<Option<Arc<Index>>, Fault> {
        let name = name.to_lowercase();
        let Some((_, parts)) = self.entries.iter().find(|(known, _)| is_same(known, &name)) else { return Ok(None) };
        // One at a time: a second search waits for the first one's reading instead of doing it again.
        let mut opened = self.opened.lock().await;
        let files = Files::find(parts)?;
        let fingerprint = files.fingerprint();
        if let Some((known, index)) = opened.get(&name)
            && *known == fingerprint
        {
            return Ok(Some(Arc::clone(index)));
        }
        let index = Arc::new(source::open(files, session, zone).await?);
        opened.insert(name, (fingerprint, Arc::clone(&index)));
        Ok(Some(index))
    }
}

/// Names of indexes are written in any case; events tell the one of the definition.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
