//! `speleo port`: makes a project of a Splunk app or a repository of detections, with a report. `speleo port app.spl -o hunting`
//!
//! The project is written first and then planned, search by search, from its own files: what the report says is what `speleo
//! check` and `speleo run` find there. Absent: data, and whatever runs programs.

mod app;
mod content;
mod detections;
mod project;
mod report;
mod root;
mod studio;
mod trap;
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
use speleo_engine::{ConfFolder, Engine, Limits, Settings, Unpacked};
use speleo_knowledge::{Place, Props};

use self::{
    app::Home,
    content::{Content, Left},
    project::Project,
    report::{Entry, Report},
    root::Root,
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

/// One app, or everything of a repository.
struct Part {
    /// The app, where there are several.
    app: Option<String>,
    /// Its folder, and that of its copies.
    root: PathBuf,
    copies: PathBuf,
    content: Content,
}

async fn port(args: &PortArgs, reporter: &mut Reporter) -> Result<Exit> {
    let unpacked = if args.app.is_dir() { None } else { Some(Unpacked::open(&args.app, Limits::APP)?) };
    let root = Root::find(unpacked.as_ref().map_or(args.app.as_path(), Unpacked::folder))?;
    if within(&args.out, root.folder()) {
        bail!("{} is within what is ported: choose another folder", args.out.display());
    }
    let (parts, left) = read(&root)?;
    let name = name(&args.app);
    let mut report = Report { name: name.clone(), root: root.folder().to_owned(), left, ..Report::default() };
    let mut project = Project::open(&args.out, args.force)?;
    let files = write(&mut project, &parts, &report)?;
    project.settings(&name, &BTreeSet::new())?;
    let mut judged = Vec::new();
    for (part, files) in parts.iter().zip(&files) {
        let settings = Settings { project: Some(args.out.clone()), app: part.app.clone(), ..Settings::default() };
        let engine = match Engine::open(settings).await {
            Ok(engine) => engine,
            Err(diagnostics) => {
                reporter.report_settings(&diagnostics);
                return Ok(Exit::Failed);
            }
        };
        let verdicts = verdicts(&part.content, files, &args.out, &engine).await;
        report.traps.extend(traps(part, &parts, &args.out, &verdicts, &engine).await);
        judged.push(verdicts);
    }
    explain_missing(&parts, &mut judged);
    let indexes = judged.iter().flatten().flat_map(|verdict| verdict.indexes.clone()).collect();
    project.settings(&name, &indexes)?;
    for ((part, files), verdicts) in parts.into_iter().zip(files).zip(judged) {
        report.left.extend(part.content.left);
        report.unread.extend(part.content.unread);
        for ((found, file), verdict) in part.content.searches.into_iter().zip(files).zip(verdicts) {
            report.entries.push(Entry {
                app: part.app.clone(),
                kind: found.kind,
                name: found.name,
                view: found.view,
                file: file.to_string_lossy().into_owned(),
                place: found.place,
                needs: verdict.needs,
                notes: verdict.notes,
                source_types: verdict.source_types,
            });
        }
    }
    report.sort();
    project.report(&mut report)?;
    io::stdout().write_all(report.text(&args.out).as_bytes())?;
    Ok(Exit::Fine)
}

/// Reads what is ported, and tells what of it is left aside as a whole.
fn read(root: &Root) -> Result<(Vec<Part>, Vec<Left>)> {
    let only = |folder: &Path, content: Content| {
        vec![Part { app: None, root: folder.to_owned(), copies: Home::only().conf, content }]
    };
    match root {
        Root::Detections(folder) => Ok((only(folder, detections::read(folder)?), Vec::new())),
        Root::App(folder) => Ok((only(folder, app::read(folder, &Home::only())?), Vec::new())),
        Root::Apps { apps, etc, .. } => {
            let mut parts = Vec::new();
            let mut left = Vec::new();
            for (name, folder) in apps {
                if let Some(place) = app::disabled(folder) {
                    left.push(Left { what: "app that is disabled", name: name.clone(), place });
                    continue;
                }
                let home = Home::of(name);
                let content = app::read(folder, &home)?;
                parts.push(Part { app: Some(name.clone()), root: folder.clone(), copies: home.conf, content });
            }
            if let (Some(etc), Some(first)) = (etc, parts.first_mut()) {
                app::system(etc, &mut first.content)?;
            }
            Ok((parts, left))
        }
    }
}

/// Writes conf files, lookups and queries, and gives the places of the queries.
fn write(project: &mut Project, parts: &[Part], report: &Report) -> Result<Vec<Vec<PathBuf>>> {
    let mut all = Vec::new();
    for part in parts {
        for (from, to) in &part.content.copies {
            project.copy(from, to)?;
        }
        if part.app.is_some() && !part.content.copies.iter().any(|(_, to)| to.starts_with(&part.copies)) {
            // An app is what has a folder, and version control forgets empty ones.
            project.text(&part.copies.join("README.md"), "The app has no conf files that shape answers.\n")?;
        }
        for (to, text) in part.content.texts.iter().filter(|(_, text)| !text.is_empty()) {
            project.text(to, text)?;
        }
        let folder = Path::new("queries").join(part.app.as_deref().unwrap_or_default());
        let files = project::file_names(&part.content.searches, &folder);
        for (found, file) in part.content.searches.iter().zip(&files) {
            project.text(file, &project::query(found, &report.place(&found.place), part.app.as_deref()))?;
        }
        all.push(files);
    }
    Ok(all)
}

/// Whether a folder, which need not exist, is another one or lies in it: what is ported is only read.
fn within(folder: &Path, other: &Path) -> bool {
    let folder = std::path::absolute(folder).ok();
    let real = folder.and_then(|path| path.ancestors().find_map(|above| above.canonicalize().ok()));
    real.zip(other.canonicalize().ok()).is_some_and(|(folder, other)| folder.starts_with(other))
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
    let owned: Vec<_> = searches.map(|(found, file)| (found.clone(), folder.join(file))).collect();
    let checks = owned.into_iter().map(|(found, file)| {
        let engine = engine.clone();
        async move {
            let text = fs::read_to_string(file).unwrap_or_else(|_| found.text.clone());
            let checked = session::check(&engine, &text).await;
            Verdict::new(&found, &text, &checked, &engine)
        }
    });
    futures::stream::iter(checks).buffered(width).collect().await
}

/// What one search writes another may read, once the first ran.
fn explain_missing(parts: &[Part], judged: &mut [Vec<Verdict>]) {
    let mut writers: BTreeMap<String, String> = BTreeMap::new();
    for (part, verdicts) in parts.iter().zip(judged.iter()) {
        for (verdict, found) in verdicts.iter().zip(&part.content.searches) {
            writers.extend(verdict.written.iter().map(|name| (name.clone(), found.name.clone())));
        }
    }
    judged.iter_mut().flatten().for_each(|verdict| verdict.explain_missing(&writers));
}

/// The traps in conf files and in searches of a part. `parts` are all of them.
async fn traps(part: &Part, parts: &[Part], out: &Path, verdicts: &[Verdict], engine: &Engine) -> Vec<Trap> {
    let (folder, _) = ConfFolder::open(&part.root, None, None);
    let folders = [folder];
    let mut traps: Vec<Trap> = part.content.searches.iter().flat_map(trap::of_search).collect();
    traps.extend(verdicts.iter().flat_map(|verdict| verdict.traps.clone()));
    traps.extend(trap::of_props(&Props::from_conf(&conf::laid(&folders, "props", false).0).0));
    // The project's copies have the same lines.
    let original = |file: &Path| {
        parts.iter().find_map(|part| Some(part.root.join(file.strip_prefix(out.join(&part.copies)).ok()?)))
    };
    let home = |place: Place| match place.file.as_deref().and_then(original) {
        // What has no file there was made of something else.
        Some(file) if file.is_file() => Place { file: Some(file.into()), ..place },
        _ => place,
    };
    for problem in conf::problems(&folders, engine).await {
        traps.push(Trap { place: home((&problem).into()), message: problem.message });
    }
    traps
}
