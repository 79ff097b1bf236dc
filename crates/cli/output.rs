//! Rows on their way out: `--output csv`, `--out report.parquet`.
//!
//! A format is a file here with a [`Form`]: rows go out as they come. What a cell is, is decided once, in `cell`.
//! Standard output carries rows only; the footer and remarks go to standard error.

mod arrow;
pub(crate) mod cell;
mod csv;
mod highlight;
mod html;
mod json;
mod jsonl;
mod markdown;
mod parquet;
mod picture;
mod raw;
mod screen;
mod splunk_json;
pub(crate) mod table;
mod vertical;
mod writing;

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use chrono_tz::Tz;
use clap::ValueEnum;
use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use speleo_engine::{Answer, Part, Reading};

use self::{highlight::Terms, screen::Terminal, writing::Target};
pub(crate) use self::{
    screen::{Pager, Screen, program_path},
    writing::{Head, Writing},
};
use crate::{
    args::OutputArgs,
    diagnostic,
    exit::UsageError,
    plot::Kind,
    quantity::{size, thousands},
    query_file::Query,
};

/// Rows of a table on a screen that no pager turns.
const MOST_WITHOUT_PAGER: usize = 100;
/// Bytes that wait for a pipe while more rows are there.
const PIPE_BUFFER: usize = 64 << 10;

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
    /// A page with a table, and a figure above it where there is one
    Html,
    /// A figure
    Svg,
    /// A figure as a picture
    Png,
    /// A Parquet file
    Parquet,
    /// An Arrow IPC file
    Arrow,
    /// JSON lines as Splunk's export gives them
    SplunkJson,
}

impl Format {
    /// Whether it is made for people, so that headings and a footer belong to it.
    pub(crate) fn is_for_people(self) -> bool {
        matches!(self, Format::Table | Format::Vertical | Format::Markdown)
    }

    /// Whether it is no text.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, Format::Parquet | Format::Arrow | Format::Png)
    }

    /// Whether it shows the forms that `fieldformat` gives, not the values.
    fn shows_formats(self) -> bool {
        self.is_for_people() || self == Format::Html
    }

    /// The form for rows as `page` says.
    fn form(self, page: Page) -> Result<Box<dyn Form>> {
        Ok(match self {
            Format::Table => Box::new(table::Table::new(page)),
            Format::Vertical => Box::new(vertical::Vertical::new(page)),
            Format::Raw => Box::new(raw::Raw::new(page)),
            Format::Csv => Box::new(csv::Csv::new(page, b',')),
            Format::Tsv => Box::new(csv::Csv::new(page, b'\t')),
            Format::Json => Box::new(json::Json::new(&page)?),
            Format::Jsonl => Box::new(jsonl::JsonLines::new(&page)?),
            Format::Markdown => Box::new(markdown::Markdown(page)),
            Format::Html => Box::new(html::Html::new(page, None)),
            Format::Svg | Format::Png => {
                Box::new(picture::Picture::new(self, page, Kind::default(), picture::About::default()))
            }
            Format::Parquet => Box::new(parquet::Parquet::new(&page)?),
            Format::Arrow => Box::new(arrow::Arrow::new(&page)?),
            Format::SplunkJson => Box::new(splunk_json::SplunkJson::new(page)?),
        })
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
            Format::Svg => &["svg"],
            Format::Png => &["png"],
            Format::Parquet => &["parquet"],
            Format::Arrow => &["arrow"],
            Format::SplunkJson => &[],
        }
    }

    fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Format::value_variants().iter().find(|format| format.endings().contains(&ending.as_str())).copied()
    }
}

/// What a form knows of the rows before the first one comes.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The columns.
    pub(crate) schema: SchemaRef,
    /// The search's time zone.
    pub(crate) timezone: Tz,
    /// The screen that a person looks at; none where there is none.
    pub(crate) screen: Option<Screen>,
    /// The words that the search looks for.
    pub(crate) terms: Terms,
    /// The column of shares, which are drawn as bars beside their numbers; none in other tables.
    pub(crate) shares: Option<String>,
}

impl Page {
    /// The columns' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }

    /// Whether colours are welcome.
    fn colour(&self) -> bool {
        self.screen.is_some_and(|screen| screen.colour)
    }

    /// What makes a text quiet, and what ends it.
    fn dim(&self) -> (&'static str, &'static str) {
        if self.colour() { ("\x1b[2m", "\x1b[0m") } else { ("", "") }
    }
}

/// Where a form writes to.
pub(crate) type Out<'a> = dyn Write + Send + 'a;

/// Rows in one form, written as they come.
pub(crate) trait Form: Send {
    /// Writes what stands before the rows.
    fn begin(&mut self, _out: &mut Out) -> Result<()> {
        Ok(())
    }

    /// Takes the values behind the rows that come next, where those are in the form for people.
    fn values(&mut self, _values: &RecordBatch) {}

    /// Writes some rows, or keeps them for a moment.
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()>;

    /// Writes what it kept: more may be long in coming.
    fn settle(&mut self, _out: &mut Out) -> Result<()> {
        Ok(())
    }

    /// Writes what it kept, and what stands behind the rows.
    fn finish(&mut self, _out: &mut Out) -> Result<()> {
        Ok(())
    }

    /// The columns that had no room.
    fn hidden(&self) -> &[String] {
        &[]
    }
}

/// Where rows go and in which form.
pub(crate) struct Output<'a> {
    args: &'a OutputArgs,
    /// The form.
    pub(crate) format: Format,
    screen: Option<Screen>,
    pager: Option<Pager>,
    about: picture::About,
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
            (None, None) if terminal || args.plot.is_some() => Format::Table,
            (None, None) => Format::Jsonl,
        };
        if terminal && format.is_binary() {
            return Err(
                UsageError("binary output does not go to a terminal; `--out FILE` names a file".to_owned()).into()
            );
        }
        if args.plot.is_some() && !matches!(format, Format::Table | Format::Html | Format::Svg | Format::Png) {
            return Err(UsageError(
                "`--plot` draws text, or a figure in html, svg or png; other forms hold rows".to_owned(),
            )
            .into());
        }
        let screen = terminal.then(|| Screen::current(diagnostic::has_colour_stdout()));
        let pager = if terminal && !args.no_pager { Pager::find() } else { None };
        Ok(Self { args, format, screen, pager, about: picture::About::default() })
    }

    /// Takes from a search what a figure needs: its title, and whether it ends in a chart.
    pub(crate) fn describe(&mut self, query: &Query) {
        self.about = picture::About::new(query);
    }

    /// The form for rows as `page` says: a picture where one is asked for, or where the search ends in a chart and the form
    /// holds figures.
    fn form(&self, page: Page) -> Result<Box<dyn Form>> {
        let is_picture = match self.format {
            Format::Svg | Format::Png => true,
            Format::Html => self.args.plot.is_some() || self.about.ends_in_chart,
            Format::Table => self.args.plot.is_some(),
            _ => false,
        };
        if !is_picture {
            return self.format.form(page);
        }
        let kind = self.args.plot.unwrap_or_default();
        Ok(Box::new(picture::Picture::new(self.format, page, kind, self.about.clone())))
    }

    /// Whether progress may be shown on standard error.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.args.no_progress
    }

    /// Whether the rows go to a file.
    pub(crate) fn has_file(&self) -> bool {
        self.args.out.is_some()
    }

    /// Whether a person sees them.
    pub(crate) fn is_seen(&self) -> bool {
        self.screen.is_some()
    }

    /// The most rows that are written; a screen without a pager is soon full.
    fn limit(&self) -> Option<u64> {
        let is_table = self.format == Format::Table && self.args.plot.is_none();
        let is_bare = self.screen.is_some() && self.pager.is_none() && is_table;
        let limit = self.args.limit.unwrap_or(if is_bare { MOST_WITHOUT_PAGER } else { 0 });
        (limit > 0).then_some(limit as u64)
    }

    /// Begins to write rows with these columns, or with those of the form for people.
    pub(crate) fn begin(&self, head: &Head) -> Result<Writing> {
        let shows_formats = head.formatted.is_some() && self.format.shows_formats();
        let schema = head.formatted.as_ref().filter(|_| shows_formats).unwrap_or(&head.schema);
        let is_marked = self.screen.is_some_and(|screen| screen.colour);
        let page = Page {
            schema: Arc::clone(schema),
            timezone: head.timezone,
            screen: self.screen,
            terms: if is_marked { Terms::of(head.text) } else { Terms::default() },
            shares: if self.screen.is_some() { table::shares(head.text) } else { None },
        };
        let target = match (&self.args.out, self.screen) {
            (Some(path), _) => Target::file(path)?,
            (None, Some(screen)) => Target::Terminal(Terminal::new(screen, self.pager.clone())),
            (None, None) => Target::Pipe(BufWriter::with_capacity(PIPE_BUFFER, io::stdout())),
        };
        Writing::begin(self.form(page)?, target, shows_formats, self.limit())
    }

    /// Writes rows that are all there and, in the forms for people, their footer.
    pub(crate) fn write(&self, answer: &Answer, timezone: Tz) -> Result<()> {
        let (schema, batches) = (&answer.schema, &answer.batches);
        let formatted = answer.formatted.as_ref().map(|(schema, _)| Arc::clone(schema));
        let mut writing = self.begin(&Head { schema: Arc::clone(schema), formatted, timezone, text: "" })?;
        let forms = answer.formatted.iter().flat_map(|(_, batches)| batches.iter().cloned().map(Some));
        for (rows, formatted) in batches.iter().zip(forms.chain(std::iter::repeat(None))) {
            writing.rows(&Part { rows: rows.clone(), formatted })?;
        }
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let written = writing.finish()?;
        written.remark(rows, true);
        if self.format.is_for_people() {
            let reading = Reading { events: answer.events_scanned, ..Reading::default() };
            diagnostic::print_remark(&footer(rows, &reading, answer.elapsed));
        }
        Ok(())
    }

    /// The exit status that the rows of an answer ask for.
    pub(crate) fn exit(&self, answer: &Answer) -> crate::exit::Exit {
        self.exit_of(answer.batches.iter().map(|batch| batch.num_rows() as u64).sum())
    }

    /// The exit status that a number of rows asks for.
    pub(crate) fn exit_of(&self, rows: u64) -> crate::exit::Exit {
        if self.args.fail_on_empty && rows == 0 {
            crate::exit::Exit::Empty
        } else if self.args.fail_on_results && rows > 0 {
            crate::exit::Exit::Results
        } else {
            crate::exit::Exit::Fine
        }
    }
}

/// Writes rows that are all there, for no person to look at.
pub(crate) fn write_rows(format: Format, answer: &Answer, timezone: Tz, out: &mut Out) -> Result<()> {
    let schema = Arc::clone(&answer.schema);
    let page = Page { schema, timezone, screen: None, terms: Terms::default(), shares: None };
    let mut form = format.form(page)?;
    form.begin(out)?;
    answer.batches.iter().try_for_each(|rows| form.rows(rows, out))?;
    form.finish(out)
}

/// What there is to say below the rows.
pub(crate) fn footer(rows: u64, reading: &Reading, elapsed: Duration) -> String {
    let rows = match rows {
        1 => "1 row".to_owned(),
        _ => format!("{} rows", thousands(rows)),
    };
    let mut text = format!("{rows}, {} events scanned", thousands(reading.events));
    if reading.bytes > 0 {
        text.push_str(&format!(", {} read", size(reading.bytes)));
    }
    let mut left_out = |count: u64, what: &str| {
        if count > 0 {
            text.push_str(&format!(", {} {what}", thousands(count)));
        }
    };
    left_out(reading.files_left_out_by_time, "files left out by time");
    left_out(reading.files_left_out_by_words, "files left out by words");
    left_out(reading.row_groups_left_out, "row groups left out by bounds");
    format!("{text}, {:.2} s", elapsed.as_secs_f64())
}
