//! The machine's clock: when files are made and left is no affair of any search's time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now.
#[allow(clippy::disallowed_methods, reason = "a search's time is not asked here")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// The time since the epoch.
pub(crate) fn since_epoch() -> Duration {
    now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Milliseconds since the epoch.
pub(crate) fn millis() -> i64 {
    i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX)
}
