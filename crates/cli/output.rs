//! Rows on their way out: `--output csv`, `--out report.parquet`.
//!
//! A format is a file here with one function over a [`Page`]. What a cell is, is decided once, in `cell`.
//! Standard output carries rows only; the footer and remarks go to standard error.

mod arrow;
pub(crate) mod cell;
mod csv;
mod html;
mod json;
mod jsonl;
mod markdown;
mod parquet;
mod raw;
pub(crate) mod table;
mod vertical;

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    path::Path,
};

use anyhow::{Context, Result};
use chrono_tz::Tz;
use clap::ValueEnum;
use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use speleo_engine::Answer;

use crate::{args::OutputArgs, diagnostic, exit::UsageError};

/// The forms that rows take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Fitted to the terminal; the default there
    Table,
    /// One field a line
    Vertical,
    /// The text of the events
    Raw,
    /// Comma-separated, with a header
    Csv,
    /// Tab-separated, with a header
    Tsv,
    /// One array of objects
    Json,
    /// One object a line, lossless; the default in a pipe
    #[value(alias = "ndjson")]
    Jsonl,
    /// A table for documents
    #[value(alias = "md")]
    Markdown,
    /// A page with a table
    Html,
    /// A Parquet file
    Parquet,
    /// An Arrow IPC file
    Arrow,
}

impl Format {
    /// Whether it is made for people, so that headings and a footer belong to it.
    pub(crate) fn is_for_people(self) -> bool {
        matches!(self, Format::Table | Format::Vertical | Format::Markdown)
    }

    /// Whether it shows the forms that `fieldformat` gives, not the values.
    fn shows_formats(self) -> bool {
        self.is_for_people() || self == Format::Html
    }

    /// The endings of files that ask for it.
    pub(crate) fn endings(self) -> &'static [&'static str] {
        match self {
            Format::Table => &["txt"],
            Format::Vertical => &[],
            Format::Raw => &["raw", "log"],
            Format::Csv => &["csv"],
            Format::Tsv => &["tsv"],
            Format::Json => &["json"],
            Format::Jsonl => &["jsonl", "ndjson"],
            Format::Markdown => &["md"],
            Format::Html => &["html", "htm"],
            Format::Parquet => &["parquet"],
            Format::Arrow => &["arrow"],
        }
    }

    fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Format::value_variants().iter().find(|format| format.endings().contains(&ending.as_str())).copied()
    }
}

/// Rows to write.
pub(crate) struct Page<'a> {
    /// The columns.
    pub(crate) schema: &'a SchemaRef,
    /// The rows in order.
    pub(crate) batches: &'a [RecordBatch],
    /// The search's time zone.
    pub(crate) timezone: Tz,
    /// Whether a person looks on: fit to the width, use colours.
    pub(crate) terminal: bool,
}

impl Page<'_> {
    /// The columns' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }
}

/// Where rows go and in which form.
pub(crate) struct Output<'a> {
    args: &'a OutputArgs,
    /// The form.
    pub(crate) format: Format,
    terminal: bool,
}

impl<'a> Output<'a> {
    /// Decides the form: as told, else by the file's ending, else by what standard output is.
    pub(crate) fn new(args: &'a OutputArgs) -> Result<Self> {
        let terminal = args.out.is_none() && io::stdout().is_terminal();
        let format = match (args.output, &args.out) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::of_path(path).ok_or_else(|| {
                UsageError(format!("the ending of {} names no format; `--output` does", path.display()))
            })?,
            (None, None) if terminal => Format::Table,
            (None, None) => Format::Jsonl,
        };
        if terminal && matches!(format, Format::Parquet | Format::Arrow) {
            return Err(
                UsageError("binary output does not go to a terminal; `--out FILE` names a file".to_owned()).into()
            );
        }
        Ok(Self { args, format, terminal })
    }

    /// Writes an answer and, in the forms for people, its footer.
    pub(crate) fn write(&self, answer: &Answer, timezone: Tz) -> Result<()> {
        let total: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
        let default_limit = if self.terminal && self.format == Format::Table { 100 } else { 0 };
        let limit = match self.args.limit.unwrap_or(default_limit) {
            0 => total,
            limit => limit.min(total),
        };
        let (schema, batches) = match &answer.formatted {
            Some((schema, batches)) if self.format.shows_formats() => (schema, batches),
            _ => (&answer.schema, &answer.batches),
        };
        let batches = first_rows(batches, limit);
        let page = Page { schema, batches: &batches, timezone, terminal: self.terminal };
        let hidden = match &self.args.out {
            Some(path) => write_file(path, |out| write_page(self.format, &page, out))?,
            None => {
                let mut out = BufWriter::new(io::stdout());
                let hidden = write_page(self.format, &page, &mut out)?;
                out.flush()?;
                hidden
            }
        };
        if hidden > 0 {
            diagnostic::print_remark(&format!("{hidden} more columns do not fit; `--output vertical` shows them"));
        }
        if limit < total {
            diagnostic::print_remark(&format!(
                "{} of {} rows shown; `--limit 0` shows all",
                thousands(limit as u64),
                thousands(total as u64)
            ));
        }
        if self.format.is_for_people() {
            diagnostic::print_remark(&footer(answer, total));
        }
        Ok(())
    }

    /// The exit status that the number of rows asks for.
    pub(crate) fn exit(&self, answer: &Answer) -> crate::exit::Exit {
        let empty = answer.batches.iter().all(|batch| batch.num_rows() == 0);
        if self.args.fail_on_empty && empty {
            crate::exit::Exit::Empty
        } else if self.args.fail_on_results && !empty {
            crate::exit::Exit::Results
        } else {
            crate::exit::Exit::Fine
        }
    }
}

/// Writes a page; the answer is how many columns had no room.
pub(crate) fn write_page(format: Format, page: &Page, out: &mut (dyn Write + Send)) -> Result<usize> {
    match format {
        Format::Table => return table::write(page, out),
        Format::Vertical => vertical::write(page, out)?,
        Format::Raw => raw::write(page, out)?,
        Format::Csv => csv::write(page, b',', out)?,
        Format::Tsv => csv::write(page, b'\t', out)?,
        Format::Json => json::write(page, out)?,
        Format::Jsonl => jsonl::write(page, out)?,
        Format::Markdown => markdown::write(page, out)?,
        Format::Html => html::write(page, out)?,
        Format::Parquet => parquet::write(page, out)?,
        Format::Arrow => arrow::write(page, out)?,
    }
    Ok(0)
}

/// Writes beside the file and renames, so that a failure leaves what was there.
fn write_file<T>(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let context = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".speleo-");
    #[cfg(unix)]
    {
        // A temporary file is for its owner alone; what it becomes is an ordinary file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let file = builder.tempfile_in(folder).with_context(context)?;
    let mut out = BufWriter::new(file);
    let value = write(&mut out).with_context(context)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(context)?;
    file.persist(path).map_err(|error| error.error).with_context(context)?;
    Ok(value)
}

fn first_rows(batches: &[RecordBatch], limit: usize) -> Vec<RecordBatch> {
    let mut left = limit;
    let mut kept = Vec::new();
    for batch in batches {
        if left == 0 {
            break;
        }
        let count = batch.num_rows().min(left);
        kept.push(batch.slice(0, count));
        left -= count;
    }
    kept
}

fn footer(answer: &Answer, rows: usize) -> String {
    let rows = match rows {
        1 => "1 row".to_owned(),
        _ => format!("{} rows", thousands(rows as u64)),
    };
    format!("{rows}, {} events scanned, {:.2} s", thousands(answer.events_scanned), answer.elapsed.as_secs_f64())
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
