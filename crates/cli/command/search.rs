//! `speleo search`: one search. `speleo search --index web=access.log --sourcetype access_combined 'index=web | top status'`

use anyhow::Result;

use super::repl;
use crate::{
    args::SearchArgs,
    diagnostic::Reporter,
    exit::Exit,
    output::Output,
    session::{self, Asked},
};

/// Runs the search, or the shell where there is none to run.
pub(crate) async fn run(args: SearchArgs) -> Result<Exit> {
    let Some(query) = session::query(&args.text, args.file.as_deref(), &args.set)? else {
        return repl::run(args).await;
    };
    let mut output = Output::new(&args.output)?;
    output.describe(&query);
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = 'run: {
        let Some(engine) = session::open(session::settings_for(&args.world, &query), &mut reporter).await else {
            break 'run Exit::Failed;
        };
        let asked = Asked { engine: &engine, query: &query, output: &output, keeps: None };
        session::answer(asked, &mut reporter).await?.exit
    };
    reporter.finish();
    Ok(exit)
}
