//! Events that [`crate::event`] makes, as columns: of files whose source type says how, and of event logs of Windows.

use std::{
    io::{self, Read},
    ops::Range,
    sync::Arc,
    time::SystemTime,
};

use datafusion::{
    arrow::{
        array::{RecordBatch, RecordBatchOptions},
        datatypes::SchemaRef,
    },
    error::Result,
    physical_plan::metrics::Count,
};
use hashbrown::{HashMap, HashSet};
use memchr::memchr2;

use super::{
    builder::{Builder, Value},
    compress::{self, Counted},
    csv,
    files::{Compression, Format},
    schema::{Columns, Kind, ORIGIN, TIME},
    text::{Inferred, TextFile},
};
use crate::{
    event::{Before, Event, Notes, Reader, Rules, WindowsEvents},
    fault::Fault,
    time::Zone,
};

/// How many events are read at a time while fields are found out.
const INFER_EVENTS: usize = 4096;
/// With so many origins they are no rule, and not kept from the first reading.
const MOST_ORIGINS: usize = 10_000;

/// The events of a file.
enum Events {
    Text(Box<Reader>),
    Windows(Box<WindowsEvents>),
}

impl Events {
    fn open(
        file: &TextFile,
        range: Option<Range<u64>>,
        zone: Zone,
        wants_time: bool,
        notes: &Arc<Notes>,
        read: Count,
    ) -> io::Result<Self> {
        let (subject, notes) = (Arc::clone(&file.subject), Arc::clone(notes));
        match (&file.rules, file.file.format) {
            (Some(rules), format) if format != Format::Evtx => {
                let modified = file.file.modified.and_then(micros);
                let Some(range) = range else {
                    let bytes = Counted { reader: compress::plain(&file.file, 0)?, count: read };
                    let reader = Reader::new(Box::new(bytes), Arc::clone(rules), subject, modified, wants_time, notes);
                    return Ok(Self::Text(Box::new(reader)));
                };
                let (start, end) = (aligned(file, range.start)?, aligned(file, range.end)?);
                let bytes = compress::plain(&file.file, start)?.take(end.saturating_sub(start));
                let bytes = Counted { reader: bytes, count: read };
                let reader = Reader::new(Box::new(bytes), Arc::clone(rules), subject, modified, wants_time, notes);
                let (file, rules) = (file.clone(), Arc::clone(rules));
                let before: Before = Box::new(move || time_before(&file, &rules, start));
                Ok(Self::Text(Box::new(reader.from(start, (start > 0).then_some(before)))))
            }
            (rules, _) => {
                let is_apart = file.file.compression != Compression::None || file.file.object.is_some();
                let packed = if is_apart { Some(compress::plain(&file.file, 0)?) } else { None };
                let (path, named) = (&file.file.path, file.origin.is_named);
                WindowsEvents::open(path, packed, rules.clone(), subject, named, zone, notes)
                    .map(|events| Self::Windows(Box::new(events)))
            }
        }
    }

    fn next(&mut self, most: usize) -> io::Result<Option<Vec<Event>>> {
        match self {
            Self::Text(reader) => reader.next(most),
            Self::Windows(events) => Ok(events.next()),
        }
    }
}

/// The place at or behind another one where an event begins, in a file whose events are lines.
fn aligned(file: &TextFile, place: u64) -> io::Result<u64> {
    if place == 0 {
        return Ok(0);
    }
    // An event that begins exactly there is known by the line end before it.
    let mut at = place - 1;
    let mut reader = compress::plain(&file.file, at)?;
    let mut buffer = vec![0; 64 << 10];
    let mut is_behind_line = false;
    loop {
        let count = reader.read(&mut buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(at);
        }
        let mut from = 0;
        if !is_behind_line {
            match memchr2(b'\r', b'\n', bytes) {
                Some(found) => (from, is_behind_line) = (found, true),
                None => from = bytes.len(),
            }
        }
        let rest = bytes.get(from..).unwrap_or_default();
        if let Some(found) = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')) {
            return Ok(at + (from + found) as u64);
        }
        at += count as u64;
    }
}

/// The time of the last event before a place of the file that says one: looked for backwards, in ever larger steps.
fn time_before(file: &TextFile, rules: &Arc<Rules>, place: u64) -> Option<i64> {
    let mut end = place;
    let mut step = 64 << 10;
    while end > 0 {
        // Behind the place where the step begins there may be no event before its end.
        let start = aligned(file, end.saturating_sub(step)).ok()?.min(end);
        let bytes = Box::new(compress::plain(&file.file, start).ok()?.take(end - start));
        let notes = Arc::new(Notes::default());
        let mut reader = Reader::new(bytes, Arc::clone(rules), Arc::clone(&file.subject), None, true, notes);
        while reader.next(INFER_EVENTS).ok()?.is_some() {}
        if let Some(time) = reader.last_time() {
            return Some(time);
        }
        if start < end {
            end = start;
        }
        step *= 4;
    }
    None
}

/// Reads all events for the fields that they have.
///
/// # Errors
/// Where the file cannot be read.
pub(crate) fn infer(file: &TextFile, range: Option<Range<u64>>, zone: Zone, notes: Arc<Notes>) -> io::Result<Inferred> {
    let mut found = Inferred::default();
    if !file.rules.as_ref().is_some_and(|rules| rules.makes_fields()) {
        return Ok(found);
    }
    let mut events = Events::open(file, range, zone, false, &notes, Count::default())?;
    let mut origins = HashSet::new();
    while let Some(events) = events.next(INFER_EVENTS)? {
        for event in events {
            if origins.len() < MOST_ORIGINS && !origins.contains(&event.origin) {
                origins.insert(event.origin.clone());
            }
            let mut names = HashSet::with_capacity(event.fields.len());
            for (name, value) in &event.fields {
                found.fields.note(name, csv::kind(value.as_bytes()));
                if !names.insert(name) {
                    found.fields.note(name, super::schema::Seen::LIST);
                }
            }
        }
    }
    // A field of that name says it as well, event by event.
    if origins.len() < MOST_ORIGINS && !ORIGIN.iter().any(|name| found.fields.has(name)) {
        found.origins = Some(origins.into_iter().collect());
    }
    Ok(found)
}

/// Events of a file as columns.
pub(crate) struct MadeEvents {
    file: Arc<TextFile>,
    events: Events,
    columns: Columns,
    places: Vec<usize>,
    /// Where a field's values go.
    targets: HashMap<String, (usize, Kind)>,
    zone: Zone,
}

impl MadeEvents {
    /// Opens a file, or a range of its bytes, for the columns at these places.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn open(
        file: Arc<TextFile>,
        range: Option<Range<u64>>,
        columns: &Columns,
        places: &[usize],
        zone: Zone,
        notes: &Arc<Notes>,
        read: Count,
    ) -> io::Result<Self> {
        let target = |(column, place): (usize, &usize)| {
            let (name, kind) = columns.kinds.get(*place)?;
            Some((name.clone(), (column, *kind)))
        };
        let targets: HashMap<_, _> = places.iter().enumerate().filter_map(target).collect();
        let events = Events::open(&file, range, zone, targets.contains_key(TIME), notes, read)?;
        Ok(Self { file, events, columns: columns.clone(), places: places.to_vec(), targets, zone })
    }

    /// The next events; none at the end.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn batch(&mut self, most: usize, schema: &SchemaRef) -> Result<Option<RecordBatch>> {
        let events = self.events.next(most).map_err(|error| Fault::file(&self.file.file.path, "read", error))?;
        let Some(events) = events else { return Ok(None) };
        let mut builder = Builder::new(&self.columns, &self.places, &self.file.origin, self.zone, (events.len(), 0));
        for event in &events {
            self.row(event, &mut builder);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(builder.rows()));
        let (arrays, _) = builder.finish();
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?))
    }

    fn row(&self, event: &Event, builder: &mut Builder) {
        if let Some((column, _)) = self.targets.get(TIME) {
            builder.set_time(*column, 0, event.time);
        }
        let own = &event.origin;
        let origin =
            [("index", &own.index), ("host", &own.host), ("source", &own.source), ("sourcetype", &own.sourcetype)];
        for (name, text) in origin {
            if let (Some(text), Some((column, _))) = (text, self.targets.get(name)) {
                builder.push(*column, Value::Text(text));
            }
        }
        for (name, value) in &event.fields {
            if let Some((column, kind)) = self.targets.get(name.as_ref()) {
                let value = match kind {
                    Kind::Integer => value.parse().map_or(Value::Text(value), Value::Integer),
                    Kind::Float => value.parse().map_or(Value::Text(value), Value::Float),
                    Kind::Text | Kind::List => Value::Text(value),
                };
                builder.push(*column, value);
            }
        }
        builder.end_row(event.raw.as_bytes(), event.offset);
    }
}

fn micros(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_micros()).ok()
}
