//! `speleo doctor`: what an operator asks after an installation. `speleo doctor --output json`
//!
//! Each line is `ok`, `warning` or `problem`, and says what to do where something is to be done. A problem is what keeps searches
//! from right answers; a warning may be meant.
//!
//! Absent on purpose: repairs, and requests to servers that no index of the project needs.

mod build;
mod folder;
mod machine;
mod project;
mod store;
mod terminal;
mod trial;

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::{
    args::{CheckFormat, DoctorArgs},
    diagnostic,
    exit::Exit,
    session,
};

/// Columns before a text: what it is, and of what.
const MARGIN: usize = 20;
/// A text takes so many columns, however little room there is.
const NARROWEST: usize = 20;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// As it should be.
    Ok,
    /// Works, but may be other than meant.
    Warning,
    /// Keeps searches from right answers.
    Problem,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Problem => "\x1b[1m\x1b[91m",
        }
    }
}

/// A line of the report.
#[derive(Debug, Clone)]
struct Finding {
    topic: &'static str,
    verdict: Verdict,
    text: String,
    advice: Option<String>,
}

impl Finding {
    /// What is as it should be.
    fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Ok, text: text.into(), advice: None }
    }

    /// What may be other than meant, and what to do then.
    fn warning(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Warning, text: text.into(), advice: Some(advice.into()) }
    }

    /// What is wrong, and what to do.
    fn problem(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Problem, text: text.into(), advice: Some(advice.into()) }
    }

    fn object(&self) -> Value {
        let mut object = Map::new();
        object.insert("topic".to_owned(), self.topic.into());
        object.insert("status".to_owned(), self.verdict.name().into());
        object.insert("message".to_owned(), self.text.as_str().into());
        if let Some(advice) = &self.advice {
            object.insert("advice".to_owned(), advice.as_str().into());
        }
        Value::Object(object)
    }
}

/// Looks at everything in turn; a line is shown as soon as it is known.
pub(crate) async fn run(args: DoctorArgs) -> Result<Exit> {
    let mut report = Report::new(args.output);
    report.add(build::findings())?;
    report.add(terminal::findings())?;
    let settings = session::settings(&args.world);
    let resolved = speleo_engine::resolve_settings(settings.clone());
    report.add(machine::findings(resolved.ok().and_then(|settings| settings.memory_limit)))?;
    report.add(folder::findings())?;
    let (findings, places) = project::findings(settings).await;
    report.add(findings)?;
    report.add(store::findings(&places))?;
    report.add(trial::findings().await)?;
    report.finish()
}

/// The report on its way out.
struct Report {
    output: CheckFormat,
    colour: bool,
    /// Columns for texts; none where lines may have any length.
    room: Option<usize>,
    counts: [usize; 3],
}

impl Report {
    fn new(output: CheckFormat) -> Self {
        let colour = output == CheckFormat::Text && diagnostic::has_colour_stdout();
        let width = Some(io::stdout()).filter(IsTerminal::is_terminal).and_then(terminal_size::terminal_size_of);
        let room = width.map(|(width, _)| usize::from(width.0).saturating_sub(MARGIN).max(NARROWEST));
        Self { output, colour, room, counts: [0; 3] }
    }

    fn add(&mut self, findings: Vec<Finding>) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        for finding in findings {
            match finding.verdict {
                Verdict::Ok => self.counts[0] += 1,
                Verdict::Warning => self.counts[1] += 1,
                Verdict::Problem => self.counts[2] += 1,
            }
            match self.output {
                CheckFormat::Jsonl => writeln!(out, "{}", finding.object())?,
                CheckFormat::Text => self.draw(&finding, &mut out)?,
            }
        }
        Ok(out.flush()?)
    }

    fn draw(&self, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
        let (colour, reset) = if self.colour { (finding.verdict.colour(), "\x1b[0m") } else { ("", "") };
        let mut lines = wrapped(&finding.text, self.room).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(out, "{colour}{:<7}{reset}  {:<9}  {first}", finding.verdict.name(), finding.topic)?;
        let advice = finding.advice.iter().flat_map(|advice| wrapped(advice, self.room));
        lines.chain(advice).try_for_each(|line| writeln!(out, "{:MARGIN$}{line}", ""))
    }

    fn finish(self) -> Result<Exit> {
        let [fine, warnings, problems] = self.counts;
        if self.output == CheckFormat::Text {
            let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
            let sums = format!("{fine} ok, {}, {}", plural(warnings, "warning"), plural(problems, "problem"));
            diagnostic::print_remark(&sums);
        }
        Ok(if problems > 0 { Exit::Failed } else { Exit::Fine })
    }
}

/// The text in lines that fit; a word that is longer has a line of its own.
fn wrapped(text: &str, room: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if room.is_none_or(|room| line.width() + 1 + word.width() <= room) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", Some(7)), ["one two", "three"]);
        assert_eq!(wrapped("much-too-long a b", Some(3)), ["much-too-long", "a b"]);
        assert_eq!(wrapped("one two three", None), ["one two three"]);
        assert!(wrapped("", Some(3)).is_empty());
    }
}
