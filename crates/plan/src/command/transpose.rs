//! The meaning of `transpose`: a row for each field, a column for each row. `transpose 0 header_field=host`
//!
//! The rows are a named step: their number, and with `header_field` their values, are the columns of the result.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    error::DataFusionError,
};
use speleo_functions::value::{ListBuilder, Lists};
use speleo_syntax::{Code, Diagnostic, command::transpose::Transpose};

use crate::{
    Result, Rows,
    command::rows,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{Relation, column, is_internal},
    table,
};

/// How many rows become columns at most: each is a column of every plan behind.
const MOST: usize = 100_000;

impl Lower for Transpose {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "transpose", self.span)?;
        let names: Vec<String> = input.fields().into_iter().filter(|name| name == TIME || !is_internal(name)).collect();
        let mut outputs = Vec::with_capacity(names.len());
        for name in &names {
            let own = input.data_type(name).cloned().unwrap_or(DataType::Utf8);
            let value = column(name);
            outputs.push((
                name.clone(),
                if meet::is_list(&own) { value } else { meet::convert(value, &own, &DataType::Utf8)? },
            ));
        }
        let fetch = match self.count {
            0 => None,
            count => Some(usize::try_from(count).unwrap_or(usize::MAX)),
        };
        // `_time` is a text here, which the name of a column cannot tell.
        let outputs = outputs.into_iter().map(|(name, value)| (shown(&name), value)).collect();
        let plan = input.sorted(fetch)?.select(outputs)?.finish()?;
        let found = cx.world.rows("rows to transpose", plan).await?;
        let count: usize = found.batches.iter().map(RecordBatch::num_rows).sum();
        if count > MOST {
            let text = format!("`transpose` makes {MOST} columns at most, and there are {count} rows");
            return Err(Diagnostic::new(Code::Resources, self.span, text).into());
        }
        table::of_rows("transposed", &self.turned(&names, &found, count)?)
    }
}

/// The name of a field in the step's rows.
fn shown(name: &str) -> String {
    format!("field {name}")
}

/// The part that turns rows over.
trait Turn {
    /// The rows with a row for each of the fields.
    fn turned(&self, names: &[String], found: &Rows, count: usize) -> Result<Rows>;
}

impl Turn for Transpose {
    fn turned(&self, names: &[String], found: &Rows, count: usize) -> Result<Rows> {
        let header = self.header.as_ref().and_then(|header| names.iter().position(|name| *name == header.name));
        let mut cells: Vec<Vec<Option<Vec<String>>>> = vec![Vec::with_capacity(count); names.len()];
        for batch in &found.batches {
            for (values, cells) in batch.columns().iter().zip(&mut cells) {
                let values = Lists::new(values)?;
                cells.extend(
                    (0..batch.num_rows())
                        .map(|row| values.get(row).map(|values| values.map(str::to_owned).collect::<Vec<_>>())),
                );
            }
        }
        let rows: Vec<usize> = (0..names.len())
            .filter(|place| Some(*place) != header)
            .filter(|place| self.include_empty || cells.get(*place).is_some_and(|row| row.iter().any(Option::is_some)))
            .collect();
        let own: Vec<Option<&str>> = rows.iter().map(|place| names.get(*place).map(String::as_str)).collect();
        let mut columns: Vec<(String, ArrayRef)> =
            vec![(self.column_name.clone(), Arc::new(StringArray::from(own)) as ArrayRef)];
        for row in 0..count {
            let title = match header.and_then(|place| cells.get(place)) {
                // A row without the field has no name, and no column.
                Some(titles) => match titles.get(row).and_then(Option::as_ref) {
                    Some(title) => title.join(" "),
                    None => continue,
                },
                None => format!("row {}", row + 1),
            };
            let of_row: Vec<Option<&Vec<String>>> =
                rows.iter().map(|place| cells.get(*place)?.get(row)?.as_ref()).collect();
            let array = array(&of_row);
            match columns.iter_mut().find(|(name, _)| *name == title) {
                Some((_, old)) => *old = array,
                None => columns.push((title, array)),
            }
        }
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(DataFusionError::from)?;
        Ok(Rows { schema, batches: vec![batch] })
    }
}

/// A column of texts, or of lists where any cell has several values.
fn array(cells: &[Option<&Vec<String>>]) -> ArrayRef {
    if cells.iter().flatten().all(|values| values.len() == 1) {
        let texts: StringArray =
            cells.iter().map(|cell| cell.and_then(|values| values.first()).map(String::as_str)).collect();
        return Arc::new(texts);
    }
    let mut builder = ListBuilder::new(cells.len());
    for cell in cells {
        cell.iter().flat_map(|values| values.iter()).for_each(|value| builder.value(value));
        builder.end_row();
    }
    builder.finish()
}
