//! The processes of a cluster on one machine: `speleo-cluster scheduler 50050`, `speleo-cluster executor 50050 FOLDER`
//!
//! A port of 0 is any that is free; the scheduler says which one it is. An executor takes two that are.

use std::{error::Error, io::Write, net::TcpListener, path::PathBuf};

use speleo_cluster::{Executor, execute, schedule};

/// How the program is called.
const USAGE: &str = "speleo-cluster scheduler PORT | speleo-cluster executor PORT FOLDER [TASKS]";

/// Plans of long searches are deep.
const STACK: usize = 64 << 20;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()?;
    // The first thread has a stack that nobody sized.
    runtime.block_on(runtime.spawn(run()))?
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["scheduler", port] => {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
            writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
            Ok(schedule(listener).await?)
        }
        ["executor", scheduler, folder, tasks @ ..] => {
            let tasks = tasks.first().map_or(Ok(1), |tasks| tasks.parse())?;
            // Both are held until both are known.
            let free = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
            let [port, work_port] = free.map(|listener| listener.local_addr().map(|address| address.port()));
            let (scheduler, folder) = (scheduler.parse()?, PathBuf::from(folder));
            Ok(execute(Executor { scheduler, port: port?, work_port: work_port?, folder, tasks }).await?)
        }
        _ => Err(USAGE.into()),
    }
}
