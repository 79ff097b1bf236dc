//! Fields and the values that some rows have, as suggestions need them.

use std::collections::HashMap;

use speleo_engine::Answer;

use crate::output::cell::{self, Cell};

/// A field with more different values than this has none worth listing.
const FEW: usize = 50;
/// Longer values are no choices.
const LONGEST: usize = 60;

/// Fields of some rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// The fields in the order of the rows' columns, those without any value left out.
    pub(crate) fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// How many of the rows have it.
    pub(crate) rows: usize,
    /// Its values with their numbers of rows, the most frequent first; none where there are many.
    pub(crate) values: Vec<(String, usize)>,
}

impl Sample {
    /// The fields of an answer.
    pub(crate) fn of(answer: &Answer) -> Self {
        let names: Vec<&String> = answer.schema.fields().iter().map(|field| field.name()).collect();
        let mut counted: Vec<Counted> = names.iter().map(|_| Counted::default()).collect();
        for batch in &answer.batches {
            let Ok(columns) = cell::columns(batch) else { continue };
            for (column, counted) in columns.iter().zip(&mut counted) {
                (0..batch.num_rows()).for_each(|row| counted.add(&column.cell(row)));
            }
        }
        let is_shown = |name: &str| !name.starts_with("__");
        let fields = names.into_iter().zip(counted).filter(|(name, _)| is_shown(name));
        Self { fields: fields.map(|(name, counted)| counted.field(name)).collect() }
    }

    /// Names alone.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self { fields: names.into_iter().map(|name| Field { name, ..Field::default() }).collect() }
    }

    /// A field by name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The values of a field while rows are counted.
#[derive(Default)]
struct Counted {
    rows: usize,
    values: HashMap<String, usize>,
    /// Whether there are too many values, or values that nobody types.
    many: bool,
}

impl Counted {
    fn add(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null => return,
            Cell::Time(_) => self.many = true,
            Cell::List(texts) => texts.iter().for_each(|text| self.value(text)),
            _ => self.value(&cell.plain(chrono_tz::Tz::UTC)),
        }
        self.rows += 1;
    }

    fn value(&mut self, text: &str) {
        self.many |= text.chars().nth(LONGEST).is_some() || text.chars().any(char::is_control);
        if !self.many {
            *self.values.entry(text.to_owned()).or_default() += 1;
            self.many = self.values.len() > FEW;
        }
    }

    fn field(self, name: &str) -> Field {
        let mut values: Vec<(String, usize)> = if self.many { Vec::new() } else { self.values.into_iter().collect() };
        values.sort_by(|(one, times), (other, more)| more.cmp(times).then_with(|| one.cmp(other)));
        Field { name: name.to_owned(), rows: self.rows, values }
    }
}
