//! Files as tables of events. `--index web=logs/*.ndjson.gz`
//!
//! An index is one table over all its files, whatever their formats: texts are one scan, Parquet and Arrow files another, and a
//! view puts them together. Where props say how a file's events are made, [`crate::event`] makes them.

mod builder;
mod choose;
mod chunk;
mod columnar;
mod compress;
mod csv;
mod files;
mod inputs;
mod looked;
mod made;
mod ndjson;
mod object;
mod origins;
mod piece;
mod raw;
mod remembered;
mod schema;
mod stored;
mod summary;
mod text;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use datafusion::catalog::TableProvider;
use speleo_knowledge::Knowledge;
use speleo_plan::IndexFile;
use speleo_syntax::{Code, Diagnostic};

pub(crate) use self::{
    columnar::told::{bytes as files_as_bytes, table as files_of_bytes},
    files::{archives, rotated},
    inputs::{Input, InputKey},
    ndjson::quote_numbers,
    piece::{Piece, ReadPieces, read, split_place},
    remembered::Remembered,
    schema::{Fields, SEQUENCE, time_type},
    stored::Chosen,
    summary::{INPUT, Renumbered, table as summary_table},
    text::{Misfit, is_plain_text},
};

use self::{
    builder::Origin,
    files::{DataFile, Format, Version},
    schema::Columns,
    stored::Stored,
    text::{TextFile, TextTable},
};
use crate::{
    IndexSetting,
    event::{Content, Notes, Rules, Subject},
    fault::Fault,
    session::SearchSession,
    time::Zone,
};

/// The metric that counts the events a scan read, before its filter.
pub(crate) const EVENTS_READ: &str = "events_read";
/// The metric that counts the bytes a scan read; of compressed text what they become.
pub(crate) const BYTES_READ: &str = "bytes_scanned";

/// An open index.
#[derive(Debug)]
pub(crate) struct Index {
    /// Its events.
    pub(crate) table: Arc<dyn TableProvider>,
    /// Whether events have fields that the schema does not list.
    pub(crate) open: bool,
    /// What the files say of their events.
    pub(crate) origins: Vec<speleo_plan::Origin>,
    /// What of that events may say otherwise.
    pub(crate) said: Vec<&'static str>,
    /// Its files.
    parts: Vec<Part>,
    /// The columns of those that are texts.
    columns: Arc<Columns>,
    /// The native indexes in it.
    stored: Vec<Arc<Stored>>,
    /// What was left out.
    pub(crate) warnings: Vec<Diagnostic>,
    /// What comes up while it is read.
    pub(crate) notes: Arc<Notes>,
}

/// A file of an open index.
#[derive(Debug)]
struct Part {
    file: DataFile,
    origin: Origin,
    /// What of source, host and source type its events may say themselves.
    said: Vec<&'static str>,
    /// How it is read, unless DataFusion reads it.
    text: Option<Arc<TextFile>>,
}

/// What tells whether files changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<(PathBuf, Version)>);

/// The files of an index in storage order.
#[derive(Debug, Default)]
pub(crate) struct Files {
    found: Vec<(DataFile, Origin)>,
    /// Native indexes: the name under which each is served, and its folder.
    stored: Vec<(String, PathBuf)>,
    /// Of these, the files that are read where not all are.
    chosen: HashMap<PathBuf, HashSet<String>>,
}

impl Files {
    /// Finds the files of all parts.
    ///
    /// # Errors
    /// Where a part has none.
    pub(crate) fn find(parts: &[IndexSetting]) -> Result<Self, Fault> {
        let mut all = Self::default();
        for part in parts {
            let folder = Path::new(&part.path);
            if Stored::is_at(folder) {
                all.stored.push((part.name.clone(), folder.to_owned()));
                continue;
            }
            all.add(part, files::find(&part.path)?);
        }
        Ok(all)
    }

    /// Whether a part has any; what is in them is not looked at.
    ///
    /// # Errors
    /// Where it has none.
    pub(crate) fn exist(part: &IndexSetting) -> Result<(), Fault> {
        if Stored::is_at(Path::new(&part.path)) { Ok(()) } else { files::exist(&part.path) }
    }

    /// The files of an archive that was unpacked into the folder of a part.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) fn of_archive(part: &IndexSetting) -> Result<Self, Fault> {
        let mut all = Self::default();
        all.add(part, files::of_archive(Path::new(&part.path))?);
        Ok(all)
    }

    fn add(&mut self, part: &IndexSetting, files: Vec<DataFile>) {
        for file in files {
            let sourcetype = || file.sourcetype.unwrap_or(file.format.sourcetype()).to_owned();
            let origin = Origin {
                index: part.name.clone(),
                host: part.host.clone(),
                source: part.source.clone().unwrap_or_else(|| file.shown.clone()),
                sourcetype: part.sourcetype.clone().unwrap_or_else(sourcetype),
                file: u32::try_from(self.found.len()).unwrap_or(u32::MAX) & FILES,
                is_named: part.source.is_some(),
                is_typed: part.sourcetype.is_some(),
            };
            self.found.push((file, origin));
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.stored.is_empty()
    }

    /// The files as a search sees them.
    ///
    /// # Errors
    /// Where a native index cannot be read.
    pub(crate) async fn listed(&self) -> Result<Vec<IndexFile>, Fault> {
        let micros = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_micros()).ok()
        };
        let listed = |(file, _): &(DataFile, Origin)| IndexFile {
            path: file.shown.clone(),
            bytes: file.size,
            modified: file.modified.and_then(micros),
            holds: None,
        };
        let mut files: Vec<IndexFile> = self.found.iter().map(listed).collect();
        for (_, folder) in &self.stored {
            files.extend(stored::listed(folder).await?);
        }
        Ok(files)
    }

    /// Gives files the source types that props say for their sources and hosts.
    fn find_source_types(&mut self, knowledge: &Knowledge) {
        for (_, origin) in self.found.iter_mut().filter(|(_, origin)| !origin.is_typed) {
            let props = knowledge.index_time.props.effective(Some(&origin.source), origin.host.as_deref(), None);
            if let Some(sourcetype) = props.text("sourcetype") {
                origin.sourcetype = sourcetype.to_owned();
            }
        }
    }

    /// What tells whether they changed.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let files = self.found.iter().map(|(file, _)| (file.path.clone(), file.version()));
        let newest = |(_, folder): &(String, PathBuf)| {
            let (path, size, modified) = stored::newest(folder);
            (path, (size, modified, None))
        };
        Fingerprint(files.chain(self.stored.iter().map(newest)).collect())
    }
}

/// The largest number of a file that `__seq` holds; files beyond share it.
const FILES: u32 = (1 << 19) - 1;

/// Opens an index: reads its text files once for the types of their fields, and the schemas of the others. What is remembered of a
/// file is not read again.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) async fn open(
    mut files: Files,
    session: &SearchSession,
    zone: Zone,
    knowledge: &Arc<Knowledge>,
    remembered: &Remembered,
) -> Result<Index, Fault> {
    files.find_source_types(knowledge);
    let Files { found, stored: native, chosen } = files;
    let origins = origins::of_files(&found);
    let (columnar, texts): (Vec<_>, Vec<_>) = found.into_iter().partition(|(file, _)| file.format.is_columnar());
    let mut open = texts.iter().any(|(file, _)| matches!(file.format, Format::Raw | Format::Evtx));
    let notes = Arc::new(Notes::default());
    let mut tables: Vec<Arc<dyn TableProvider>> = Vec::new();
    let Texts { files, mut parts, columns, warnings } = texts_of(texts, zone, knowledge, &notes, remembered).await?;
    let columns = Arc::new(columns);
    if !files.is_empty() {
        tables.push(Arc::new(TextTable::new(files, Arc::clone(&columns), zone, Arc::clone(&notes))));
    }
    for (table, schema) in columnar::tables(&columnar, session).await? {
        let said = origins::of_schema(&schema);
        let own = columnar.iter().filter(|(file, _)| table.has(file)).cloned();
        parts.extend(own.map(|(file, origin)| Part { file, origin, said: said.clone(), text: None }));
        tables.push(table.view);
    }
    let mut stored = Vec::new();
    for (name, folder) in &native {
        let index = Arc::new(Stored::open(name, folder, chosen.get(folder), session).await?);
        open |= index.is_open();
        tables.push(Arc::clone(index.table()));
        stored.push(index);
    }
    let table = columnar::unite(tables).map_err(|error| Fault::new(Code::Data, error.to_string()))?;
    let said = origins::said(&parts, &stored);
    Ok(Index { table, open, origins, said, parts, columns, stored, warnings, notes })
}

/// What is known of the files of an index that are texts.
struct Texts {
    files: Vec<Arc<TextFile>>,
    parts: Vec<Part>,
    columns: Columns,
    warnings: Vec<Diagnostic>,
}

async fn texts_of(
    files: Vec<(DataFile, Origin)>,
    zone: Zone,
    knowledge: &Arc<Knowledge>,
    notes: &Arc<Notes>,
    remembered: &Remembered,
) -> Result<Texts, Fault> {
    let mut warnings = Vec::new();
    let mut rules = KnownRules::new(knowledge, zone);
    let opened: Vec<TextFile> =
        files.into_iter().map(|(file, origin)| rules.text_file(file, origin, &mut warnings)).collect();
    let is_new = |file: &&TextFile| remembered.inferred(&file.file, &file.origin).is_none();
    let new: Vec<TextFile> = opened.iter().filter(is_new).cloned().collect();
    for (file, inferred) in new.iter().zip(text::infer(&new, zone, notes).await?) {
        remembered.keep_inferred(&file.file, &file.origin, Arc::new(inferred));
    }
    let mut fields = Fields::default();
    let mut files = Vec::with_capacity(opened.len());
    let mut parts = Vec::with_capacity(opened.len());
    for mut file in opened {
        let found = remembered.inferred(&file.file, &file.origin).unwrap_or_default();
        fields.merge(&found.fields);
        if found.skipped > 0 {
            // Where a file is read in parts, lines are counted from the part's start and say nothing.
            let first = found.first_skipped.filter(|_| text::is_whole(&file));
            let first = first.map_or_else(String::new, |line| format!(", the first in line {line}"));
            let message = format!(
                "{}: {} of {} lines are no JSON objects and were left out{first}",
                file.file.shown, found.skipped, found.events
            );
            warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
        }
        file.header.clone_from(&found.header);
        file.clean = found.bad().is_some();
        file.bad = found.bad().unwrap_or_default().into();
        let said = origins::of_text(&file, &found.fields);
        file.constant = origins::constant(&file, &found.fields, &said);
        let (origin, file) = (file.origin.clone(), Arc::new(file));
        parts.push(Part { file: file.file.clone(), origin, said, text: Some(Arc::clone(&file)) });
        files.push(file);
    }
    Ok(Texts { files, parts, columns: fields.columns(), warnings })
}

/// The rules of sources, hosts and source types, compiled once each.
struct KnownRules<'a> {
    knowledge: &'a Arc<Knowledge>,
    zone: Zone,
    known: HashMap<(Subject, Content), Option<Arc<Rules>>>,
}

impl<'a> KnownRules<'a> {
    fn new(knowledge: &'a Arc<Knowledge>, zone: Zone) -> Self {
        Self { knowledge, zone, known: HashMap::new() }
    }

    fn text_file(&mut self, file: DataFile, origin: Origin, warnings: &mut Vec<Diagnostic>) -> TextFile {
        let subject = Subject {
            index: origin.index.clone(),
            host: origin.host.clone(),
            source: origin.source.clone(),
            sourcetype: origin.sourcetype.clone(),
        };
        let content = match file.format {
            Format::JsonLines | Format::JsonDocuments => Content::Json,
            Format::Csv { delimiter } => Content::Cells(delimiter),
            _ => Content::Text,
        };
        let rules = self.known.entry((subject.clone(), content)).or_insert_with(|| {
            let mut found = Vec::new();
            let rules = Rules::of(&subject, content, self.knowledge, self.zone, &mut found);
            // Files of one index often share what is wrong.
            found.retain(|problem| !warnings.contains(problem));
            warnings.extend(found);
            rules.map(Arc::new)
        });
        TextFile {
            rules: rules.clone(),
            subject: Arc::new(subject),
            file,
            origin,
            header: Vec::new(),
            clean: true,
            bad: Arc::default(),
            is_guess: false,
            range: None,
            constant: Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "source/tests.rs"]
mod tests;
