//! Lookup tables: CSV files by name inside the lookup folders. `| inputlookup users.csv`
//!
//! A name is never a path: what a search says cannot lead out of the folders. Key-value stores and scripts are absent.

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

use crate::fault::Fault;

/// The lookup folders.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// The first that has a file wins; the first is where new files go.
    pub(crate) folders: Vec<PathBuf>,
}

impl Lookups {
    /// A table by definition or file name; none where it does not exist.
    ///
    /// # Errors
    /// Where the file exists and cannot be read.
    pub(crate) fn open(&self, name: &str, knowledge: &Knowledge) -> Result<Option<LookupTable>, Fault> {
        let definition = definition(name, knowledge);
        let Some(path) = self.find(&definition.filename) else { return Ok(None) };
        let table = read::read(&path)?;
        let memory = MemTable::try_new(Arc::clone(&table.schema), vec![table.batches])
            .map_err(|error| Fault::data(path.display(), error))?;
        Ok(Some(LookupTable { table: provider_as_source(Arc::new(memory)), definition }))
    }

    /// Writes rows to a table.
    ///
    /// # Errors
    /// Where the name is no file name, there is no folder, or the file cannot be written; its old content is then intact.
    pub(crate) fn write(&self, write: &LookupWrite, rows: &Rows, knowledge: &Knowledge) -> Result<(), Fault> {
        let filename = definition(&write.table, knowledge).filename;
        if !is_csv(&filename) {
            let message = format!("`{}` is neither a lookup definition nor the name of a CSV file", write.table);
            return Err(Fault { code: Code::UnknownLookup, message });
        }
        let known = self.find(&filename);
        let path = match (known, self.folders.first()) {
            (Some(path), _) => path,
            (None, Some(folder)) => folder.join(&filename),
            (None, None) => {
                let message = format!("there is no folder to write the lookup `{filename}` to");
                return Err(Fault { code: Code::File, message });
            }
        };
        write::write(&path, write, rows)
    }

    /// The names of files and definitions, sorted.
    pub(crate) fn names(&self, knowledge: &Knowledge) -> Vec<String> {
        let mut names: Vec<String> = knowledge.lookups.keys().cloned().collect();
        for folder in &self.folders {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            names.extend(entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_csv(name)));
        }
        names.sort();
        names.dedup();
        names
    }

    fn find(&self, filename: &str) -> Option<PathBuf> {
        if !is_csv(filename) {
            return None;
        }
        self.folders.iter().map(|folder| folder.join(filename)).find(|path| path.is_file())
    }
}

fn definition(name: &str, knowledge: &Knowledge) -> LookupDefinition {
    knowledge.lookups.get(name).cloned().unwrap_or_else(|| LookupDefinition::of_file(name))
}

/// Whether a text is the plain name of a CSV file.
fn is_csv(name: &str) -> bool {
    let plain = !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':']);
    let lower = name.to_ascii_lowercase();
    plain && (lower.ends_with(".csv") || is_compressed(&lower))
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
