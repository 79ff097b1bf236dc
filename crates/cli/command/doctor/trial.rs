//! A search whose answer is known, and how long the program takes: once within this process, once as a user would start it.

use std::{
    io::Read,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use datafusion::arrow::{
    array::AsArray,
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use speleo_engine::{Answer, Engine, Settings};

use super::Finding;
use crate::diagnostic::headline;

/// The numbers 1 to 1000, summed up by their rest: commands of each kind, expressions and groups.
const SEARCH: &str =
    "| makeresults count=1000 | streamstats count AS n | eval rest=n%2 | stats sum(n) AS total BY rest";
/// 2 + 4 + … + 1000 and 1 + 3 + … + 999.
const TOTALS: [f64; 2] = [250_500.0, 250_000.0];

/// The first screen of a program that people like comes before this.
const SLOW_START: Duration = Duration::from_millis(300);
/// And the first row of a small search before this.
const SLOW_ROWS: Duration = Duration::from_secs(1);

/// The answer and the times.
pub(super) async fn findings() -> Vec<Finding> {
    vec![answer().await, time("start-up", &["--version"], SLOW_START), time("rows", &["search", SEARCH], SLOW_ROWS)]
}

async fn answer() -> Finding {
    const TOPIC: &str = "search";
    const ADVICE: &str = "this is a bug of the build: another build, or a report, is needed";
    let outcome = match Engine::open(Settings { timezone: Some("UTC".to_owned()), ..Settings::default() }).await {
        Ok(engine) => engine.search(SEARCH).await,
        Err(problems) => {
            let text = problems.first().map(headline).unwrap_or_default();
            return Finding::problem(TOPIC, format!("no engine can be opened: {text}"), ADVICE);
        }
    };
    let told = outcome.diagnostics.first().map(headline);
    match (outcome.result, told) {
        (Ok(answer), None) if totals(&answer) == TOTALS => {
            let elapsed = answer.elapsed.as_secs_f64() * 1e3;
            Finding::ok(TOPIC, format!("1,000 rows made, summed up and checked in {elapsed:.0} ms"))
        }
        (Ok(answer), None) => Finding::problem(TOPIC, format!("wrong sums: {:?}", totals(&answer)), ADVICE),
        (_, told) => Finding::problem(TOPIC, told.unwrap_or_else(|| "no answer".to_owned()), ADVICE),
    }
}

fn totals(answer: &Answer) -> Vec<f64> {
    let columns = answer.batches.iter().filter_map(|batch| batch.column_by_name("total"));
    let numbers = columns.filter_map(|column| cast(column, &DataType::Float64).ok());
    numbers.flat_map(|numbers| numbers.as_primitive::<Float64Type>().iter().flatten().collect::<Vec<_>>()).collect()
}

/// From the start of another process to its first byte.
fn time(topic: &'static str, arguments: &[&str], slow: Duration) -> Finding {
    let shown = arguments.first().copied().unwrap_or_default();
    match first_byte(arguments) {
        Ok(time) if time > slow => Finding::warning(
            topic,
            format!("{} ms until `speleo {shown}` writes", time.as_millis()),
            format!("more than {} ms: is the machine busy, or the build not optimised?", slow.as_millis()),
        ),
        Ok(time) => Finding::ok(topic, format!("{} ms until `speleo {shown}` writes", time.as_millis())),
        Err(reason) => Finding::problem(
            topic,
            format!("`speleo {shown}` does not run: {reason}"),
            "the program cannot start itself",
        ),
    }
}

fn first_byte(arguments: &[&str]) -> Result<Duration, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    // Far from a project: what one holds must not count.
    command.args(arguments).current_dir(std::path::MAIN_SEPARATOR_STR);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut out = child.stdout.take().ok_or("it has no output")?;
    let read = out.read(&mut [0]).map_err(|error| error.to_string());
    let time = start.elapsed();
    // It ends by itself when its rows are read.
    let rest = std::io::copy(&mut out, &mut std::io::sink()).map_err(|error| error.to_string());
    let status = child.wait().map_err(|error| error.to_string())?;
    match (read?, rest?) {
        (1, _) if status.success() => Ok(time),
        _ => Err(status.to_string()),
    }
}
