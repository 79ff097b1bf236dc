//! A scheduler and two executors, processes of their own on the loopback interface, answer as one machine does.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
        datatypes::{DataType, Float64Type},
        util::display::{ArrayFormatter, FormatOptions},
    },
    prelude::SessionContext,
};
use speleo_cluster::connect;

use crate::{events, suite};

/// How long a search may take before the cluster counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(words: &[&str]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo-cluster"));
    Process(command.args(words).stdout(Stdio::piped()).spawn().unwrap())
}

/// The processes, and a session that sends plans to them.
async fn cluster(folders: [&Path; 2]) -> (Vec<Process>, SessionContext) {
    let mut scheduler = start(&["scheduler", "0"]);
    let mut port = String::new();
    BufReader::new(scheduler.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let port = port.trim();
    let executors = folders.map(|folder| start(&["executor", port, folder.to_str().unwrap()]));
    let session = connect(&format!("df://127.0.0.1:{port}")).await.unwrap();
    ([scheduler].into_iter().chain(executors).collect(), session)
}

/// Numbers with fractions to twelve digits: the last ones of a sum depend on which parts of it were added first.
fn rounded(column: &ArrayRef) -> ArrayRef {
    if *column.data_type() != DataType::Float64 {
        return Arc::clone(column);
    }
    let numbers = column.as_primitive::<Float64Type>().iter();
    Arc::new(StringArray::from_iter(numbers.map(|number| number.map(|number| format!("{number:.11e}")))))
}

/// Rows as texts, in their order.
pub(crate) fn texts(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("null");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<ArrayRef> = batch.columns().iter().map(rounded).collect();
        let columns: Vec<_> = columns.iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| columns.iter().map(|cells| cells.value(row).to_string()).collect()),
        );
    }
    rows
}

/// Whether an executor has kept rows for others.
fn has_worked(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_answers_the_suite_as_one_machine_does() {
    let (engine, _events) = events::engine().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (_processes, session) = cluster([folders[0].path(), folders[1].path()]).await;
    let mut wrong = Vec::new();
    for search in suite::searches() {
        let here = engine.search(&search.spl).await.result.unwrap();
        let there = async {
            let plan = engine.logical_plan(&search.spl).await.unwrap();
            session.execute_logical_plan(plan).await?.collect().await
        };
        let started = std::time::Instant::now();
        match tokio::time::timeout(PATIENCE, there).await {
            Err(_) => wrong.push(format!("{}: no answer", search.name)),
            Ok(Err(error)) => wrong.push(format!("{}: {error}", search.name)),
            Ok(Ok(there)) => {
                let (here, there) = (texts(&here.batches), texts(&there));
                println!("{}: {} rows, {:?}", search.name, here.len(), started.elapsed());
                if here != there {
                    let (here_first, there_first) = (here.iter().take(5), there.iter().take(5));
                    let firsts = (here_first.collect::<Vec<_>>(), there_first.collect::<Vec<_>>());
                    wrong.push(format!("{}: {} rows here, {} there: {firsts:?}", search.name, here.len(), there.len()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} searches differ:\n{}", wrong.len(), wrong.join("\n"));
    for folder in &folders {
        assert!(has_worked(folder.path()), "an executor had nothing to do");
    }
}
