//! `speleo conf`: what conf files say once they are laid over each other, and what is wrong in them.
//!
//! ```text
//! speleo conf list props sshd --debug --conf etc
//! speleo conf check --conf my_app
//! ```
//!
//! `list` is what Splunk calls `btool`. Absent: changing files.

mod check;
mod list;

pub(crate) use self::check::all as problems;
use anyhow::Result;
use speleo_engine::{ConfFolder, Settings, resolve_settings};
use speleo_knowledge::{Conf, Problem};

use crate::{
    args::{ConfArgs, ConfCommand},
    diagnostic::Reporter,
    exit::{Exit, UsageError},
    session,
};

/// Runs one of the two.
pub(crate) async fn run(args: ConfArgs) -> Result<Exit> {
    let (world, error_format) = match &args.command {
        ConfCommand::List(list) => (&list.world, list.errors.error_format),
        ConfCommand::Check(check) => (&check.world, check.errors.error_format),
    };
    let mut reporter = Reporter::new(error_format);
    let mut settings = session::settings(world);
    if let ConfCommand::Check(check) = &args.command {
        settings.conf.extend(check.paths.iter().cloned());
    }
    let settings = match resolve_settings(settings) {
        Ok(settings) => settings,
        Err(diagnostic) => {
            reporter.report_settings(&[diagnostic]);
            reporter.finish();
            return Ok(Exit::Failed);
        }
    };
    if settings.conf.is_empty() {
        let message = "there are no conf files: `--conf DIR` names a folder, or a project's speleo.toml does";
        return Err(UsageError(message.to_owned()).into());
    }
    let exit = match args.command {
        ConfCommand::List(list) => list::run(&list, &settings),
        ConfCommand::Check(check) => check::run(&check, settings, &mut reporter).await,
    };
    reporter.finish();
    exit
}

/// The folders that the settings name, and what was wrong on the way. A path that is no folder is an error.
fn folders(settings: &Settings) -> Result<(Vec<ConfFolder>, Vec<Problem>)> {
    let mut folders = Vec::new();
    let mut problems = Vec::new();
    for path in &settings.conf {
        anyhow::ensure!(path.is_dir(), "there is no folder `{}`", path.display());
        let (folder, more) = ConfFolder::open(path, settings.app.as_deref(), settings.user.as_deref());
        folders.push(folder);
        problems.extend(more);
    }
    Ok((folders, problems))
}

/// The files of a name in all folders, the later ones over the earlier.
pub(crate) fn laid(folders: &[ConfFolder], kind: &str, for_index: bool) -> (Conf, Vec<Problem>) {
    let mut conf = Conf::default();
    let mut problems = Vec::new();
    for folder in folders {
        let (files, more) = folder.read(kind);
        conf.layer(if for_index { files.for_index() } else { files.for_search() });
        problems.extend(more);
    }
    (conf, problems)
}
