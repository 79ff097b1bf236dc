//! Chunks of just the lines that have some terms: `index=web needle | stats count` makes events of few lines of its logs.

use std::io;

use memchr::{memchr, memrchr};
use speleo_functions::seek::Seek;

use super::{Chunk, Chunks};

impl Chunks {
    /// The lines with some terms among the next ones, perhaps none of these; none at the end. Only for formats of lines.
    pub(crate) fn next_with(&mut self, seek: &Seek) -> io::Result<Option<Chunk<'_>>> {
        if !self.begins()? {
            return Ok(None);
        }
        while self.pick(seek) == 0 && !self.at_end && !self.finished {
            if self.filled > self.longest() {
                self.cut();
                let cut = self.events.first().and_then(|event| self.buffer.get(event.clone())).unwrap_or_default();
                // Up to the cut there is no line end.
                if seek.lines(cut).next().is_none() {
                    self.events.clear();
                }
                break;
            }
            self.fill()?;
        }
        self.finished |= self.used == 0 || (self.at_end && self.used == self.filled);
        let bytes = self.buffer.get(..self.used).unwrap_or_default();
        Ok(Some(Chunk { bytes, events: &self.events, offset: self.offset, first_line: self.line }))
    }

    /// Finds the lines in the buffer; gives how many bytes were gone through, 0 if not even one line is whole.
    fn pick(&mut self, seek: &Seek) -> usize {
        self.events.clear();
        let bytes = self.buffer.get(..self.filled).unwrap_or_default();
        let known = bytes.get(self.searched..).unwrap_or_default();
        let lines = match memrchr(b'\n', known) {
            _ if self.at_end => bytes.len(),
            Some(end) => self.searched + end + 1,
            None => 0,
        };
        let (lines, is_last) = self.before_end(bytes.get(..lines).unwrap_or_default());
        self.finished |= is_last;
        let bytes = bytes.get(..lines).unwrap_or_default();
        self.used = bytes.len();
        for line in seek.lines(bytes) {
            if self.events.len() == self.most {
                let last = self.events.last().map_or(0, |event| event.end);
                let end = bytes.get(last..).and_then(|rest| memchr(b'\n', rest));
                self.used = end.map_or(bytes.len(), |end| last + end + 1);
                self.finished = false;
                break;
            }
            if bytes.get(line.clone()).is_some_and(|line| !line.trim_ascii().is_empty()) {
                self.events.push(line);
            }
        }
        if self.used == 0 {
            self.searched = self.filled;
        }
        self.used
    }

    /// How many of these bytes are lines that begin before the end of the range, and whether it ends there.
    fn before_end(&self, bytes: &[u8]) -> (usize, bool) {
        let Some(end) = self.end else { return (bytes.len(), false) };
        let Some(before) = end.checked_sub(self.offset + 1) else { return (0, true) };
        let from = usize::try_from(before).unwrap_or(usize::MAX);
        let next = bytes.get(from..).and_then(|rest| memchr(b'\n', rest));
        next.map_or((bytes.len(), false), |next| (from + next + 1, true))
    }
}

#[cfg(test)]
#[path = "seek/tests.rs"]
mod tests;
