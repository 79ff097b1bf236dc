//! Columns in the making: values by row, and what a row does not say filled in from its line and file.

use std::{borrow::Cow, sync::Arc};

use datafusion::arrow::array::{
    ArrayBuilder, ArrayRef, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use speleo_functions::value::format_number;

use super::{
    chunk,
    schema::{Columns, Kind, ORIGIN, RAW, SEQUENCE, Seen, TIME},
};
use crate::time::{self, Zone};

/// A plain value of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
}

/// What the file says for all its events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) index: String,
    pub(crate) host: Option<String>,
    pub(crate) source: String,
    pub(crate) sourcetype: String,
    /// The file's place among the index's files.
    pub(crate) file: u32,
    /// Whether the source was asked for, and not the file's path.
    pub(crate) is_named: bool,
    /// Whether the source type was asked for.
    pub(crate) is_typed: bool,
}

/// Bits of `__seq` that hold the place in the file; those above hold the file.
pub(crate) const PLACE_BITS: u32 = 44;

enum Column {
    Integer(Int64Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    List(ListBuilder<StringBuilder>),
    Time(TimestampMicrosecondBuilder),
}

/// What a column gets where the event has no value.
enum Fill {
    Null,
    Line,
    Constant(String),
    Sequence,
}

/// Columns of some events of one file.
pub(crate) struct Builder {
    columns: Vec<(Column, Fill)>,
    zone: Zone,
    file: i64,
    row: usize,
    /// The best time key of the row so far.
    time_rank: usize,
    bad: Vec<usize>,
    /// Whether the row has a number for a text column whose own text is wanted: a double may not print as it was written.
    wants_text: bool,
    /// Where the first line began that held bytes that are no text.
    damaged: Option<u64>,
    /// Whether the row comes again with its numbers as texts.
    again: bool,
    /// Whether all values have to fit their columns: the types are those of other events.
    strict: bool,
    /// Whether one did not.
    misfit: bool,
}

impl Builder {
    /// A builder of the columns at these places of the table, for so many rows that take so many bytes in their file.
    pub(crate) fn new(
        columns: &Columns,
        places: &[usize],
        origin: &Origin,
        zone: Zone,
        (rows, bytes): (usize, usize),
    ) -> Self {
        let column = |place: &usize| {
            let (name, kind) =
                columns.kinds.get(*place).map_or(("", Kind::Text), |(name, kind)| (name.as_str(), *kind));
            let fill = match name {
                RAW => Fill::Line,
                SEQUENCE => Fill::Sequence,
                _ if ORIGIN.contains(&name) => match origin.get(name) {
                    Some(text) => Fill::Constant(text.to_owned()),
                    None => Fill::Null,
                },
                _ => Fill::Null,
            };
            let column = match (name, kind) {
                (TIME, _) => Column::Time(TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC")),
                (_, Kind::Integer) => Column::Integer(Int64Builder::with_capacity(rows)),
                (_, Kind::Float) => Column::Float(Float64Builder::with_capacity(rows)),
                (RAW, Kind::Text) => Column::Text(StringBuilder::with_capacity(rows, bytes)),
                (_, Kind::Text) => Column::Text(StringBuilder::with_capacity(rows, rows * 16)),
                (_, Kind::List) => Column::List(ListBuilder::new(StringBuilder::new())),
            };
            (column, fill)
        };
        Self {
            columns: places.iter().map(column).collect(),
            zone,
            file: i64::from(origin.file) << PLACE_BITS,
            row: 0,
            time_rank: usize::MAX,
            bad: Vec::new(),
            wants_text: false,
            damaged: None,
            again: false,
            strict: false,
            misfit: false,
        }
    }

    /// The same for types that are those of other events: whether these fit them is asked for.
    pub(crate) fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Whether fields without a column are to be noted.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Notes a value that has no column, or not one of its type.
    pub(crate) fn note_misfit(&mut self) {
        self.misfit = true;
    }

    /// Whether all values had columns that hold them as they are, and all rows were events.
    pub(crate) fn fits(&self) -> bool {
        !self.misfit && self.bad.is_empty()
    }

    /// Notes an element of an array, which only a list holds as such.
    pub(crate) fn note_element(&mut self, column: usize) {
        self.misfit |= !matches!(self.columns.get(column), Some((Column::List(_), _)));
    }

    /// Gives a column its value in this row. A single value stands where it came first; a list takes all.
    pub(crate) fn push(&mut self, column: usize, value: Value<'_>) {
        let row = self.row;
        let Some((column, _)) = self.columns.get_mut(column) else { return };
        match (column, value) {
            (Column::Text(_), Value::Float(_)) => self.wants_text = true,
            (Column::Text(builder), value) if builder.len() == row => {
                with_text(value, |text| builder.append_value(text))
            }
            _ if self.again => {}
            (Column::List(builder), value) => with_text(value, |text| builder.values().append_value(text)),
            (Column::Integer(builder), Value::Integer(number)) if builder.len() == row => builder.append_value(number),
            (Column::Float(builder), value) if builder.len() == row => {
                self.misfit |= !Seen::of(value).is_float();
                match value {
                    Value::Integer(number) => builder.append_value(number as f64),
                    Value::Unsigned(number) => builder.append_value(number as f64),
                    Value::Float(number) => builder.append_value(number),
                    Value::Text(_) | Value::Bool(_) => {}
                }
            }
            // The types are those of other events, or the file changed since they were found out.
            _ => self.misfit = true,
        }
    }

    /// Whether the row is wanted again with its numbers as texts, because a text column got a number. What it holds already
    /// stays as it is.
    pub(crate) fn wants_text(&mut self) -> bool {
        self.again = std::mem::take(&mut self.wants_text);
        self.again
    }

    /// Gives `_time` a value; of several keys the one of the lowest rank that can be read counts.
    pub(crate) fn push_time(&mut self, column: usize, rank: usize, value: Value<'_>) {
        if self.again || rank >= self.time_rank {
            return;
        }
        let time = match value {
            Value::Text(text) => time::of_text(text, self.zone),
            Value::Integer(number) => time::of_integer(number),
            Value::Unsigned(number) => time::of_number(number as f64),
            Value::Float(number) => time::of_number(number),
            Value::Bool(_) => None,
        };
        self.set_time(column, rank, time);
    }

    /// The same with a time that is known.
    pub(crate) fn set_time(&mut self, column: usize, rank: usize, time: Option<i64>) {
        let row = self.row;
        if let (Some((Column::Time(builder), _)), Some(time)) = (self.columns.get_mut(column), time) {
            match builder.values_slice_mut().get_mut(row) {
                Some(known) => *known = time,
                None => builder.append_value(time),
            }
            self.time_rank = rank;
        }
    }

    /// Whether a key gave the row its time.
    pub(crate) fn has_time(&self) -> bool {
        self.time_rank != usize::MAX
    }

    /// Ends a row: fills what it did not say.
    pub(crate) fn end_row(&mut self, line: &[u8], offset: u64) {
        let row = self.row;
        let sequence = self.file | i64::try_from(offset).unwrap_or(i64::MAX >> 20);
        for (column, fill) in &mut self.columns {
            match column {
                Column::List(builder) => {
                    let values = builder.values_ref().len() as i32;
                    let before = builder.offsets_slice().last().copied().unwrap_or_default();
                    builder.append(values > before);
                }
                Column::Text(builder) if builder.len() == row => match fill {
                    Fill::Line => {
                        let text = chunk::text(line);
                        if matches!(text, Cow::Owned(_)) && self.damaged.is_none() {
                            self.damaged = Some(offset);
                        }
                        builder.append_value(text)
                    }
                    Fill::Constant(text) => builder.append_value(text),
                    _ => builder.append_null(),
                },
                Column::Integer(builder) if builder.len() == row => match fill {
                    Fill::Sequence => builder.append_value(sequence),
                    _ => builder.append_null(),
                },
                Column::Float(builder) if builder.len() == row => builder.append_null(),
                Column::Time(builder) if builder.len() == row => builder.append_null(),
                _ => {}
            }
        }
        self.row += 1;
        self.time_rank = usize::MAX;
        (self.wants_text, self.again) = (false, false);
    }

    /// Ends a row that turned out to be none; it takes its place until the end.
    pub(crate) fn end_bad_row(&mut self) {
        self.bad.push(self.row);
        self.end_row(b"", 0);
    }

    /// Where the first line began that held bytes that are no text.
    pub(crate) fn damaged(&self) -> Option<u64> {
        self.damaged
    }

    /// How many rows there are, bad ones included.
    pub(crate) fn rows(&self) -> usize {
        self.row
    }

    /// The columns, and the rows among them that are none.
    pub(crate) fn finish(self) -> (Vec<ArrayRef>, Vec<usize>) {
        let arrays = self.columns.into_iter().map(|(column, _)| -> ArrayRef {
            match column {
                Column::Integer(mut builder) => Arc::new(builder.finish()),
                Column::Float(mut builder) => Arc::new(builder.finish()),
                Column::Text(mut builder) => Arc::new(builder.finish()),
                Column::List(mut builder) => Arc::new(builder.finish()),
                Column::Time(mut builder) => Arc::new(builder.finish()),
            }
        });
        (arrays.collect(), self.bad)
    }
}

impl Origin {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        match name {
            "index" => Some(&self.index),
            "host" => self.host.as_deref(),
            "source" => Some(&self.source),
            "sourcetype" => Some(&self.sourcetype),
            _ => None,
        }
    }
}

fn with_text(value: Value<'_>, then: impl FnOnce(&str)) {
    match value {
        Value::Text(text) => then(text),
        Value::Integer(number) => then(&number.to_string()),
        Value::Unsigned(number) => then(&number.to_string()),
        Value::Float(number) => then(&format_number(number)),
        Value::Bool(true) => then("true"),
        Value::Bool(false) => then("false"),
    }
}
