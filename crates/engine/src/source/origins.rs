//! What the files of an index say of all their events, for settings that hold by source, host and source type.

use speleo_plan::Origin;

use super::{
    builder,
    files::{DataFile, Format},
    schema::{Columns, ORIGIN},
    text::TextFile,
};

/// Which of source, host and source type events may say themselves.
pub(super) fn said(columns: &Columns, files: &[TextFile]) -> Vec<&'static str> {
    let is_said = |name: &str| columns.is_said(name) || files.iter().any(|file| file.says(name));
    all().into_iter().filter(|name| is_said(name)).collect()
}

/// All of them, for files of which only their own readers know.
pub(super) fn all() -> Vec<&'static str> {
    ORIGIN.into_iter().filter(|name| *name != "index").collect()
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
            structured: !matches!(file.format, Format::Raw | Format::Evtx),
        };
        if known.insert(origin.clone()) {
            origins.push(origin);
        }
    }
    origins
}
