//! What the line editor asks while one types: is the search complete, what fits, what came before, which colours.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use clap::ValueEnum;
use rustyline::{
    CompletionType, Context, Result,
    completion::{Completer, FilenameCompleter},
    highlight::{CmdKind, Highlighter},
    hint::{Hint as LineHint, Hinter, HistoryHinter},
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{
    meta::{self, Takes},
    row::{Row, Rows},
};
use crate::{
    command::help,
    diagnostic,
    editor::{self, Completion, Editor, Suggestion},
    output::Format,
    plot::Kind,
};

/// The editor's helper.
pub(super) struct Helper {
    editor: Editor,
    history: HistoryHinter,
    files: FilenameCompleter,
    /// What stands at the prompt.
    line: Mutex<String>,
    colour: bool,
}

impl Helper {
    /// A helper that asks an editor.
    pub(super) fn new(editor: Editor) -> Self {
        Self {
            editor,
            history: HistoryHinter {},
            files: FilenameCompleter::new(),
            line: Mutex::default(),
            colour: diagnostic::has_colour_stdout(),
        }
    }

    /// Whether nothing stood at the prompt when it was left.
    pub(super) fn was_empty(&self) -> bool {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).trim().is_empty()
    }

    /// Remembers what stands at the prompt.
    fn note(&self, line: &str) {
        line.clone_into(&mut self.line.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The help for searches.
    pub(super) fn editor(&self) -> &Editor {
        &self.editor
    }

    /// What fits in a line of the shell's own.
    fn complete_meta(&self, line: &str, position: usize, cx: &Context<'_>) -> Result<(usize, Vec<Row>)> {
        let rows = Rows::new();
        let before = line.get(..position).unwrap_or_default();
        let Some((name, rest)) = before.get(1..).unwrap_or_default().split_once(' ') else {
            let typed = before.get(1..).unwrap_or_default();
            let fitting = meta::META.iter().flat_map(|spec| spec.names.iter().map(move |name| (spec, *name)));
            let fitting = fitting.filter(|(_, name)| name.starts_with(typed));
            let fitting = fitting.map(|(spec, name)| rows.row(format!("{name} "), &format!(":{name}"), spec.summary));
            return Ok((1, fitting.collect()));
        };
        let start = position - rest.trim_start().len();
        let word = before.get(start..).unwrap_or_default();
        let named = |names: &mut dyn Iterator<Item = (String, String)>| {
            let fitting = names.filter(|(name, _)| name.to_lowercase().starts_with(&word.to_lowercase()));
            (start, fitting.map(|(name, detail)| rows.row(name.clone(), &name, &detail)).collect())
        };
        let catalog = self.editor.catalog();
        let plain = |name: &String| (name.clone(), String::new());
        Ok(match meta::find(name).map(|spec| spec.takes) {
            Some(Takes::Search) => suggested(self.editor.complete(rest, rest.len()), position - rest.len()),
            Some(Takes::Path) => {
                let (start, pairs) = self.files.complete(line, position, cx)?;
                (start, pairs.into_iter().map(|pair| rows.row(pair.replacement, &pair.display, "")).collect())
            }
            Some(Takes::Topic) => named(&mut help::page_names().into_iter().map(|name| (name, String::new()))),
            Some(Takes::Format) => named(&mut values::<Format>()),
            Some(Takes::Plot) => named(&mut values::<Kind>()),
            Some(Takes::Lookup) => named(&mut catalog.lookups.iter().map(plain)),
            Some(Takes::Macro) => named(&mut catalog.macros.iter().cloned()),
            Some(Takes::DataModel) => named(&mut catalog.models.iter().cloned()),
            Some(Takes::Setting) => named(
                &mut meta::setting::SETTINGS
                    .iter()
                    .map(|setting| (setting.name.to_owned(), setting.summary.to_owned())),
            ),
            Some(Takes::Time) => {
                let presets = catalog.presets.iter().map(|preset| {
                    let range = format!(
                        "{} {}",
                        preset.earliest.as_deref().unwrap_or("0"),
                        preset.latest.as_deref().unwrap_or("now")
                    );
                    (range, preset.label.clone())
                });
                named(&mut presets.collect::<Vec<_>>().into_iter())
            }
            Some(Takes::Nothing) | None => (position, Vec::new()),
        })
    }
}

impl rustyline::Helper for Helper {}

/// The values of an option, with a line of help.
fn values<T: ValueEnum + 'static>() -> impl Iterator<Item = (String, String)> {
    T::value_variants().iter().filter_map(T::to_possible_value).map(|value| {
        let summary = value.get_help().map(ToString::to_string).unwrap_or_default();
        (value.get_name().to_owned(), summary)
    })
}

/// The suggestions of the editor, for a text that begins at `offset` of the line.
fn suggested(completion: Completion, offset: usize) -> (usize, Vec<Row>) {
    let rows = Rows::new();
    let row = |one: Suggestion| rows.row(one.text, one.usage.unwrap_or(&one.label), &one.detail);
    (offset + completion.start, completion.suggestions.into_iter().map(row).collect())
}

impl Completer for Helper {
    type Candidate = Row;

    fn complete(&self, line: &str, position: usize, cx: &Context<'_>) -> Result<(usize, Vec<Row>)> {
        match line.starts_with(':') {
            true => self.complete_meta(line, position, cx),
            false => Ok(suggested(self.editor.complete(line, position), 0)),
        }
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        self.note(line);
        if !line.starts_with(':') {
            self.editor.prepare(line, position);
        }
        if !self.colour {
            return Cow::Borrowed(line);
        }
        if line.starts_with(':') {
            let name = line.find(' ').unwrap_or(line.len());
            let (name, rest) = line.split_at(name);
            let colour = if meta::find(name.get(1..).unwrap_or_default()).is_some() { "\x1b[1;34m" } else { "" };
            return Cow::Owned(format!("{colour}{name}\x1b[0m{rest}"));
        }
        let marked: Vec<Range<usize>> = Editor::brackets(line, position).into_iter().flatten().collect();
        Cow::Owned(editor::paint(line, &marked))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.colour { Cow::Owned(format!("\x1b[2m{hint}\x1b[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        Cow::Borrowed(candidate)
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

/// What stands grey behind the cursor.
pub(super) struct Shown {
    text: String,
    /// Whether the right arrow takes it: what came before can be taken, a grammar cannot.
    is_text: bool,
}

impl LineHint for Shown {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.is_text.then_some(self.text.as_str())
    }
}

impl Hinter for Helper {
    type Hint = Shown;

    fn hint(&self, line: &str, position: usize, cx: &Context<'_>) -> Option<Shown> {
        self.note(line);
        if let Some(text) = self.history.hint(line, position, cx) {
            return Some(Shown { text, is_text: true });
        }
        if let Some(rest) = line.strip_prefix(':') {
            let (name, rest) = rest.split_once(' ')?;
            let usage = meta::find(name).filter(|_| rest.is_empty())?.usage;
            return usage.split_once(' ').map(|(_, rest)| Shown { text: rest.to_owned(), is_text: false });
        }
        self.editor.hint(line, position).map(|hint| Shown { text: hint.0, is_text: false })
    }
}

impl Validator for Helper {
    fn validate(&self, cx: &mut ValidationContext) -> Result<ValidationResult> {
        Ok(if editor::is_open(cx.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
