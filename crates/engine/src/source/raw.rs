//! Logs without a known structure: a line is an event; its time is recognised, its fields are taken out by the search.
//!
//! `Jan  5 10:00:01 mx1 postfix/smtpd[77]: connect from unknown` A line without a time has none; joining lines to one event is absent.

use super::{
    builder::Builder,
    chunk::Chunk,
    schema::{Columns, TIME},
};
use crate::time::{self, Zone};

/// How far into a line its time is looked for.
const LOOK_AHEAD: usize = 128;

/// Finds the time of a line.
pub(crate) struct RawDecoder {
    time: Option<usize>,
    zone: Zone,
}

impl RawDecoder {
    /// A decoder for the columns at these places.
    pub(crate) fn new(columns: &Columns, places: &[usize], zone: Zone) -> Self {
        let is_time = |place: &usize| columns.kinds.get(*place).is_some_and(|(name, _)| name == TIME);
        Self { time: places.iter().position(is_time), zone }
    }

    /// Reads the lines of a chunk that are kept.
    pub(crate) fn decode(&self, chunk: &Chunk<'_>, keep: Option<&[bool]>, builder: &mut Builder) {
        for (place, range) in chunk.events.iter().enumerate() {
            if keep.is_some_and(|keep| !keep.get(place).copied().unwrap_or_default()) {
                continue;
            }
            let line = chunk.event(range);
            if let Some(column) = self.time {
                builder.set_time(column, 0, self.time_of(line));
            }
            builder.end_row(line, chunk.offset + range.start as u64);
        }
    }

    fn time_of(&self, line: &[u8]) -> Option<i64> {
        let start = line.get(..LOOK_AHEAD).unwrap_or(line);
        let text = match std::str::from_utf8(start) {
            Ok(text) => text,
            // A character cut in two, or a broken one: what stands before it is enough.
            Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
        };
        time::recognise(text, self.zone)
    }
}
