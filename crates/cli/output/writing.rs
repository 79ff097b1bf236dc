//! Rows on their way to a file, a pipe or a screen, up to their limit: `--limit 10`, `--out report.csv`.
//!
//! A file is written beside and renamed at the end, so that a failure leaves what was there.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use chrono_tz::Tz;
use datafusion::arrow::datatypes::SchemaRef;
use speleo_engine::Part;
use tempfile::NamedTempFile;

use super::{Form, screen::Terminal};
use crate::{diagnostic, exit::is_closed_pipe, quantity::thousands};

/// How long a form may keep the first rows of a person who waits.
const FIRST_MOMENT: Duration = Duration::from_millis(300);
/// Columns without room that are named.
const MOST_NAMED: usize = 5;

/// What is known of rows before the first one comes.
pub(crate) struct Head<'t> {
    /// Their columns.
    pub(crate) schema: SchemaRef,
    /// The columns in the form for people, where it is another one.
    pub(crate) formatted: Option<SchemaRef>,
    /// The search's time zone.
    pub(crate) timezone: Tz,
    /// The search.
    pub(crate) text: &'t str,
}

/// Where rows go.
pub(super) enum Target {
    /// A file that gets its name at the end.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// Standard output, for another program.
    Pipe(BufWriter<io::Stdout>),
    /// Standard output, for a person.
    Terminal(Terminal),
}

impl Target {
    /// A file that is to have this path.
    pub(super) fn file(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".speleo-");
        #[cfg(unix)]
        {
            // A temporary file is for its owner alone; what it becomes is an ordinary file.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let file = builder.tempfile_in(folder).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self::File(BufWriter::new(file), path.to_owned()))
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::File(out, path) => {
                let context = || format!("cannot write {}", path.display());
                let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(context)?;
                file.persist(&path).map_err(|error| error.error).with_context(context)?;
                Ok(())
            }
            Self::Pipe(mut out) => Ok(out.flush()?),
            Self::Terminal(out) => Ok(out.finish()?),
        }
    }

    fn is_paged(&self) -> bool {
        matches!(self, Self::Terminal(terminal) if terminal.is_paged())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(out, _) => out.write(bytes),
            Self::Pipe(out) => out.write(bytes),
            Self::Terminal(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            // Nobody looks at it before it is whole.
            Self::File(..) => Ok(()),
            Self::Pipe(out) => out.flush(),
            Self::Terminal(out) => out.flush(),
        }
    }
}

/// Rows being written.
pub(crate) struct Writing {
    form: Box<dyn Form>,
    target: Target,
    shows_formats: bool,
    limit: Option<u64>,
    rows: u64,
    /// When the first row came.
    first: Option<Instant>,
    /// Whether the reader left the pager.
    left: bool,
}

/// What was written.
pub(crate) struct Written {
    /// How many rows.
    pub(crate) rows: u64,
    /// Whether the reader left before the last one.
    pub(crate) left: bool,
    hidden: Vec<String>,
}

impl Writing {
    /// Writes what stands before the rows.
    pub(super) fn begin(form: Box<dyn Form>, target: Target, shows_formats: bool, limit: Option<u64>) -> Result<Self> {
        let mut writing = Self { form, target, shows_formats, limit, rows: 0, first: None, left: false };
        writing.attempt(|form, target| form.begin(target))?;
        Ok(writing)
    }

    /// Writes rows up to the limit.
    pub(crate) fn rows(&mut self, part: &Part) -> Result<()> {
        let rows = part.formatted.as_ref().filter(|_| self.shows_formats).unwrap_or(&part.rows);
        let left = self.limit.map_or(u64::MAX, |limit| limit - self.rows);
        let count = usize::try_from(left).map_or(rows.num_rows(), |left| left.min(rows.num_rows()));
        if count == 0 || self.left {
            return Ok(());
        }
        self.first.get_or_insert_with(Instant::now);
        self.rows += count as u64;
        let rows = rows.slice(0, count);
        if self.shows_formats && part.formatted.is_some() {
            self.form.values(&part.rows.slice(0, count));
        }
        self.attempt(|form, target| form.rows(&rows, target))
    }

    /// Whether more rows would be written.
    pub(crate) fn wants_more(&self) -> bool {
        !self.left && self.limit.is_none_or(|limit| self.rows < limit)
    }

    /// Whether the reader left the pager.
    pub(crate) fn is_left(&self) -> bool {
        self.left
    }

    /// Whether a pager has the screen.
    pub(crate) fn is_paged(&self) -> bool {
        self.target.is_paged()
    }

    /// Lets go of what waits: no row is there at the moment.
    pub(crate) fn idle(&mut self) -> Result<()> {
        // In a pipe the rows alone decide how they are written, not when they come.
        let is_seen = matches!(self.target, Target::Terminal(_));
        if is_seen && self.first.is_some_and(|first| first.elapsed() >= FIRST_MOMENT) {
            self.attempt(|form, target| form.settle(target))?;
        }
        self.attempt(|_, target| Ok(target.flush()?))
    }

    /// Writes what stands behind the rows. Of a pager, waits until the reader leaves it.
    pub(crate) fn finish(mut self) -> Result<Written> {
        self.attempt(|form, target| form.finish(target))?;
        let (rows, hidden) = (self.rows, self.form.hidden().to_vec());
        self.close(rows, hidden)
    }

    /// Writes the rows that came; a file stays as it was.
    pub(crate) fn abandon(mut self) -> Result<Written> {
        self.attempt(|form, target| form.settle(target))?;
        let hidden = self.form.hidden().to_vec();
        if matches!(self.target, Target::File(..)) {
            return Ok(Written { rows: 0, left: false, hidden });
        }
        let rows = self.rows;
        self.close(rows, hidden)
    }

    fn close(self, rows: u64, hidden: Vec<String>) -> Result<Written> {
        let is_paged = self.target.is_paged();
        let left = match self.target.finish() {
            Err(error) if is_paged && is_closed_pipe(&error) => true,
            result => result.map(|()| self.left)?,
        };
        Ok(Written { rows, left, hidden })
    }

    /// That a pager was left is no error.
    fn attempt(&mut self, work: impl FnOnce(&mut dyn Form, &mut Target) -> Result<()>) -> Result<()> {
        if self.left {
            return Ok(());
        }
        match work(self.form.as_mut(), &mut self.target) {
            Err(error) if self.target.is_paged() && is_closed_pipe(&error) => {
                self.left = true;
                Ok(())
            }
            result => result,
        }
    }
}

impl Written {
    /// Says what is not shown of so many rows; `is_all` where there are no more of them.
    pub(crate) fn remark(&self, rows: u64, is_all: bool) {
        if !self.hidden.is_empty() {
            let named: Vec<&str> = self.hidden.iter().take(MOST_NAMED).map(String::as_str).collect();
            let more = if self.hidden.len() > MOST_NAMED { ", …" } else { "" };
            diagnostic::print_remark(&format!(
                "{} more columns do not fit ({}{more}); `--output vertical` shows them",
                self.hidden.len(),
                named.join(", ")
            ));
        }
        if !self.left && (self.rows < rows || !is_all) {
            let of = if is_all { "" } else { "more than " };
            diagnostic::print_remark(&format!(
                "{} of {of}{} rows shown; `--limit 0` shows all",
                thousands(self.rows),
                thousands(rows)
            ));
        }
    }
}
