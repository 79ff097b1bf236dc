//! The searches of the shell that gave an answer: they are kept in a file, where there is one. `| history`

use speleo_plan::PastSearch;

use super::{Engine, Finished};
use crate::{clock::Clock, history};

impl Engine {
    /// Adds a search that gave an answer to the file of earlier searches, where there is one. That it cannot be written is no
    /// reason to fail: the answer is there.
    pub fn remember(&self, text: &str, finished: &Finished) {
        let settings = &self.shared.settings;
        let (Some(path), Ok(clock)) = (&settings.history, Clock::new(settings)) else { return };
        let elapsed = i64::try_from(finished.elapsed.as_micros()).unwrap_or(0);
        let has = |name: &str| finished.schema.column_with_name(name).is_some();
        let search = PastSearch {
            started: clock.now.saturating_sub(elapsed),
            text: text.to_owned(),
            range: clock.range,
            rows: finished.rows,
            gives_events: has("_time") && has("_raw"),
            scanned: finished.events_scanned,
        };
        let _ = history::append(path, &search);
    }

    /// The searches that gave an answer, the oldest first; none where no file keeps them, or it cannot be read.
    pub fn past_searches(&self) -> Vec<PastSearch> {
        let path = self.shared.settings.history.as_deref();
        path.and_then(|path| history::read(path).ok()).unwrap_or_default()
    }
}
