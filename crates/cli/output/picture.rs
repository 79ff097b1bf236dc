//! Pictures in the place of rows: `--plot` draws one as text, `--out chart.svg` and `chart.png` hold one, and `report.html` has one
//! above its table where `--plot` is given or the search ends in `chart` or `timechart`.
//!
//! A picture shows all rows at once, so these forms keep them.

use anyhow::{Error, Result, anyhow};
use datafusion::arrow::array::RecordBatch;
use speleo_syntax::Command;

use super::{Form, Format, Out, Page, html::Html};
use crate::{
    diagnostic,
    figure::Figure,
    plot::{self, Kind, Size},
    query_file::Query,
};

/// What a search says about its picture.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    title: String,
    /// Whether it ends in `chart` or `timechart`.
    pub(super) ends_in_chart: bool,
}

impl About {
    /// Reads it out of the search's text.
    pub(super) fn new(query: &Query) -> Self {
        let (search, _) = speleo_syntax::parse(&query.text);
        let ends_in_chart = matches!(search.commands.last(), Some(Command::Chart(_) | Command::TimeChart(_)));
        Self { title: query.title(), ends_in_chart }
    }
}

/// A picture of rows.
pub(super) struct Picture {
    format: Format,
    page: Page,
    kind: Kind,
    about: About,
    rows: Vec<RecordBatch>,
    /// The values behind the rows, where those are in the form for people.
    values: Vec<RecordBatch>,
}

impl Picture {
    /// A picture in a form that holds some.
    pub(super) fn new(format: Format, page: Page, kind: Kind, about: About) -> Self {
        Self { format, page, kind, about, rows: Vec::new(), values: Vec::new() }
    }

    fn values(&self) -> &[RecordBatch] {
        if self.values.is_empty() { &self.rows } else { &self.values }
    }

    fn figure(&self) -> Result<Figure> {
        let schema = self.values().first().map_or_else(|| self.page.schema.clone(), RecordBatch::schema);
        Figure::new(self.kind, &schema, self.values(), self.page.timezone, &self.about.title)
    }

    fn text(&self) -> Result<String> {
        let schema = self.values().first().map_or_else(|| self.page.schema.clone(), RecordBatch::schema);
        let size = self.page.screen.map_or(Size::PIPE, |screen| Size::within(screen.width, screen.height));
        plot::draw(self.kind, &schema, self.values(), size, self.page.colour(), self.page.timezone)
    }

    /// Writes the rows in a form that holds rows.
    fn write_rows(&self, form: &mut dyn Form, out: &mut Out) -> Result<()> {
        form.begin(out)?;
        self.rows.iter().try_for_each(|rows| form.rows(rows, out))?;
        form.finish(out)
    }

    /// Tells why there is no picture. On a screen the table has to do; a pipe that waits for a picture must not get a table.
    fn without(&self, error: &Error, out: &mut Out) -> Result<()> {
        let is_empty = self.rows.iter().all(|rows| rows.num_rows() == 0);
        if self.page.screen.is_none() && !is_empty {
            return Err(anyhow!("no picture: {error:#}"));
        }
        diagnostic::print_remark(&format!("no picture: {error:#}"));
        if is_empty {
            return Ok(());
        }
        self.write_rows(Format::Table.form(self.page.clone())?.as_mut(), out)
    }
}

impl Form for Picture {
    fn values(&mut self, values: &RecordBatch) {
        self.values.push(values.clone());
    }

    fn rows(&mut self, rows: &RecordBatch, _out: &mut Out) -> Result<()> {
        self.rows.push(rows.clone());
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        match self.format {
            Format::Png => out.write_all(&self.figure().map_err(reason)?.png()?)?,
            Format::Svg => out.write_all(self.figure().map_err(reason)?.svg().as_bytes())?,
            Format::Html => {
                let figure = self.figure().map(|figure| figure.svg());
                if let Err(error) = &figure {
                    diagnostic::print_remark(&format!("no figure: {error:#}"));
                }
                self.write_rows(&mut Html::new(self.page.clone(), figure.ok()), out)?;
            }
            _ => match self.text() {
                Ok(text) => out.write_all(text.as_bytes())?,
                Err(error) => self.without(&error, out)?,
            },
        }
        Ok(())
    }
}

fn reason(error: Error) -> Error {
    anyhow!("no picture: {error:#}")
}
