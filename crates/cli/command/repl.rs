//! The shell: `speleo` alone on a terminal.
//!
//! ```text
//! speleo> index=web status>=500
//!         | top host
//! ```
//!
//! Ctrl-C cancels a running search and keeps the shell, Ctrl-D leaves it.

mod helper;
mod meta;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use rustyline::{Config, Editor, error::ReadlineError, history::FileHistory};
use speleo_engine::Engine;

use self::helper::Helper;
use crate::{
    args::{OutputArgs, SearchArgs, WorldArgs},
    diagnostic::{self, Reporter},
    exit::Exit,
    output::Output,
    query_file::Query,
    session,
};

/// Lines that the history keeps.
const HISTORY_SIZE: usize = 10_000;

/// What the shell remembers from one search to the next.
pub(crate) struct Shell {
    world: WorldArgs,
    output: OutputArgs,
    error_format: crate::args::ErrorFormat,
    engine: Engine,
}

/// Reads and runs searches until the input ends.
pub(crate) async fn run(args: SearchArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let opened = session::open(session::settings(&args.world), &mut reporter).await;
    reporter.finish();
    let Some(engine) = opened else { return Ok(Exit::Failed) };
    let mut shell = Shell { world: args.world, output: args.output, error_format: args.errors.error_format, engine };
    let config =
        Config::builder().max_history_size(HISTORY_SIZE)?.history_ignore_dups(true)?.auto_add_history(true).build();
    let mut editor: Editor<Helper, FileHistory> = Editor::with_config(config).context("the terminal cannot be used")?;
    editor.set_helper(Some(Helper::new(&shell.engine)));
    let history = history_file();
    if let Some(path) = &history {
        // The first time there is none.
        let _ = editor.load_history(path);
    }
    diagnostic::print_remark(&format!("speleo {}; `:help` helps, Ctrl-D leaves", env!("CARGO_PKG_VERSION")));
    loop {
        // Reading blocks; the runtime is told so.
        match tokio::task::block_in_place(|| editor.readline("speleo> ")) {
            Ok(line) => {
                if let Some(path) = &history {
                    let _ = editor.append_history(path);
                }
                if shell.take(line.trim()).await? {
                    break;
                }
                editor.set_helper(Some(Helper::new(&shell.engine)));
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error).context("cannot read a line"),
        }
    }
    Ok(Exit::Fine)
}

impl Shell {
    /// Runs a line; true leaves the shell.
    async fn take(&mut self, line: &str) -> Result<bool> {
        if line.is_empty() {
            return Ok(false);
        }
        if let Some(command) = line.strip_prefix(':') {
            return self.meta(command).await;
        }
        self.search(line).await?;
        Ok(false)
    }

    async fn search(&self, text: &str) -> Result<()> {
        let output = Output::new(&self.output)?;
        let Some(outcome) = session::search(&self.engine, text).await else {
            diagnostic::print_remark("cancelled");
            return Ok(());
        };
        let mut reporter = Reporter::new(self.error_format);
        reporter.report(&Query::typed(text), &outcome.diagnostics);
        reporter.finish();
        if let Ok(answer) = outcome.result {
            self.engine.remember(text, &answer);
            output.write(&answer, self.engine.timezone())?;
        }
        Ok(())
    }
}

/// `speleo/history` in the folder for state; none where there is no home.
fn history_file() -> Option<PathBuf> {
    let folder = session::state_folder()?;
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
