//! Ctrl-C while something runs. `let mut interrupt = Interrupt::listen(); interrupt.heard().await;`
//!
//! A thread of its own hears it, however busy all others are, and none is lost between two searches. Of what runs, the first one ends
//! the search; a second one that comes before the search has ended ends the program.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use tokio::sync::watch;

use crate::exit::Exit;

/// How often it was heard.
static HEARD: LazyLock<watch::Sender<u64>> = LazyLock::new(|| {
    let (sender, _) = watch::channel(0);
    let heard = sender.clone();
    // Without the thread Ctrl-C ends the program at once, which is what is left to do.
    let _ = thread::Builder::new().name("interrupt".to_owned()).spawn(move || hear(&heard));
    sender
});
/// How many of them something ended for.
static ANSWERED: AtomicU64 = AtomicU64::new(0);
/// Whether a pager has the screen: it hears Ctrl-C too, and keeps it for itself.
static PAGED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C from a moment on.
#[derive(Debug)]
pub(crate) struct Interrupt {
    heard: watch::Receiver<u64>,
    before: u64,
}

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        let heard = HEARD.subscribe();
        let before = *heard.borrow();
        ANSWERED.store(before, Ordering::Relaxed);
        Self { heard, before }
    }

    /// Whether it was heard since.
    pub(crate) fn was_heard(&self) -> bool {
        *self.heard.borrow() > self.before
    }

    /// Waits for it.
    pub(crate) async fn heard(&mut self) {
        let before = self.before;
        // The sender lives as long as the program.
        let _ = self.heard.wait_for(|count| *count > before).await;
    }

    /// Tells whether a pager has the screen.
    pub(crate) fn is_paged(&self, paged: bool) {
        PAGED.store(paged, Ordering::Relaxed);
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        ANSWERED.store(*self.heard.borrow(), Ordering::Relaxed);
        PAGED.store(false, Ordering::Relaxed);
    }
}

fn hear(heard: &watch::Sender<u64>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(mut signals) = Signals::new() else { return };
        while signals.next().await {
            heard.send_modify(|count| *count += 1);
            let open = heard.borrow().saturating_sub(ANSWERED.load(Ordering::Relaxed));
            if open > 1 && !PAGED.load(Ordering::Relaxed) {
                std::process::exit(Exit::Cancelled as i32);
            }
        }
    });
}

/// The signals of Ctrl-C: none is lost between two.
#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).map(Self)
    }

    async fn next(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
