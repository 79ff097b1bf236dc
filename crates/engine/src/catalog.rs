//! The indexes by name. `index=web` finds `Web`: case does not count; settings of one name unite.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use speleo_index::store::is_address;
use speleo_knowledge::Knowledge;
use speleo_plan::{IndexEntry, IndexFile, Origin};
use speleo_syntax::Code;
use tokio::sync::Mutex;

use crate::{
    IndexSetting, Settings,
    fault::Fault,
    session::SearchSession,
    source::{self, Files, Fingerprint, Index, Input, Remembered},
    time::Zone,
};

/// The indexes, opened when a search first asks for them and again when their files change.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    entries: Vec<(String, Vec<IndexSetting>)>,
    opened: Mutex<HashMap<String, (Fingerprint, Arc<Index>)>>,
    remembered: Remembered,
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
        Self { entries, opened: Mutex::default(), remembered: Remembered::default() }
    }

    /// The indexes. All of them are read by a search that names none, save internal ones.
    pub(crate) fn entries(&self) -> Vec<IndexEntry> {
        let entry = |name: &String| IndexEntry { name: name.clone(), default: !name.starts_with('_') };
        self.entries.iter().map(|(name, _)| entry(name)).collect()
    }

    /// Whether the files of every index exist.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let parts = self.entries.iter().flat_map(|(_, parts)| parts);
        parts.filter_map(|part| Files::exist(part).err()).collect()
    }

    /// The files of an index; none where it does not exist.
    ///
    /// # Errors
    /// Where they cannot be looked at.
    pub(crate) async fn files(&self, name: &str) -> Result<Vec<IndexFile>, Fault> {
        Files::find(self.parts(name))?.listed().await
    }

    /// The file at whose end events of an index are added: its JSON lines, or a file in its folder.
    ///
    /// # Errors
    /// E0206 where the index does not exist, E0501 where it is read from something else.
    pub(crate) fn target(&self, name: &str) -> Result<PathBuf, Fault> {
        let name = name.to_lowercase();
        let parts = self.parts(&name);
        let Some(first) = parts.first() else {
            let message = format!("no index is called `{name}`: there is nothing to collect into");
            return Err(Fault::new(Code::UnknownIndex, message));
        };
        let is_lines = |path: &Path| {
            path.extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("ndjson") || ending.eq_ignore_ascii_case("jsonl"))
        };
        for part in parts {
            let path = Path::new(&part.path);
            let is_pattern = part.path.contains(['*', '?', '[']);
            if is_address(&part.path) {
                // Objects do not grow.
                continue;
            }
            if path.is_dir() || part.path.ends_with('/') {
                return Ok(path.join(format!("{name}-collected.ndjson")));
            }
            if is_lines(path) && !is_pattern {
                return Ok(path.to_owned());
            }
        }
        let message = format!(
            "the index `{name}` is read from `{}`: events can be added to a native index, a folder, or a \
             file `.ndjson` or `.jsonl`",
            first.path
        );
        Err(Fault::new(Code::File, message))
    }

    /// The folder of a native index.
    ///
    /// # Errors
    /// E0206 where there is no index of the name, E0501 where it is read from files in place.
    pub(crate) fn native(&self, name: &str) -> Result<String, Fault> {
        let parts = self.parts(name);
        if let Some(part) = parts.iter().find(|part| speleo_index::Index::is_at(Path::new(&part.path))) {
            return Ok(part.path.clone());
        }
        Err(match parts.first() {
            Some(part) => {
                let message =
                    format!("the index `{name}` is read from `{}` in place: it is no native index", part.path);
                Fault::new(Code::File, message)
            }
            None => {
                let message = format!("no index is called `{name}`: `speleo index create {name}` makes it");
                Fault::new(Code::UnknownIndex, message)
            }
        })
    }

    fn parts(&self, name: &str) -> &[IndexSetting] {
        let found = self.entries.iter().find(|(known, _)| is_same(known, name));
        found.map_or(&[], |(_, parts)| parts)
    }

    /// The table of an index; none where it does not exist.
    ///
    /// # Errors
    /// Where its files cannot be read.
    pub(crate) async fn open(
        &self,
        name: &str,
        session: &SearchSession,
        zone: Zone,
        knowledge: &Arc<Knowledge>,
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
        let index = Arc::new(source::open(files, session, zone, knowledge, &self.remembered).await?);
        opened.insert(name, (fingerprint, Arc::clone(&index)));
        Ok(Some(index))
    }

    /// The files of an index as they are now.
    ///
    /// # Errors
    /// Where they cannot be looked at.
    pub(crate) async fn inputs(&self, name: &str) -> Result<Vec<Input>, Fault> {
        Files::find(self.parts(name))?.inputs().await
    }

    /// The table of some files of an index; none where none of them is wanted.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) async fn open_only(
        &self,
        name: &str,
        is_wanted: &(dyn Fn(&Input) -> bool + Sync),
        session: &SearchSession,
        zone: Zone,
        knowledge: &Arc<Knowledge>,
    ) -> Result<Option<Arc<Index>>, Fault> {
        let files = Files::find(self.parts(name))?.only(is_wanted).await?;
        if files.is_empty() {
            return Ok(None);
        }
        Ok(Some(Arc::new(source::open(files, session, zone, knowledge, &self.remembered).await?)))
    }

    /// Where the events of some files of an index are from, as [`Catalog::origins`].
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) async fn origins_of(
        &self,
        index: &Index,
        columns: &[&'static str],
        session: &SearchSession,
        zone: Zone,
    ) -> speleo_plan::Result<Vec<Origin>> {
        index.origins_of_events(columns, &self.remembered, session, zone).await
    }

    /// Where the events of an index are from, with what they say themselves of `columns`; nothing where it does not exist.
    ///
    /// # Errors
    /// Where its files cannot be read.
    pub(crate) async fn origins(
        &self,
        name: &str,
        columns: &[&'static str],
        session: &SearchSession,
        zone: Zone,
        knowledge: &Arc<Knowledge>,
    ) -> speleo_plan::Result<Vec<Origin>> {
        match self.open(name, session, zone, knowledge).await? {
            Some(index) => index.origins_of_events(columns, &self.remembered, session, zone).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Names of indexes are written in any case; events tell the one of the definition.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn events_are_added_to_folders_and_json_lines() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let target = |path: &str| {
            let index = IndexSetting { name: "Sum".into(), path: path.into(), ..IndexSetting::default() };
            Catalog::new(&Settings { indexes: vec![index], ..Settings::default() }).target("sum")
        };
        let folder_file = folder.path().join("sum-collected.ndjson");
        assert_eq!(target(&at("")).unwrap(), folder_file);
        assert_eq!(target(&at("new/")).unwrap(), folder.path().join("new/sum-collected.ndjson"));
        assert_eq!(target(&at("new.JSONL")).unwrap(), folder.path().join("new.JSONL"));
        for other in ["a.csv", "*.ndjson", "a.ndjson.gz", "a.log"] {
            assert_eq!(target(&at(other)).unwrap_err().code, Code::File, "{other}");
        }
        for other in ["s3://bucket/a/", "https://host/a.ndjson"] {
            assert_eq!(target(other).unwrap_err().code, Code::File, "{other}");
        }
        assert_eq!(Catalog::default().target("sum").unwrap_err().code, Code::UnknownIndex);
    }
}
