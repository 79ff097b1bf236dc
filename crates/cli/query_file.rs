//! Saved query files: SPL that runs in Splunk as it stands, with a comment on top that says what it is.
//!
//! ````text
//! ```title: Mail from raw addresses
//! earliest: -1d@d```
//! index=mail | regex src="^\d+\.\d+\.\d+\.\d+$"
//! ````
//!
//! Absent on purpose: the comment is not taken out of the text, so that diagnostics count the file's own lines.

mod expectation;
mod token;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use speleo_knowledge::saved_search::leading_keys;

pub(crate) use self::expectation::Expectation;
use crate::{args::ErrorFormat, diagnostic, exit::UsageError};

/// A search's text, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// The file; none for a search on the command line.
    pub(crate) path: Option<PathBuf>,
    /// The line of the file on which the text begins, from 1.
    pub(crate) line: usize,
    /// The whole text, leading comment and all.
    pub(crate) text: String,
    /// The lines `key: value` of the leading comment in order; unknown keys are kept.
    pub(crate) keys: Vec<(String, String)>,
}

impl Query {
    /// A search as typed.
    pub(crate) fn typed(text: impl Into<String>) -> Self {
        Self { path: None, line: 1, text: text.into(), keys: Vec::new() }
    }

    /// A search that stands somewhere in a file.
    pub(crate) fn within(path: &Path, line: usize, text: impl Into<String>) -> Self {
        Self { path: Some(path.to_owned()), line, ..Self::typed(text) }
    }

    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        // Windows editors put a byte order mark first.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let keys = leading_keys(&text);
        Ok(Self { keys, ..Self::within(path, 1, text) })
    }

    /// The value of a key of the leading comment.
    pub(crate) fn key(&self, name: &str) -> Option<&str> {
        self.keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The title, else the file's name.
    pub(crate) fn title(&self) -> String {
        let stem = || self.path.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        self.key("title").map(str::to_owned).or_else(stem).unwrap_or_default()
    }

    /// Fills `$name$` where the text holds it: of several files, each may need only some of the values.
    pub(crate) fn fill_known(&mut self, values: &[(String, String)]) {
        for (name, value) in values {
            self.text = token::fill(&self.text, name, value);
        }
    }

    /// What the file expects of its answer, where it says so.
    pub(crate) fn expectation(&self) -> Option<Result<Expectation, String>> {
        self.key("expect").map(Expectation::read)
    }

    /// Fills `$name$`. A value given for a name that the text does not hold is a mistake of the caller.
    pub(crate) fn fill(&mut self, values: &[(String, String)]) -> Result<()> {
        for (name, value) in values {
            let filled = token::fill(&self.text, name, value);
            if filled == self.text && value != &format!("${name}$") {
                let place = self.path.as_ref().map(|path| format!(" in {}", path.display())).unwrap_or_default();
                return Err(UsageError(format!("`--set {name}=…`: there is no ${name}${place}")).into());
            }
            self.text = filled;
        }
        Ok(())
    }
}

/// Whether a file may be a query file by its ending: `.spl`, `.txt` or none. Of others a formatter would make rubbish.
pub(crate) fn is_query(path: &Path) -> bool {
    path.extension().is_none_or(|ending| ending.eq_ignore_ascii_case("spl") || ending.eq_ignore_ascii_case("txt"))
}

/// Tells that a file is no business of a command that was given many. A sentence beside a document would spoil it.
pub(crate) fn pass_over(path: &Path, format: ErrorFormat) {
    if format != ErrorFormat::Text {
        return;
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    diagnostic::print_remark(&format!("{}: passed over; a `.{ending}` file holds no search here", path.display()));
}

/// The query files at `paths`: files as given, folders searched for `.spl`, by name.
pub(crate) fn find(paths: &[PathBuf], extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut found, &|file| file.extension().is_some_and(|ending| ending == extension))?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// The files below a folder that pass, by name; hidden ones are left out.
pub(crate) fn walk(folder: &Path, found: &mut Vec<PathBuf>, passes: &dyn Fn(&Path) -> bool) -> Result<()> {
    let context = || format!("cannot read {}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        entries.push(entry.with_context(context)?);
    }
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        // Not `path.is_dir()`: a link to a folder above would never end.
        if entry.file_type().with_context(context)?.is_dir() {
            walk(&path, found, passes)?;
        } else if passes(&path) {
            found.push(path);
        }
    }
    Ok(())
}
