//! The search's time: zone, start, and the range asked for outside the search text. `--now 1700000000 --earliest -1d@d`

use std::sync::LazyLock;

use chrono_tz::Tz;
use speleo_plan::TimeRange;
use speleo_syntax::{Code, Diagnostic};

use crate::{Settings, time::Zone};

/// The time of one search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// Microseconds since the epoch.
    pub(crate) now: i64,
    /// The zone of times without one.
    pub(crate) timezone: Tz,
    /// Bounds of `_time`.
    pub(crate) range: TimeRange,
}

/// The zone that the system is set to; UTC where it tells none.
pub(crate) fn system_zone() -> Tz {
    // It stands in a file; each search needs it.
    static ZONE: LazyLock<Tz> =
        LazyLock::new(|| iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC));
    *ZONE
}

impl Clock {
    /// What times without zone or year are completed with.
    pub(crate) fn zone(&self) -> Zone {
        Zone { timezone: self.timezone, now: self.now }
    }
}

impl Clock {
    /// Reads the settings; where they give no time, the system's clock is asked.
    ///
    /// # Errors
    /// Where a zone or time cannot be read.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let timezone = match settings.timezone.as_deref() {
            None => system_zone(),
            Some(name) => name.parse().unwrap_or_else(|_| {
                problems.push(Diagnostic::unplaced(Code::Time, format!("there is no time zone `{name}`")));
                Tz::UTC
            }),
        };
        let mut read =
            |option: &str, text: Option<&String>, now: i64| match crate::time::read(text?, Zone { timezone, now }) {
                Ok(time) => Some(time),
                Err(message) => {
                    problems.push(Diagnostic::unplaced(Code::Time, format!("`{option}`: {message}")));
                    None
                }
            };
        let system = chrono::Utc::now().timestamp_micros();
        let now = read("now", settings.now.as_ref(), system).unwrap_or(system);
        let range = TimeRange {
            earliest: read("earliest", settings.earliest.as_ref(), now),
            latest: read("latest", settings.latest.as_ref(), now),
        };
        if problems.is_empty() { Ok(Self { now, timezone, range }) } else { Err(problems) }
    }
}
