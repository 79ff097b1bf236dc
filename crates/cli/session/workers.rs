//! The threads that searches compute on, apart from those that hear keys and draw: however busy they are, Ctrl-C is heard and
//! the line of progress goes on.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Plans are trees that are walked by recursion; a long pipeline makes a deep one. Only what is used takes memory.
pub(crate) const STACK_SIZE: usize = 256 << 20;

/// They stay until the process ends.
static WORKERS: OnceLock<Option<Runtime>> = OnceLock::new();

/// The threads, one a core; where there can be none, those of the caller.
pub(crate) fn workers() -> Handle {
    let build = || Builder::new_multi_thread().enable_all().thread_name("search").thread_stack_size(STACK_SIZE).build();
    match WORKERS.get_or_init(|| build().ok()) {
        Some(runtime) => runtime.handle().clone(),
        None => Handle::current(),
    }
}
