//! A file at one moment, for whoever answers a question about it while its author types on.

use std::{path::PathBuf, sync::Arc};

use speleo_syntax::Diagnostic;
use tokio::runtime::Handle;

use super::{
    document::Document,
    region::{FileKind, Region, regions},
    world::{World, Worlds},
};
use crate::query_file::Query;

/// A file, and what is known of it.
#[derive(Clone)]
pub(super) struct Snapshot {
    /// The client's name of it.
    pub(super) uri: String,
    /// Its path; of a file that is nowhere yet, the rest of its address.
    pub(super) path: PathBuf,
    /// What kind of file it is.
    pub(super) kind: FileKind,
    /// Its text.
    pub(super) document: Document,
    /// What the last check found, with places in the file; empty where the text has changed since.
    pub(super) diagnostics: Arc<Vec<Diagnostic>>,
    /// The projects.
    pub(super) worlds: Arc<Worlds>,
    /// Where engines are opened.
    pub(super) runtime: Handle,
}

impl Snapshot {
    /// The searches in it.
    pub(super) fn regions(&self) -> Vec<Region> {
        regions(self.kind, &self.document.text)
    }

    /// The search at an offset, and the offset in it.
    pub(super) fn region(&self, offset: usize) -> Option<(Region, usize)> {
        self.regions().into_iter().find_map(|region| region.inside(offset).map(|inside| (region, inside)))
    }

    /// The file as a query, which says its app and time range.
    pub(super) fn query(&self) -> Query {
        let text = self.document.text.as_str();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let keys = match self.kind {
            FileKind::Query => speleo_knowledge::saved_search::leading_keys(text),
            _ => Vec::new(),
        };
        Query { keys, ..Query::within(&self.path, 1, text) }
    }

    /// What its searches mean. Blocks while the project is read.
    pub(super) fn world(&self) -> Arc<World> {
        self.worlds.of(&self.query(), &self.runtime)
    }
}
