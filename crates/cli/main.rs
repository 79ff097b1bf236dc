//! The binary `speleo`: `speleo search 'index=web status=404 | stats count by host'`.
//!
//! Reads arguments, opens the engine, draws what comes back. Nothing here knows what SPL means.

mod args;
mod command;
mod completion;
mod config;
mod demo;
mod detection;
mod diagnostic;
mod editor;
mod exit;
mod figure;
mod golden;
mod interrupt;
mod output;
mod plot;
mod progress;
mod quantity;
mod query_file;
mod session;
mod watched;

use std::process::ExitCode;

#[cfg(not(feature = "allocations"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Counts who asks for memory.
#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// A panic in a search is caught and told as a diagnostic; what the hook prints beside it helps only whoever asks for it.
fn silence_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
        std::panic::set_hook(Box::new(|_| {}));
    }
}

/// Asks for memory in small pages, and for large ones while operators hold much. A small search would hold half as much memory again
/// in large pages, which are cleared as a whole for the few bytes that are wanted of them; a large one spends up to a third of its
/// time waiting for small ones.
#[cfg(target_os = "linux")]
fn choose_pages() {
    fn are_large(yes: bool) {
        // Where the kernel refuses, memory is as it was.
        let _ = rustix::thread::disable_transparent_huge_pages(!yes);
    }
    are_large(false);
    speleo_engine::watch_memory(are_large);
}

/// Begins to count, and writes a profile when it is dropped: to the file that `SPELEO_ALLOCATIONS` names.
#[cfg(feature = "allocations")]
fn count_allocations() -> dhat::Profiler {
    let file = std::env::var_os("SPELEO_ALLOCATIONS").unwrap_or_else(|| "allocations.json".into());
    dhat::Profiler::builder().file_name(file).trim_backtraces(Some(FRAMES)).build()
}

/// How many callers are kept of who asks for memory: what is asked for by a kernel is above many frames of plans.
#[cfg(feature = "allocations")]
const FRAMES: usize = 24;

fn main() -> ExitCode {
    #[cfg(feature = "allocations")]
    let _profile = count_allocations();
    #[cfg(target_os = "linux")]
    choose_pages();
    completion::answer();
    let cli = match config::parse(args::with_default_command(std::env::args_os().collect())) {
        Ok(cli) => cli,
        Err(error) => return exit::fail(&error),
    };
    silence_panics();
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(session::STACK_SIZE).build() {
            Ok(runtime) => runtime,
            Err(error) => return exit::fail(&error.into()),
        };
    // On a worker, so that planning has the large stack.
    let outcome = runtime.block_on(async { tokio::spawn(command::run(cli)).await });
    // A cancelled search may still be reading a file: the process does not wait for it.
    runtime.shutdown_background();
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => exit::fail(&error),
        Err(error) => exit::fail(&error.into()),
    }
}
