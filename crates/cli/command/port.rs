//! `speleo port`: makes a project of a Splunk app or a repository of detections, with a report. `speleo port app.spl -o hunting`
//!
//! The project is written first and then planned, search by search, from its own files: what the report says is what `speleo
//! check` and `speleo run` find there. Absent: data, and whatever runs programs.

mod app;
mod content;
mod detections;
mod project;
mod report;
mod studio;
mod trap;
mod unpack;
mod verdict;
mod view;
mod xml;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use futures::StreamExt;
use speleo_engine::{ConfFolder, Engine, Settings};
use speleo_knowledge::{Place, Props};

use self::{
    content::Content,
    report::{Entry, Report},
    trap::Trap,
    verdict::Verdict,
};
use crate::{args::PortArgs, command::conf, diagnostic::Reporter, exit::Exit, session};

/// Ports what is at the path.
pub(crate) async fn run(args: PortArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = match port(&args, &mut reporter).await {
        Ok(exit) => exit,
        Err(error) => {
            reporter.report_file(&error);
            Exit::Failed
        }
    };
    reporter.finish();
    Ok(exit)
}

async fn port(args: &PortArgs, reporter: &mut Reporter) -> Result<Exit> {
    let opened = unpack::open(&args.app)?;
    let root = app_root(&opened.root)?;
    let name = name(&args.app);
    let mut content = match detections::is_repository(&root) {
        true => detections::read(&root, name)?,
        false => app::read(&root, name)?,
    };
    if within(&args.out, &root) {
        bail!("{} is within what is ported: choose another folder", args.out.display());
    }
    project::prepare(&args.out, args.force)?;
    project::write(&args.out, &content)?;
    project::write_settings(&args.out, &content.name, &BTreeSet::new())?;
    let mut report = Report { name: content.name.clone(), root: root.clone(), ..Report::default() };
    let files = project::file_names(&content.searches);
    for (found, file) in content.searches.iter().zip(&files) {
        let text = project::query(found, &report.place(&found.place));
        project::text_file(&args.out.join("queries").join(file), &text)?;
    }
    let settings = Settings { project: Some(args.out.clone()), ..Settings::default() };
    let engine = match Engine::open(settings).await {
        Ok(engine) => engine,
        Err(diagnostics) => {
            reporter.report_settings(&diagnostics);
            return Ok(Exit::Failed);
        }
    };
    let verdicts = verdicts(&content, &files, &args.out, &engine).await;
    let indexes: BTreeSet<String> = verdicts.iter().flat_map(|verdict| verdict.indexes.clone()).collect();
    project::write_settings(&args.out, &content.name, &indexes)?;
    report.traps = traps(&content, &root, &args.out, &verdicts, &engine).await;
    for ((found, file), verdict) in content.searches.drain(..).zip(files).zip(verdicts) {
        report.entries.push(Entry {
            kind: found.kind,
            name: found.name,
            view: found.view,
            file: Path::new("queries").join(file).to_string_lossy().into_owned(),
            place: found.place,
            needs: verdict.needs,
            notes: verdict.notes,
            source_types: verdict.source_types,
        });
    }
    (report.left, report.unread) = (content.left, content.unread);
    project::text_file(&args.out.join("PORT.md"), &report.markdown())?;
    project::text_file(&args.out.join("port.json"), &format!("{:#}\n", report.json()))?;
    io::stdout().write_all(report.text(&args.out).as_bytes())?;
    Ok(Exit::Fine)
}

/// Whether a folder, which need not exist, is another one or lies in it: what is ported is only read.
fn within(folder: &Path, other: &Path) -> bool {
    let folder = std::path::absolute(folder).ok();
    let real = folder.and_then(|path| path.ancestors().find_map(|above| above.canonicalize().ok()));
    real.zip(other.canonicalize().ok()).is_some_and(|(folder, other)| folder.starts_with(other))
}

/// The app in a folder: the folder itself, or the only app below it.
fn app_root(folder: &Path) -> Result<PathBuf> {
    let is_app = |folder: &Path| {
        ["default", "local", "detections"].iter().any(|name| folder.join(name).is_dir())
            || fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
                let path = entry.path();
                path.extension().is_some_and(|ending| ending == "conf")
            })
    };
    if is_app(folder) {
        return Ok(folder.to_owned());
    }
    let below = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let mut apps: Vec<PathBuf> = below.filter(|path| path.is_dir() && is_app(path)).collect();
    apps.sort();
    match apps.as_slice() {
        [app] => Ok(app.clone()),
        [] => bail!(
            "{} is neither an app nor a repository of detections: there is no default/, local/ or detections/",
            folder.display()
        ),
        apps => {
            let names: Vec<String> = apps.iter().map(|app| name(app)).collect();
            bail!("{} holds several apps, and one at a time is ported: {}", folder.display(), names.join(", "))
        }
    }
}

/// The name of what is ported, without the endings of archives.
fn name(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = full.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let endings = [".tar.gz", ".tgz", ".spl", ".tar", ".zip"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name).to_owned()
}

/// Plans each query file as it was written.
async fn verdicts(content: &Content, files: &[PathBuf], folder: &Path, engine: &Engine) -> Vec<Verdict> {
    let width = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let searches = content.searches.iter().zip(files);
    // Owned, as the futures run on any thread.
    let owned: Vec<_> = searches.map(|(found, file)| (found.clone(), folder.join("queries").join(file))).collect();
    let checks = owned.into_iter().map(|(found, file)| {
        let engine = engine.clone();
        async move {
            let text = fs::read_to_string(file).unwrap_or_else(|_| found.text.clone());
            let checked = session::check(&engine, &text).await;
            Verdict::new(&found, &text, &checked, &engine).await
        }
    });
    let mut verdicts: Vec<Verdict> = futures::stream::iter(checks).buffered(width).collect().await;
    // What one search writes another may read, once the first ran.
    let writers: BTreeMap<String, String> = verdicts
        .iter()
        .zip(&content.searches)
        .flat_map(|(verdict, found)| verdict.written.iter().map(|name| (name.clone(), found.name.clone())))
        .collect();
    for verdict in &mut verdicts {
        verdict.explain_missing(&writers);
    }
    verdicts
}

/// The traps in conf files and in searches, by place.
async fn traps(content: &Content, root: &Path, out: &Path, verdicts: &[Verdict], engine: &Engine) -> Vec<Trap> {
    let (folder, _) = ConfFolder::open(root, None, None);
    let folders = [folder];
    let mut traps: Vec<Trap> = content.searches.iter().flat_map(trap::of_search).collect();
    traps.extend(verdicts.iter().flat_map(|verdict| verdict.traps.clone()));
    traps.extend(trap::of_props(&Props::from_conf(&conf::laid(&folders, "props", false).0).0));
    // The project's copies have the same lines.
    let copied = out.join("conf");
    let home = |place: Place| match place.file.as_deref().and_then(|file| file.strip_prefix(&copied).ok()) {
        // What has no file there was made of something else.
        Some(inside) if root.join(inside).is_file() => Place { file: Some(root.join(inside).into()), ..place },
        _ => place,
    };
    for problem in conf::problems(&folders, engine).await {
        traps.push(Trap { place: home((&problem).into()), message: problem.message });
    }
    traps.sort_by(|one, other| {
        let key = |trap: &Trap| (trap.place.file.clone(), trap.place.line, trap.message.clone());
        key(one).cmp(&key(other))
    });
    traps.dedup();
    traps
}
