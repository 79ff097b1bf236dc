//! There is no small log that may be copied: the tests write theirs, in the plainest form that the format allows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use chrono_tz::Tz;

use super::*;

const FILE_HEADER: usize = 4096;
const CHUNK_HEADER: usize = 512;
const RECORD_HEADER: usize = 24;

/// A record's tokens: elements with names and texts written out.
struct Tokens {
    bytes: Vec<u8>,
    /// Where they begin in the chunk.
    base: usize,
}

impl Tokens {
    fn utf16(&mut self, text: &str) {
        self.bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }

    fn name(&mut self, name: &str) {
        let place = u32::try_from(self.base + self.bytes.len() + 4).unwrap();
        self.bytes.extend(place.to_le_bytes());
        self.bytes.extend([0; 6]);
        self.bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        self.utf16(name);
        self.bytes.extend([0; 2]);
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend([5, 1]);
        self.bytes.extend(u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes());
        self.utf16(text);
    }

    fn element(&mut self, name: &str, attribute: Option<(&str, &str)>, inner: impl FnOnce(&mut Self)) {
        self.bytes.push(if attribute.is_some() { 0x41 } else { 1 });
        self.bytes.extend([0; 4]);
        self.name(name);
        if let Some((name, value)) = attribute {
            self.bytes.extend([0; 4]);
            self.bytes.push(6);
            self.name(name);
            self.text(value);
        }
        self.bytes.push(2);
        inner(self);
        self.bytes.push(4);
    }
}

fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// A chunk with a record for each user.
fn chunk(users: &[&str]) -> Vec<u8> {
    let mut chunk = vec![0; 64 << 10];
    let (mut start, mut last) = (CHUNK_HEADER, CHUNK_HEADER);
    for (number, user) in users.iter().enumerate() {
        let mut tokens = Tokens { bytes: vec![0x0f, 1, 1, 0], base: start + RECORD_HEADER };
        tokens.element("Event", None, |event| {
            event.element("System", None, |system| {
                system.element("EventID", None, |id| id.text("4624"));
                system.element("TimeCreated", Some(("SystemTime", "2026-01-15T10:00:00.250000Z")), |_| {});
                system.element("Channel", None, |channel| channel.text("Security"));
                system.element("Computer", None, |computer| computer.text("DC1"));
            });
            event.element("EventData", None, |data| {
                data.element("Data", Some(("Name", "User")), |value| value.text(user))
            });
        });
        tokens.bytes.push(0);
        let size = RECORD_HEADER + tokens.bytes.len() + 4;
        put(&mut chunk, start, b"\x2a\x2a\0\0");
        put(&mut chunk, start + 4, &u32::try_from(size).unwrap().to_le_bytes());
        put(&mut chunk, start + 8, &(number as u64 + 1).to_le_bytes());
        put(&mut chunk, start + 16, &131_000_000_000_000_000_u64.to_le_bytes());
        put(&mut chunk, start + RECORD_HEADER, &tokens.bytes);
        put(&mut chunk, start + size - 4, &u32::try_from(size).unwrap().to_le_bytes());
        (last, start) = (start, start + size);
    }
    put(&mut chunk, 0, b"ElfChnk\0");
    for (at, id) in [(8, 1), (16, users.len()), (24, 1), (32, users.len())] {
        put(&mut chunk, at, &(id as u64).to_le_bytes());
    }
    put(&mut chunk, 40, &128_u32.to_le_bytes());
    put(&mut chunk, 44, &u32::try_from(last).unwrap().to_le_bytes());
    put(&mut chunk, 48, &u32::try_from(start).unwrap().to_le_bytes());
    let sum = evtx::checksum_ieee(&chunk[CHUNK_HEADER..start]);
    put(&mut chunk, 52, &sum.to_le_bytes());
    let sum = evtx::checksum_ieee(&[&chunk[..120], &chunk[128..CHUNK_HEADER]].concat());
    put(&mut chunk, 124, &sum.to_le_bytes());
    chunk
}

fn log(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; FILE_HEADER];
    put(&mut file, 0, b"ElfFile\0");
    put(&mut file, 32, &128_u32.to_le_bytes());
    put(&mut file, 36, &[1, 0, 3, 0]);
    put(&mut file, 40, &u16::try_from(FILE_HEADER).unwrap().to_le_bytes());
    put(&mut file, 42, &u16::try_from(chunks.len()).unwrap().to_le_bytes());
    let sum = evtx::checksum_ieee(&file[..120]);
    put(&mut file, 124, &sum.to_le_bytes());
    chunks.iter().for_each(|chunk| file.extend(chunk));
    file
}

/// The events of a file, and what there was to say.
fn read(bytes: &[u8]) -> (Vec<Event>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.evtx");
    std::fs::write(&path, bytes).unwrap();
    let notes = Arc::new(Notes::default());
    let subject = Arc::new(Subject { source: "log.evtx".into(), ..Subject::default() });
    let zone = Zone { timezone: Tz::UTC, now: 0 };
    let mut log = WindowsEvents::open(&path, None, None, subject, false, zone, Arc::clone(&notes)).unwrap();
    let mut events = Vec::new();
    while let Some(more) = log.next() {
        events.extend(more);
    }
    (events, notes.list().into_iter().map(|note| note.message).collect())
}

#[test]
fn records_are_events_with_their_origin() {
    let (events, notes) = read(&log(&[chunk(&["ann", "bob"]), chunk(&["eve"])]));
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(events.len(), 3);
    let first = &events[0];
    assert_eq!(first.time, Some(1_768_471_200_250_000));
    assert_eq!(first.origin.source.as_deref(), Some("XmlWinEventLog:Security"));
    assert_eq!(first.origin.host.as_deref(), Some("DC1"));
    assert!(first.raw.starts_with("<Event>") && first.raw.contains("<Data Name=\"User\">ann</Data>"), "{}", first.raw);
    assert_eq!(events.iter().map(|event| event.offset).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_damaged_chunk_is_told_and_the_others_are_read() {
    let mut broken = chunk(&["bob"]);
    put(&mut broken, 0, b"garbage!");
    let (events, notes) = read(&log(&[chunk(&["ann"]), broken, chunk(&["eve"])]));
    assert_eq!(events.len(), 2);
    assert!(notes.iter().any(|note| note.contains("1 chunks")), "{notes:?}");
    let mut broken = chunk(&["ann", "bob"]);
    put(&mut broken, CHUNK_HEADER + RECORD_HEADER, &[0xff; 40]);
    let (events, notes) = read(&log(&[broken, chunk(&["eve"])]));
    assert!(events.iter().any(|event| event.raw.contains("eve")));
    assert!(!notes.is_empty());
}

#[test]
fn a_file_that_is_cut_or_none_is_told() {
    let whole = log(&[chunk(&["ann"]), chunk(&["bob"])]);
    let (events, notes) = read(&whole[..whole.len() - 1000]);
    assert_eq!(events.len(), 1);
    assert!(notes.iter().any(|note| note.contains("cut short")), "{notes:?}");
    for bytes in [&b"no log"[..], b"", b"ElfFile\0"] {
        let (events, notes) = read(bytes);
        assert_eq!((events.len(), notes.len()), (0, 1), "{notes:?}");
        assert!(notes[0].contains("log.evtx"), "{notes:?}");
    }
}
