//! The program on a terminal: a pseudo-terminal with a screen that can be read.

// Not every test needs all of it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::{
    io::{Read, Write},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before it counts as never: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the screen is looked at.
const PAUSE: Duration = Duration::from_millis(2);
/// How soon a key is pressed again.
const AGAIN: Duration = Duration::from_millis(500);
/// How long a screen stays as it is that nothing changes.
const STEADY: Duration = Duration::from_millis(100);

/// Keys that are no letters.
pub(crate) mod key {
    pub(crate) const ENTER: &str = "\r";
    pub(crate) const TAB: &str = "\t";
    pub(crate) const CTRL_C: &str = "\x03";
    pub(crate) const CTRL_D: &str = "\x04";
    pub(crate) const CTRL_R: &str = "\x12";
    pub(crate) const UP: &str = "\x1b[A";
    pub(crate) const RIGHT: &str = "\x1b[C";
    pub(crate) const ALT_ENTER: &str = "\x1b\r";
}

/// A program on a terminal.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Arc<Mutex<Screen>>,
}

struct Screen {
    parser: vt100::Parser,
    /// Everything that was written, escapes included.
    written: Vec<u8>,
}

impl Terminal {
    /// Starts the program in a folder, on a terminal of this many rows and columns; `home` keeps its history.
    pub(crate) fn open(folder: &Path, home: &Path, arguments: &[&str], (rows, cols): (u16, u16)) -> Self {
        Self::run(env!("CARGO_BIN_EXE_speleo"), folder, home, arguments, &[], (rows, cols))
    }

    /// Starts any program with variables of its own.
    pub(crate) fn run(
        program: &str,
        folder: &Path,
        home: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        (rows, cols): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder);
        for (name, value) in [("TERM", "xterm-256color"), ("TZ", "UTC"), ("LC_ALL", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home);
        for name in ["NO_COLOR", "PAGER", "SPELEO_PAGER", "VISUAL", "EDITOR"] {
            command.env_remove(name);
        }
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let keyboard = pair.master.take_writer().unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let screen =
            Arc::new(Mutex::new(Screen { parser: vt100::Parser::new(rows, cols, 10_000), written: Vec::new() }));
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut screen = shared.lock().unwrap();
                screen.parser.process(&buffer[..count]);
                screen.written.extend_from_slice(&buffer[..count]);
            }
        });
        Self { master: pair.master, child, keyboard, screen }
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    /// Types a line and Enter.
    pub(crate) fn line(&mut self, line: &str) -> &mut Self {
        self.changing(|terminal| {
            terminal.keys(line).keys(key::ENTER);
        })
    }

    /// Does something, and waits until the screen is another: what is waited for next must not be what was there before.
    fn changing(&mut self, act: impl FnOnce(&mut Self)) -> &mut Self {
        let before = self.text();
        act(self);
        self.until("anything new", |screen| screen != before)
    }

    /// Pastes, as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) -> &mut Self {
        let text = text.replace('\n', "\r");
        self.keys(&format!("\x1b[200~{text}\x1b[201~"))
    }

    /// What the screen shows.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().parser.screen().contents()
    }

    /// All that was written, escapes and all.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap().written).into_owned()
    }

    /// Forgets what was written.
    pub(crate) fn forget(&mut self) -> &mut Self {
        self.screen.lock().unwrap().written.clear();
        self
    }

    /// Whether the cell that begins a text on the screen has a colour or is dim, bold or underlined.
    pub(crate) fn colour_of(&self, text: &str) -> vt100::Color {
        let screen = self.screen.lock().unwrap();
        let screen = screen.parser.screen();
        let (rows, cols) = screen.size();
        let lines: Vec<String> = screen.rows(0, cols).collect();
        let found = (0..rows).rev().find_map(|row| Some((row, lines[usize::from(row)].rfind(text)?)));
        let Some((row, at)) = found else { panic!("no `{text}` on the screen:\n{}", lines.join("\n")) };
        let col = lines[usize::from(row)][..at].chars().count();
        screen.cell(row, u16::try_from(col).unwrap()).unwrap().fgcolor()
    }

    /// Waits until the screen shows a text.
    pub(crate) fn see(&mut self, text: &str) -> &mut Self {
        self.until(&format!("`{text}`"), |screen| screen.contains(text))
    }

    /// Presses Tab until the screen shows a text: what is found out beside the typing takes its time on a busy machine.
    pub(crate) fn tab_until(&mut self, text: &str) -> &mut Self {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(start.elapsed() < PATIENCE, "Tab never showed `{text}`:\n{}", self.text());
            self.keys(key::TAB);
            std::thread::sleep(AGAIN);
        }
        self
    }

    /// Waits until the screen shows a text no more.
    pub(crate) fn see_no(&mut self, text: &str) -> &mut Self {
        self.until(&format!("no `{text}`"), |screen| !screen.contains(text))
    }

    /// Waits until something about the screen holds.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Self {
        let start = Instant::now();
        while !holds(&self.text()) {
            if start.elapsed() > PATIENCE {
                let state = self.child.try_wait().unwrap().map_or("it runs".to_owned(), |status| format!("{status:?}"));
                panic!("the screen never showed {what} ({state}):\n{}", self.text());
            }
            std::thread::sleep(PAUSE);
        }
        self
    }

    /// Waits for an empty prompt at the end of the screen. While a line is drawn anew it looks so too, for a moment.
    pub(crate) fn prompt(&mut self) -> &mut Self {
        loop {
            self.until("a prompt", |screen| screen.trim_end().ends_with("|>"));
            let seen = self.text();
            std::thread::sleep(STEADY);
            if self.text() == seen {
                return self;
            }
        }
    }

    /// Ctrl-C, until the prompt is empty: what is typed together with it is lost, as in any shell.
    pub(crate) fn clear(&mut self) -> &mut Self {
        self.changing(|terminal| {
            terminal.keys(key::CTRL_C);
        })
        .prompt()
    }

    /// Another size.
    pub(crate) fn resize(&mut self, rows: u16, cols: u16) -> &mut Self {
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.screen.lock().unwrap().parser.screen_mut().set_size(rows, cols);
        self
    }

    /// Waits for the program's end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the program never ended:\n{}", self.text());
            std::thread::sleep(PAUSE);
        }
    }

    /// The most memory that the program had, in kilobytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.process_id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
