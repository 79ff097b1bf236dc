//! Lookup tables: CSV files, and GeoJSON files of shapes, by name inside the lookup folders. `| inputlookup users.csv`
//!
//! A name is never a path: what a search says cannot lead out of the folders. Collections of the key-value store are files there, too.
//! Programs that would give rows are not run.

mod collection;
mod features;
mod read;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::datasource::{MemTable, provider_as_source};
use speleo_knowledge::{Knowledge, LookupDefinition};
use speleo_plan::{LookupTable, LookupWrite, Rows};
use speleo_syntax::Code;

use self::read::Table;
use crate::fault::Fault;

/// The lookup folders.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lookups {
    /// The first that has a file wins; the first is where new files go.
    pub(crate) folders: Vec<PathBuf>,
    /// Where files are written in place of all folders, and looked for first: the folders are then only read.
    pub(crate) overlay: Option<PathBuf>,
}

impl Lookups {
    /// A table by definition or file name; none where it does not exist.
    ///
    /// # Errors
    /// Where the file exists and cannot be read.
    pub(crate) fn open(&self, name: &str, knowledge: &Knowledge) -> Result<Option<LookupTable>, Fault> {
        let Some((definition, table)) = self.read(name, knowledge)? else { return Ok(None) };
        let batches = table.batches.clone();
        let memory = MemTable::try_new(Arc::clone(&table.schema), table.partitions())
            .map_err(|error| Fault::data(name, error))?;
        Ok(Some(LookupTable { table: provider_as_source(Arc::new(memory)), definition, batches }))
    }

    /// A table's rows; none where it does not exist.
    ///
    /// # Errors
    /// As [`Lookups::open`].
    pub(crate) fn rows(&self, name: &str, knowledge: &Knowledge) -> Result<Option<Rows>, Fault> {
        let table = self.read(name, knowledge)?;
        Ok(table.map(|(_, table)| Rows { schema: table.schema, batches: table.batches }))
    }

    fn read(&self, name: &str, knowledge: &Knowledge) -> Result<Option<(LookupDefinition, Table)>, Fault> {
        let definition = definition(name, knowledge);
        scripted(name, &definition)?;
        let table = if let Some(collection) = &definition.collection {
            collection::read(self.collection(collection).as_deref(), &definition.columns)?
        } else if let Some(filename) = features::file(&definition.filename) {
            let Some(path) = self.existing(&filename) else { return Ok(None) };
            features::read(&path, &definition)?
        } else {
            let Some(path) = self.find(&definition.filename) else { return Ok(None) };
            read::read(&path)?
        };
        Ok(Some((definition, table)))
    }

    /// The file of a table; none where there is none.
    pub(crate) fn file(&self, name: &str, knowledge: &Knowledge) -> Option<PathBuf> {
        let definition = definition(name, knowledge);
        match (&definition.collection, features::file(&definition.filename)) {
            (Some(collection), _) => self.collection(collection),
            (None, Some(filename)) => self.existing(&filename),
            (None, None) => self.find(&definition.filename),
        }
    }

    /// Whether there is a table, without reading it. A collection that has no file yet is empty.
    ///
    /// # Errors
    /// Where a program would give the rows.
    pub(crate) fn exists(&self, name: &str, knowledge: &Knowledge) -> Result<bool, Fault> {
        let definition = definition(name, knowledge);
        scripted(name, &definition)?;
        if definition.collection.is_some() {
            return Ok(true);
        }
        let filename = definition.filename;
        Ok(match features::file(&filename) {
            Some(filename) => self.existing(&filename).is_some(),
            None => self.find(&filename).is_some(),
        })
    }

    /// Writes rows to a table.
    ///
    /// # Errors
    /// Where the name is no file name, there is no folder, or the file cannot be written; its old content is then intact.
    pub(crate) fn write(&self, write: &LookupWrite, rows: &Rows, knowledge: &Knowledge) -> Result<(), Fault> {
        let definition = definition(&write.table, knowledge);
        if let Some(name) = &definition.collection {
            let path = match (&self.overlay, self.collection(name)) {
                (None, Some(path)) => path,
                (_, found) => self.home(name)?.join(found.as_deref().map_or_else(|| format!("{name}.jsonl"), name_of)),
            };
            let old = self.collection(name);
            return collection::write(&path, old.as_deref(), write, rows, &definition.columns);
        }
        let filename = definition.filename;
        if !is_csv(&filename) {
            let message = format!("`{}` is neither a lookup definition nor the name of a CSV file", write.table);
            return Err(Fault { name: Some(write.table.clone()), ..Fault::new(Code::UnknownLookup, message) });
        }
        let path = match (&self.overlay, self.find(&filename)) {
            (None, Some(path)) => path,
            (_, found) => {
                let path = self.home(&filename)?.join(&filename);
                if let Some(found) = found.filter(|found| *found != path) {
                    std::fs::copy(&found, &path).map_err(|error| Fault::file(&path, "write", error))?;
                }
                path
            }
        };
        write::write(&path, write, rows)
    }

    /// The folder that new files go to, of which `name` is one.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn home(&self, name: &str) -> Result<&Path, Fault> {
        self.overlay
            .iter()
            .chain(&self.folders)
            .map(PathBuf::as_path)
            .next()
            .ok_or_else(|| Fault::new(Code::File, format!("there is no folder of lookups to write `{name}` to")))
    }

    /// The names of files and definitions, sorted.
    pub(crate) fn names(&self, knowledge: &Knowledge) -> Vec<String> {
        let mut names: Vec<String> = knowledge.lookups.keys().cloned().collect();
        for folder in self.overlay.iter().chain(&self.folders) {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
            names.extend(files.filter(|name| is_csv(name) || features::is_features(name)));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The file of a collection.
    fn collection(&self, name: &str) -> Option<PathBuf> {
        collection::ENDINGS.iter().find_map(|ending| self.existing(&format!("{name}.{ending}")))
    }

    fn find(&self, filename: &str) -> Option<PathBuf> {
        if is_csv(filename) { self.existing(filename) } else { None }
    }

    /// The file of a plain name.
    fn existing(&self, filename: &str) -> Option<PathBuf> {
        if !is_plain(filename) {
            return None;
        }
        self.overlay.iter().chain(&self.folders).map(|folder| folder.join(filename)).find(|path| path.is_file())
    }
}

fn definition(name: &str, knowledge: &Knowledge) -> LookupDefinition {
    knowledge.lookups.get(name).cloned().unwrap_or_else(|| LookupDefinition::of_file(name))
}

/// Refuses a lookup whose rows a program would give.
fn scripted(name: &str, definition: &LookupDefinition) -> Result<(), Fault> {
    let Some(program) = &definition.program else { return Ok(()) };
    let message = format!(
        "the lookup `{name}` asks the program `{program}`, which is not run: put its answers into a CSV file, and name that \
         with `filename` in transforms.conf"
    );
    Err(Fault { name: Some(name.to_owned()), ..Fault::new(Code::ScriptedLookup, message) })
}

/// Whether a text names something in a folder, and nothing above or below it.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':'])
}

/// Whether a text is the plain name of a CSV file.
fn is_csv(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_plain(name) && (lower.ends_with(".csv") || is_compressed(&lower))
}

fn is_compressed(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".csv.gz")
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The columns that hold the values of a list apart: `__mv_hosts` beside `hosts`.
const MULTIVALUE: &str = "__mv_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_never_paths() {
        assert!(is_csv("users.csv") && is_csv("Users.CSV.gz"));
        for name in
            ["../users.csv", "a/b.csv", "a\\b.csv", ".hidden.csv", "C:x.csv", "users", "users.csv\0", "/etc/x.csv"]
        {
            assert!(!is_csv(name), "{name}");
        }
    }
}
