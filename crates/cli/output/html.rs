//! A page with one table, and perhaps a figure above it, that needs nothing from elsewhere.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{Form, Out, Page, cell};

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>speleo</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em }
table { border-collapse: collapse }
th, td { border-bottom: 1px solid #ccc; padding: .3em .8em; text-align: left; vertical-align: top; white-space: pre-wrap }
figure { margin: 0 0 2em } figure svg { max-width: 100%; height: auto }
td.number { text-align: right; font-variant-numeric: tabular-nums }
</style>
";

/// The page.
pub(super) struct Html {
    page: Page,
    /// SVG that stands above the table.
    figure: Option<String>,
}

impl Html {
    /// A page of rows.
    pub(super) fn new(page: Page, figure: Option<String>) -> Self {
        Self { page, figure }
    }
}

impl Form for Html {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(HEAD.as_bytes())?;
        if let Some(figure) = &self.figure {
            write!(out, "<figure>\n{figure}</figure>\n")?;
        }
        out.write_all(b"<table>\n<thead><tr>")?;
        for name in self.page.names() {
            write!(out, "<th>{}", escaped(name))?;
        }
        out.write_all(b"</thead>\n<tbody>\n")?;
        Ok(())
    }

    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            out.write_all(b"<tr>")?;
            for column in &columns {
                let class = if column.is_number() { " class=\"number\"" } else { "" };
                write!(out, "<td{class}>{}", escaped(&column.cell(row).shown(self.page.timezone)))?;
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(b"</tbody>\n</table>\n")?;
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
