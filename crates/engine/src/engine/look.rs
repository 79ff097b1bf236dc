//! What an editor looks up while a search is written: the file of a lookup. `| inputlookup users.csv`

use std::path::PathBuf;

use super::Engine;

impl Engine {
    /// The file of a lookup table, by definition or file name; none where there is none.
    pub fn lookup_file(&self, name: &str) -> Option<PathBuf> {
        self.shared.lookups.file(name, &self.shared.knowledge)
    }
}
