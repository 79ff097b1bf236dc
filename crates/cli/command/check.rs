//! `speleo check`: parses and plans searches without data. `speleo check detections/ --output jsonl`
//!
//! One engine serves all searches, and they are planned in parallel: ten thousand take seconds.

mod source;
pub(crate) mod yaml;

use std::io::{self, BufWriter, Write};

use anyhow::Result;
use futures::StreamExt;
use serde_json::json;
use speleo_engine::{Checked, Status};

use self::source::{Item, Sources};
use crate::{
    args::{CheckArgs, CheckFormat, ErrorFormat},
    diagnostic::{self, Reporter},
    exit::Exit,
    output::thousands,
    session,
};

/// Checks everything at the paths.
pub(crate) async fn run(args: CheckArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let Sources { items, apps, broken } = match source::read(&args.paths) {
        Ok(found) => found,
        Err(error) => {
            reporter.report_file(&error);
            reporter.finish();
            return Ok(Exit::Failed);
        }
    };
    broken.iter().for_each(|error| reporter.report_file(error));
    let mut settings = session::settings(&args.world);
    settings.conf.extend(apps);
    let Some(engine) = session::open(settings, &mut reporter).await else {
        reporter.finish();
        return Ok(Exit::Failed);
    };
    let width = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let mut checked = futures::stream::iter(items.into_iter().map(|item| {
        let engine = engine.clone();
        async move {
            let checked = session::check(&engine, &item.query.text).await;
            (item, checked)
        }
    }))
    .buffered(width);

    let mut sums = Sums::default();
    let mut out = BufWriter::new(io::stdout());
    while let Some((item, checked)) = checked.next().await {
        sums.add(&checked.status);
        match args.output {
            CheckFormat::Jsonl => writeln!(out, "{}", line(&item, &checked))?,
            CheckFormat::Text => reporter.report(&item.query, &checked.diagnostics),
        }
    }
    out.flush()?;
    reporter.finish();
    // A sentence behind a document would spoil it.
    if args.output == CheckFormat::Text && args.errors.error_format == ErrorFormat::Text {
        diagnostic::print_remark(&sums.text());
    }
    Ok(if sums.invalid > 0 || !broken.is_empty() { Exit::Failed } else { Exit::Fine })
}

fn line(item: &Item, checked: &Checked) -> serde_json::Value {
    let diagnostics: Vec<_> = checked.diagnostics.iter().map(|one| diagnostic::object(one, &item.query)).collect();
    let mut line = json!({
        "id": item.id,
        "status": match checked.status {
            Status::Ok => "ok",
            Status::Unsupported => "unsupported",
            Status::Invalid => "invalid",
        },
        "diagnostics": diagnostics,
        "commands": checked.commands,
    });
    if let Some(name) = &item.name {
        line["name"] = name.as_str().into();
    }
    line
}

#[derive(Default)]
struct Sums {
    ok: u64,
    unsupported: u64,
    invalid: u64,
}

impl Sums {
    fn add(&mut self, status: &Status) {
        match status {
            Status::Ok => self.ok += 1,
            Status::Unsupported => self.unsupported += 1,
            Status::Invalid => self.invalid += 1,
        }
    }

    fn text(&self) -> String {
        let total = self.ok + self.unsupported + self.invalid;
        let noun = if total == 1 { "search" } else { "searches" };
        format!(
            "{} {noun}: {} ok, {} unsupported, {} invalid",
            thousands(total),
            thousands(self.ok),
            thousands(self.unsupported),
            thousands(self.invalid)
        )
    }
}
