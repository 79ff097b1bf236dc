//! Events as pieces of a file's bytes: lines, CSV records, JSON documents, a few thousand at a time.
//!
//! Memory is bounded by the chunk and by the longest event, and that has a limit too: a longer one is cut.

mod seek;

use std::{borrow::Cow, io, ops::Range};

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::{
    compress,
    files::{Compression, DataFile, Format},
};
use crate::event::LONGEST;

/// How much is read at a time at most; of a small file no more than it has.
const STEP: usize = 512 << 10;
/// And at least: a file may have grown since its size was looked at.
const LEAST_STEP: usize = 4 << 10;
/// A quoted cell longer than this is an unbalanced quote: the record ends with its line.
const LONGEST_RECORD: usize = 16 << 20;
/// A document of JSON, or a row, longer than this is cut, which makes it none.
const LONGEST_DOCUMENT: usize = 64 << 20;

/// A few thousand events.
pub(crate) struct Chunk<'a> {
    /// The bytes of all of them.
    pub(crate) bytes: &'a [u8],
    /// The events, without line ends.
    pub(crate) events: &'a [Range<usize>],
    /// Where the bytes begin in the plain file.
    pub(crate) offset: u64,
    /// The number of the first line, from 1; counts from the start of the range where only a range is read.
    pub(crate) first_line: u64,
}

impl Chunk<'_> {
    /// The bytes of an event.
    pub(crate) fn event(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// How many lines there are, those without an event counted.
    pub(crate) fn lines(&self) -> usize {
        let rest = usize::from(self.bytes.last().is_some_and(|last| *last != b'\n'));
        memchr_iter(b'\n', self.bytes).count() + rest
    }

    /// Where the first line begins that holds bytes that are no text.
    pub(crate) fn damaged(&self) -> Option<u64> {
        if self.bytes.is_ascii() {
            return None;
        }
        let place = std::str::from_utf8(self.bytes).err()?.valid_up_to();
        let start = memrchr(b'\n', self.bytes.get(..place)?).map_or(0, |end| end + 1);
        Some(self.offset + start as u64)
    }

    /// The number of the line in which an event begins.
    pub(crate) fn line(&self, range: &Range<usize>) -> u64 {
        let before = self.bytes.get(..range.start).unwrap_or_default();
        self.first_line + memchr_iter(b'\n', before).count() as u64
    }
}

/// The text of an event; bytes that are no text become U+FFFD.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Far faster than the search for the bytes that are wrong, which is for the few events that have such.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Reads chunk after chunk.
pub(crate) struct Chunks {
    reader: Box<dyn io::Read + Send>,
    format: Format,
    most: usize,
    /// Where the range ends: events that begin there or later belong to the next.
    end: Option<u64>,
    /// How much is read at a time.
    step: usize,
    buffer: Vec<u8>,
    /// What of the buffer holds bytes of the file.
    filled: usize,
    /// What of it is done with.
    used: usize,
    /// Up to where the first line is known not to end.
    searched: usize,
    offset: u64,
    line: u64,
    events: Vec<Range<usize>>,
    finished: bool,
    at_end: bool,
    /// Whether what comes up to the next line end belongs to an event that was cut.
    skipping: bool,
    /// Where the events begin that were cut, in the plain file.
    cuts: Vec<u64>,
}

impl Chunks {
    /// Opens a file, or a range of its bytes; a range has the events that begin in it. `most` is how many events a chunk holds.
    pub(crate) fn open(file: &DataFile, range: Option<Range<u64>>, most: usize) -> io::Result<Self> {
        let start = range.as_ref().map_or(0, |range| range.start);
        // One byte earlier: an event that begins exactly at the start is known by the line end before it.
        let offset = start.saturating_sub(1);
        let mut chunks = Self {
            reader: compress::open_range(file, offset..range.as_ref().map_or(u64::MAX, |range| range.end))?,
            format: file.format,
            most: most.max(1),
            end: range.map(|range| range.end),
            step: step(file, offset),
            buffer: Vec::new(),
            filled: 0,
            used: 0,
            searched: 0,
            offset,
            line: 1,
            events: Vec::new(),
            finished: false,
            at_end: false,
            skipping: false,
            cuts: Vec::new(),
        };
        if start > 0 {
            chunks.skip_line()?
        } else {
            chunks.skip_mark()?
        }
        Ok(chunks)
    }

    /// Makes room for the next events; false at the end.
    fn begins(&mut self) -> io::Result<bool> {
        self.drop_used();
        if self.finished {
            return Ok(false);
        }
        if self.filled < self.step && !self.at_end {
            self.fill()?;
        }
        if std::mem::take(&mut self.skipping) {
            self.skip_rest()?;
        }
        Ok(true)
    }

    /// The next events; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Chunk<'_>>> {
        loop {
            if !self.begins()? {
                return Ok(None);
            }
            while self.split() == 0 && !self.at_end && !self.finished {
                if self.filled > self.longest() {
                    self.cut();
                    break;
                }
                self.fill()?;
            }
            self.finished |= self.used == 0 || (self.at_end && self.used == self.filled);
            if !self.events.is_empty() {
                break;
            }
        }
        let bytes = self.buffer.get(..self.used).unwrap_or_default();
        Ok(Some(Chunk { bytes, events: &self.events, offset: self.offset, first_line: self.line }))
    }

    /// Where events began that were cut since this was asked last.
    pub(crate) fn take_cuts(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.cuts)
    }

    fn longest(&self) -> usize {
        if self.format == Format::Raw { LONGEST } else { LONGEST_DOCUMENT }
    }

    /// Makes the start of an event that does not end an event.
    fn cut(&mut self) {
        let end = self.longest();
        self.events.clear();
        self.events.push(0..end);
        self.used = end;
        self.skipping = true;
        self.cuts.push(self.offset);
    }

    /// Passes over the rest of an event that was cut: up to the end of its line.
    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let rest = self.buffer.get(..self.filled).unwrap_or_default();
            match memchr(b'\n', rest) {
                Some(place) => {
                    self.used = place + 1;
                    self.drop_used();
                    return Ok(());
                }
                None => {
                    self.used = self.filled;
                    self.drop_used();
                }
            }
            if self.at_end {
                self.finished = true;
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn drop_used(&mut self) {
        let used = self.buffer.get(..self.used).unwrap_or_default();
        self.line += memchr_iter(b'\n', used).count() as u64;
        self.buffer.copy_within(self.used..self.filled, 0);
        self.filled -= self.used;
        self.offset += self.used as u64;
        if self.used > 0 {
            self.searched = 0;
        }
        self.used = 0;
    }

    /// Reads some more, or finds the end.
    fn fill(&mut self) -> io::Result<()> {
        let wanted = self.filled + self.step;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while self.filled < wanted {
            let space = self.buffer.get_mut(self.filled..wanted).unwrap_or_default();
            match self.reader.read(space) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(());
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.fill()?;
            let bytes = self.buffer.get(..self.filled).unwrap_or_default();
            if let Some(place) = memchr(b'\n', bytes) {
                self.used = place + 1;
                self.drop_used();
                break;
            }
            if self.at_end {
                self.finished = true;
                break;
            }
            self.used = self.filled;
            self.drop_used();
        }
        self.line = 1;
        Ok(())
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        self.fill()?;
        if self.buffer.get(..self.filled).is_some_and(|bytes| bytes.starts_with(b"\xef\xbb\xbf")) {
            self.used = 3;
            self.drop_used();
        }
        if self.format == Format::JsonDocuments {
            self.used = envelope(self.buffer.get(..self.filled).unwrap_or_default());
            self.drop_used();
        }
        Ok(())
    }

    /// Finds the events in the buffer; gives how many bytes they take, 0 if not even one is whole.
    fn split(&mut self) -> usize {
        self.events.clear();
        self.used = 0;
        let bytes = self.buffer.get(..self.filled).unwrap_or_default();
        let mut place = 0;
        while self.events.len() < self.most && place < bytes.len() {
            if self.end.is_some_and(|end| self.offset + place as u64 >= end) {
                self.finished = true;
                break;
            }
            let rest = bytes.get(place..).unwrap_or_default();
            let found = match self.format {
                Format::JsonDocuments => document(rest, self.at_end),
                // A record of one blank cell is a record; only lines with nothing in them are none.
                Format::Csv { .. } => line_end(rest, self.at_end, <[u8]>::is_empty, record_end),
                _ => {
                    let known = if place == 0 { self.searched } else { 0 };
                    let end = |rest: &[u8]| Some(known + memchr(b'\n', rest.get(known..)?)?);
                    line_end(rest, self.at_end, |line| line.trim_ascii().is_empty(), end)
                }
            };
            let Some((event, taken)) = found else { break };
            if !event.is_empty() {
                self.events.push(place + event.start..place + event.end);
            }
            place += taken;
        }
        if place == 0 {
            self.searched = self.filled;
        }
        self.used = place;
        place
    }
}

/// How much of a file is read at a time: with a byte more than there is, its end is found at once.
fn step(file: &DataFile, offset: u64) -> usize {
    if file.compression != Compression::None || file.is_wide {
        return STEP;
    }
    let left = file.size.saturating_sub(offset).saturating_add(1);
    usize::try_from(left).unwrap_or(STEP).clamp(LEAST_STEP, STEP)
}

/// A line without its end, empty if it is none, and how many bytes it takes.
fn line_end(
    rest: &[u8],
    at_end: bool,
    is_blank: impl Fn(&[u8]) -> bool,
    find: impl Fn(&[u8]) -> Option<usize>,
) -> Option<(Range<usize>, usize)> {
    let (end, taken) = match find(rest) {
        Some(end) => (end, end + 1),
        None if at_end => (rest.len(), rest.len()),
        None => return None,
    };
    let line = rest.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Some((if is_blank(line) { 0..0 } else { 0..line.len() }, taken))
}

/// The line end that ends a CSV record: one outside quotes.
fn record_end(rest: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut place = 0;
    while let Some(found) = memchr2(b'"', b'\n', rest.get(place..)?) {
        let at = place + found;
        match rest.get(at) {
            Some(b'"') => quoted = !quoted,
            _ if !quoted => return Some(at),
            _ if at > LONGEST_RECORD => return memchr(b'\n', rest),
            _ => {}
        }
        place = at + 1;
    }
    (rest.len() > LONGEST_RECORD).then(|| memchr(b'\n', rest)).flatten()
}

/// How many bytes the envelope takes in which clouds put their logs: `{"Records": [`. Its events are what it holds.
pub(super) fn envelope(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    for part in [&b"{"[..], b"\"records\"", b":", b"["] {
        rest = rest.trim_ascii_start();
        match rest.split_at_checked(part.len()) {
            Some((head, behind)) if head.eq_ignore_ascii_case(part) => rest = behind,
            _ => return 0,
        }
    }
    bytes.len() - rest.len()
}

/// The next JSON object, and how many bytes it and what stands before it take. What is no object is taken up to its line's end,
/// for the reader to report.
fn document(rest: &[u8], at_end: bool) -> Option<(Range<usize>, usize)> {
    // A brace that closes nothing is the end of an envelope.
    let between = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'}');
    let Some(start) = rest.iter().position(|byte| !between(byte)) else { return Some((0..0, rest.len())) };
    if rest.get(start) != Some(&b'{') {
        let line = rest.get(start..).unwrap_or_default();
        let end = memchr(b'\n', line).or(at_end.then_some(line.len()))?;
        return Some((start..start + end, start + end));
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (place, byte) in rest.iter().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some((start..place + 1, place + 1));
                }
            }
            _ => {}
        }
    }
    at_end.then_some((start..rest.len(), rest.len()))
}

#[cfg(test)]
#[path = "chunk/tests.rs"]
mod tests;
