//! The page of a command of the program, out of clap's tree: usage, arguments, options. `speleo help run`

use clap::{Arg, Command, CommandFactory};

use super::page::{Kind, Page, code, escape, sentence, span};
use crate::args::Cli;

/// The pages of all commands.
pub(super) fn pages() -> Vec<Page> {
    let mut root = Cli::command();
    root.build();
    root.get_subcommands().filter(|command| !command.is_hide_set()).map(page).collect()
}

/// The program itself, as clap knows it.
pub(super) fn tree() -> Command {
    Cli::command()
}

fn page(command: &Command) -> Page {
    let name = command.get_name();
    let summary = about(command);
    let mut body = format!("# speleo {name} (command of the program)\n\n{summary}\n");
    write(command, "##", &mut body);
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        body.push_str(&format!("\n## speleo {name} {}\n\n{}\n", sub.get_name(), about(sub)));
        write(sub, "###", &mut body);
    }
    body.push_str("\n## See also\n\n`speleo help start`, `speleo help exit-statuses`\n");
    Page { kind: Kind::Program, names: vec![name.to_owned()], summary, body }
}

fn about(command: &Command) -> String {
    escape(&sentence(&command.get_about().map(ToString::to_string).unwrap_or_default()))
}

/// Usage, arguments, options.
fn write(command: &Command, heading: &str, out: &mut String) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    out.push_str(&format!("\n{heading} Usage\n\n{}", code(usage, "")));
    let shown = |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let (places, options): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(shown).partition(|arg| arg.is_positional());
    for (title, list) in [("Arguments", places), ("Options", options)] {
        if list.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{heading} {title}\n\n"));
        for arg in list {
            out.push_str(&format!("* {}  \n  {}\n", span(&written(arg)), meaning(arg)));
        }
    }
}

/// `-o, --output FORMAT`
fn written(arg: &Arg) -> String {
    let values = || {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    if arg.is_positional() {
        return values();
    }
    let mut text = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    text.push_str(&arg.get_long().map(|long| format!("--{long}")).unwrap_or_default());
    if arg.get_action().takes_values() {
        text.push(' ');
        text.push_str(&values());
    }
    text
}

fn meaning(arg: &Arg) -> String {
    let mut text = escape(&arg.get_help().map(ToString::to_string).unwrap_or_default());
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && arg.get_action().takes_values())
        .map(|value| span(value.get_name()))
        .collect();
    if !values.is_empty() {
        text.push_str(&format!(". One of {}", values.join(", ")));
    }
    let default: Vec<String> = arg.get_default_values().iter().map(|value| span(&value.to_string_lossy())).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        text.push_str(&format!(". By default {}", default.join(", ")));
    }
    text.push('.');
    text
}
