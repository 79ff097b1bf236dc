//! Two programs timed in turns, so that whatever else the machine does slows down both.
//!
//! Both sides run on the thread that measures. Where the system tells how long that thread has been on a processor, that is what
//! counts: on a busy machine the clock on the wall measures the others.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// How many times each side runs at most, after it has run once to warm up.
const RUNS: usize = 5;
/// No further run begins after so long.
const ENOUGH: Duration = Duration::from_secs(6);

/// The best time of each side, on the processor where that is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// Ours.
    pub(crate) ours: Duration,
    /// DataFusion's.
    pub(crate) theirs: Duration,
}

impl Pair {
    /// How many times as long ours takes.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours.as_secs_f64() / self.theirs.as_secs_f64()
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        write!(out, "{:>10.1} {:>10.1} {:>6.2}", milliseconds(self.ours), milliseconds(self.theirs), self.ratio())
    }
}

/// Runs both sides in turns. A side that takes long runs once.
pub(crate) fn compare(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Pair {
    let mut time = |is_ours: bool| {
        let (start, busy) = (Instant::now(), on_processor());
        if is_ours {
            ours()
        } else {
            theirs()
        }
        match (busy, on_processor()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => start.elapsed(),
        }
    };
    let start = Instant::now();
    let mut best = Pair { ours: time(true), theirs: time(false) };
    for run in 0..RUNS {
        if start.elapsed() > ENOUGH {
            break;
        }
        // Whoever goes second finds warm caches: the sides take turns in this as well.
        let first = run % 2 == 0;
        for is_ours in [first, !first] {
            let side = if is_ours { &mut best.ours } else { &mut best.theirs };
            *side = time(is_ours).min(*side);
        }
    }
    best
}

/// How long this thread has run; Linux only.
fn on_processor() -> Option<Duration> {
    // The system brings its account up to date when a thread leaves the processor, or else a few hundred times a second.
    std::thread::sleep(Duration::from_micros(1));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The words that the command line asks for; cargo's own options are none.
pub(crate) fn wanted() -> impl Fn(&str) -> bool {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    move |name| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
}
