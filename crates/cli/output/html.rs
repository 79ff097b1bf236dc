//! A page with one table that needs nothing from elsewhere.

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
td.number { text-align: right; font-variant-numeric: tabular-nums }
</style>
";

/// The page.
pub(super) struct Html(pub(super) Page);

impl Form for Html {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(HEAD.as_bytes())?;
        out.write_all(b"<table>\n<thead><tr>")?;
        for name in self.0.names() {
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
                write!(out, "<td{class}>{}", escaped(&column.cell(row).shown(self.0.timezone)))?;
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
