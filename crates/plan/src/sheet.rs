//! Small tables in memory: the values that a step found, and tables made of values. `contingency host status`
//!
//! For commands whose columns, or whose number of rows, follow from an algorithm over all rows.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    error::DataFusionError,
    logical_expr::{Expr, lit},
};
use speleo_functions::value::{ListBuilder, Texts};
use speleo_syntax::Field as Name;

use crate::{
    Result, Rows,
    aggregate::Input,
    kernel,
    lower::Context,
    meet,
    relation::{Relation, is_internal},
    table, wildcard,
};

/// The values of a column to be made.
pub(crate) enum Values {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Doubles.
    Double(Vec<Option<f64>>),
    /// Several texts each; null where there is none.
    List(Vec<Vec<String>>),
}

/// A table of columns of one length, in their order.
pub(crate) fn of_columns(name: &str, columns: Vec<(String, Values)>) -> Result<Relation> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (name, values) in columns {
        let array: ArrayRef = match values {
            Values::Text(values) => Arc::new(StringArray::from(values)),
            Values::Whole(values) => Arc::new(Int64Array::from(values)),
            Values::Double(values) => Arc::new(Float64Array::from(values)),
            Values::List(rows) => lists(&rows),
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(DataFusionError::from)?;
    table::of_rows(name, &Rows { schema, batches: vec![batch] })
}

fn lists(rows: &[Vec<String>]) -> ArrayRef {
    let mut builder = ListBuilder::new(rows.len());
    for values in rows {
        values.iter().for_each(|value| builder.value(value));
        builder.end_row();
    }
    builder.finish()
}

/// The texts of fields on all rows in order, field by field; of several values the first. They count as held.
pub(crate) async fn texts(
    input: Relation,
    names: &[String],
    step: &str,
    cx: &mut Context<'_>,
) -> Result<Vec<Vec<Option<String>>>> {
    let mut outputs: Vec<(String, Expr)> = Vec::with_capacity(names.len());
    for (n, name) in names.iter().enumerate() {
        let field = Input::field(&input, name)?;
        let text = if meet::is_list(&field.data_type) {
            kernel::call("spl_mvindex", vec![field.expr, lit(0_i64)])?
        } else {
            meet::convert(field.expr, &field.data_type, &DataType::Utf8)?
        };
        outputs.push((format!("value {n}"), text));
    }
    let found = cx.world.rows(step, input.sorted(None)?.select(outputs)?.finish()?).await?;
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
    for batch in &found.batches {
        // As much text as in the batch, and its place.
        let places = batch.num_rows() * batch.num_columns() * size_of::<Option<String>>();
        cx.world.hold(places + batch.get_array_memory_size())?;
        for (values, column) in batch.columns().iter().zip(&mut columns) {
            let values = Texts::new(values)?;
            column.extend((0..batch.num_rows()).map(|row| values.get(row).map(|text| text.into_owned())));
        }
    }
    Ok(columns)
}

/// The fields of the rows that fit the names; all that are not internal where there are no names.
pub(crate) fn fields(input: &Relation, names: &[Name]) -> Vec<String> {
    let is_asked = |field: &String| match names {
        [] => !is_internal(field),
        names => names.iter().any(|name| wildcard::matches(&name.name, field)),
    };
    input.fields().into_iter().filter(is_asked).collect()
}

/// A field as a number; null where it is none.
pub(crate) fn number(input: &Relation, name: &str) -> Result<Expr> {
    let field = Input::field(input, name)?;
    meet::convert(field.expr, &field.data_type, &DataType::Float64)
}
