//! The fields that a kernel was asked for, filled row by row: a struct with a part for each name.
//!
//! `spl_kv(_raw, 'auto', 'json', 'user', 'tags{}')` gives a struct of `user` and `tags{}`, in one pass over the event.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, NullBufferBuilder, StringArray, StructArray},
        buffer::{Buffer, OffsetBuffer},
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, exec_datafusion_err, exec_err, plan_datafusion_err},
    logical_expr::ReturnFieldArgs,
};
use indexmap::IndexSet;

use crate::{
    eval::kernel::{Arguments, TOO_LARGE, finished, lists},
    value::{ListBuilder, list_type},
};

/// The struct of the names from the argument `first` on. `several` says which names have lists of values.
pub(super) fn slots_type(args: &ReturnFieldArgs, first: usize, several: impl Fn(&str) -> bool) -> Result<DataType> {
    let names = args.scalar_arguments.get(first..).unwrap_or_default();
    let fields = names.iter().map(|name| {
        let name = name.and_then(|name| name.try_as_str().flatten());
        let name = name.ok_or_else(|| plan_datafusion_err!("the name of a field is a text literal"))?;
        Ok(Field::new(name, if several(name) { list_type() } else { DataType::Utf8 }, true))
    });
    Ok(DataType::Struct(fields.collect::<Result<Fields>>()?))
}

/// The text of a literal argument while a call is planned; empty where there is none.
pub(super) fn planned<'a>(args: &'a ReturnFieldArgs, index: usize) -> &'a str {
    let literal = args.scalar_arguments.get(index).copied().flatten();
    literal.and_then(|literal| literal.try_as_str().flatten()).unwrap_or_default()
}

/// Whether a kernel's options, words with blanks between, hold a word.
pub(super) fn has_word(options: &str, word: &str) -> bool {
    options.split(' ').any(|option| option == word)
}

/// What visits names and values, and says whether it wants more.
pub(super) type Visit<'a> = dyn FnMut(&str, &str) -> bool + 'a;

/// The struct that a call gives, of what `fill` finds in each text of the first argument.
pub(super) fn filled(args: &Arguments, mut fill: impl FnMut(&str, &mut Slots)) -> Result<ArrayRef> {
    let (sources, mut slots) = (args.field(0)?, Slots::new(args)?);
    for row in 0..args.rows() {
        sources.each(row, |source| fill(source, &mut slots));
        slots.end_row();
    }
    slots.finish(args.rows())
}

/// As [`filled`], where a text is visited by names and values.
pub(super) fn values(args: &Arguments, mut each: impl FnMut(&str, &mut Visit<'_>)) -> Result<ArrayRef> {
    filled(args, |source, slots| {
        each(source, &mut |name, value| match slots.place(name) {
            Some(place) => slots.add(place, value),
            None => true,
        });
    })
}

/// For each row the names in its texts, each once.
pub(super) fn names(args: &Arguments, mut each: impl FnMut(&str, &mut Visit<'_>)) -> Result<ArrayRef> {
    let sources = args.field(0)?;
    let mut found = IndexSet::new();
    lists(args.rows(), |row, builder| {
        found.clear();
        sources.each(row, |source| {
            each(source, &mut |name, _| {
                note(&mut found, name);
                true
            });
        });
        found.iter().for_each(|name| builder.value(name));
    })
}

/// Adds a name that is not there yet.
pub(super) fn note(found: &mut IndexSet<String>, name: &str) {
    if !name.is_empty() && !found.contains(name) {
        found.insert(name.to_owned());
    }
}

/// A column of the struct. What a row finds goes straight to its place, and is cut off again where the row turns out to have none.
enum Column {
    One(One),
    Several(ListBuilder),
}

/// A text or null for each row.
struct One {
    text: String,
    /// Where the text of each row ends, behind a 0.
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
    /// Whether the current row has its text.
    is_set: bool,
    overflow: bool,
}

impl One {
    fn new(rows: usize) -> Self {
        let mut ends = Vec::with_capacity(rows.saturating_add(1));
        ends.push(0);
        Self { text: String::new(), ends, nulls: NullBufferBuilder::new(rows), is_set: false, overflow: false }
    }

    fn start(&self) -> i32 {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Forgets the text of the row.
    fn discard(&mut self) {
        self.text.truncate(self.start() as usize);
        self.is_set = false;
    }

    fn end_row(&mut self) {
        let end = i32::try_from(self.text.len()).unwrap_or_else(|_| {
            self.overflow = true;
            self.discard();
            self.start()
        });
        self.nulls.append(self.is_set);
        self.ends.push(end);
        self.is_set = false;
    }

    fn finish(mut self) -> Result<ArrayRef> {
        if self.overflow {
            return exec_err!("{TOO_LARGE}");
        }
        let text = Buffer::from(self.text.into_bytes());
        let array = StringArray::try_new(OffsetBuffer::new(self.ends.into()), text, self.nulls.finish());
        array.map(|array| Arc::new(array) as ArrayRef).map_err(|error| exec_datafusion_err!("{error}"))
    }
}

/// The columns of the rows so far, and what the current row has.
pub(super) struct Slots {
    fields: Fields,
    columns: Vec<Column>,
    /// How many columns the row could still add to; a list always takes more.
    open: usize,
}

impl Slots {
    /// Empty columns for the struct that a call gives.
    pub(super) fn new(args: &Arguments) -> Result<Self> {
        let DataType::Struct(fields) = args.result() else { return exec_err!("fields make a struct") };
        let columns: Vec<Column> = fields
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => Column::One(One::new(args.rows())),
                _ => Column::Several(ListBuilder::new(args.rows())),
            })
            .collect();
        let open = columns.len();
        Ok(Self { fields: fields.clone(), columns, open })
    }

    /// The names in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name().as_str())
    }

    /// The place of a name.
    fn place(&self, name: &str) -> Option<usize> {
        self.names().position(|known| known == name)
    }

    /// Adds a value to the name at a place; where only one counts, the first does. False once nothing more can be added.
    pub(super) fn add(&mut self, place: usize, value: &str) -> bool {
        match self.columns.get_mut(place) {
            Some(Column::One(one)) if !one.is_set => {
                one.text.push_str(value);
                one.is_set = true;
                self.open -= 1;
            }
            Some(Column::Several(several)) => several.value(value),
            Some(Column::One(_)) | None => {}
        }
        self.open > 0
    }

    /// Forgets the values of the row.
    pub(super) fn clear(&mut self) {
        for column in &mut self.columns {
            match column {
                Column::One(one) => one.discard(),
                Column::Several(several) => several.discard_row(),
            }
        }
        self.open = self.columns.len();
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) {
        for column in &mut self.columns {
            match column {
                Column::One(one) => one.end_row(),
                Column::Several(several) => several.end_row(),
            }
        }
        self.open = self.columns.len();
    }

    /// The struct.
    pub(super) fn finish(self, rows: usize) -> Result<ArrayRef> {
        let columns = self.columns.into_iter().map(|column| match column {
            Column::One(one) => one.finish(),
            Column::Several(several) => finished(several),
        });
        let columns = columns.collect::<Result<_>>()?;
        StructArray::try_new_with_length(self.fields, columns, None, rows)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|error| exec_datafusion_err!("{error}"))
    }
}
