//! The commands of the program, a file each.

mod accelerate;
mod check;
mod completions;
mod conf;
mod config;
mod daemon;
mod demo;
mod doctor;
mod due;
mod explain;
mod fmt;
pub(crate) mod help;
mod index;
mod ingest;
mod inspect;
mod lsp;
mod port;
mod repl;
mod run;
mod search;
pub(crate) mod test;

use anyhow::Result;

use crate::{
    args::{Cli, Command},
    exit::Exit,
};

/// Runs the command that the arguments name.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Search(args) => search::run(*args).await,
        Command::Run(args) if args.due => due::run(*args).await,
        Command::Run(args) => run::run(*args).await,
        Command::Daemon(args) => daemon::run(*args).await,
        Command::Check(args) => check::run(*args).await,
        Command::Conf(args) => conf::run(*args).await,
        Command::Config(args) => config::run(&args),
        Command::Port(args) => port::run(*args).await,
        Command::Index(args) => index::run(*args).await,
        Command::Ingest(args) => ingest::run(*args).await,
        Command::Accelerate(args) => accelerate::run(*args).await,
        Command::Test(args) => test::run(*args).await,
        Command::Explain(args) => explain::run(*args).await,
        Command::Inspect(args) => inspect::run(*args).await,
        Command::Fmt(args) => fmt::run(&args),
        Command::Lsp(args) => lsp::run(*args).await,
        Command::Demo(args) => demo::run(*args).await,
        Command::Doctor(args) => doctor::run(*args).await,
        Command::Help(args) => help::run(&args),
        Command::Completions(args) => completions::run(args),
    }
}
