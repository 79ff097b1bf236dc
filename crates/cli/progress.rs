//! The line that tells how far a search is: `3 of 12 files, 1.2 GiB (35 %), 820,000 events (1.1 M/s), 12 rows, 4 s left`
//!
//! It comes after a moment, stands on standard error while nothing else does, and is gone at the end. There is none where standard
//! error is no terminal, or one that cannot erase.

use std::{
    env,
    io::{self, IsTerminal},
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use speleo_engine::{Look, Progress};

use crate::{
    command::index::size,
    output::{table::cut, thousands},
};

/// A search that takes no longer shows nothing.
const FIRST_MOMENT: Duration = Duration::from_millis(300);
/// What stands beside the text: the spinner, and the `^C` by which a terminal shows Ctrl-C. A line that this breaks cannot be erased.
const BESIDE: usize = 6;
/// Below this share the time that is left is a guess into the blue.
const LEAST_SHARE: f64 = 0.03;

/// The line.
pub(crate) struct Meter {
    progress: Arc<Progress>,
    bar: Option<ProgressBar>,
    start: Instant,
    is_wanted: bool,
}

impl Meter {
    /// A line for a search that begins now; none where it is not wanted.
    pub(crate) fn new(progress: Arc<Progress>, is_wanted: bool) -> Self {
        let can_erase = env::var_os("TERM").is_none_or(|term| term != "dumb");
        let is_wanted = is_wanted && can_erase && io::stderr().is_terminal();
        Self { progress, bar: None, start: Instant::now(), is_wanted }
    }

    /// Draws the line as things stand.
    pub(crate) fn tick(&mut self) {
        if !self.is_wanted || self.start.elapsed() < FIRST_MOMENT {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0));
        let text = line(&self.progress.look(), self.start.elapsed());
        bar.set_message(cut(&text, width.saturating_sub(BESIDE)));
        bar.tick();
    }

    /// Does something that writes to the terminal, with the line out of its way.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Erases the line for good.
    pub(crate) fn end(&mut self) {
        self.is_wanted = false;
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
    }
}

fn line(look: &Look, elapsed: Duration) -> String {
    let reading = &look.reading;
    let mut parts = Vec::new();
    if reading.files > 0 {
        parts.push(format!("{} of {} files", thousands(reading.files_done), thousands(reading.files)));
    }
    let share = look.share.map(|share| format!(" ({:.0} %)", share * 100.0)).unwrap_or_default();
    if reading.bytes > 0 {
        parts.push(format!("{}{share}", size(reading.bytes)));
    }
    if reading.events > 0 {
        let speed = reading.events as f64 / elapsed.as_secs_f64().max(1e-3);
        parts.push(format!("{} events ({}/s)", thousands(reading.events), thousands(speed as u64)));
    }
    if look.rows > 0 {
        parts.push(format!("{} rows", thousands(look.rows)));
    }
    if look.memory > 0 {
        parts.push(format!("{} held", size(look.memory)));
    }
    match look.share {
        Some(share) if (LEAST_SHARE..1.0).contains(&share) => {
            let left = elapsed.as_secs_f64() * (1.0 - share) / share;
            parts.push(format!("{} left", span(left)));
        }
        _ => parts.push(span(elapsed.as_secs_f64())),
    }
    let step = look.step.as_ref().map(|step| format!("{step}: ")).unwrap_or_default();
    format!("{step}{}", parts.join(", "))
}

/// Seconds in the largest unit that says something.
fn span(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use speleo_engine::{Look, Reading};

    use super::line;

    #[test]
    fn what_is_known_is_told() {
        let reading = Reading { files: 12, files_done: 3, bytes: 1 << 30, events: 2_000_000, ..Reading::default() };
        let look = Look { reading, rows: 12, memory: 1 << 20, share: Some(0.25), step: None };
        assert_eq!(
            line(&look, Duration::from_secs(2)),
            "3 of 12 files, 1.0 GiB (25 %), 2,000,000 events (1,000,000/s), 12 rows, 1.0 MiB held, 6 s left"
        );
        let look = Look { step: Some("subsearch".to_owned()), ..Look::default() };
        assert_eq!(line(&look, Duration::from_secs(180)), "subsearch: 3 min");
    }
}
