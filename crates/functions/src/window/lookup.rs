//! `spl_lookup_rows(kinds, most, low, high, place, time, cells…, outputs…)`: what the rows of a table that match combinations of values hold.
//! `lookup nets.csv net AS ip OUTPUT zone`
//!
//! Rows of the table and combinations come together: a row of the table says its place, a combination none. `kinds` has a letter
//! for each column of cells: `e` equal texts, `w` a pattern with `*`, `c` an address block; in upper case where a combination has
//! several values, joined by NUL, of which one must match. Each combination gets for each column of outputs a list of what at most `most` rows
//! that match in all columns hold, and null where no row matches: in the order of the values that match, then of the places, and where rows have a time the latest first, as far
//! as it lies `low` to `high` seconds before that of the combination. The table is put into an index once, by the column that tells
//! most rows apart; the other columns are compared for the rows that the index finds.

mod index;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray},
        buffer::{NullBuffer, OffsetBuffer},
        datatypes::{DataType, Field, FieldRef, Int64Type},
    },
    common::{Result, exec_err},
};

use self::index::Index;
use super::whole::Columns;
use crate::{
    eval::search::{cidr::Cidr, glob::matches_once},
    value::{ListBuilder, Lists, Texts, list_type},
};

/// What joins several values of a combination.
const SEPARATOR: char = '\0';

/// The arguments before the cells.
const OPTIONS: usize = 6;

/// The type of the result.
pub(super) fn result() -> DataType {
    DataType::List(item())
}

fn item() -> FieldRef {
    Arc::new(Field::new("item", list_type(), true))
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Exact,
    Wildcard,
    Cidr,
}

/// A column of cells and values.
struct Column {
    kind: Kind,
    is_list: bool,
    texts: Texts,
}

impl Column {
    fn new(letter: char, texts: Texts) -> Result<Self> {
        let kind = match letter.to_ascii_lowercase() {
            'e' => Kind::Exact,
            'w' => Kind::Wildcard,
            'c' => Kind::Cidr,
            _ => return exec_err!("`{letter}` is no way to compare"),
        };
        Ok(Self { kind, is_list: letter.is_ascii_uppercase(), texts })
    }

    /// The values of a combination; none where there is none.
    fn values(&self, row: usize) -> Vec<Cow<'_, str>> {
        match self.texts.get(row) {
            None => Vec::new(),
            Some(text) if !self.is_list => vec![text],
            Some(text) => text.split(SEPARATOR).map(|value| Cow::Owned(value.to_owned())).collect(),
        }
    }

    /// The first of the values that a table's cell matches.
    fn turn(&self, cell: usize, values: &[Cow<'_, str>]) -> Option<usize> {
        let cell = self.texts.get(cell)?;
        match self.kind {
            Kind::Exact => values.iter().position(|value| *value == cell),
            Kind::Wildcard => values.iter().position(|value| matches_once(value, &cell, false)),
            Kind::Cidr => {
                let range = Cidr::parse(&cell)?;
                values.iter().position(|value| range.contains(value))
            }
        }
    }
}

pub(super) fn rows(columns: &Columns, count: usize) -> Result<ArrayRef> {
    let kinds = columns.text(0)?;
    let most = usize::try_from(columns.integer(1)?).unwrap_or(1).max(1);
    let (low, high) = (columns.double(2)?, columns.double(3)?);
    let places = columns.array(4)?;
    let Some(places) = places.as_primitive_opt::<Int64Type>() else {
        return exec_err!("the places of a lookup have to be whole numbers");
    };
    let times = columns.doubles(5)?;
    let mut cells = Vec::with_capacity(kinds.len());
    for (n, letter) in kinds.chars().enumerate() {
        cells.push(Column::new(letter, columns.texts(OPTIONS + n)?)?);
    }
    let mut table: Vec<usize> = (0..count).filter(|row| places.is_valid(*row)).collect();
    table.sort_by_key(|row| places.value(*row));
    let is_timed = times.iter().any(Option::is_some);
    let index = Index::new(&cells, &table);
    let outputs = (OPTIONS + cells.len()..columns.len()).map(|n| Lists::new(columns.array(n)?));
    let outputs: Vec<Lists> = outputs.collect::<Result<_>>()?;
    let mut found = ListBuilder::new(count);
    let mut matched = Vec::with_capacity(count);
    let mut candidates = Vec::new();
    let mut matches: Vec<(usize, usize)> = Vec::new();
    for row in 0..count {
        let values: Vec<Vec<Cow<str>>> =
            if places.is_valid(row) { Vec::new() } else { cells.iter().map(|column| column.values(row)).collect() };
        if values.iter().any(Vec::is_empty) || values.is_empty() {
            matched.push(false);
            continue;
        }
        candidates.clear();
        index.candidates(&values, &mut candidates);
        matches.clear();
        for place in &candidates {
            let Some(cell) = table.get(*place).copied() else { continue };
            if is_timed && !is_near(times.get(row), times.get(cell), low, high) {
                continue;
            }
            let turns = cells.iter().zip(&values).map(|(column, values)| column.turn(cell, values));
            let Some(turns) = turns.collect::<Option<Vec<usize>>>() else { continue };
            let is_list = |column: &Column| column.is_list && column.kind == Kind::Exact;
            let turn = cells.iter().position(is_list).and_then(|n| turns.get(n)).copied().unwrap_or(0);
            matches.push((turn, cell));
        }
        matches.sort_by(|(turn, cell), (other_turn, other)| {
            let time = |cell: &usize| times.get(*cell).copied().flatten().unwrap_or(f64::NEG_INFINITY);
            let by_time = if is_timed { time(other).total_cmp(&time(cell)) } else { std::cmp::Ordering::Equal };
            by_time.then(turn.cmp(other_turn)).then(places.value(*cell).cmp(&places.value(*other)))
        });
        matched.push(!matches.is_empty());
        for output in outputs.iter().filter(|_| !matches.is_empty()) {
            let values = matches.iter().take(most).filter_map(|(_, cell)| output.get(*cell)).flatten();
            values.for_each(|value| found.value(value));
            found.end_row();
        }
    }
    let lengths = OffsetBuffer::from_lengths(matched.iter().map(|matched| if *matched { outputs.len() } else { 0 }));
    Ok(Arc::new(ListArray::try_new(item(), lengths, found.finish(), Some(NullBuffer::from(matched)))?))
}

/// Whether an event is as long after a row as the table allows.
fn is_near(event: Option<&Option<f64>>, row: Option<&Option<f64>>, low: f64, high: f64) -> bool {
    match (event.copied().flatten(), row.copied().flatten()) {
        (Some(event), Some(row)) => (low..=high).contains(&(event - row)),
        _ => false,
    }
}
