//! The threads that searches compute on, apart from those that hear keys and draw: however busy they are, Ctrl-C is heard and
//! the line of progress goes on.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Plans are trees that are walked by recursion; a long pipeline makes a deep one. Only what is used takes memory.
pub(crate) const STACK_SIZE: usize = 256 << 20;

/// They stay until the process ends.
static WORKERS: OnceLock<Option<Runtime>> = OnceLock::new();
static ASIDE: OnceLock<Option<Runtime>> = OnceLock::new();

/// The threads, one a core; where there can be none, those of the caller.
pub(crate) fn workers() -> Handle {
    handle(&WORKERS, |threads| threads)
}

/// One thread more, for what goes on beside a search: its own threads come back from a long computation only now and then.
pub(crate) fn aside() -> Handle {
    handle(&ASIDE, |threads| threads.worker_threads(1))
}

fn handle(place: &'static OnceLock<Option<Runtime>>, count: impl FnOnce(&mut Builder) -> &mut Builder) -> Handle {
    let build = || {
        let mut threads = Builder::new_multi_thread();
        count(threads.enable_all().thread_name("search").thread_stack_size(STACK_SIZE)).build().ok()
    };
    match place.get_or_init(build) {
        Some(runtime) => runtime.handle().clone(),
        None => Handle::current(),
    }
}
