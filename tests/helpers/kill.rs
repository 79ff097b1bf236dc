//! Programs that are killed at any moment.

// Not every test needs all of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::project::{Project, stderr};

/// How often a program is killed: often enough to see that it can be, and as often as one likes by `SPELEO_KILLS`.
pub(crate) fn kills() -> u32 {
    std::env::var("SPELEO_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// Kills a command at moments spread over the time that it takes; after each, `check` hears whether it was still at work.
pub(crate) fn kill_often(project: &Project, arguments: &[&str], takes: Duration, mut check: impl FnMut(bool)) {
    let kills = kills();
    let mut killed = 0;
    for round in 0..kills {
        // Not in rising order, so that what a run leaves behind meets all of the next one. 37 has no part in common with most counts.
        let after = takes * (1 + round * 37 % kills) / kills;
        let was_alive = kill(project.command(arguments), after);
        killed += u32::from(was_alive);
        check(was_alive);
    }
    assert!(killed > 0, "every run was done before it could be killed");
}

/// How long a command takes.
pub(crate) fn time(project: &Project, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    let output = project.speleo(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    start.elapsed()
}

/// Kills a command after a while; whether it was still at work.
pub(crate) fn kill(mut command: Command, after: Duration) -> bool {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    let was_alive = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    was_alive
}
