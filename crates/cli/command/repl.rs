//! The shell: `speleo` alone on a terminal.
//!
//! ```text
//! soc web -24h..now |> index=web status>=500
//!         | top host
//! ```
//!
//! Ctrl-C cancels what runs and keeps the shell; a second one at an empty prompt leaves it, as Ctrl-D does.

mod helper;
mod meta;
mod prompt;
mod row;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use rustyline::{
    Cmd, CompletionType, Config, Editor as LineEditor, EventHandler, KeyCode, KeyEvent, Modifiers,
    error::ReadlineError, history::FileHistory,
};
use speleo_engine::Engine;
use speleo_syntax::may_write;

use self::helper::Helper;
pub(super) use self::meta::META;
use crate::{
    args::{ErrorFormat, OutputArgs, SearchArgs, WorldArgs},
    diagnostic::{self, Reporter},
    editor::Editor,
    exit::{self, Exit},
    output::Output,
    query_file::Query,
    session::{self, Asked, Bound, Kept},
};

/// Lines that the history keeps.
const HISTORY_SIZE: usize = 10_000;
/// The history of a project that wants its own: where the folder has this file.
const PROJECT_HISTORY: &str = ".speleo_history";

/// What the shell remembers from one search to the next.
pub(crate) struct Shell {
    world: WorldArgs,
    output: OutputArgs,
    error_format: ErrorFormat,
    engine: Engine,
    lines: LineEditor<Helper, FileHistory>,
    /// The last search, and its rows where it gave some.
    last: Option<(String, Option<Kept>)>,
    /// What stands at the next prompt already.
    next: Option<String>,
    /// Whether the last thing that happened was Ctrl-C.
    interrupted: bool,
}

/// Reads and runs searches until the input ends.
pub(crate) async fn run(args: SearchArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let opened = session::open(session::settings(&args.world), &mut reporter).await;
    reporter.finish();
    let Some(engine) = opened else { return Ok(Exit::Failed) };
    let config = Config::builder()
        .max_history_size(HISTORY_SIZE)?
        .history_ignore_dups(true)?
        .auto_add_history(true)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .bracketed_paste(true)
        .build();
    let mut lines = LineEditor::with_config(config).context("the terminal cannot be used")?;
    lines.set_helper(Some(Helper::new(Editor::new(&engine))));
    // Enter runs what is whole; this begins a new line in any case.
    let new_line = || EventHandler::from(Cmd::Newline);
    lines.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), new_line());
    let history = history_file(&args.world);
    if let Some(path) = &history {
        // The first time there is none.
        let _ = lines.load_history(path);
    }
    diagnostic::print_remark(&format!("speleo {}; `:help` helps, Ctrl-D leaves", env!("CARGO_PKG_VERSION")));
    let mut shell = Shell {
        world: args.world,
        output: args.output,
        error_format: args.errors.error_format,
        engine,
        lines,
        last: None,
        next: None,
        interrupted: false,
    };
    while let Some(line) = shell.read()? {
        if let Some(path) = &history {
            let _ = shell.lines.append_history(path);
        }
        match shell.take(line.trim()).await {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) if exit::is_closed_pipe(&error) => return Err(error),
            // One line went wrong; the next one may not.
            Err(error) => diagnostic::print_error(&format!("{error:#}")),
        }
    }
    Ok(Exit::Fine)
}

impl Shell {
    /// Reads a search or a line of the shell's own; none where the shell is to be left.
    fn read(&mut self) -> Result<Option<String>> {
        loop {
            let prompt = prompt::of(&self.world, &self.engine);
            let initial = self.next.take().unwrap_or_default();
            // Reading blocks; the runtime is told so.
            let read = tokio::task::block_in_place(|| self.lines.readline_with_initial(&prompt, (&initial, "")));
            match read {
                Ok(line) => {
                    self.interrupted = false;
                    return Ok(Some(line));
                }
                Err(ReadlineError::Interrupted) => {
                    let was_empty = self.lines.helper().is_none_or(|helper| helper.was_empty());
                    if was_empty && self.interrupted {
                        return Ok(None);
                    }
                    if was_empty {
                        diagnostic::print_remark("Ctrl-C again, or Ctrl-D, leaves");
                    }
                    self.interrupted = was_empty;
                }
                Err(ReadlineError::Eof) => return Ok(None),
                // What was typed is no UTF-8.
                Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                    diagnostic::print_error("the line is not UTF-8");
                }
                Err(error) => return Err(error).context("cannot read a line"),
            }
        }
    }

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

    /// Runs a search and shows its rows.
    ///
    /// # Errors
    /// What goes wrong with the rows, such as a file that cannot be written.
    async fn search(&mut self, text: &str) -> Result<()> {
        self.last = Some((text.to_owned(), None));
        let output = Output::new(&self.output)?;
        let mut reporter = Reporter::new(self.error_format);
        let query = Query::typed(text);
        let keeps = Some(Bound::default());
        let asked = Asked { engine: &self.engine, query: &query, output: &output, keeps };
        let answered = session::answer(asked, &mut reporter).await;
        reporter.finish();
        let answered = answered?;
        self.interrupted = answered.exit == Exit::Cancelled;
        if let Some(finished) = &answered.finished {
            self.engine.remember(text, finished);
        }
        self.last = Some((text.to_owned(), answered.kept));
        if may_write(text) {
            self.renew_editor();
        }
        Ok(())
    }

    /// Opens the world anew, as changed; it stays as it was where that fails.
    async fn reopen(&mut self, world: WorldArgs) -> bool {
        let mut reporter = Reporter::new(self.error_format);
        let opened = session::open(session::settings(&world), &mut reporter).await;
        reporter.finish();
        let Some(engine) = opened else { return false };
        (self.world, self.engine) = (world, engine);
        self.renew_editor();
        true
    }

    /// Names may have changed.
    fn renew_editor(&mut self) {
        self.lines.set_helper(Some(Helper::new(Editor::new(&self.engine))));
    }
}

/// The project's own history where it has one, else `speleo/history` in the folder for state; none where there is no home.
fn history_file(world: &WorldArgs) -> Option<PathBuf> {
    let project = session::settings(world).project.map(|folder| folder.join(PROJECT_HISTORY));
    if let Some(path) = project.filter(|path| path.is_file()) {
        return Some(path);
    }
    let folder = session::state_folder()?;
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
