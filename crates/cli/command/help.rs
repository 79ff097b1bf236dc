//! `speleo help`: the manual, out of the tables of commands, functions, codes and options, and the topics in `docs`.
//! `speleo help dedup`, `speleo help --search time zone`, `speleo help --all --format html --out manual`
//!
//! A [`Page`](page::Page) is Markdown; `render` draws it for a terminal, a browser or `man`.

mod book;
mod catalog;
mod diagnostic;
mod examples;
mod page;
mod program;
mod render;
mod spl;
mod tables;
mod topic;

use std::io::{self, Write};

use anyhow::Result;
use speleo_functions::{AggregateSpec, EvalSpec, STATS, eval};
use speleo_syntax::{COMMANDS, CommandSpec};

pub(crate) use self::render::text::Style;
use self::{page::Page, render::text};
use crate::{
    args::HelpArgs,
    diagnostic as terminal,
    exit::{Exit, UsageError},
};

/// The page of whoever does not know yet what to ask for.
const START: &str = "start";
/// The widest line of a page: a longer one is hard to read.
const WIDEST: usize = 100;
/// The width where there is no terminal.
const USUAL: usize = 80;
/// How many pages a search by words lists.
const MOST: usize = 30;

/// Prints pages, or writes all of them.
pub(crate) fn run(args: &HelpArgs) -> Result<Exit> {
    if let (true, Some(folder)) = (args.all, &args.out) {
        let count = book::write(folder, args.format)?;
        terminal::print_remark(&format!("{count} files are in {}", folder.display()));
        return Ok(Exit::Fine);
    }
    let mut out = io::stdout().lock();
    if args.search {
        return search(&args.words, &mut out);
    }
    let topic = if args.words.is_empty() { START.to_owned() } else { args.words.join(" ") };
    write_topic(&topic, &mut out)?;
    Ok(Exit::Fine)
}

/// Writes the pages of a topic: a name may be both an eval and a stats function. Where no page has the name, the pages that speak
/// of it are listed.
pub(crate) fn write_topic(topic: &str, out: &mut dyn Write) -> Result<()> {
    let name = topic.trim();
    let mut found = catalog::named(alias(name))?;
    // What has it as another name stands behind: `script` is written `run`, too.
    found.sort_by_key(|page| !page.name().eq_ignore_ascii_case(alias(name)));
    if found.is_empty() {
        return list_found(name, out);
    }
    let style = style();
    for (place, page) in found.iter().enumerate() {
        if place > 0 {
            writeln!(out, "\n{}\n", "─".repeat(style.width.min(40)))?;
        }
        text::write(&page.body, style, out)?;
    }
    Ok(())
}

/// Every name of a page, for completion.
pub(crate) fn page_names() -> Vec<String> {
    catalog::names()
}

/// Other names of lists.
fn alias(name: &str) -> &str {
    match name {
        "aggregates" => "stats-functions",
        "eval-functions" => "functions",
        _ => name,
    }
}

/// As wide as the terminal, also in front of a pager; plain in a pipe.
fn style() -> Style {
    let width = terminal_size::terminal_size().map_or(USUAL, |(width, _)| width.0.into());
    Style { width: width.clamp(20, WIDEST), colour: terminal::has_colour_stdout() }
}

fn search(words: &[String], out: &mut dyn Write) -> Result<Exit> {
    let found = catalog::search(words)?;
    if found.is_empty() {
        return Err(UsageError(format!("no page says `{}`{}", words.join(" "), nearest(&words.join(" ")))).into());
    }
    list(&found, out)?;
    Ok(Exit::Fine)
}

/// For a name that no page has.
fn list_found(name: &str, out: &mut dyn Write) -> Result<()> {
    let found = catalog::search(&[name.to_owned()])?;
    if found.is_empty() {
        let problem = format!("there is no page `{name}`{}; `speleo help` says where to begin", nearest(name));
        return Err(UsageError(problem).into());
    }
    terminal::print_remark(&format!("No page is called `{name}`{}. These speak of it:", nearest(name)));
    list(&found, out)
}

fn list(found: &[Page], out: &mut dyn Write) -> Result<()> {
    let rows = found
        .iter()
        .take(MOST)
        .map(|page| vec![page::span(&format!("speleo help {}", page.name())), page.summary.clone()]);
    text::write(&page::table(&["page", "what it says"], rows), style(), out)?;
    if found.len() > MOST {
        terminal::print_remark(&format!("{} more pages; another word makes them fewer", found.len() - MOST));
    }
    Ok(())
}

/// Words about the page whose name is most like another one.
fn nearest(name: &str) -> String {
    let names = catalog::names();
    terminal::nearest(&name.to_lowercase(), names.iter().map(String::as_str), "")
}

/// Every command of SPL.
pub(crate) fn commands() -> impl Iterator<Item = &'static CommandSpec> {
    COMMANDS.iter()
}

/// Whether a command can run: the others are only read, and have no grammar.
pub(crate) fn can_run(spec: &CommandSpec) -> bool {
    !spec.usage.is_empty()
}

/// The eval functions.
pub(crate) fn functions() -> impl Iterator<Item = &'static EvalSpec> {
    eval::functions()
}

/// The stats functions.
pub(crate) fn aggregates() -> impl Iterator<Item = &'static AggregateSpec> {
    STATS.iter().flat_map(|family| family.iter())
}

#[cfg(test)]
mod tests;
