//! Event logs of Windows (`.evtx`): each record is an event whose text is its XML.
//!
//! `source=XmlWinEventLog:Security host=DC1 EventCode=4624` A chunk or record that is damaged is counted and reported, the others are
//! read. Message texts, which only the machine that wrote the log can make, are absent.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use evtx::{EvtxParser, IntoIterChunks, ParserSettings};

use super::{Event, Notes, Origin, Rules, Subject};
use crate::time::{self, Zone};

/// The source type of these events, and the kind in front of the channel in their source.
pub(crate) const SOURCETYPE: &str = "XmlWinEventLog";

/// The bytes of a chunk.
const CHUNK: u64 = 64 << 10;

/// Reads records, a chunk at a time.
pub(crate) struct WindowsEvents {
    chunks: Option<IntoIterChunks<File>>,
    settings: Arc<ParserSettings>,
    rules: Option<Arc<Rules>>,
    subject: Arc<Subject>,
    /// Whether the source is the one that was asked for, and not that of the channel.
    named: bool,
    zone: Zone,
    notes: Arc<Notes>,
    number: u64,
    bad_chunks: u64,
    bad_records: u64,
}

impl WindowsEvents {
    /// Opens a log. One that is none is reported and has no events.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn open(
        path: &Path,
        reader: Option<Box<dyn Read + Send>>,
        rules: Option<Arc<Rules>>,
        subject: Arc<Subject>,
        named: bool,
        zone: Zone,
        notes: Arc<Notes>,
    ) -> io::Result<Self> {
        let file = match reader {
            // A parser that goes back and forth needs the plain bytes, of which there may be many.
            Some(mut packed) => {
                let mut plain = tempfile::tempfile()?;
                io::copy(&mut packed, &mut plain)?;
                plain.seek(SeekFrom::Start(0))?;
                plain
            }
            None => File::open(path)?,
        };
        let size = file.metadata()?.len();
        let settings = Arc::new(ParserSettings::new().num_threads(1).indent(false));
        let chunks = match EvtxParser::from_read_seek(file) {
            Ok(parser) => {
                if size % CHUNK != u64::from(parser.header().header_block_size) % CHUNK {
                    notes.add(format!("{}: the event log is cut short; its last chunk was left out", path.display()));
                }
                Some(parser.with_configuration(settings.as_ref().clone()).into_chunks())
            }
            Err(error) => {
                notes.add(format!("{}: no event log of Windows: {error}", path.display()));
                None
            }
        };
        Ok(Self { chunks, settings, rules, subject, named, zone, notes, number: 0, bad_chunks: 0, bad_records: 0 })
    }

    /// The next events; none at the end.
    pub(crate) fn next(&mut self) -> Option<Vec<Event>> {
        let Some(chunk) = self.chunks.as_mut()?.next() else {
            self.chunks = None;
            self.report();
            return None;
        };
        let mut events = Vec::new();
        let read = chunk.map(|mut chunk| {
            let parsed = chunk.parse(Arc::clone(&self.settings));
            parsed.map(|mut chunk| {
                for record in chunk.iter() {
                    let written = record.and_then(|record| record.into_xml());
                    match written {
                        Ok(record) => {
                            let written = record.timestamp.as_microsecond();
                            events.push(self.event(record.data, written));
                        }
                        Err(_) => self.bad_records += 1,
                    }
                }
            })
        });
        if !matches!(read, Ok(Ok(()))) {
            self.bad_chunks += 1;
        }
        if let Some(rules) = self.rules.clone() {
            rules.finish(&mut events, &self.subject, &self.notes);
        }
        Some(events)
    }

    fn event(&mut self, xml: String, written: i64) -> Event {
        let raw = match xml.find("<Event") {
            Some(start) if start > 0 => xml.get(start..).unwrap_or_default().trim_end().to_owned(),
            _ => xml,
        };
        let said = between(&raw, "SystemTime=", ['"', '\'']).and_then(|text| time::recognise(text, self.zone));
        let text =
            |element: &str| between(&raw, element, ['>', '<']).filter(|text| !text.is_empty()).map(str::to_owned);
        let source = text("<Channel").map(|channel| format!("{SOURCETYPE}:{channel}")).filter(|_| !self.named);
        let host = text("<Computer").filter(|_| self.subject.host.is_none());
        self.number += 1;
        Event {
            time: Some(said.unwrap_or(written)),
            offset: self.number - 1,
            origin: Origin { host, source, ..Origin::default() },
            raw,
            ..Event::default()
        }
    }

    fn report(&self) {
        let source = &self.subject.source;
        if self.bad_chunks > 0 {
            self.notes
                .add(format!("{source}: {} chunks of the event log are damaged and were left out", self.bad_chunks));
        }
        if self.bad_records > 0 {
            let count = self.bad_records;
            self.notes.add(format!("{source}: {count} records of the event log are damaged and were left out"));
        }
    }
}

/// The text behind a head, between two marks.
fn between<'t>(text: &'t str, head: &str, marks: [char; 2]) -> Option<&'t str> {
    let rest = text.get(text.find(head)? + head.len()..)?;
    let start = rest.find(marks)?;
    let rest = rest.get(start + 1..)?;
    rest.get(..rest.find(marks)?)
}

#[cfg(test)]
#[path = "windows/tests.rs"]
mod tests;
