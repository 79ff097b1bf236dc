//! The line that tells how far a search is: `3 of 12 files, 1.2 GiB (35 %), 820,000 events (1.1 M/s), 12 rows, 4 s left`
//!
//! It comes after a moment, stands on standard error while nothing else does, and is gone at the end. There is none where standard
//! error is no terminal, or one that cannot erase.

use std::{
    cell::Cell,
    env,
    io::{self, IsTerminal, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use speleo_engine::{Look, Progress};

use crate::{
    diagnostic,
    output::table::cut,
    quantity::{size, thousands},
};

/// A search that takes no longer shows nothing.
const FIRST_MOMENT: Duration = Duration::from_millis(300);
/// What is left free: the `^C` by which a terminal shows Ctrl-C. A line that it breaks cannot be erased, nor can one that is
/// filled up with blanks, as the library for progress bars does.
const BESIDE: usize = 4;
/// Goes to the start of the line and erases it.
const ERASE: &str = "\r\x1b[2K";
/// The same for the line above.
const UP_AND_ERASE: &str = "\x1b[1A\x1b[2K";
/// Below this share the time that is left is a guess into the blue.
const LEAST_SHARE: f64 = 0.03;

/// The line.
pub(crate) struct Meter {
    progress: Arc<Progress>,
    start: Instant,
    is_wanted: bool,
    text: String,
    /// Lines that stand above it.
    above: Vec<String>,
    /// How many of them are drawn.
    lines: Cell<usize>,
    is_drawn: Cell<bool>,
}

impl Meter {
    /// A line for a search that begins now; none where it is not wanted.
    pub(crate) fn new(progress: Arc<Progress>, is_wanted: bool) -> Self {
        let can_erase = env::var_os("TERM").is_none_or(|term| term != "dumb");
        let is_wanted = is_wanted && can_erase && io::stderr().is_terminal();
        Self {
            progress,
            start: Instant::now(),
            is_wanted,
            text: String::new(),
            above: Vec::new(),
            lines: Cell::new(0),
            is_drawn: Cell::new(false),
        }
    }

    /// Whether it is to be seen at all.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Shows lines above the line from now on.
    pub(crate) fn preview(&mut self, lines: Vec<String>) {
        self.above = lines;
    }

    /// Draws the line as things stand.
    pub(crate) fn tick(&mut self) {
        let elapsed = self.start.elapsed();
        if !self.is_wanted || elapsed < FIRST_MOMENT {
            return;
        }
        let size = terminal_size::terminal_size_of(io::stderr());
        let (width, height) = size.map_or((80, 24), |(width, height)| (usize::from(width.0), usize::from(height.0)));
        let text = line(&self.progress.look(), elapsed);
        let width = width.saturating_sub(BESIDE);
        self.erase();
        self.text = cut(&text, width);
        // What has scrolled away cannot be erased.
        self.above.truncate(height.saturating_sub(2));
        self.above.iter_mut().for_each(|line| *line = cut(line, width));
        self.draw();
    }

    fn draw(&self) {
        let (dim, plain) = if diagnostic::has_colour_stderr() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        let above: String = self.above.iter().map(|line| format!("{dim}{line}{plain}\n")).collect();
        self.lines.set(self.above.len());
        self.is_drawn.set(true);
        // One write, so that nothing flickers. Nobody is left to tell where standard error is closed.
        let _ = write!(io::stderr(), "{above}{}", self.text);
    }

    /// Does something that writes to the terminal, with the line out of its way.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let is_drawn = self.is_drawn.get();
        self.erase();
        let value = work();
        if is_drawn {
            self.draw();
        }
        value
    }

    /// Erases the line for good.
    pub(crate) fn end(&mut self) {
        self.is_wanted = false;
        self.erase();
    }

    fn erase(&self) {
        if self.is_drawn.replace(false) {
            let up = UP_AND_ERASE.repeat(self.lines.get());
            let _ = write!(io::stderr(), "{ERASE}{up}");
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
