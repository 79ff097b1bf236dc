//! `speleo fmt`: brings saved query files into the canonical layout. `speleo fmt --check queries`
//!
//! Absent on purpose: conf files, whose searches are values with line ends of their own.

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    args::FmtArgs,
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    golden,
    query_file::{self, Query},
};

/// Formats the files, or standard input to standard output.
pub(crate) fn run(args: &FmtArgs) -> Result<Exit> {
    let mut run = Run { check: args.check, reporter: Reporter::new(args.errors.error_format), changed: 0, count: 0 };
    let standard_input = Path::new("-");
    let mut exit = Exit::Fine;
    if args.paths.is_empty() || args.paths.iter().any(|path| path == standard_input) {
        if args.paths.len() > 1 {
            return Err(UsageError("`-` stands alone".to_owned()).into());
        }
        if args.paths.is_empty() && io::stdin().is_terminal() {
            return Err(UsageError("expected files, folders, or a search on standard input".to_owned()).into());
        }
        exit = run.standard_input()?;
    } else {
        for path in query_file::find(&args.paths, "spl")? {
            if !query_file::is_query(&path) {
                query_file::pass_over(&path, args.errors.error_format);
                continue;
            }
            let outcome = run.file(&path).unwrap_or_else(|error| {
                run.reporter.report_file(&error);
                Exit::Failed
            });
            exit = exit.and(outcome);
        }
        let (changed, count) = (run.changed, run.count);
        let verb = if args.check { "differ" } else { "changed" };
        diagnostic::print_remark(&format!("{count} files, {changed} {verb}"));
    }
    run.reporter.finish();
    Ok(exit)
}

struct Run {
    check: bool,
    reporter: Reporter,
    changed: usize,
    count: usize,
}

impl Run {
    fn standard_input(&mut self) -> Result<Exit> {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        let query = Query::typed(text);
        let Some(formatted) = self.format(&query) else { return Ok(Exit::Failed) };
        if self.check && formatted == query.text {
            return Ok(Exit::Fine);
        }
        if self.check {
            differ("standard input", &query.text, &formatted)?;
            return Ok(Exit::Failed);
        }
        io::stdout().write_all(formatted.as_bytes())?;
        Ok(Exit::Fine)
    }

    fn file(&mut self, path: &Path) -> Result<Exit> {
        self.count += 1;
        let query = Query::read(path)?;
        let Some(formatted) = self.format(&query) else { return Ok(Exit::Failed) };
        // Compared with what the file holds: a byte order mark goes too.
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if bytes == formatted.as_bytes() {
            return Ok(Exit::Fine);
        }
        self.changed += 1;
        if self.check {
            differ(&path.display().to_string(), &query.text, &formatted)?;
            return Ok(Exit::Failed);
        }
        replace(path, &formatted)?;
        Ok(Exit::Fine)
    }

    /// The text of the file in its layout, with a line break at the end.
    fn format(&mut self, query: &Query) -> Option<String> {
        match speleo_syntax::format(&query.text) {
            Ok(text) if text.is_empty() => Some(text),
            Ok(text) => Some(text + "\n"),
            Err(diagnostics) => {
                self.reporter.report(query, &diagnostics);
                None
            }
        }
    }
}

/// Prints a name and the lines that would change.
fn differ(name: &str, before: &str, after: &str) -> Result<()> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let mut out = io::stdout().lock();
    writeln!(out, "{name}")?;
    let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    write!(out, "{}", golden::diff(&lines(before), &lines(after), colour))?;
    Ok(())
}

/// Writes a file in one step: whoever reads it meanwhile, or a full disk, finds the old one whole.
fn replace(path: &Path, text: &str) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    // A link stays a link.
    let target: PathBuf = fs::canonicalize(path).with_context(context)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)?;
    let permissions = fs::metadata(&target).with_context(context)?.permissions();
    file.as_file().set_permissions(permissions).with_context(context)?;
    file.persist(&target).with_context(context)?;
    Ok(())
}
