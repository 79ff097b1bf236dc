//! The fields that a kernel was asked for, filled row by row: a struct with a part for each name.
//!
//! `spl_kv(_raw, 'auto', 'json', 'user', 'tags{}')` gives a struct of `user` and `tags{}`, in one pass over the event.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, StringBuilder, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, exec_datafusion_err, exec_err, plan_datafusion_err},
    logical_expr::ReturnFieldArgs,
};

use crate::{
    eval::kernel::Arguments,
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

enum Column {
    One(StringBuilder),
    Several(ListBuilder),
}

/// The values of a row so far, and the columns of the rows before it.
pub(super) struct Slots {
    fields: Fields,
    columns: Vec<Column>,
    /// Where the values of each name stand in `scratch`.
    found: Vec<Vec<Range<usize>>>,
    scratch: String,
    /// How many names could still take a value.
    open: usize,
}

impl Slots {
    /// Empty columns for the struct that a call gives.
    pub(super) fn new(args: &Arguments) -> Result<Self> {
        let DataType::Struct(fields) = args.result() else { return exec_err!("fields make a struct") };
        let columns: Vec<Column> = fields
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => Column::One(StringBuilder::with_capacity(args.rows(), 0)),
                _ => Column::Several(ListBuilder::new(args.rows())),
            })
            .collect();
        let found = vec![Vec::new(); columns.len()];
        let open = columns.len();
        Ok(Self { fields: fields.clone(), columns, found, scratch: String::new(), open })
    }

    /// The names in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name().as_str())
    }

    /// Adds a value to the name at a place; where only one counts, the first does. False once nothing more can be added.
    pub(super) fn add(&mut self, place: usize, value: &str) -> bool {
        let (Some(found), Some(column)) = (self.found.get_mut(place), self.columns.get(place)) else { return true };
        let is_one = matches!(column, Column::One(_));
        if is_one && !found.is_empty() {
            return self.open > 0;
        }
        let start = self.scratch.len();
        self.scratch.push_str(value);
        found.push(start..self.scratch.len());
        self.open -= usize::from(is_one);
        self.open > 0
    }

    /// Forgets the values of the row.
    pub(super) fn clear(&mut self) {
        self.found.iter_mut().for_each(Vec::clear);
        self.scratch.clear();
        self.open = self.columns.len();
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) {
        for (column, found) in self.columns.iter_mut().zip(&self.found) {
            let mut values = found.iter().filter_map(|range| self.scratch.get(range.clone()));
            match column {
                Column::One(builder) => builder.append_option(values.next()),
                Column::Several(builder) => {
                    values.for_each(|value| builder.value(value));
                    builder.end_row();
                }
            }
        }
        self.clear();
    }

    /// The struct.
    pub(super) fn finish(self, rows: usize) -> Result<ArrayRef> {
        let columns = self.columns.into_iter().map(|column| match column {
            Column::One(mut builder) => Arc::new(builder.finish()) as ArrayRef,
            Column::Several(builder) => builder.finish(),
        });
        let columns = columns.collect();
        StructArray::try_new_with_length(self.fields, columns, None, rows)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|error| exec_datafusion_err!("{error}"))
    }
}
