//! `speleo conf list`: the settings that win, as a conf file or as JSON lines, with their places if wanted.
//!
//! Stanzas and keys stand in the order of their bytes; each stanza also shows what it has from `[default]`.

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write},
};

use anyhow::{Result, bail};
use serde_json::json;
use speleo_engine::Settings;
use speleo_knowledge::{Conf, Props, conf::Setting};

use super::{folders, laid};
use crate::{
    args::{CheckFormat, ConfContext, ConfListArgs},
    exit::Exit,
};

/// A line of the answer: a stanza's header, or a setting.
struct Line<'a> {
    stanza: &'a str,
    setting: Option<(&'a str, &'a Setting)>,
    place: String,
}

pub(super) fn run(args: &ConfListArgs, settings: &Settings) -> Result<Exit> {
    let kind = args.kind.strip_suffix(".conf").unwrap_or(&args.kind);
    let (folders, _) = folders(settings)?;
    let (conf, _) = laid(&folders, kind, args.context == ConfContext::Index);
    let world = &args.world;
    if world.source.is_some() || world.host.is_some() || world.sourcetype.is_some() {
        if kind != "props" {
            bail!("`--source`, `--host` and `--sourcetype` choose settings of props, not of {kind}");
        }
        if args.stanza.is_some() {
            bail!("either a stanza chooses the settings, or `--source`, `--host` and `--sourcetype` do");
        }
        return effective(args, &conf);
    }
    let mut stanzas: Vec<&str> = conf.stanzas.keys().map(String::as_str).collect();
    if !conf.defaults.settings.is_empty() {
        stanzas.push("default");
    }
    stanzas.sort_unstable();
    if let Some(wanted) = &args.stanza {
        let is_there = stanzas.contains(&wanted.as_str());
        stanzas.retain(|name| if is_there { name == wanted } else { name.starts_with(wanted.as_str()) });
        if stanzas.is_empty() {
            bail!("there is no stanza `{wanted}` in {kind}.conf");
        }
    }
    if stanzas.is_empty() && folders.iter().all(|folder| !folder.kinds().contains(kind)) {
        bail!("there is no {kind}.conf");
    }
    let mut lines = Vec::new();
    for name in stanzas {
        let (stanza, defaults) = match conf.stanzas.get(name) {
            Some(stanza) => (stanza, Some(&conf.defaults)),
            None => (&conf.defaults, None),
        };
        let mut settings: BTreeMap<&str, &Setting> = BTreeMap::new();
        for (key, setting) in defaults.iter().flat_map(|defaults| &defaults.settings).chain(&stanza.settings) {
            settings.insert(key, setting);
        }
        let place = stanza.file.as_ref().map_or_else(String::new, |file| format!("{}:{}", file.display(), stanza.line));
        lines.push(Line { stanza: name, setting: None, place });
        lines.extend(settings.into_iter().map(|pair| setting_line(name, pair)));
    }
    write(args, &lines)
}

/// What holds for the events of one source, host and source type.
fn effective(args: &ConfListArgs, conf: &Conf) -> Result<Exit> {
    let world = &args.world;
    let (props, _) = Props::from_conf(conf);
    let found = props.effective(world.source.as_deref(), world.host.as_deref(), world.sourcetype.as_deref());
    let mut lines: Vec<Line<'_>> = Vec::new();
    for stanza in props.stanzas().iter().map(|stanza| stanza.name.as_str()).chain(["default"]) {
        let won = found.iter().filter(|(_, winner)| winner.stanza == stanza);
        let settings: Vec<_> = won.map(|(key, winner)| setting_line(stanza, (key, &winner.setting))).collect();
        if !settings.is_empty() {
            lines.push(Line { stanza, setting: None, place: String::new() });
            lines.extend(settings);
        }
    }
    write(args, &lines)
}

fn setting_line<'a>(stanza: &'a str, (key, setting): (&'a str, &'a Setting)) -> Line<'a> {
    let place =
        setting.file.as_ref().map_or("built in".to_owned(), |file| format!("{}:{}", file.display(), setting.line));
    Line { stanza, setting: Some((key, setting)), place }
}

fn write(args: &ConfListArgs, lines: &[Line<'_>]) -> Result<Exit> {
    let mut out = BufWriter::new(io::stdout());
    let width = lines.iter().map(|line| line.place.chars().count()).max().unwrap_or(0);
    for line in lines {
        if args.output == CheckFormat::Jsonl {
            let Some((key, setting)) = line.setting else { continue };
            let mut object = json!({"stanza": line.stanza, "key": key, "value": setting.value});
            if let Some(file) = &setting.file {
                object["file"] = file.display().to_string().into();
                object["line"] = setting.line.into();
            }
            writeln!(out, "{object}")?;
            continue;
        }
        if args.debug {
            write!(out, "{:<width$}  ", line.place)?;
        }
        match line.setting {
            None => writeln!(out, "[{}]", line.stanza)?,
            // A line break in a value is written as conf files write it.
            Some((key, setting)) => writeln!(out, "{key} = {}", setting.value.replace('\n', "\\\n"))?,
        }
    }
    out.flush()?;
    Ok(Exit::Fine)
}
