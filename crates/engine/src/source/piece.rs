//! Files, or parts of them, that are read by themselves: what is added to an index at a time.

use std::{
    borrow::Cow,
    io::{self, Read},
    ops::Range,
    path::Path,
    sync::Arc,
};

use datafusion::catalog::TableProvider;
use speleo_knowledge::Knowledge;
use speleo_syntax::Diagnostic;

use super::{
    Files, KnownRules,
    builder::{Origin, PLACE_BITS},
    chunk::Chunks,
    columnar, compress,
    files::{self, Compression, DataFile, Format},
    ndjson,
    schema::{Fields, RAW},
    text::{self, TextFile, TextTable},
};
use crate::{event::Notes, fault::Fault, session::SearchSession, time::Zone};

/// How many events a chunk has while rejected ones are looked for.
const CHUNK_EVENTS: usize = 4096;
/// How many times as large a compressed file may become: what gzip can do at most.
const GROWTH: i64 = 1100;

/// A file or a part of one.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    file: DataFile,
    origin: Origin,
    /// How it is read, unless DataFusion reads it.
    text: Option<TextFile>,
    range: Option<Range<u64>>,
    /// Events before this place are known: they are read, and left out.
    skip: u64,
}

impl Files {
    /// Calls files that were unpacked by the names that they have in their archive: `evidence.zip:var/log/auth.log`.
    pub(crate) fn unpacked(mut self, folder: &Path, archive: &Path) -> Self {
        let absolute = std::path::absolute(archive).unwrap_or_else(|_| archive.to_owned());
        for (file, origin) in &mut self.found {
            let within = file.path.strip_prefix(folder).unwrap_or(&file.path).to_string_lossy().into_owned();
            file.shown = format!("{}:{within}", archive.display());
            file.member = Some(format!("{}:{within}", absolute.display()));
            if !origin.is_named {
                origin.source.clone_from(&file.shown);
            }
        }
        self
    }

    /// The files as pieces, with what there is to say of their rules.
    pub(crate) fn pieces(mut self, zone: Zone, knowledge: &Arc<Knowledge>) -> (Vec<Piece>, Vec<Diagnostic>) {
        self.find_source_types(knowledge);
        let mut warnings = Vec::new();
        let mut rules = KnownRules::new(knowledge, zone);
        let mut piece = |(file, origin): (DataFile, Origin)| {
            let is_text = !file.format.is_columnar();
            let text = is_text.then(|| rules.text_file(file.clone(), origin.clone(), &mut warnings));
            Piece { file, origin, text, range: None, skip: 0 }
        };
        let pieces = self.found.into_iter().map(&mut piece).collect();
        (pieces, warnings)
    }
}

impl Piece {
    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }

    /// What tells its place from others: the path, or the archive's with the name in it.
    pub(crate) fn identity(&self) -> Cow<'_, str> {
        self.file.member.as_deref().map_or_else(|| self.file.path.to_string_lossy(), Cow::Borrowed)
    }

    /// Its bytes without compression.
    ///
    /// # Errors
    /// What the system reports.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        compress::plain(&self.file, 0)
    }

    /// Whether its name is that of a log which a newer one has taken the place of.
    pub(crate) fn is_rotated(&self) -> bool {
        files::is_rotated(&self.identity())
    }

    /// Whether it holds lines, compressed or not.
    pub(crate) fn is_text(&self) -> bool {
        self.text.is_some() && self.file.format != Format::Evtx
    }

    /// The path as the user knows it.
    pub(crate) fn shown(&self) -> &str {
        &self.file.shown
    }

    /// The bytes of the whole file.
    pub(crate) fn size(&self) -> u64 {
        self.file.size
    }

    /// The bytes that are read.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.range {
            Some(range) => range.end.saturating_sub(range.start),
            None => self.file.size,
        }
    }

    /// A number that is greater than the place of any event in the file.
    pub(crate) fn span(&self) -> i64 {
        let size = i64::try_from(self.file.size).unwrap_or(i64::MAX).saturating_add(1);
        let is_plain = self.is_plain() && !self.file.format.is_columnar();
        if is_plain { size } else { size.saturating_mul(GROWTH) }
    }

    /// Whether its bytes are those of its events: more at its end are more events.
    pub(crate) fn is_plain(&self) -> bool {
        self.file.compression == Compression::None && self.is_text()
    }

    /// Bytes of the file as it is stored; fewer where it ends before.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn stored(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let length = range.end.saturating_sub(range.start);
        compress::stored(&self.file, range)?.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether its fields are columns, and not taken out of `_raw` by searches.
    pub(crate) fn is_structured(&self) -> bool {
        !matches!(self.file.format, Format::Raw | Format::Evtx)
    }

    /// Whether its events are JSON, as they stand in the file.
    pub(crate) fn is_json(&self) -> bool {
        let is_plain = self.text.as_ref().is_some_and(|text| text.rules.is_none());
        is_plain && matches!(self.file.format, Format::JsonLines | Format::JsonDocuments)
    }

    /// Whether ranges of its bytes can be read by themselves.
    pub(crate) fn is_splittable(&self) -> bool {
        self.text.as_ref().is_some_and(TextFile::is_splittable)
    }

    /// The part with the events that begin in a range.
    pub(crate) fn part(&self, range: Range<u64>) -> Piece {
        let is_whole = range.start == 0 && range.end == self.file.size;
        match self.is_splittable() {
            _ if is_whole => self.clone(),
            true => Piece { range: Some(range), ..self.clone() },
            false => Piece { skip: range.start, ..self.clone() },
        }
    }

    /// The place in the file before which events are known.
    pub(crate) fn skip(&self) -> i64 {
        i64::try_from(self.skip).unwrap_or(i64::MAX)
    }

    /// Calls `keep` for each line of the part that is no event.
    ///
    /// # Errors
    /// Where the file cannot be read, or `keep` fails.
    pub(crate) fn each_rejected(&self, mut keep: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), Fault> {
        let failed = |error| Fault::file(&self.file.path, "read", error);
        let mut chunks = Chunks::open(&self.file, self.range.clone(), CHUNK_EVENTS).map_err(failed)?;
        while let Some(chunk) = chunks.next().map_err(failed)? {
            for range in chunk.events {
                let event = chunk.event(range);
                if chunk.offset + range.start as u64 >= self.skip && !ndjson::is_event(event) {
                    keep(event).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}

/// What pieces have become.
pub(crate) struct ReadPieces {
    /// Their events; `__seq` holds the place of a piece among them, and of the event in its file.
    pub(crate) tables: Vec<Arc<dyn TableProvider>>,
    /// The fields of those that are texts.
    pub(crate) fields: Arc<Fields>,
    /// Those with lines that are no events.
    pub(crate) rejected: Vec<Piece>,
    /// What comes up while the tables are read.
    pub(crate) notes: Arc<Notes>,
}

impl ReadPieces {
    /// Whether some event has a field `_raw` of its own.
    pub(crate) fn says_raw(&self) -> bool {
        self.fields.has(RAW)
    }
}

/// The tables of pieces. Where `guess` has fields of other events, JSON is taken to have the same and not looked through for them;
/// reading the tables fails with [`super::Misfit`] where it has others.
///
/// # Errors
/// Where one of them cannot be read.
pub(crate) async fn read(
    pieces: &[Piece],
    guess: Option<Arc<Fields>>,
    session: &SearchSession,
    zone: Zone,
) -> Result<ReadPieces, Fault> {
    let notes = Arc::new(Notes::default());
    let guess = guess.filter(|guess| guess.are_columns() && pieces.iter().all(Piece::is_json));
    let (mut texts, mut columnar) = (Vec::new(), Vec::new());
    for (place, piece) in (0..).zip(pieces) {
        let origin = Origin { file: place, ..piece.origin.clone() };
        match &piece.text {
            Some(text) => texts.push(TextFile {
                origin,
                range: piece.range.clone(),
                clean: false,
                is_guess: guess.is_some(),
                ..text.clone()
            }),
            None => columnar.push((piece.file.clone(), origin)),
        }
    }
    let mut rejected = Vec::new();
    let fields = match guess {
        Some(guess) => guess,
        None => {
            let mut fields = Fields::default();
            let inferred = text::infer(&texts, zone, &notes).await?;
            for (text, found) in texts.iter_mut().zip(inferred) {
                fields.merge(&found.fields);
                if found.skipped > 0 {
                    rejected.extend(pieces.get(text.origin.file as usize).cloned());
                }
                text.header = found.header;
                text.clean = found.skipped == 0;
            }
            Arc::new(fields)
        }
    };
    let mut tables: Vec<Arc<dyn TableProvider>> = Vec::new();
    if !texts.is_empty() {
        let texts = texts.into_iter().map(Arc::new).collect();
        tables.push(Arc::new(TextTable::new(texts, Arc::new(fields.columns()), zone, Arc::clone(&notes))));
    }
    tables.extend(columnar::tables(&columnar, session).await?.into_iter().map(|(table, _)| table.view));
    Ok(ReadPieces { tables, fields, rejected, notes })
}

/// The place of a piece, and that of the event in its file, of a number in `__seq`.
pub(crate) fn split_place(number: i64) -> (usize, i64) {
    let within = number & ((1 << PLACE_BITS) - 1);
    (usize::try_from(number >> PLACE_BITS).unwrap_or(usize::MAX), within)
}

#[cfg(test)]
#[path = "piece/tests.rs"]
mod tests;
