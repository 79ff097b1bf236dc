//! What the line editor asks while one types: is the search complete, which names fit, what came before.

use std::borrow::Cow;

use rustyline::{
    Context, Result,
    completion::{Completer, Pair},
    highlight::Highlighter,
    hint::{Hinter, HistoryHinter},
    validate::{ValidationContext, ValidationResult, Validator},
};
use speleo_engine::Engine;

use crate::{command::help, diagnostic};

/// The editor's helper.
pub(super) struct Helper {
    hinter: HistoryHinter,
    indexes: Vec<String>,
    lookups: Vec<String>,
}

impl Helper {
    /// A helper that knows the engine's names.
    pub(super) fn new(engine: &Engine) -> Self {
        Self { hinter: HistoryHinter {}, indexes: engine.index_names(), lookups: engine.lookup_names() }
    }

    fn names(&self, before: &str) -> Vec<String> {
        let before = before.trim_end();
        let last_word = before.rsplit(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
        if before.is_empty() || before.ends_with(['|', '[']) {
            return help::commands()
                .filter(|spec| help::can_run(spec))
                .flat_map(|spec| spec.names)
                .map(|name| (*name).to_owned())
                .collect();
        }
        if before.ends_with("index=") {
            return self.indexes.clone();
        }
        if matches!(last_word, "lookup" | "inputlookup" | "outputlookup") {
            return self.lookups.clone();
        }
        let functions = help::functions().flat_map(|spec| spec.names).map(|name| format!("{name}("));
        let aggregates = help::aggregates().flat_map(|spec| spec.names).map(|name| (*name).to_owned());
        functions.chain(aggregates).collect()
    }
}

impl rustyline::Helper for Helper {}

impl Highlighter for Helper {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if diagnostic::has_colour_stdout() { Cow::Owned(format!("\x1b[2m{hint}\x1b[0m")) } else { Cow::Borrowed(hint) }
    }
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let before = line.get(..position).unwrap_or_default();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let start = before
            .rfind(|c| !is_part(c))
            .map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
        let word = before.get(start..).unwrap_or_default();
        let mut names = self.names(before.get(..start).unwrap_or_default());
        names.retain(|name| name.starts_with(word));
        names.sort_unstable();
        names.dedup();
        Ok((start, names.into_iter().map(|name| Pair { display: name.clone(), replacement: name }).collect()))
    }
}

impl Hinter for Helper {
    type Hint = String;

    fn hint(&self, line: &str, position: usize, cx: &Context<'_>) -> Option<String> {
        self.hinter.hint(line, position, cx)
    }
}

impl Validator for Helper {
    fn validate(&self, cx: &mut ValidationContext) -> Result<ValidationResult> {
        Ok(if is_open(cx.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// Whether a search goes on: a quote, bracket, macro or comment is open, or a pipe ends it. An empty last line ends everything,
/// so that a mistake cannot trap its author.
fn is_open(text: &str) -> bool {
    if text.starts_with(':') || text.ends_with('\n') {
        return false;
    }
    let mut rest = text;
    let mut depth = 0i32;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let quoted = match c {
            '`' if rest.starts_with("```") => rest.get(3..).unwrap_or_default().split_once("```"),
            '`' => after.split_once('`'),
            '"' => match end_of_text(after) {
                Some(end) => Some(("", end)),
                None => return true,
            },
            '(' | '[' => {
                depth += 1;
                Some(("", after))
            }
            ')' | ']' => {
                depth -= 1;
                Some(("", after))
            }
            _ => Some(("", after)),
        };
        match quoted {
            Some((_, end)) => rest = end,
            None => return true,
        }
    }
    depth > 0 || text.trim_end().ends_with('|')
}

/// What follows the closing quote; a backslash takes the meaning from the next character.
fn end_of_text(text: &str) -> Option<&str> {
    let mut chars = text.char_indices();
    while let Some((place, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => return text.get(place + 1..),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn a_search_goes_on_while_something_is_open() {
        for open in [
            "index=web |",
            "stats count(eval(x=1)",
            "search [ inputlookup a",
            "where x=\"a|b",
            "eval a=\"\\\"",
            "`m(1",
            "```note",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "index=web",
            "where x=\"(\"",
            "stats count(x)",
            "`m(\"|\")`",
            "```a|``` index=x",
            ":mode |",
            "index=web |\n",
            "a)",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
