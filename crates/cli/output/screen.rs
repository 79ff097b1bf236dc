//! The terminal that rows go to: how large it is, and the pager that takes over when they exceed it.
//!
//! `$SPELEO_PAGER`, else `$PAGER`, else `less -RSFX`. Rows that fit the screen are printed, and no pager begins. Absent on
//! purpose: a pager of our own.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
};

use unicode_width::UnicodeWidthChar;

/// Its size where the terminal does not tell.
const FALLBACK: (u16, u16) = (80, 24);

/// A terminal that a person looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Characters a line.
    pub(crate) width: usize,
    /// Lines.
    pub(crate) height: usize,
    /// Whether it takes colours.
    pub(crate) colour: bool,
}

impl Screen {
    /// The one that standard output is.
    pub(crate) fn current(colour: bool) -> Self {
        let size = terminal_size::terminal_size_of(io::stdout());
        let (width, height) = size.map_or(FALLBACK, |(width, height)| (width.0, height.0));
        let asked = |name| env::var(name).ok().and_then(|text| text.parse().ok()).filter(|number: &usize| *number > 0);
        Self {
            width: asked("COLUMNS").unwrap_or(usize::from(width)),
            height: asked("LINES").unwrap_or(usize::from(height)),
            colour,
        }
    }
}

/// A command that shows a text page by page: its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pager(Vec<String>);

impl Pager {
    /// The one that the environment asks for; none where there is none, or it is `cat`.
    pub(crate) fn find() -> Option<Self> {
        if env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return None;
        }
        let (pager, _) = Self::asked();
        let program = pager.0.first().filter(|program| *program != "cat")?;
        program_path(program, env::var_os("PATH").as_deref())?;
        Some(pager)
    }

    /// The one that the environment names, whether it is there or not, and the variable that does.
    pub(crate) fn asked() -> (Self, Option<&'static str>) {
        let asked = ["SPELEO_PAGER", "PAGER"].into_iter().find_map(|name| Some((env::var(name).ok()?, name)));
        match asked {
            Some((asked, name)) => (Self(asked.split_whitespace().map(str::to_owned).collect()), Some(name)),
            None => (Self(["less", "-RSFX"].map(str::to_owned).into()), None),
        }
    }

    /// The program; empty where a variable is.
    pub(crate) fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    fn start(&self) -> Option<Paged> {
        let (program, arguments) = self.0.split_first()?;
        let mut command = Command::new(program);
        // As git does: a `less` that is named alone shows colours, cuts long lines and ends with a short text.
        if env::var_os("LESS").is_none() {
            command.env("LESS", "RSFX");
        }
        let mut child = command.args(arguments).stdin(Stdio::piped()).spawn().ok()?;
        let input = child.stdin.take()?;
        Some(Paged { child, input: io::BufWriter::new(input) })
    }
}

/// Where a program is: a path as it stands, a name in the folders of the search path.
pub(crate) fn program_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let there = |path: PathBuf| [path.clone(), path.with_extension("exe")].into_iter().find(|path| path.is_file());
    if name.contains(std::path::is_separator) {
        return there(name.into());
    }
    env::split_paths(path?).find_map(|folder| there(folder.join(name)))
}

/// A pager that runs.
struct Paged {
    child: Child,
    input: io::BufWriter<ChildStdin>,
}

/// Standard output as a screen: what is written is held as long as it fits, so that a pager gets all of it.
pub(crate) struct Terminal {
    screen: Screen,
    /// Who takes over; none where nobody may.
    pager: Option<Pager>,
    paged: Option<Paged>,
    held: Vec<u8>,
    /// How much of it is on the screen already.
    printed: usize,
}

impl Terminal {
    /// Standard output, with a pager that may take over.
    pub(crate) fn new(screen: Screen, pager: Option<Pager>) -> Self {
        Self { screen, pager, paged: None, held: Vec::new(), printed: 0 }
    }

    /// Whether a pager has the screen.
    pub(crate) fn is_paged(&self) -> bool {
        self.paged.is_some()
    }

    /// Waits until the reader leaves the pager, if there is one.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let flushed = self.flush();
        if let Some(Paged { mut child, input }) = self.paged.take() {
            // The end of the text is the end of its input.
            drop(input);
            child.wait()?;
        }
        flushed
    }

    fn begin_pager(&mut self) -> io::Result<()> {
        let Some(paged) = self.pager.take().and_then(|pager| pager.start()) else {
            // It is gone since it was looked for.
            return self.print();
        };
        let printed = lines(self.held.get(..self.printed).unwrap_or_default(), self.screen.width);
        if printed > 0 {
            // The pager shows these rows again.
            write!(io::stdout(), "\x1b[{printed}A\r\x1b[J")?;
            io::stdout().flush()?;
        }
        let paged = self.paged.insert(paged);
        paged.input.write_all(&std::mem::take(&mut self.held))
    }

    fn print(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(self.held.get(self.printed..).unwrap_or_default())?;
        out.flush()?;
        match self.pager {
            Some(_) => self.printed = self.held.len(),
            None => self.held.clear(),
        }
        Ok(())
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(paged) = &mut self.paged {
            return paged.input.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        if self.pager.is_some() && lines(&self.held, self.screen.width) >= self.screen.height {
            self.begin_pager()?;
        } else if self.pager.is_none() && self.held.len() > 64 << 10 {
            self.print()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.paged {
            Some(paged) => paged.input.flush(),
            None => self.print(),
        }
    }
}

/// The lines of the screen that a text takes; long ones take several. Colours have no width.
fn lines(text: &[u8], width: usize) -> usize {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|line| columns(line).div_ceil(width.max(1)).max(1)).sum()
}

fn columns(line: &str) -> usize {
    let mut columns = 0;
    let mut is_escape = false;
    for c in line.chars() {
        match c {
            '\x1b' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            _ => columns += c.width().unwrap_or(0),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{lines, program_path};

    #[test]
    fn a_program_is_a_file_on_the_path_or_where_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("pager");
        std::fs::write(&program, "").unwrap();
        assert_eq!(program_path("pager", Some(folder.path().as_os_str())), Some(program.clone()));
        assert_eq!(program_path(program.to_str().unwrap(), None), Some(program));
        assert_eq!(program_path("pager", None), None);
        assert_eq!(program_path("pages", Some(folder.path().as_os_str())), None);
    }

    #[test]
    fn long_lines_take_several() {
        assert_eq!(lines(b"", 10), 0);
        assert_eq!(lines(b"one\n\ntwo\n", 10), 3);
        assert_eq!(lines(b"0123456789\n0123456789a\n", 10), 3);
        assert_eq!(lines(b"\x1b[1m0123456789\x1b[0m\n", 10), 1);
    }
}
