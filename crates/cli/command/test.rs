//! `speleo test`: golden tests. `speleo test tests/commands/dedup.spltest --accept`

use std::{
    fs,
    io::{self, Write},
    time::Instant,
};

use anyhow::{Context, Result};
use futures::StreamExt;

use crate::{
    args::TestArgs,
    diagnostic,
    exit::Exit,
    golden::{self, Case, Key, TestFile, Verdict},
    query_file, session,
};

/// Runs all cases, as many at a time as there are cores.
pub(crate) async fn run(args: TestArgs) -> Result<Exit> {
    let begin = Instant::now();
    let mut files = Vec::new();
    for path in query_file::find(&args.paths, "spltest")? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push(golden::parse(&path, &text)?);
    }
    let base = session::settings(&args.world);
    let colour = diagnostic::has_colour_stdout();
    let width = std::thread::available_parallelism().map_or(1, usize::from);
    let mut jobs = Vec::new();
    for (number, file) in files.iter().enumerate() {
        for (place, case) in file.cases.iter().enumerate() {
            if args.only.as_ref().is_none_or(|text| case.name.contains(text.as_str())) {
                jobs.push((number, place, golden::run(file.path.clone(), case.clone(), base.clone(), colour)));
            }
        }
    }
    let mut running = futures::stream::iter(jobs.into_iter().map(|(number, place, job)| async move {
        // A task of its own, so that a bug in one case ends that case only.
        (number, place, tokio::spawn(job).await)
    }))
    .buffered(width);

    let mut sums = Sums::default();
    let mut answers = vec![Vec::new(); files.len()];
    let mut out = io::stdout();
    while let Some((number, place, joined)) = running.next().await {
        let (Some(file), Some(accepted)) = (files.get(number), answers.get_mut(number)) else { continue };
        let Some(case) = file.cases.get(place) else { continue };
        sums.fixme += usize::from(case.value(Key::Fixme).is_some());
        match joined.unwrap_or_else(|error| Verdict::Broken(format!("speleo failed over this case: {error}"))) {
            Verdict::Pass => sums.passed += 1,
            Verdict::Fail { answers, .. } if args.accept && !answers.is_empty() => {
                sums.accepted += 1;
                accepted.push((place, answers));
            }
            Verdict::Fail { text, .. } => {
                sums.failed += 1;
                report(file, case, &text, &mut out)?;
            }
            Verdict::Broken(message) => {
                sums.failed += 1;
                report(file, case, &format!("  {message}\n"), &mut out)?;
            }
        }
    }
    for (file, accepted) in files.iter().zip(&answers) {
        if !accepted.is_empty() {
            golden::accept(file, accepted)?;
        }
    }
    writeln!(out, "{} ({:.1} s)", sums.text(), begin.elapsed().as_secs_f64())?;
    Ok(if sums.failed > 0 { Exit::Failed } else { Exit::Fine })
}

fn report(file: &TestFile, case: &Case, text: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}:{}: {}", file.path.display(), case.line + 1, case.name)?;
    for part in case.all(Key::Search) {
        for line in part.text().lines() {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(out, "{text}")?;
    Ok(())
}

#[derive(Default)]
struct Sums {
    passed: usize,
    failed: usize,
    accepted: usize,
    fixme: usize,
}

impl Sums {
    fn text(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed, self.failed);
        for (count, what) in [(self.accepted, "accepted"), (self.fixme, "known to differ from Splunk")] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        text
    }
}
