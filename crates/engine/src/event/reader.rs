//! A stream of bytes as events. Memory is bounded by the batch and by [`LONGEST`].

use std::{io, sync::Arc};

use memchr::memchr_iter;
use speleo_functions::eval::pattern::regex::Groups;

use super::{
    Event, LONGEST, META, Notes, Rules, Subject,
    decode::Decoded,
    json,
    merge::Lines,
    structure::{Cells, Header, Structure},
    timestamp::{Known, day_of_source},
};

/// Makes events, a batch at a time.
pub(crate) struct Reader {
    rules: Arc<Rules>,
    subject: Arc<Subject>,
    notes: Arc<Notes>,
    decoded: Decoded,
    text: String,
    /// Where the next piece begins in the text.
    start: usize,
    /// Up to where there is no break.
    searched: usize,
    /// Where the text begins in the decoded file.
    offset: u64,
    /// The number of its first line, from 1.
    line: u64,
    groups: Option<Groups>,
    /// Whether what comes up to the next break belongs to an event that was cut.
    skipping: bool,
    finished: bool,
    lines: Lines,
    header: Header,
    known: Known,
    /// Finds the time of the last event before the range that is read, where the first ones of it have none.
    before: Option<Before>,
    /// The last time that an event said itself.
    last: Option<i64>,
    wants_time: bool,
}

/// Finds a time when it is asked for.
pub(crate) type Before = Box<dyn FnOnce() -> Option<i64> + Send>;

/// What stands between two breaks.
struct Piece {
    start: usize,
    end: usize,
    /// Whether its end is missing.
    cut: bool,
}

impl Reader {
    /// A reader of a file's bytes, which was changed last at `modified`. Times are looked for only where they are wanted.
    pub(crate) fn new(
        reader: Box<dyn io::Read + Send>,
        rules: Arc<Rules>,
        subject: Arc<Subject>,
        modified: Option<i64>,
        wants_time: bool,
        notes: Arc<Notes>,
    ) -> Self {
        let of_source = day_of_source(&subject.source, rules.time.zone.timezone);
        Self {
            decoded: Decoded::new(reader, rules.charset),
            groups: rules.breaker.groups(),
            wants_time: wants_time || rules.needs_time(),
            known: Known { previous: None, of_source, modified },
            rules,
            subject,
            notes,
            text: String::new(),
            start: 0,
            searched: 0,
            offset: 0,
            line: 1,
            skipping: false,
            finished: false,
            lines: Lines::default(),
            header: Header::default(),
            before: None,
            last: None,
        }
    }

    /// The same for bytes that begin at a place of the file, with an event. `before` finds the time of the last event before that
    /// has one.
    pub(crate) fn from(mut self, place: u64, before: Option<Before>) -> Self {
        (self.offset, self.before) = (place, before);
        self
    }

    /// The next events, about `most`; none at the end. An empty list is not the end: transforms may drop all.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn next(&mut self, most: usize) -> io::Result<Option<Vec<Event>>> {
        if self.finished {
            return Ok(None);
        }
        let mut events = Vec::new();
        let mut bytes = 0;
        while events.len() < most && bytes < LONGEST {
            let Some(piece) = self.piece()? else {
                self.finished = true;
                self.flush(&mut events);
                if let Some(lines) = self.header.missing() {
                    let source = &self.subject.source;
                    self.notes.add(format!("{source}: none of its {lines} lines is the header that names the fields"));
                }
                break;
            };
            bytes += piece.end - piece.start;
            self.take(piece, &mut events);
        }
        let rules = Arc::clone(&self.rules);
        rules.finish(&mut events, &self.subject, &self.notes);
        Ok(Some(events))
    }

    /// The time of the last event so far that said one.
    pub(crate) fn last_time(&self) -> Option<i64> {
        self.last
    }

    /// What stands up to the next break; none at the end.
    fn piece(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let rules = Arc::clone(&self.rules);
            let at_end = self.decoded.at_end();
            let found = rules.breaker.find(&self.text, self.start, self.searched, at_end, self.groups.as_mut());
            if let Some((end, next)) = found {
                let piece = Piece { start: self.start, end, cut: false };
                (self.start, self.searched) = (next, next);
                if !std::mem::take(&mut self.skipping) && piece.end > piece.start {
                    return Ok(Some(piece));
                }
                continue;
            }
            let rest = self.text.len() - self.start;
            if at_end {
                let piece = Piece { start: self.start, end: self.text.len(), cut: false };
                (self.start, self.searched) = (self.text.len(), self.text.len());
                let is_piece = !std::mem::take(&mut self.skipping) && rest > 0;
                // Line ends behind the last line are the last break.
                return Ok(is_piece.then_some(piece));
            }
            if self.skipping {
                self.start = rules.breaker.resume(&self.text, self.start);
            } else if rest > LONGEST {
                return Ok(Some(self.cut()));
            }
            self.searched = rules.breaker.resume(&self.text, self.start);
            self.fill()?;
        }
    }

    /// The start of a piece that does not end.
    fn cut(&mut self) -> Piece {
        let end = self.text.floor_char_boundary(self.start + LONGEST);
        let line = self.line_at(self.start);
        let message = format!(
            "{}: the event in line {line} is longer than {} MB; the rest of it was left out",
            self.subject.source,
            LONGEST >> 20
        );
        self.notes.add(message);
        let piece = Piece { start: self.start, end, cut: true };
        self.start = end;
        self.searched = self.searched.max(end);
        self.skipping = true;
        piece
    }

    fn fill(&mut self) -> io::Result<()> {
        let done = self.text.get(..self.start).unwrap_or_default();
        self.line += memchr_iter(b'\n', done.as_bytes()).count() as u64;
        self.offset += done.len() as u64;
        self.text.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        let before = self.text.len();
        self.decoded.fill(&mut self.text)?;
        if self.decoded.is_damaged() {
            let at = self.text.get(before..).and_then(|new| new.find('\u{fffd}')).map_or(before, |at| before + at);
            self.notes.damage(&self.subject.source, || Some(self.line_at(at)));
        }
        Ok(())
    }

    fn line_at(&self, place: usize) -> u64 {
        let before = self.text.get(..place).unwrap_or_default();
        self.line + memchr_iter(b'\n', before.as_bytes()).count() as u64
    }

    /// Makes a line an event, or a part of one.
    fn take(&mut self, piece: Piece, events: &mut Vec<Event>) {
        let rules = Arc::clone(&self.rules);
        let offset = self.offset + piece.start as u64;
        let (mut end, mut cut) = (piece.end, piece.cut);
        if let Some(most) = rules.truncate
            && end - piece.start > most
        {
            (end, cut) = (self.text.floor_char_boundary(piece.start + most), true);
        }
        let text = std::mem::take(&mut self.text);
        let line = text.get(piece.start..end).unwrap_or_default();
        match (&rules.merge, &rules.structure) {
            (Some(merge), _) => {
                let begins = !self.lines.is_empty() && merge.begins(&self.lines, line, || rules.time.has_date(line));
                if begins {
                    self.flush(events);
                }
                merge.add(&mut self.lines, line, offset, cut);
            }
            (None, Some(Structure::Cells(cells))) => self.cells(cells, line, offset, cut, events),
            // Lines of blanks alone are no events.
            (None, _) if line.trim_ascii().is_empty() => {}
            (None, _) => {
                let event = self.event(line.to_owned(), offset, cut);
                events.push(event);
            }
        }
        self.text = text;
    }

    fn cells(&mut self, cells: &Cells, line: &str, offset: u64, cut: bool, events: &mut Vec<Event>) {
        // A quote that is not closed goes on with the next line, unless it never ends.
        if !self.lines.is_empty() && self.lines.text.len() < LONGEST {
            self.lines.text.push('\n');
            self.lines.text.push_str(line);
            self.lines.cut |= cut;
            if cells.is_open(line) {
                self.flush(events);
            }
            return;
        }
        if !self.lines.is_empty() {
            let source = &self.subject.source;
            self.notes
                .add(format!("{source}: a quote is not closed within {} MB: the lines are one event", LONGEST >> 20));
            self.flush(events);
        }
        if !cells.is_event(&mut self.header, line) || line.trim_ascii().is_empty() {
            return;
        }
        if cells.is_open(line) {
            self.lines.begin(line, offset, cut);
        } else {
            let event = self.event(line.to_owned(), offset, cut);
            events.push(event);
        }
    }

    /// The event of the lines so far.
    fn flush(&mut self, events: &mut Vec<Event>) {
        let lines = std::mem::take(&mut self.lines);
        if !lines.is_empty() && !lines.text.trim_ascii().is_empty() {
            let event = self.event(lines.text, lines.offset, lines.cut);
            events.push(event);
        }
    }

    fn event(&mut self, raw: String, offset: u64, cut: bool) -> Event {
        let rules = Arc::clone(&self.rules);
        let mut fields = match &rules.structure {
            None => Vec::new(),
            Some(Structure::Json { trims_braces }) => json::fields(&raw, *trims_braces),
            Some(Structure::Cells(cells)) => cells.fields(&self.header, &raw),
        };
        let mut time = None;
        if self.wants_time {
            let said = match &rules.structure {
                Some(Structure::Cells(cells)) if !cells.time_fields.is_empty() => {
                    let value = |name: &String| fields.iter().find(|(known, _)| known.as_ref() == name);
                    let values: Vec<&str> =
                        cells.time_fields.iter().filter_map(value).map(|(_, value)| value.as_str()).collect();
                    self.time(&rules, &values.join(" "))
                }
                _ => self.time(&rules, &raw),
            };
            self.known.previous = Some(said);
            time = Some(said);
        }
        if cut {
            fields.push((META.into(), "truncated".to_owned()));
        }
        Event { raw, offset, time, fields, ..Event::default() }
    }
}

impl Reader {
    fn time(&mut self, rules: &Rules, text: &str) -> i64 {
        // A time of day alone is one of the day of the event before, too.
        if let Some(before) = self.before.take() {
            self.known.previous = before();
        }
        let (time, is_own) = rules.time.time(text, self.known);
        if is_own {
            self.last = Some(time);
        }
        time
    }
}

#[cfg(test)]
#[path = "reader/tests.rs"]
mod tests;
