//! Files whose lines are cells under a header: `INDEXED_EXTRACTIONS = csv`, `FIELD_HEADER_REGEX = ^#fields\t`.
//!
//! The header names the fields and is no event. It is the line `HEADER_FIELD_LINE_NUMBER`, the one that `FIELD_HEADER_REGEX` takes,
//! or the first that `PREAMBLE_REGEX` does not; `FIELD_NAMES` stand for one that is missing. A line in quotes goes on
//! behind its end. Empty cells, and those that `MISSING_VALUE_REGEX` takes, are absent.
//!
//! Two keys are our own, for the files of Zeek: `FIELD_TYPES_REGEX` takes the line that says the columns' types, of which `set[…]`,
//! `vector[…]` and `table[…]` hold several values, and `SET_SEPARATOR_REGEX` the line that says what stands between these.

use std::{borrow::Cow, sync::Arc};

use speleo_functions::eval::pattern::regex::Regex;
use speleo_knowledge::props::{IndexTime, IndexedExtractions};

/// The structure of a file.
#[derive(Debug, Clone)]
pub(super) enum Structure {
    /// JSON objects; whether names of arrays lose their braces.
    Json { trims_braces: bool },
    /// Cells.
    Cells(Box<Cells>),
}

/// How cells stand in lines.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    delimiter: Delimiter,
    quote: Option<char>,
    header_delimiter: Delimiter,
    header_quote: Option<char>,
    names: Vec<Arc<str>>,
    /// The line of the header, from 1.
    header_line: Option<u64>,
    header: Option<Arc<Regex>>,
    preamble: Option<Arc<Regex>>,
    missing: Option<Arc<Regex>>,
    types: Option<Arc<Regex>>,
    separator: Option<Arc<Regex>>,
    /// The fields that make up the time.
    pub(super) time_fields: Vec<String>,
    /// Characters of names besides letters, digits, blanks and `_`.
    special: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    Char(char),
    /// Runs of blanks and tabs.
    Blanks,
}

/// What is known of a file's header so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    names: Option<Vec<Arc<str>>>,
    /// Which columns hold several values, as far as a line said it.
    several: Vec<bool>,
    /// What stands between these; none is a comma.
    separator: Option<char>,
    lines: u64,
    /// Whether the settings name the fields, and no line has to.
    is_given: bool,
}

impl Header {
    /// How many lines were read in vain; none where the header was found or there were none.
    pub(super) fn missing(&self) -> Option<u64> {
        (self.names.is_none() && !self.is_given && self.lines > 0).then_some(self.lines)
    }
}

/// Settings that are no part of [`IndexTime`].
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    /// `HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS`
    pub(super) special: String,
    /// `FIELD_TYPES_REGEX`
    pub(super) types: Option<String>,
    /// `SET_SEPARATOR_REGEX`
    pub(super) separator: Option<String>,
}

impl Structure {
    /// The structure that settings ask for; none where they ask for none.
    pub(super) fn new(
        settings: &IndexTime,
        trims_braces: bool,
        own: Own,
        mut regex: impl FnMut(&str, &Option<String>) -> Option<Arc<Regex>>,
    ) -> Option<Self> {
        let kind = settings.indexed_extractions?;
        let (delimiter, time_fields) = match kind {
            IndexedExtractions::Json | IndexedExtractions::Hec => {
                return Some(Self::Json { trims_braces: settings.json_trim_braces.unwrap_or(trims_braces) });
            }
            IndexedExtractions::Csv | IndexedExtractions::FieldHeader => (',', &[][..]),
            IndexedExtractions::Tsv => ('\t', &[][..]),
            IndexedExtractions::Psv => ('|', &[][..]),
            IndexedExtractions::W3c => (' ', &["date", "time"][..]),
        };
        let is_w3c = kind == IndexedExtractions::W3c;
        let delimiter = delimiter_of(&settings.field_delimiter).unwrap_or(Delimiter::Char(delimiter));
        let quote = |text: &Option<String>| text.as_deref().map_or(Some('"'), character);
        let w3c = |set: &Option<String>, usual: &str| set.clone().or_else(|| is_w3c.then(|| usual.to_owned()));
        Some(Self::Cells(Box::new(Cells {
            header_delimiter: delimiter_of(&settings.header_field_delimiter).unwrap_or(delimiter),
            header_quote: settings
                .header_field_quote
                .as_deref()
                .map_or_else(|| quote(&settings.field_quote), character),
            delimiter,
            quote: quote(&settings.field_quote),
            names: settings.field_names.iter().map(|name| name.as_str().into()).collect(),
            header_line: settings.header_field_line_number.filter(|line| *line > 0),
            header: regex("FIELD_HEADER_REGEX", &w3c(&settings.field_header_regex, r"^#Fields:\s*")),
            preamble: regex("PREAMBLE_REGEX", &w3c(&settings.preamble_regex, "^#")),
            missing: regex("MISSING_VALUE_REGEX", &w3c(&settings.missing_value_regex, "^-$")),
            types: regex("FIELD_TYPES_REGEX", &own.types),
            separator: regex("SET_SEPARATOR_REGEX", &own.separator),
            time_fields: match settings.timestamp_fields.as_slice() {
                [] => time_fields.iter().map(|name| (*name).to_owned()).collect(),
                set => set.to_vec(),
            },
            // The names of this format are like `cs(User-Agent)`, and usual as they are.
            special: if is_w3c && own.special.is_empty() { "-()".to_owned() } else { own.special },
        })))
    }
}

impl Cells {
    /// Whether a line is an event; where it is the header, its names are noted.
    pub(super) fn is_event(&self, header: &mut Header, line: &str) -> bool {
        header.lines += 1;
        if let Some(text) = behind(&self.header, line) {
            header.names = Some(self.names_of(text));
            return false;
        }
        if let Some(text) = behind(&self.types, line) {
            let is_several =
                |kind: &Cow<'_, str>| ["set[", "vector[", "table["].iter().any(|word| kind.starts_with(word));
            header.several = cells(text, self.header_delimiter, self.header_quote).iter().map(is_several).collect();
            return false;
        }
        if let Some(text) = behind(&self.separator, line) {
            header.separator = character(text);
            return false;
        }
        if self.preamble.as_ref().is_some_and(|preamble| preamble.is_match(line)) {
            return false;
        }
        header.is_given = !self.names.is_empty() && self.header_line.is_none();
        if header.names.is_some() || header.is_given {
            return true;
        }
        match self.header_line {
            Some(number) if header.lines < number => {}
            // The header of another line is to come.
            None if self.header.is_some() => {}
            _ => header.names = Some(if self.names.is_empty() { self.names_of(line) } else { self.names.clone() }),
        }
        false
    }

    /// Whether a line ends inside quotes.
    pub(super) fn is_open(&self, line: &str) -> bool {
        self.quote.is_some_and(|quote| line.matches(quote).count() % 2 == 1)
    }

    /// The fields of a line.
    pub(super) fn fields(&self, header: &Header, line: &str) -> Vec<(Arc<str>, String)> {
        let names = header.names.as_ref().unwrap_or(&self.names);
        let cells = cells(line, self.delimiter, self.quote);
        let is_there =
            |cell: &str| !cell.is_empty() && !self.missing.as_ref().is_some_and(|regex| regex.is_match(cell));
        let named = cells.into_iter().enumerate().filter(|(_, cell)| is_there(cell));
        let name =
            |place: usize| names.get(place).cloned().unwrap_or_else(|| format!("EXTRA_FIELD_{}", place + 1).into());
        let mut fields = Vec::new();
        for (place, cell) in named {
            if !header.several.get(place).copied().unwrap_or(false) {
                fields.push((name(place), cell.into_owned()));
                continue;
            }
            // In a value the separator stands as its code.
            let separator = header.separator.unwrap_or(',');
            let code = format!("\\x{:02x}", u32::from(separator));
            let values = cell.split(separator).filter(|value| is_there(value));
            fields.extend(values.map(|value| (name(place), value.replace(&code, separator.encode_utf8(&mut [0; 4])))));
        }
        fields
    }

    fn names_of(&self, line: &str) -> Vec<Arc<str>> {
        let cells = cells(line, self.header_delimiter, self.header_quote);
        let name = |(place, cell): (usize, Cow<'_, str>)| {
            let is_kept = |c: char| c.is_alphanumeric() || c == '_' || c == ' ' || self.special.contains(c);
            let name: String = cell.trim().chars().map(|c| if is_kept(c) { c } else { '_' }).collect();
            if name.is_empty() { format!("EXTRA_FIELD_{}", place + 1).into() } else { name.into() }
        };
        cells.into_iter().enumerate().map(name).collect()
    }
}

/// What a line says in the first group of a regex, or behind its match; none where it does not match.
fn behind<'l>(regex: &Option<Arc<Regex>>, line: &'l str) -> Option<&'l str> {
    let regex = regex.as_ref()?;
    let mut groups = regex.groups();
    let (_, end) = regex.find(line, 0, &mut groups)?;
    line.get(groups.get(1).map_or(end, |(start, _)| start)..)
}

/// A delimiter as it is written: itself, or a word.
fn delimiter_of(text: &Option<String>) -> Option<Delimiter> {
    let text = text.as_deref()?;
    if text.eq_ignore_ascii_case("whitespace") {
        return Some(Delimiter::Blanks);
    }
    character(text).map(Delimiter::Char)
}

fn character(text: &str) -> Option<char> {
    let text = text.trim();
    Some(match text.to_ascii_lowercase().as_str() {
        "space" => ' ',
        "tab" | r"\t" => '\t',
        "fs" => '\u{1c}',
        "gs" => '\u{1d}',
        "rs" => '\u{1e}',
        "us" => '\u{1f}',
        "none" | "null" | "" => return None,
        hex if hex.starts_with(r"\x") => char::from(u8::from_str_radix(hex.get(2..)?, 16).ok()?),
        _ => text.trim_matches('"').chars().next().unwrap_or('"'),
    })
}

/// The cells of a line. A quote within quotes is doubled.
fn cells(line: &str, delimiter: Delimiter, quote: Option<char>) -> Vec<Cow<'_, str>> {
    let is_delimiter = |c: char| match delimiter {
        Delimiter::Char(one) => c == one,
        Delimiter::Blanks => c == ' ' || c == '\t',
    };
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        if delimiter == Delimiter::Blanks {
            rest = rest.trim_start_matches(is_delimiter);
        }
        // Blanks around a quoted cell belong to nothing.
        let opening = if is_delimiter(' ') { rest } else { rest.trim_start_matches(' ') };
        let behind = match quote.and_then(|quote| Some((quote, opening.strip_prefix(quote)?))) {
            Some((quote, inside)) => {
                let (cell, behind) = quoted(inside, quote);
                cells.push(cell);
                behind.find(is_delimiter).and_then(|at| behind.get(at..)).unwrap_or_default()
            }
            None => {
                let end = rest.find(is_delimiter).unwrap_or(rest.len());
                let (cell, behind) = rest.split_at(end);
                cells.push(Cow::Borrowed(cell));
                behind
            }
        };
        let Some(c) = behind.chars().next() else { return cells };
        rest = behind.get(c.len_utf8()..).unwrap_or_default();
    }
}

/// The text up to the quote that closes it, and what is behind that.
fn quoted(text: &str, quote: char) -> (Cow<'_, str>, &str) {
    let width = quote.len_utf8();
    let mut cell = String::new();
    let mut start = 0;
    while let Some(at) = text.get(start..).and_then(|rest| rest.find(quote)).map(|at| at + start) {
        let part = text.get(start..at).unwrap_or_default();
        let behind = text.get(at + width..).unwrap_or_default();
        if !behind.starts_with(quote) {
            return if cell.is_empty() { (Cow::Borrowed(part), behind) } else { ((cell + part).into(), behind) };
        }
        cell.push_str(part);
        cell.push(quote);
        start = at + 2 * width;
    }
    cell.push_str(text.get(start..).unwrap_or_default());
    (cell.into(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, delimiter: Delimiter, expected: &[&str]) {
        assert_eq!(cells(line, delimiter, Some('"')), expected, "{line}");
    }

    #[test]
    fn cells_of_a_line() {
        let comma = Delimiter::Char(',');
        check("a,,c", comma, &["a", "", "c"]);
        check("", comma, &[""]);
        check(r#""a,b", "say ""hi""",c d"#, comma, &["a,b", "say \"hi\"", "c d"]);
        check(r#""open,b"#, comma, &["open,b"]);
        check("\"\",\"x\"y,z", comma, &["", "x", "z"]);
        check("a  b\tc", Delimiter::Blanks, &["a", "b", "c"]);
        check("é|\"|\"|", Delimiter::Char('|'), &["é", "|", ""]);
    }

    #[test]
    fn delimiters_have_names() {
        assert_eq!(character("tab"), Some('\t'));
        assert_eq!(character("\\x3b"), Some(';'));
        assert_eq!(character("none"), None);
        assert_eq!(character("\"|\""), Some('|'));
        assert_eq!(delimiter_of(&Some("whitespace".to_owned())), Some(Delimiter::Blanks));
    }
}
