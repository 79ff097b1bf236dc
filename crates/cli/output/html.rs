//! A page with one table that needs nothing from elsewhere.

use std::io::Write;

use anyhow::Result;

use super::{Page, cell};

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

/// Writes the page.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    out.write_all(b"<table>\n<thead><tr>")?;
    for name in page.names() {
        write!(out, "<th>{}", escaped(name))?;
    }
    out.write_all(b"</thead>\n<tbody>\n")?;
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            out.write_all(b"<tr>")?;
            for column in &columns {
                let class = if column.is_number() { " class=\"number\"" } else { "" };
                write!(out, "<td{class}>{}", escaped(&column.cell(row).shown(page.timezone)))?;
            }
            out.write_all(b"\n")?;
        }
    }
    out.write_all(b"</tbody>\n</table>\n")?;
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
