//! [`PerValue`]: an expression over one column of repeated texts, evaluated once for each text. `upper(host)`

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch},
        compute::{cast, take},
        datatypes::{DataType, Field, FieldRef, Int32Type, Schema},
    },
    common::{
        Result, assert_eq_or_internal_err, internal_datafusion_err,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::ColumnarValue,
    physical_expr::{PhysicalExpr, expressions::Column},
};

use speleo_functions::recent::Recent;

use super::{Alone, repeated_text, text_of};

/// Dictionaries whose results are kept: those that partitions are at, and the ones before.
const KEPT: usize = 8;
/// A dictionary with so many more texts than a batch has rows is not worth a look at all of them.
const MOST_TEXTS_PER_ROW: usize = 4;

/// The expression.
///
/// Where a row has no text, it is evaluated for null once. Where it fails for a text that no row may have, it is evaluated for the
/// rows instead, so that errors are those of the expression itself.
#[derive(Debug)]
pub(crate) struct PerValue {
    alone: Alone,
    /// What it gives.
    field: FieldRef,
    /// The results for the texts of dictionaries, and for null behind them.
    known: Mutex<Recent<ArrayRef, KEPT>>,
}

/// The expression with [`PerValue`] wherever that is all the same and less work; `schema` is that of the rows. With `keeps`, a
/// text as a whole stays a column of repeated texts.
///
/// # Errors
/// Where an expression has no type.
pub(crate) fn per_value(
    expr: Arc<dyn PhysicalExpr>,
    schema: &Schema,
    keeps: bool,
) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    if keeps
        && let Some(alone) = over_texts(&expr, schema)
        && matches!(expr.data_type(schema)?, DataType::Utf8)
    {
        return Ok(Transformed::yes(PerValue::of(alone, true)?));
    }
    expr.transform_down(|part| match over_texts(&part, schema) {
        Some(alone) => Ok(Transformed::new(PerValue::of(alone, false)?, true, TreeNodeRecursion::Jump)),
        None => Ok(Transformed::no(part)),
    })
}

/// The expression over its one column, where that is of repeated texts and the expression is more than its text.
fn over_texts(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Alone> {
    let is_more = !expr.is::<Column>() && !expr.is::<PerValue>() && text_of(expr).is_none();
    let alone = if is_more { Alone::of(expr, schema) } else { None };
    alone.filter(|alone| *alone.field().data_type() == repeated_text())
}

impl PerValue {
    fn of(alone: Alone, keeps: bool) -> Result<Arc<dyn PhysicalExpr>> {
        let given = alone.given()?;
        let field = match keeps {
            true => Arc::new(Field::clone(&given).with_data_type(repeated_text())),
            false => given,
        };
        Ok(Arc::new(Self { alone, field, known: Mutex::default() }))
    }

    /// The expression, and its column apart.
    pub(crate) fn alone(&self) -> &Alone {
        &self.alone
    }

    fn keeps(&self) -> bool {
        *self.field.data_type() == repeated_text()
    }

    /// The results for a dictionary; none where it is better evaluated for the rows.
    fn results(&self, texts: &ArrayRef, rows: usize) -> Option<ArrayRef> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(results) = known().get(texts) {
            return Some(Arc::clone(results));
        }
        if rows.saturating_mul(MOST_TEXTS_PER_ROW) < texts.len() {
            return None;
        }
        let places = (0..i32::try_from(texts.len()).ok()?).map(Some).chain([None]).collect::<Int32Array>();
        let each = DictionaryArray::<Int32Type>::try_new(places, Arc::clone(texts)).ok()?;
        let results = self.alone.evaluate(Arc::new(each)).ok()?;
        known().put(texts, Arc::clone(&results));
        Some(results)
    }

    /// The results as the type that is promised.
    fn given(&self, results: ArrayRef) -> Result<ArrayRef> {
        if !self.keeps() || results.data_type() == self.field.data_type() {
            return Ok(results);
        }
        let results = cast(&results, &DataType::Utf8)?;
        let rows = i32::try_from(results.len()).map_err(|_| internal_datafusion_err!("a batch has too many rows"))?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from_iter_values(0..rows), results)?))
    }
}

/// The rows' places among results that end with that for null.
fn places(keys: &Int32Array, null: usize) -> Result<Int32Array> {
    let null = i32::try_from(null).map_err(|_| internal_datafusion_err!("a dictionary has too many texts"))?;
    Ok(match keys.null_count() {
        0 => keys.clone(),
        _ => keys.iter().map(|key| Some(key.unwrap_or(null))).collect(),
    })
}

impl PhysicalExpr for PerValue {
    fn return_field(&self, _input_schema: &Schema) -> Result<FieldRef> {
        Ok(Arc::clone(&self.field))
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let column = self.alone.column.evaluate(batch)?.into_array(batch.num_rows())?;
        let results = match column.as_dictionary_opt::<Int32Type>() {
            Some(rows) => self.results(rows.values(), rows.len()).map(|results| (rows, results)),
            None => None,
        };
        let Some((rows, results)) = results else {
            return self.given(self.alone.evaluate(column)?).map(ColumnarValue::Array);
        };
        let null = rows.values().len();
        let array: ArrayRef = if self.keeps() {
            let texts = cast(&results, &DataType::Utf8)?;
            let mut keys = places(rows.keys(), null)?;
            if texts.null_count() > 0 {
                // That a row has no text is said by its key: not all ask the texts.
                let has_text = |key: &i32| usize::try_from(*key).is_ok_and(|place| texts.is_valid(place));
                keys = keys.iter().map(|key| key.filter(has_text)).collect();
            }
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, texts)?)
        } else {
            take(&results, &places(rows.keys(), null)?, None)?
        };
        Ok(ColumnarValue::Array(array))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.alone.column]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        assert_eq_or_internal_err!(children.len(), 1, "an expression for each value reads one column");
        let alone = self.alone.over(children.swap_remove(0));
        Ok(Arc::new(Self { alone, field: Arc::clone(&self.field), known: Mutex::default() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.alone.inner.fmt_sql(f)
    }
}

impl fmt::Display for PerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "per_value({})", self.alone.inner)
    }
}

impl PartialEq for PerValue {
    fn eq(&self, other: &Self) -> bool {
        self.alone.column.eq(&other.alone.column)
            && self.alone.inner.eq(&other.alone.inner)
            && self.field == other.field
    }
}

impl Eq for PerValue {}

impl Hash for PerValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.alone.column.hash(state);
        self.alone.inner.hash(state);
    }
}
