//! From the bytes of a file to events, as `props.conf` and `transforms.conf` say.
//!
//! ```text
//! bytes ─decode─▶ text ─break─▶ lines ─truncate, merge─▶ events ─time─▶ ─SEDCMD, TRANSFORMS, INGEST_EVAL─▶ events with fields
//! ```
//!
//! `LINE_BREAKER = ([\r\n]+)(?=\d{4}-)`, `TIME_FORMAT = %d/%b/%Y:%H:%M:%S %z`. [`Rules`] hold what is compiled once for a source, host
//! and source type; a [`Reader`] makes events from a stream of bytes and knows nothing of tables. Queues other than `nullQueue`,
//! and routing to other servers, are absent.

mod breaker;
mod decode;
mod evaluate;
mod format;
mod json;
mod merge;
mod notes;
mod reader;
mod rules;
mod structure;
mod timestamp;
mod transform;
mod windows;
mod world;

use std::sync::Arc;

use speleo_knowledge::{Conf, IndexTimeKnowledge, Knowledge, Props};

use crate::time::Zone;

pub(crate) use self::{
    notes::Notes,
    reader::{Before, Reader},
    rules::{Content, Rules, Subject},
    windows::{SOURCETYPE as WINDOWS_XML, WindowsEvents},
};

/// An event longer than this is cut: memory is bounded whatever a file holds.
pub(crate) const LONGEST: usize = 16 << 20;

/// The field that says that an event was cut.
const META: &str = "meta";

/// An event, and what was found out when it was made.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Event {
    /// Its text.
    pub(crate) raw: String,
    /// Where it begins in the decoded file, in bytes; of Windows event logs its number.
    pub(crate) offset: u64,
    /// Its time in microseconds.
    pub(crate) time: Option<i64>,
    /// What of its origin differs from that of its file.
    pub(crate) origin: Origin,
    /// Indexed fields in order; a name may come again, with another value.
    pub(crate) fields: Vec<(Arc<str>, String)>,
    /// Whether it goes to `nullQueue`.
    dropped: bool,
}

/// What of an event's origin differs from its file's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Origin {
    /// The index that a transform gives; it is shown, and the event stays in its table.
    pub(crate) index: Option<String>,
    /// The host.
    pub(crate) host: Option<String>,
    /// The source.
    pub(crate) source: Option<String>,
    /// The source type.
    pub(crate) sourcetype: Option<String>,
}

/// The places and texts of the events of some bytes, as conf texts say: for those who look for what breaks the reader. The settings
/// are those of one source type.
pub fn events_of(props: &str, transforms: &str, bytes: &[u8]) -> Vec<(u64, String)> {
    let props = Props::from_conf(&Conf::parse(&format!("[s]\n{props}\n")).0).0;
    let transforms = speleo_knowledge::transform::from_conf(&Conf::parse(transforms).0).0;
    let knowledge = Arc::new(Knowledge {
        index_time: IndexTimeKnowledge { props, transforms, ..IndexTimeKnowledge::default() },
        ..Knowledge::default()
    });
    let subject = Subject { sourcetype: "s".to_owned(), ..Subject::default() };
    let zone = Zone { timezone: chrono_tz::Tz::UTC, now: 0 };
    let rules = Rules::of(&subject, Content::Text, &knowledge, zone, &mut Vec::new());
    let Some(rules) = rules else { return Vec::new() };
    let bytes = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let mut reader = Reader::new(bytes, Arc::new(rules), Arc::new(subject), None, true, Arc::default());
    let mut events = Vec::new();
    // Bytes in memory can always be read.
    while let Ok(Some(more)) = reader.next(100) {
        events.extend(more.into_iter().map(|event| (event.offset, event.raw)));
    }
    events
}

#[cfg(test)]
#[path = "event/fuzz.rs"]
mod fuzz;

impl Event {
    /// The first value of an indexed field.
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| value.as_str())
    }
}
