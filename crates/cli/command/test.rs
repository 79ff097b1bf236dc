//! `speleo test`: golden tests, and tests of detections. `speleo test tests/commands/dedup.spltest --accept`

pub(crate) mod report;

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use futures::{FutureExt, StreamExt, future::BoxFuture};

use self::report::{Outcome, Report};
use crate::{
    args::{TestArgs, TestFormat},
    detection::{self, Content, Test},
    diagnostic,
    exit::Exit,
    golden::{self, Case, Key, TestFile, Verdict},
    query_file, session,
};

/// Runs all tests, as many at a time as there are cores.
pub(crate) async fn run(args: TestArgs) -> Result<Exit> {
    let begin = Instant::now();
    let mut suite = Suite::read(&args)?;
    let width = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = std::mem::take(&mut suite.jobs);
    // A task of its own for each, so that a bug in one test ends that test only.
    let mut running = futures::stream::iter(jobs.into_iter().map(|job| async move {
        let begin = Instant::now();
        let joined = tokio::spawn(job.work).await;
        let done = joined.unwrap_or_else(|error| Done::broken(format!("speleo failed over this test: {error}")));
        (job.report, job.place, done, begin.elapsed())
    }))
    .buffered(width);

    let mut sums = Sums { fixme: suite.fixme, untested: suite.untested, ..Sums::default() };
    let mut answers = vec![Vec::new(); suite.files.len()];
    let mut reports = Vec::new();
    let mut out = BufWriter::new(io::stdout());
    while let Some((report, place, done, time)) = running.next().await {
        let mut report = Report { time, ..report };
        if let (true, Some((file, case)), false) = (args.accept, place, done.answers.is_empty()) {
            sums.accepted += 1;
            if let Some(accepted) = answers.get_mut(file) {
                accepted.push((case, done.answers));
            }
            continue;
        }
        report.outcome = done.outcome;
        report.message = done.message;
        report.rows = done.rows;
        report.coverage = done.coverage;
        sums.count(report.outcome);
        match args.output {
            TestFormat::Text => report.text(&mut out)?,
            TestFormat::Jsonl => report.json(&mut out)?,
        }
        out.flush()?;
        reports.push(report);
    }
    for (file, accepted) in suite.files.iter().zip(&answers) {
        if !accepted.is_empty() {
            golden::accept(file, accepted)?;
        }
    }
    if let Some(path) = &args.junit {
        report::junit(path, &reports, begin.elapsed())?;
    }
    let text = format!("{} ({:.1} s)", sums.text(), begin.elapsed().as_secs_f64());
    match args.output {
        TestFormat::Text => writeln!(out, "{text}")?,
        // Standard output is for the tests alone.
        TestFormat::Jsonl => eprintln!("{text}"),
    }
    out.flush()?;
    Ok(if sums.failed > 0 { Exit::Failed } else { Exit::Fine })
}

/// What is to be run.
struct Suite {
    files: Vec<TestFile>,
    jobs: Vec<Job>,
    fixme: usize,
    /// Detections without tests.
    untested: usize,
}

/// One test on its way.
struct Job {
    report: Report,
    /// The golden file and the case there.
    place: Option<(usize, usize)>,
    work: BoxFuture<'static, Done>,
}

/// What came of a job.
struct Done {
    outcome: Outcome,
    message: String,
    /// What `--accept` writes.
    answers: Vec<Vec<String>>,
    rows: Option<usize>,
    coverage: Vec<report::Coverage>,
}

impl Done {
    fn of(outcome: Outcome, message: String) -> Self {
        Self { outcome, message, answers: Vec::new(), rows: None, coverage: Vec::new() }
    }

    fn broken(message: String) -> Self {
        Self::of(Outcome::Broken, format!("  {message}\n"))
    }
}

impl From<Verdict> for Done {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::of(Outcome::Passed, String::new()),
            Verdict::Fail { text, answers } => Self { answers, ..Self::of(Outcome::Failed, text) },
            Verdict::Broken(message) => Self::broken(message),
        }
    }
}

impl Suite {
    fn read(args: &TestArgs) -> Result<Self> {
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in &args.paths {
            if path.is_dir() {
                let is_test = |file: &std::path::Path| {
                    detection::is_yaml(file) || file.extension().is_some_and(|ending| ending == "spltest")
                };
                query_file::walk(path, &mut paths, &is_test)?;
            } else {
                paths.push(path.clone());
            }
        }
        if let Some(folder) = args.data.iter().find(|folder| !folder.is_dir()) {
            bail!("there is no folder `{}` for data", folder.display());
        }
        let base = session::settings(&args.world);
        let colour = diagnostic::has_colour_stdout();
        let mut content = Content::new(base.clone())?;
        let mut suite = Self { files: Vec::new(), jobs: Vec::new(), fixme: 0, untested: 0 };
        let is_wanted = |name: &str| args.only.as_ref().is_none_or(|text| name.contains(text.as_str()));
        for path in paths {
            if detection::is_yaml(&path) {
                suite.add_detection(path, &is_wanted, &mut content, &args.data)?;
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let file = golden::parse(&path, &text)?;
            for (place, case) in file.cases.iter().enumerate().filter(|(_, case)| is_wanted(&case.name)) {
                suite.fixme += usize::from(case.value(Key::Fixme).is_some());
                let work = golden::run(path.clone(), case.clone(), base.clone(), colour).map(Done::from).boxed();
                suite.jobs.push(Job { report: of_case(&file, case), place: Some((suite.files.len(), place)), work });
            }
            suite.files.push(file);
        }
        if suite.jobs.is_empty() && suite.untested == 0 && args.only.is_none() {
            let names: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
            bail!("there are no tests in {}", names.join(", "));
        }
        Ok(suite)
    }

    fn add_detection(
        &mut self,
        path: PathBuf,
        is_wanted: &dyn Fn(&str) -> bool,
        content: &mut Content,
        folders: &[PathBuf],
    ) -> Result<()> {
        let tests = match detection::read(&path) {
            Ok(Some(tests)) => tests,
            Ok(None) => return Ok(()),
            Err(error) => {
                let report = Report { name: "cannot be read".to_owned(), ..Report::of(path, 1) };
                let message = format!("{error:#}");
                let work = async move { Done::broken(message) }.boxed();
                self.jobs.push(Job { report, place: None, work });
                return Ok(());
            }
        };
        self.untested += usize::from(tests.is_empty());
        for test in tests.into_iter().filter(|test| is_wanted(&test.name)) {
            let report = Report {
                name: test.name.clone(),
                searches: vec![test.query.text.clone()],
                ..Report::of(test.path.clone(), test.line)
            };
            let broken = |message: String| async move { Done::broken(message) }.boxed();
            let work = match test.manual.clone() {
                Some(reason) => async move { Done::of(Outcome::Skipped, reason) }.boxed(),
                None => match content.library(&path) {
                    // What is wrong beside a detection is that detection's failure, not the end of all tests.
                    Err(error) => broken(format!("{error:#}")),
                    Ok(Err(problems)) => {
                        let message: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                        broken(message.join("\n  "))
                    }
                    Ok(Ok(library)) => of_detection(test, library, folders.to_vec()).boxed(),
                },
            };
            self.jobs.push(Job { report, place: None, work });
        }
        Ok(())
    }
}

async fn of_detection(test: Test, library: speleo_engine::Library, folders: Vec<PathBuf>) -> Done {
    match detection::run(test, library, folders).await {
        Err(error) => Done::broken(format!("{error:#}")),
        Ok(ran) => {
            let outcome = if ran.failure.is_some() { Outcome::Failed } else { Outcome::Passed };
            Done { rows: Some(ran.rows), coverage: ran.coverage, ..Done::of(outcome, ran.failure.unwrap_or_default()) }
        }
    }
}

fn of_case(file: &TestFile, case: &Case) -> Report {
    Report {
        name: case.name.clone(),
        searches: case.all(Key::Search).map(golden::Part::text).collect(),
        ..Report::of(file.path.clone(), case.line + 1)
    }
}

impl Report {
    fn of(path: PathBuf, line: usize) -> Self {
        Self {
            path,
            line,
            name: String::new(),
            searches: Vec::new(),
            outcome: Outcome::Passed,
            message: String::new(),
            time: Duration::ZERO,
            rows: None,
            coverage: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Sums {
    passed: usize,
    failed: usize,
    skipped: usize,
    accepted: usize,
    fixme: usize,
    untested: usize,
}

impl Sums {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed | Outcome::Broken => self.failed += 1,
            Outcome::Skipped => self.skipped += 1,
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed, self.failed);
        let others = [
            (self.skipped, "skipped"),
            (self.untested, "detections without tests"),
            (self.accepted, "accepted"),
            (self.fixme, "known to differ from Splunk"),
        ];
        for (count, what) in others {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        text
    }
}
