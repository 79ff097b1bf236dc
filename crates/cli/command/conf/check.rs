//! `speleo conf check`: what is wrong in conf files, and what they name that is not there.
//!
//! Lines that are no settings, backslashes that do not continue a value, values of the wrong kind, regexes that do not compile,
//! expressions that cannot be read; transforms, lookups, their files and macros that are named and missing. Searches are read
//! for their macros only: `speleo check` plans them.

use std::{
    collections::BTreeSet,
    io::{self, BufWriter, Write},
};

use anyhow::Result;
use serde_json::json;
use speleo_engine::{ConfFolder, Engine, Settings};
use speleo_functions::eval::pattern;
use speleo_knowledge::{
    Conf, Knowledge, Place, Problem, Props,
    conf::Setting,
    props::{IndexTime, KEYS, SearchTime},
};
use speleo_syntax::{Code, Diagnostic};

use super::{folders, laid};
use crate::{
    args::{CheckFormat, ConfCheckArgs},
    diagnostic::{self, Reporter},
    exit::Exit,
    session,
};

/// Files whose searches may name macros, with the keys that hold these.
const SEARCHES: [(&str, &str); 3] = [("savedsearches", "search"), ("eventtypes", "search"), ("macros", "definition")];

pub(super) async fn run(args: &ConfCheckArgs, settings: Settings, reporter: &mut Reporter) -> Result<Exit> {
    let (folders, mut problems) = folders(&settings)?;
    let engine = match Engine::open(Settings { indexes: Vec::new(), ..settings }).await {
        Ok(engine) => engine,
        Err(diagnostics) => {
            reporter.report_settings(&diagnostics);
            return Ok(Exit::Failed);
        }
    };
    problems.extend(all(&folders, &engine).await);
    problems.sort_by(|one, other| (&one.file, one.line, &one.message).cmp(&(&other.file, other.line, &other.message)));
    problems.dedup();
    let mut out = BufWriter::new(io::stdout());
    for problem in &problems {
        match args.output {
            CheckFormat::Text => writeln!(out, "{problem}")?,
            CheckFormat::Jsonl => {
                let file = problem.file.as_ref().map(|file| file.display().to_string());
                writeln!(out, "{}", json!({"file": file, "line": problem.line, "message": problem.message}))?;
            }
        }
    }
    out.flush()?;
    let files: usize = folders.iter().map(|folder| folder.kinds().len()).sum();
    if args.output == CheckFormat::Text {
        let noun = if problems.len() == 1 { "problem" } else { "problems" };
        diagnostic::print_remark(&format!("{} {noun} in conf files of {files} names", problems.len()));
    }
    Ok(if problems.is_empty() { Exit::Fine } else { Exit::Failed })
}

/// Everything that is wrong in the folders, in no particular order.
pub(crate) async fn all(folders: &[ConfFolder], engine: &Engine) -> Vec<Problem> {
    let mut problems = engine.problems().to_vec();
    let kinds: BTreeSet<String> = folders.iter().flat_map(ConfFolder::kinds).collect();
    for kind in &kinds {
        problems.extend(laid(folders, kind, false).1);
    }
    let (props, more) = Props::from_conf(&laid(folders, "props", true).0);
    problems.extend(more);
    let knowledge = engine.knowledge();
    for stanza in props.stanzas() {
        let effective = stanza.alone();
        for key in KEYS.iter().filter(|key| key.is_regex).map(|key| key.name) {
            problems.extend(effective.get(key).and_then(|winner| regex(key, &winner.setting)));
        }
        search_time(&effective.search_time(), knowledge, engine, &mut problems);
        index_time(&effective.index_time(), knowledge, &mut problems);
    }
    let (transforms, _) = laid(folders, "transforms", true);
    for (name, stanza) in &transforms.stanzas {
        problems.extend(stanza.settings.get("REGEX").and_then(|setting| regex("REGEX", setting)));
        if let Some(setting) = stanza.settings.get("filename")
            && !engine.lookup_names().contains(&setting.value)
        {
            let message = format!("the file `{}` of the lookup `{name}` is in no folder of lookups", setting.value);
            problems.push(Problem::new(setting, message));
        }
    }
    for stanza in laid(folders, "fields", false).0.stanzas.values() {
        problems.extend(stanza.settings.get("TOKENIZER").and_then(|setting| regex("TOKENIZER", setting)));
    }
    for (kind, key) in SEARCHES {
        problems.extend(macros(&laid(folders, kind, false).0, key, engine).await);
    }
    problems
}

fn regex(key: &str, setting: &Setting) -> Option<Problem> {
    let error = pattern::check(&setting.value).err().filter(|_| !setting.value.is_empty())?;
    Some(Problem::new(setting, format!("the regex of `{key}` does not compile: {error}")))
}

fn search_time(found: &SearchTime, knowledge: &Knowledge, engine: &Engine, problems: &mut Vec<Problem>) {
    for extract in &found.extracts {
        if let Err(error) = pattern::check(&extract.regex) {
            let message = format!("the regex of `EXTRACT-{}` does not compile: {error}", extract.class);
            problems.push(Problem::new(&extract.place, message));
        }
    }
    for report in &found.reports {
        for name in report.transforms.iter().filter(|name| !knowledge.transforms.contains_key(*name)) {
            problems.push(missing_transform(name, &report.place));
        }
    }
    for lookup in &found.lookups {
        if !knowledge.lookups.contains_key(&lookup.lookup) && !engine.lookup_names().contains(&lookup.lookup) {
            let message = format!("there is no lookup `{}` for `LOOKUP-{}`", lookup.lookup, lookup.class);
            problems.push(Problem::new(&lookup.place, message));
        }
    }
    for eval in &found.evals {
        let diagnostics = speleo_syntax::parse_expr(&eval.expression).1;
        if let Some(error) = diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
            let message = format!("the expression of `EVAL-{}` cannot be read: {}", eval.field, error.message);
            problems.push(Problem::new(&eval.place, message));
        }
    }
}

fn index_time(found: &IndexTime, knowledge: &Knowledge, problems: &mut Vec<Problem>) {
    let known = &knowledge.index_time.transforms;
    for list in &found.transforms {
        for name in list.transforms.iter().filter(|name| !known.contains_key(*name)) {
            problems.push(missing_transform(name, &list.place));
        }
    }
}

fn missing_transform(name: &str, place: &Place) -> Problem {
    Problem::new(place, format!("there is no transform `{name}`"))
}

/// Macros that searches name and nothing defines.
async fn macros(conf: &Conf, key: &str, engine: &Engine) -> Vec<Problem> {
    let mut problems = Vec::new();
    for stanza in conf.stanzas.values() {
        let Some(setting) = stanza.settings.get(key).filter(|setting| setting.value.contains('`')) else { continue };
        let unknown = |one: &Diagnostic| one.code == Code::UnknownMacro;
        for diagnostic in session::check(engine, &setting.value).await.diagnostics.iter().filter(|one| unknown(one)) {
            let start = diagnostic.span().map_or(0, |span| span.range().start);
            let place = Place::from(setting).within(&setting.value, start);
            problems.push(Problem::new(place, diagnostic.message.clone()));
        }
    }
    problems
}
