//! What an editor shows while a search is being written: what fits at the cursor, what comes next, colours.
//!
//! ```text
//! index=web | stats c▮      count  counts values …
//! ```
//!
//! Shared by the shell and the language server: text and a byte offset go in, data come out. Names come from the tables of
//! commands and functions and from the world that is open; the fields of the stage at hand are found beside the typing.

mod catalog;
mod hint;
mod open;
mod paint;
mod sample;
mod spelling;
mod spot;
mod stage;
mod suggest;
mod usage;

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use speleo_engine::Engine;

pub(crate) use self::{
    catalog::{Catalog, Named},
    hint::Hint,
    open::is_open,
    paint::paint,
    sample::Sample,
    spelling::escaped,
    usage::is_statistical,
};
use self::{spot::Spot, stage::Stages};

/// How long a keystroke may wait for the fields of a stage: with what else it takes, less than a frame.
const PATIENCE: Duration = Duration::from_millis(10);

/// What kind of thing is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SuggestionKind {
    /// A value: of a field, of an option.
    Value,
    /// A field.
    Field,
    /// An option of the command.
    Option,
    /// A word of the grammar.
    Keyword,
    /// A function.
    Function,
    /// A command.
    Command,
    /// An index.
    Index,
    /// A source type.
    SourceType,
    /// A lookup table.
    Lookup,
    /// A macro.
    Macro,
    /// A data model, or an object of one.
    DataModel,
    /// A saved search.
    SavedSearch,
}

/// Something that fits at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What takes the place of the word at the cursor.
    pub(crate) text: String,
    /// What is listed.
    pub(crate) label: String,
    /// A line of help; may be empty.
    pub(crate) detail: String,
    /// What it is.
    pub(crate) kind: SuggestionKind,
    /// How a function is called; none for all else.
    pub(crate) usage: Option<&'static str>,
}

/// What fits at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Completion {
    /// The byte from which on the text up to the cursor is replaced.
    pub(crate) start: usize,
    /// The suggestions, the likeliest first.
    pub(crate) suggestions: Vec<Suggestion>,
}

/// The help for whoever writes a search.
#[derive(Clone)]
pub(crate) struct Editor {
    catalog: Arc<Catalog>,
    stages: Stages,
}

impl Editor {
    /// Help in an engine's world. Fields are looked up in tasks of the runtime that this is called in.
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { catalog: Arc::new(Catalog::new(engine)), stages: Stages::new(engine.clone()) }
    }

    /// The names of the world.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Looks ahead: begins to find out what the next key may ask for. Called as one types; it costs next to nothing.
    pub(crate) fn prepare(&self, text: &str, position: usize) {
        let spot = Spot::find(text, position);
        self.stages.want(spot.stage, spot.segment_before());
        if let Some(table) = suggest::lookup_table(&spot) {
            self.stages.lookup(table, Instant::now());
        }
    }

    /// What fits at a byte offset of a text.
    pub(crate) fn complete(&self, text: &str, position: usize) -> Completion {
        let spot = Spot::find(text, position);
        let suggestions = suggest::suggest(&spot, &self.catalog, &self.stages, Instant::now() + PATIENCE);
        Completion { start: spot.start, suggestions }
    }

    /// What could come next at the end of a text.
    pub(crate) fn hint(&self, text: &str, position: usize) -> Option<Hint> {
        hint::hint(text, position)
    }

    /// The bracket at the cursor and its partner.
    pub(crate) fn brackets(text: &str, position: usize) -> Option<[Range<usize>; 2]> {
        paint::brackets(text, position)
    }
}
