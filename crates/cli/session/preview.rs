//! What a long search will look like: its rows over the first events of each source, while it goes on over all of them.
//!
//! Only for searches that end in a table of sums, whose rows come at the very end; all others show rows as they come. A preview takes
//! a share of the time that the search itself takes, and each one is of more events than the one before.

use std::time::{Duration, Instant};

use futures::FutureExt;
use speleo_engine::{Answer, Engine};
use speleo_syntax::{Kind, TokenKind, may_write, tokens};
use tokio::task::JoinHandle;

use super::aside;
use crate::{
    output::{self, Format},
    quantity::thousands,
};

/// A search that takes no longer has no preview.
const FIRST_MOMENT: Duration = Duration::from_secs(2);
/// Events of each source in the first preview, and how many times more each next one has.
const EVENTS: usize = 50_000;
const GROWTH: usize = 5;
/// The largest preview: beyond it the search itself is nearly as far.
const MOST_EVENTS: usize = 10_000_000;
/// For each second that previews take, so many go by without one.
const REST: u32 = 3;
/// Rows that are shown.
const ROWS: usize = 8;

/// The previews of a search.
pub(super) struct Preview {
    engine: Engine,
    text: String,
    start: Instant,
    /// Events of the next one.
    events: usize,
    next: Instant,
    running: Option<Look>,
}

/// A preview that is being computed. What is wrong with the search, the search itself tells.
struct Look {
    task: JoinHandle<Option<Answer>>,
    began: Instant,
    events: usize,
}

impl Preview {
    /// The previews of a search that begins now; none where its rows come as they are found, or where it writes.
    pub(super) fn of(engine: &Engine, text: &str) -> Option<Self> {
        let last = tokens(text).into_iter().rev().find(|token| token.kind == TokenKind::Command)?;
        let sums = last.command.is_some_and(|spec| spec.kind == Kind::Transforming);
        if !sums || may_write(text) {
            return None;
        }
        let start = Instant::now();
        let next = start + FIRST_MOMENT;
        Some(Self { engine: engine.clone(), text: text.to_owned(), start, events: EVENTS, next, running: None })
    }

    /// Lines to show in place of those before, where there are new ones. Called now and then.
    pub(super) fn tick(&mut self) -> Option<Vec<String>> {
        let now = Instant::now();
        if let Some(Look { task, began, events }) = self.running.take_if(|look| look.task.is_finished()) {
            let took = began.elapsed();
            self.next = now + took * REST;
            self.events = self.events.saturating_mul(GROWTH);
            // It is finished: this does not wait.
            let answer = tokio::task::unconstrained(task).now_or_never()?.ok().flatten()?;
            return self.lines(&answer, events);
        }
        if self.running.is_none() && now >= self.next && self.events <= MOST_EVENTS {
            let (engine, text, events) = (self.engine.clone(), self.text.clone(), self.events);
            let task = aside().spawn(async move { engine.sample(&text, events).await.ok() });
            self.running = Some(Look { task, began: now, events });
        }
        None
    }

    /// Nothing where the preview has read all there is, or has no rows.
    fn lines(&self, answer: &Answer, events: usize) -> Option<Vec<String>> {
        let rows: usize = answer.batches.iter().map(|batch| batch.num_rows()).sum();
        if rows == 0 {
            return None;
        }
        let mut drawn = Vec::new();
        let mut left = ROWS;
        let first = answer.batches.iter().map(|batch| {
            let count = batch.num_rows().min(left);
            left -= count;
            batch.slice(0, count)
        });
        let first = Answer { batches: first.collect(), ..answer.clone() };
        output::write_rows(Format::Table, &first, self.engine.timezone(), &mut drawn).ok()?;
        let elapsed = self.start.elapsed().as_secs();
        let head =
            format!("preview of the first {} events of each source, after {elapsed} s:", thousands(events as u64));
        let more = if rows > ROWS { vec![format!("… {} rows", thousands(rows as u64))] } else { Vec::new() };
        let table = String::from_utf8_lossy(&drawn).into_owned();
        Some([head].into_iter().chain(table.lines().map(str::to_owned)).chain(more).collect())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        if let Some(look) = &self.running {
            look.task.abort();
        }
    }
}
