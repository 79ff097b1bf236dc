//! `WatchedPool`: a memory pool that tells when much is held, and when it is little again.
//!
//! `watch_memory(|is_much| …)`: whoever owns the process may choose larger pages while tables and sorted rows fill hundreds of
//! megabytes, and smaller ones before and after. The pools of all engines of a process count together, as its pages are one.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use datafusion::{
    common::Result,
    execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation},
};

/// From so many bytes on it is much.
const MUCH: usize = 32 << 20;
/// Below so many it is little again: far enough from much that a search does not go to and fro.
const LITTLE: usize = 8 << 20;

static WATCHER: OnceLock<fn(bool)> = OnceLock::new();
static HELD: AtomicUsize = AtomicUsize::new(0);
static IS_MUCH: AtomicBool = AtomicBool::new(false);

/// Has `watcher` called with `true` when operators begin to hold more than 32 MB, and with `false` when they hold less than 8 MB
/// again. Only the first watcher of a process counts.
pub fn watch_memory(watcher: fn(bool)) {
    let _ = WATCHER.set(watcher);
}

/// A pool that gives what another one gives, and counts it.
#[derive(Debug)]
pub(crate) struct WatchedPool<P>(pub(crate) P);

impl<P: MemoryPool> fmt::Display for WatchedPool<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<P: MemoryPool> MemoryPool for WatchedPool<P> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.0.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.0.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.0.grow(reservation, additional);
        took(additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.0.shrink(reservation, shrink);
        gave_back(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.0.try_grow(reservation, additional)?;
        took(additional);
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.0.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.0.memory_limit()
    }
}

fn took(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
    if held >= MUCH && !IS_MUCH.load(Ordering::Relaxed) {
        tell(true);
    }
}

fn gave_back(bytes: usize) {
    let held = HELD.fetch_sub(bytes, Ordering::Relaxed).saturating_sub(bytes);
    if held < LITTLE && IS_MUCH.load(Ordering::Relaxed) {
        tell(false);
    }
}

/// Tells a change once, whoever sees it first.
fn tell(is_much: bool) {
    if IS_MUCH.swap(is_much, Ordering::Relaxed) != is_much
        && let Some(watcher) = WATCHER.get()
    {
        watcher(is_much);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::execution::memory_pool::UnboundedMemoryPool;

    use super::*;

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// Much is told once on the way up and once on the way down, and what lies between changes nothing.
    #[test]
    fn a_change_is_told_once() {
        watch_memory(|is_much| {
            CALLS.fetch_add(if is_much { 1 } else { 100 }, Ordering::Relaxed);
        });
        let pool: Arc<dyn MemoryPool> = Arc::new(WatchedPool(UnboundedMemoryPool::default()));
        let reservation = MemoryConsumer::new("test").register(&pool);
        let told = |expected: usize| assert_eq!(CALLS.load(Ordering::Relaxed), expected);
        reservation.grow(MUCH / 2);
        told(0);
        reservation.try_grow(MUCH / 2).unwrap();
        reservation.grow(MUCH);
        told(1);
        reservation.shrink(MUCH);
        reservation.shrink(MUCH / 2);
        told(1);
        reservation.grow(MUCH);
        told(1);
        assert_eq!(pool.reserved(), MUCH + MUCH / 2);
        drop(reservation);
        told(101);
    }
}
