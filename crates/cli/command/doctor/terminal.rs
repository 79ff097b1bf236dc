//! What tables, colours and the pager rest on: the terminal and what the environment says of it.

use std::{
    env,
    io::{self, IsTerminal},
};

use super::Finding;
use crate::{
    diagnostic,
    output::{Pager, program_path},
};

/// Below this many columns most tables are cut.
const NARROW: u16 = 60;

/// Terminal, characters, colours and pager.
pub(super) fn findings() -> Vec<Finding> {
    let mut findings = vec![screen(), characters()];
    findings.push(Finding::ok("colours", colours()));
    findings.push(pager());
    findings
}

fn screen() -> Finding {
    const TOPIC: &str = "terminal";
    let streams = [
        ("input", io::stdin().is_terminal()),
        ("output", io::stdout().is_terminal()),
        ("errors", io::stderr().is_terminal()),
    ];
    let on: Vec<&str> = streams.iter().filter(|(_, is_terminal)| *is_terminal).map(|(name, _)| *name).collect();
    if on.is_empty() {
        return Finding::ok(TOPIC, "none: rows are JSON lines, and there is no shell");
    }
    let kind = env::var("TERM").unwrap_or_default();
    let on = on.join(", ");
    match terminal_size::terminal_size() {
        Some((terminal_size::Width(width), terminal_size::Height(height))) => {
            let text = format!("{width} columns, {height} lines, {kind} ({on})");
            if width < NARROW {
                Finding::warning(TOPIC, text, "most tables are wider; `--output vertical` shows one field a line")
            } else {
                Finding::ok(TOPIC, text)
            }
        }
        None => Finding::warning(TOPIC, format!("its size is not known ({on})"), "tables are not fitted to it"),
    }
}

/// The locale's variables in the order in which they win.
fn characters() -> Finding {
    const TOPIC: &str = "unicode";
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = env::var(name).ok().filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    let advice = "lines of tables and texts are UTF-8; `export LC_ALL=C.UTF-8` tells other programs so";
    match set {
        Some((name, value)) if is_unicode(&value) => Finding::ok(TOPIC, format!("{name}={value}")),
        Some((name, value)) => Finding::warning(TOPIC, format!("{name}={value} is not UTF-8"), advice),
        // Windows and macOS have UTF-8 without being told.
        None if cfg!(any(windows, target_os = "macos")) => Finding::ok(TOPIC, "no locale is set"),
        None => Finding::warning(TOPIC, "no locale is set", advice),
    }
}

fn is_unicode(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn colours() -> String {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        "off: NO_COLOR is set".to_owned()
    } else if env::var_os("TERM").is_some_and(|term| term == "dumb") {
        "off: TERM is dumb".to_owned()
    } else if diagnostic::has_colour_stdout() || diagnostic::has_colour_stderr() {
        "on".to_owned()
    } else {
        "off: neither output nor errors go to a terminal".to_owned()
    }
}

fn pager() -> Finding {
    const TOPIC: &str = "pager";
    let (pager, variable) = Pager::asked();
    let (program, origin) = (pager.program(), variable.unwrap_or("the default"));
    match program_path(program, env::var_os("PATH").as_deref()) {
        Some(path) => Finding::ok(TOPIC, format!("{} ({origin})", path.display())),
        None => Finding::warning(
            TOPIC,
            format!("there is no program `{program}` ({origin})"),
            "long results run through the terminal; install less or set SPELEO_PAGER",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::is_unicode;

    #[test]
    fn a_locale_names_its_characters() {
        assert!(["C.UTF-8", "de_DE.utf8", "en_GB.UTF-8"].into_iter().all(is_unicode));
        assert!(!["C", "POSIX", "de_DE.ISO-8859-1", "de_DE"].into_iter().any(is_unicode));
    }
}
