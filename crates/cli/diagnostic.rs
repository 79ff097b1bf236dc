//! Diagnostics on standard error: for people with carets, as JSON lines, or as one SARIF document.
//!
//! ```text
//! error[E0301]: `dedup` has no option `keep`
//!  --> queries/raw_ip.spl:3:9
//! ```

mod json;
mod sarif;
mod text;

use std::{
    env,
    io::{self, IsTerminal, Write},
};

use serde_json::Value;
use speleo_syntax::{Code, Diagnostic, Severity};

pub(crate) use self::{json::object, text::draw};
use crate::{args::ErrorFormat, query_file::Query};

/// Writes diagnostics in the form that was asked for.
pub(crate) struct Reporter {
    format: ErrorFormat,
    colour: bool,
    /// What a SARIF document needs in one piece.
    results: Vec<Value>,
    /// The first error, whose page says more.
    first: Option<Code>,
}

impl Reporter {
    /// A reporter to standard error.
    pub(crate) fn new(format: ErrorFormat) -> Self {
        Self { format, colour: has_colour_stderr(), results: Vec::new(), first: None }
    }

    /// Reports the problems of a search.
    pub(crate) fn report(&mut self, query: &Query, diagnostics: &[Diagnostic]) {
        let mut out = io::stderr().lock();
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        self.first = self.first.or(errors.map(|diagnostic| diagnostic.code).next());
        for diagnostic in diagnostics {
            // Nobody is left to tell where standard error is closed.
            let _ = match self.format {
                ErrorFormat::Text => writeln!(out, "{}", draw(diagnostic, query, self.colour)),
                ErrorFormat::Json => writeln!(out, "{}", object(diagnostic, query)),
                ErrorFormat::Sarif => {
                    self.results.push(sarif::result(diagnostic, query));
                    Ok(())
                }
            };
        }
    }

    /// Reports a file that cannot be used.
    pub(crate) fn report_file(&mut self, error: &anyhow::Error) {
        self.report(&Query::typed(""), &[Diagnostic::unplaced(Code::File, format!("{error:#}"))]);
    }

    /// Reports what is wrong with settings or definitions: no search is to blame.
    pub(crate) fn report_settings(&mut self, diagnostics: &[Diagnostic]) {
        self.report(&Query::typed(""), diagnostics);
    }

    /// Writes what was kept for the end.
    pub(crate) fn finish(self) {
        if self.format == ErrorFormat::Sarif {
            let _ = writeln!(io::stderr(), "{:#}", sarif::document(self.results));
        }
        // Who reads along learns where more is said; in a log it would be noise.
        if let Some(code) = self.first.filter(|_| self.format == ErrorFormat::Text && io::stderr().is_terminal()) {
            print_remark(&format!("`speleo help {}` says more", code.text()));
        }
    }
}

/// The first line of a diagnostic, as golden tests quote it: ``error[E0301]: `dedup` has no option `keep` ``.
pub(crate) fn headline(diagnostic: &Diagnostic) -> String {
    format!("{}[{}]: {}", severity_name(diagnostic.severity), diagnostic.code.text(), diagnostic.message)
}

/// The word for a severity.
pub(crate) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Line of the file and column of an offset, both from 1; columns count characters.
pub(crate) fn position(query: &Query, offset: usize) -> (usize, usize) {
    let text = &query.text;
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |place| place + 1);
    let line = before.matches('\n').count() + query.line;
    (line, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}

/// The offset, moved back to where a character begins.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Words about the name that is most like one that there is not, for the end of a sentence; `sign` stands before names. Empty where
/// none is like it.
pub(crate) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>, sign: &str) -> String {
    let near = speleo_plan::nearest(name, names);
    near.map(|near| format!("; the nearest is `{sign}{near}`")).unwrap_or_default()
}

/// Prints an error that no search is to blame for.
pub(crate) fn print_error(message: &str) {
    let name = if has_colour_stderr() { "\x1b[1m\x1b[91merror\x1b[0m" } else { "error" };
    let _ = writeln!(io::stderr(), "{name}: {message}");
}

/// Prints a remark: a footer, a limit that cut something.
pub(crate) fn print_remark(message: &str) {
    let (dim, reset) = if has_colour_stderr() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(io::stderr(), "{dim}{message}{reset}");
}

/// Whether standard error takes colours.
pub(crate) fn has_colour_stderr() -> bool {
    io::stderr().is_terminal() && allows_colour()
}

/// Whether standard output takes colours.
pub(crate) fn has_colour_stdout() -> bool {
    io::stdout().is_terminal() && allows_colour()
}

fn allows_colour() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The path as shown; a relative one stays relative. None where the search comes from no file.
fn shown_path(query: &Query) -> Option<String> {
    query.path.as_ref().map(|path| path.display().to_string())
}
