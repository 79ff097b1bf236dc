//! What a port finds, whatever it comes from: searches, files to keep, things that stay behind.

use std::path::{Path, PathBuf};

use speleo_knowledge::Place;

/// What a search was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A stanza of savedsearches.conf.
    Saved,
    /// A search of a dashboard.
    Panel,
    /// A detection in YAML.
    Detection,
}

impl Kind {
    /// What the report calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Saved => "saved search",
            Kind::Panel => "dashboard panel",
            Kind::Detection => "detection",
        }
    }
}

/// A search to port.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The dashboard that it belongs to.
    pub(super) view: Option<String>,
    /// Where it was written.
    pub(super) place: Place,
    /// The lines of the query file's comment besides title and source.
    pub(super) keys: Vec<(&'static str, String)>,
    pub(super) text: String,
    /// What its author should know, besides what planning says.
    pub(super) notes: Vec<String>,
    /// The saved search that it is and that is not there.
    pub(super) missing_saved: Option<String>,
    /// The search of its dashboard that it goes on with and that is not there, or goes on with it.
    pub(super) missing_base: Option<String>,
}

/// Something that has no place in a project.
#[derive(Debug, Clone)]
pub(super) struct Left {
    /// What it is, such as a custom command.
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) place: Place,
}

/// Everything of an app or a repository.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) searches: Vec<Found>,
    /// Files to copy, with their place in the project.
    pub(super) copies: Vec<(PathBuf, PathBuf)>,
    /// Files to write, with their place in the project.
    pub(super) texts: Vec<(PathBuf, String)>,
    pub(super) left: Vec<Left>,
    /// Files that could not be read, and why.
    pub(super) unread: Vec<(Place, String)>,
}

impl Content {
    /// Keeps a file under `folder` of the project, by its name alone.
    pub(super) fn keep(&mut self, file: &Path, folder: &Path) {
        if let Some(name) = file.file_name() {
            self.copies.push((file.to_owned(), folder.join(name)));
        }
    }
}

/// A place in a file.
pub(super) fn place(file: &Path, line: usize) -> Place {
    Place { file: Some(file.into()), line }
}
