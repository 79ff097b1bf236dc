//! `speleo demo`: a project to play with, and the bundled searches over it. `speleo demo /tmp/demo`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};

use super::run::Runner;
use crate::{
    args::{DemoArgs, WorldArgs},
    demo,
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    output::{Format, Output},
    query_file::Query,
    session,
};

/// The file that a demo is known by, so that a second run may replace the first.
const MARKER: &str = ".speleo-demo";

/// Writes the project and runs its searches.
pub(crate) async fn run(mut args: DemoArgs) -> Result<Exit> {
    if args.output.out.is_none() {
        // It is there to be looked at, in a pipe too.
        args.output.output.get_or_insert(Format::Table);
    }
    let output = Output::new(&args.output)?;
    let now = match &args.now {
        Some(text) => instant(text)?,
        None => Utc::now().timestamp(),
    };
    let folder = args.folder.as_path();
    // The project's clock stands where its data are, so that `-24h` finds them on any day.
    let clock = args.now.as_ref().map(|text| format!("now = \"{text}\"\n")).unwrap_or_default();
    let queries = write(folder, now, &clock)?;
    diagnostic::print_remark(&format!("The project is in {}; `cd` there and search on.", folder.display()));

    let world = WorldArgs { project: Some(folder.to_owned()), now: Some(now.to_string()), ..WorldArgs::default() };
    let mut runner = Runner::new(output, Reporter::new(args.errors.error_format));
    let mut exit = Exit::Fine;
    for path in queries {
        let query = Query::read(&path)?;
        exit = exit.and(runner.run(session::settings_for(&world, &query), &query).await?);
        if exit == Exit::Cancelled {
            break;
        }
    }
    runner.finish();
    Ok(exit)
}

fn instant(text: &str) -> Result<i64> {
    let time =
        text.parse::<i64>().ok().or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp()));
    // The calendar that the data are written in.
    time.filter(|time| (0..4_000_000_000).contains(time)).ok_or_else(|| {
        UsageError(format!("`--now {text}`: expected epoch seconds or a time such as 2024-06-14T15:30:00Z")).into()
    })
}

/// Writes everything and gives the query files in the order in which to show them.
fn write(folder: &Path, now: i64, clock: &str) -> Result<Vec<PathBuf>> {
    let is_free = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none() || folder.join(MARKER).is_file(),
        Err(_) => !folder.exists(),
    };
    if !is_free {
        bail!("{} holds something else; `speleo demo DIR` takes an empty or new folder", folder.display());
    }
    let put = |name: &str, content: &[u8]| -> Result<PathBuf> {
        let path = folder.join(name);
        let context = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(context)?;
        }
        fs::write(&path, content).with_context(context)?;
        Ok(path)
    };
    put(MARKER, b"")?;
    put("speleo.toml", demo::PROJECT.replacen("conf =", &format!("{clock}conf ="), 1).as_bytes())?;
    put("conf/props.conf", demo::PROPS.as_bytes())?;
    let mut queries = Vec::new();
    for (name, content) in demo::FILES {
        let path = put(name, content)?;
        if name.ends_with(".spl") && *name != demo::NOT_SHOWN {
            queries.push(path);
        }
    }
    demo::write_data(folder, now).with_context(|| format!("cannot write {}", folder.display()))?;
    Ok(queries)
}
