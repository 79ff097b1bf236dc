//! What the files of an index say of all their events, for settings that hold by source, host and source type.

use speleo_plan::Origin;

use super::{
    builder,
    files::{DataFile, Format},
    schema::{Columns, ORIGIN},
};

/// Whether events may say their source, host or source type themselves.
pub(super) fn are_said(columns: &Columns) -> bool {
    ORIGIN.iter().any(|name| *name != "index" && columns.is_said(name))
}

/// Each origin once.
pub(super) fn of_files(files: &[(DataFile, builder::Origin)]) -> Vec<Origin> {
    let mut origins: Vec<Origin> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (file, origin) in files {
        let origin = Origin {
            source: Some(origin.source.clone()),
            host: origin.host.clone(),
            sourcetype: Some(origin.sourcetype.clone()),
            structured: file.format != Format::Raw,
        };
        if known.insert(origin.clone()) {
            origins.push(origin);
        }
    }
    origins
}
