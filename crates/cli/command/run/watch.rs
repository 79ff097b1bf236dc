//! `speleo run --watch`: runs a file again when it changes, and all of them when definitions or data do.
//!
//! On a terminal each round begins on an empty screen; elsewhere a line with the time stands before it.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use chrono::Local;

use super::run_files;
use crate::{args::RunArgs, diagnostic, exit::Exit, interrupt::Interrupt, query_file, session, watched::Watched};

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(500);

/// The files, and how they and what they need were when they last ran.
#[derive(Debug, PartialEq)]
struct Round {
    /// Definitions and data.
    world: u64,
    /// Each file.
    files: Vec<(PathBuf, u64)>,
}

/// Runs until Ctrl-C. What fails is told, and run again when it changes.
pub(super) async fn watch(args: &RunArgs) -> Result<Exit> {
    let mut last: Option<Round> = None;
    let mut interrupt = Interrupt::listen();
    loop {
        let round = look(args)?;
        let due = match &last {
            Some(last) if last.world == round.world => {
                let is_new = |file: &&(PathBuf, u64)| !last.files.contains(file);
                round.files.iter().filter(is_new).map(|(path, _)| path.clone()).collect()
            }
            _ => round.files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(),
        };
        let mut known = round;
        if !due.is_empty() {
            head()?;
            // A file that cannot be read now may be there in a moment: an editor is writing it.
            if run_files(args, &due).await? == Exit::Cancelled {
                return Ok(Exit::Cancelled);
            }
            if due.iter().any(|path| may_write(path)) {
                // What searches wrote themselves is no reason to run them again.
                known.world = look(args)?.world;
            }
            diagnostic::print_remark("waiting for changes; Ctrl-C leaves");
        } else if last.is_none() {
            diagnostic::print_remark("no files yet; waiting for some, Ctrl-C leaves");
        }
        last = Some(known);
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            () = interrupt.heard() => return Ok(Exit::Cancelled),
        }
    }
}

/// Whether a search may write what it reads. What a macro stands for is not looked at.
fn may_write(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.contains('`') || speleo_syntax::may_write(&text))
}

fn look(args: &RunArgs) -> Result<Round> {
    let files = query_file::find(&args.paths, "spl")?;
    // Where files say an app of their own, the project's folders hold that too.
    let settings = session::settings(&args.world);
    let mut world = Watched::definitions(&settings).and(Watched::data(&settings));
    // They are looked at one by one.
    world.leave_out(&files);
    let stamp = |path: PathBuf| {
        let stamp = Watched::of(std::slice::from_ref(&path)).stamp();
        (path, stamp)
    };
    Ok(Round { world: world.stamp(), files: files.into_iter().map(stamp).collect() })
}

/// What stands before the rows of a round.
fn head() -> Result<()> {
    if io::stdout().is_terminal() {
        let mut out = io::stdout().lock();
        // Everything off the screen, and to its first line.
        out.write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        out.flush()?;
    } else {
        diagnostic::print_remark(&Local::now().format("--- %Y-%m-%d %H:%M:%S").to_string());
    }
    Ok(())
}
