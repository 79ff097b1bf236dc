//! Fields that an event names itself, as `KV_MODE` says: `spl_kv(_raw, 'auto', 'json trim', 'user', 'status')`.
//!
//! | mode | |
//! | --- | --- |
//! | `auto` | `key=value` pairs; with the option `json` the keys of an event that is JSON |
//! | `auto_escaped` | the same, and `\"` in quotes is a quote |
//! | `json` | the keys of an event that is JSON |
//! | `xml` | elements and attributes by their paths: `Event.System.EventID`, `Event.Data{@Name}` |
//! | `multi` | the columns of an event that is a table with a header: `PID`, a value from each line |
//!
//! Options are words: `json`; `trim` leaves out blanks around values in quotes; `fields:100`, `characters:10240` and `bytes:5000` cut
//! pairs, the text that is looked at for them, and the text that is looked at for JSON and XML, as Splunk does. Of pairs and of plain
//! JSON keys the first value counts; names with `{}`, those of XML and of tables take all. Lines of a table do not become events:
//! that is the command `multikv`, as in Splunk.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
    logical_expr::ReturnFieldArgs,
};
use indexmap::IndexSet;

use super::{
    json::{self, Wanted},
    name::{clean, is_name},
    pairs::{Escapes, Pairs},
    slots::{Slots, has_word, note, planned, slots_type},
};
use crate::eval::{
    kernel::{Arguments, lists},
    spath, table,
};

/// The first argument that is a name.
const NAMES: usize = 3;

/// How an event is read.
struct Reading {
    mode: Mode,
    json: bool,
    trims: bool,
    /// So many fields of pairs.
    fields: usize,
    /// So many characters of an event are looked at for pairs.
    characters: usize,
    /// So many bytes of JSON and XML.
    bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pairs(Escapes),
    Json,
    Xml,
    Table,
}

impl Reading {
    fn new(args: &Arguments) -> Result<Self> {
        let (mode, options) = (args.literal(1)?, args.literal(2)?);
        let has = |word: &str| has_word(&options, word);
        let mode = match mode.as_str() {
            "json" => Mode::Json,
            "xml" => Mode::Xml,
            "multi" => Mode::Table,
            "auto_escaped" => Mode::Pairs(Escapes::Known),
            _ => Mode::Pairs(Escapes::Plain),
        };
        let most = |word: &str| {
            let number = |option: &str| option.strip_prefix(word)?.strip_prefix(':')?.parse().ok();
            options.split(' ').find_map(number).unwrap_or(usize::MAX)
        };
        Ok(Self {
            mode,
            json: mode == Mode::Json || has("json"),
            trims: has("trim"),
            fields: most("fields"),
            characters: most("characters"),
            bytes: most("bytes"),
        })
    }

    /// The part of an event that is looked at for pairs.
    fn for_pairs<'t>(&self, event: &'t str) -> &'t str {
        if event.len() <= self.characters {
            return event;
        }
        let end = event.char_indices().nth(self.characters);
        end.and_then(|(end, _)| event.get(..end)).unwrap_or(event)
    }

    /// The part that is looked at for JSON or XML.
    fn for_tree<'t>(&self, event: &'t str) -> &'t str {
        if event.len() <= self.bytes {
            return event;
        }
        let end = (0..=self.bytes).rev().find(|end| event.is_char_boundary(*end)).unwrap_or(0);
        event.get(..end).unwrap_or(event)
    }

    /// Whether what could not be read to its end counts as far as it was read.
    fn takes_part(&self, event: &str) -> bool {
        event.len() > self.bytes
    }
}

fn is_json(event: &str) -> bool {
    event.trim_start().starts_with(['{', '['])
}

/// The XML of an event, which may stand behind a header.
fn xml(event: &str) -> Option<&str> {
    event.get(event.find('<')?..)
}

pub(super) fn fields_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let takes_all = matches!(planned(args, 1), "xml" | "multi");
    slots_type(args, NAMES, |name| takes_all || name.contains("{}"))
}

/// The values of the names; null where the event has none.
pub(super) fn fields(args: &Arguments) -> Result<ArrayRef> {
    let (events, reading) = (args.texts(0)?, Reading::new(args)?);
    let mut slots = Slots::new(args)?;
    let mut wanted = Wanted::new(slots.names().map(str::to_owned).collect());
    let last = LastBytes::of(wanted.names());
    for row in 0..args.rows() {
        if let Some(event) = events.get(row) {
            match reading.mode {
                Mode::Xml => of_xml(reading.for_tree(&event), wanted.names(), &mut slots),
                Mode::Table => of_table(&event, wanted.names(), &mut slots),
                Mode::Json => {
                    of_json(&event, &reading, &mut wanted, &mut slots);
                }
                Mode::Pairs(escapes) => {
                    if !of_json(&event, &reading, &mut wanted, &mut slots) {
                        let pairs = Pairs::new(reading.for_pairs(&event), escapes, reading.trims);
                        of_pairs(pairs, &reading, wanted.names(), &last, &mut slots);
                    }
                }
            }
        }
        slots.end_row();
    }
    slots.finish(args.rows())
}

/// Whether the event is JSON, and the reading looks for it.
fn of_json(event: &str, reading: &Reading, wanted: &mut Wanted, slots: &mut Slots) -> bool {
    if !reading.json || !is_json(event) {
        return false;
    }
    let is_whole = wanted.read(reading.for_tree(event), slots);
    let counts = is_whole || reading.takes_part(event);
    if !counts {
        slots.clear();
    }
    counts
}

fn of_xml(event: &str, names: &[String], slots: &mut Slots) {
    let Some(text) = xml(event) else { return };
    spath::leaves(text, |path, value| {
        if let Some(place) = names.iter().position(|name| name == path) {
            slots.add(place, &value);
        }
    });
}

fn of_table(event: &str, names: &[String], slots: &mut Slots) {
    table::each_cell(event, |column, value| {
        if let Some(place) = names.iter().position(|name| is_name(column, name)) {
            slots.add(place, value);
        }
    });
}

fn of_pairs(mut pairs: Pairs<'_>, reading: &Reading, names: &[String], last: &LastBytes, slots: &mut Slots) {
    // With the limit, pairs that nobody asked for count as well.
    let is_counted = reading.fields < usize::MAX;
    let mut seen = 0;
    while seen < reading.fields
        && let Some((key, value)) = pairs.next_ending(|byte| is_counted || last.has(byte))
    {
        seen += 1;
        let Some(place) = names.iter().position(|name| is_name(key, name)) else { continue };
        if !slots.add(place, &value) {
            return;
        }
    }
}

/// The bytes with which keys of wanted names can end.
struct LastBytes([bool; 256]);

impl LastBytes {
    fn of(names: &[String]) -> Self {
        let mut bytes = [false; 256];
        for name in names {
            for (byte, is_wanted) in (0..=u8::MAX).zip(&mut bytes) {
                // What is neither a letter nor a digit becomes `_`; beyond ASCII that is not known from a byte.
                let may = match name.as_bytes().last() {
                    Some(b'_') => !byte.is_ascii_alphanumeric(),
                    Some(last) => *last == byte,
                    None => false,
                };
                *is_wanted |= may;
            }
        }
        Self(bytes)
    }

    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or(false)
    }
}

/// The names of the fields of an event, each once: those for which [`fields`] finds a value.
pub(super) fn names(args: &Arguments) -> Result<ArrayRef> {
    let (events, reading) = (args.texts(0)?, Reading::new(args)?);
    let mut found = IndexSet::new();
    lists(args.rows(), |row, builder| {
        let Some(event) = events.get(row) else { return };
        found.clear();
        match reading.mode {
            Mode::Xml => {
                if let Some(text) = xml(reading.for_tree(&event)) {
                    spath::leaves(text, |path, _| note(&mut found, path));
                }
            }
            Mode::Table => table::each_cell(&event, |column, _| note(&mut found, &clean(column))),
            Mode::Json => {
                names_of_json(&event, &reading, &mut found);
            }
            Mode::Pairs(escapes) => {
                if !names_of_json(&event, &reading, &mut found) {
                    Pairs::new(reading.for_pairs(&event), escapes, reading.trims)
                        .take(reading.fields)
                        .for_each(|(key, _)| note(&mut found, &clean(key)));
                }
            }
        }
        found.iter().for_each(|name| builder.value(name));
    })
}

/// As [`of_json`] for names.
fn names_of_json(event: &str, reading: &Reading, found: &mut IndexSet<String>) -> bool {
    if !reading.json || !is_json(event) {
        return false;
    }
    let is_whole = json::names(reading.for_tree(event), &mut |name| note(found, name));
    let counts = is_whole || reading.takes_part(event);
    if !counts {
        found.clear();
    }
    counts
}
