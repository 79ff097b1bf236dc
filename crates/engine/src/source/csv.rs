//! Events in CSV and TSV files: the first row names the fields. `host,status\na,200`
//!
//! A column is numeric only if each of its cells is a number in the form in which it prints: `007` and `1.50` stay texts. An
//! empty cell is absent. A row with more or fewer cells than the header is an error: its cells cannot be told apart.

use std::{io, ops::Range};

use csv::{ByteRecord, ReaderBuilder};
use speleo_functions::value::format_number;

use super::{
    builder::{Builder, Value},
    chunk::{self, Chunk, Chunks},
    schema::{Columns, Seen, TIME},
    text::Inferred,
};

/// Reads all rows for the types of their columns.
///
/// # Errors
/// Where the file cannot be read; a row that does not fit the header is part of the result.
pub(crate) fn infer(mut chunks: Chunks, delimiter: u8) -> io::Result<Inferred> {
    let mut found = Inferred::default();
    let mut header: Option<Vec<String>> = None;
    let mut seen: Vec<Seen> = Vec::new();
    while let Some(chunk) = chunks.next()? {
        rows(&chunk, delimiter, |row, range| match &header {
            None => {
                let names = header_names(row);
                seen = vec![Seen::default(); names.len()];
                header = Some(names);
            }
            Some(names) if row.len() != names.len() => {
                if found.ragged.is_none() {
                    let text =
                        format!("line {} has {} cells, the header {}", chunk.line(range), row.len(), names.len());
                    found.ragged = Some(text);
                }
            }
            Some(_) => {
                found.events += 1;
                for (cell, seen) in row.iter().zip(&mut seen) {
                    if !cell.is_empty() {
                        seen.add(kind(cell));
                    }
                }
            }
        })?;
    }
    let header = header.unwrap_or_default();
    for (name, seen) in header.iter().zip(&seen) {
        found.fields.note(name, *seen);
    }
    found.header = header;
    Ok(found)
}

/// The names of the columns. One without a name is called by its place, one that comes again by its place as well.
fn header_names(row: &ByteRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, cell) in row.iter().enumerate() {
        let name = String::from_utf8_lossy(cell.trim_ascii()).into_owned();
        let name = if name.is_empty() { format!("EXTRA_FIELD_{}", place + 1) } else { name };
        let again = names.contains(&name);
        names.push(if again { format!("{name}_{}", place + 1) } else { name });
    }
    names
}

/// What a cell reads as: a number only in its printed form.
pub(crate) fn kind(cell: &[u8]) -> Seen {
    let Ok(text) = std::str::from_utf8(cell) else { return Seen::TEXT };
    if !text.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Seen::TEXT;
    }
    if let Ok(number) = text.parse::<i64>() {
        return if number.to_string() == text { Seen::of_integer(number) } else { Seen::TEXT };
    }
    match text.parse::<f64>() {
        Ok(number) if format_number(number) == text => Seen::FLOAT,
        _ => Seen::TEXT,
    }
}

/// Calls `each` with the rows of a chunk and where they stand in it.
fn rows(chunk: &Chunk<'_>, delimiter: u8, mut each: impl FnMut(&ByteRecord, &Range<usize>)) -> io::Result<()> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(chunk.bytes);
    let mut row = ByteRecord::new();
    let mut start = 0;
    loop {
        let more = reader.read_byte_record(&mut row).map_err(io::Error::other)?;
        if !more {
            return Ok(());
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(chunk.bytes.len());
        // Empty lines are no rows; the reader passes over them on its way to the next.
        let taken = chunk.bytes.get(start..end).unwrap_or_default();
        let blank = taken.len() - taken.trim_ascii_start().len();
        each(&row, &(start + blank..end));
        start = end;
    }
}

/// Takes the wanted columns out of rows.
pub(crate) struct CsvDecoder {
    delimiter: u8,
    /// For each cell the columns that want it.
    targets: Vec<Vec<Target>>,
    /// Whether the next row is the header.
    at_header: bool,
    cells: usize,
}

#[derive(Clone, Copy)]
enum Target {
    Column(usize),
    Number(usize),
    Time { column: usize, rank: usize },
}

impl CsvDecoder {
    /// A decoder for the columns at these places, of a file with this header.
    pub(crate) fn new(columns: &Columns, places: &[usize], header: &[String], delimiter: u8) -> Self {
        let wanted = |name: &String| {
            let mut targets = Vec::new();
            for (column, place) in places.iter().enumerate() {
                let field = columns.schema.fields().get(*place);
                let numeric = field.is_some_and(|field| field.data_type().is_numeric());
                match columns.kinds.get(*place).map_or("", |(name, _)| name.as_str()) {
                    TIME => {
                        let rank = columns.time_keys.iter().position(|key| key == name);
                        targets.extend(rank.map(|rank| Target::Time { column, rank }));
                    }
                    other if other == name && numeric => targets.push(Target::Number(column)),
                    other if other == name => targets.push(Target::Column(column)),
                    _ => {}
                }
            }
            targets
        };
        Self { delimiter, targets: header.iter().map(wanted).collect(), at_header: true, cells: header.len() }
    }

    /// Reads the rows of a chunk that are kept.
    pub(crate) fn decode(
        &mut self,
        chunk: &Chunk<'_>,
        first: bool,
        keep: Option<&[bool]>,
        builder: &mut Builder,
    ) -> io::Result<()> {
        let mut place = 0;
        self.at_header = first;
        rows(chunk, self.delimiter, |row, range| {
            if std::mem::take(&mut self.at_header) {
                return;
            }
            let wanted = keep.is_none_or(|keep| keep.get(place).copied().unwrap_or_default());
            place += 1;
            if !wanted {
                return;
            }
            // The file changed since it was found to be whole.
            if row.len() != self.cells {
                return builder.end_bad_row();
            }
            for (cell, targets) in row.iter().zip(&self.targets) {
                if !cell.is_empty() {
                    targets.iter().for_each(|target| push(builder, *target, cell));
                }
            }
            let line = chunk.event(range);
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            builder.end_row(line, chunk.offset + range.start as u64);
        })
    }
}

fn push(builder: &mut Builder, target: Target, cell: &[u8]) {
    let text = chunk::text(cell);
    match target {
        Target::Column(column) => builder.push(column, Value::Text(&text)),
        Target::Time { column, rank } => builder.push_time(column, rank, Value::Text(&text)),
        Target::Number(column) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => builder.push(column, Value::Integer(number)),
            (_, Ok(number)) => builder.push(column, Value::Float(number)),
            _ => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_numbers_only_in_their_printed_form() {
        for text in ["5", "-5", "0"] {
            assert_eq!(kind(text.as_bytes()), Seen::INTEGER, "{text}");
        }
        for text in ["1.5", "-0.25"] {
            assert_eq!(kind(text.as_bytes()), Seen::FLOAT, "{text}");
        }
        for text in ["007", "+5", "1.50", "1.", ".5", "-0", "1e5", "abc", "0x1f", "9223372036854775808", "1 ", "NaN"] {
            assert_eq!(kind(text.as_bytes()), Seen::TEXT, "{text}");
        }
    }

    #[test]
    fn columns_get_a_name_of_their_own() {
        assert_eq!(header_names(&ByteRecord::from(vec!["a", " ", "a", "b "])), ["a", "EXTRA_FIELD_2", "a_3", "b"]);
    }
}
