//! What all scalar kernels share: a kernel is a name, a result type and a function over columns.
//!
//! `eval n=len(host)` runs `spl_len`, which is `kernel("spl_len", integer, len)` and a function
//! `fn len(args: &Arguments) -> Result<ArrayRef>`. There is no coercion: a kernel takes the columns as they come.

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, ListArray, StringArray},
        datatypes::{DataType, Field, FieldRef},
    },
    common::{Result, ScalarValue, exec_datafusion_err, exec_err, internal_err},
    logical_expr::{
        ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use crate::value::{Lists, Numbers, Texts, Values, list_type};

mod bits;
mod collect;
mod column;
mod field;
mod kept;
mod numeric;
mod spelling;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use bits::bits;
pub(in crate::eval) use collect::{TOO_LARGE, finished};
pub(crate) use collect::{append_texts, booleans, integers, lists, numbers, texts, write_texts};
pub(crate) use column::TextColumn;
pub(crate) use field::Field as FieldArgument;
pub(crate) use numeric::{Doubles, map, map_defined, map_two, map_two_defined};

/// Computes a column from the arguments; it has [`Arguments::rows`] rows.
pub(crate) type Body = fn(&Arguments) -> Result<ArrayRef>;

/// The type of the result, from the types and literal values of the arguments.
pub(crate) type ResultType = fn(&ReturnFieldArgs) -> Result<DataType>;

/// A kernel whose result depends on its arguments alone.
pub(crate) fn kernel(name: &'static str, result: ResultType, body: Body) -> Arc<ScalarUDF> {
    scalar_udf(name, Volatility::Immutable, false, result, body)
}

/// A kernel that gives several parts at once, which are asked for one by one: what it gave last is kept.
pub(crate) fn kernel_of_parts(name: &'static str, result: ResultType, body: Body) -> Arc<ScalarUDF> {
    scalar_udf(name, Volatility::Immutable, true, result, body)
}

/// A kernel that gives another value on each row even for equal arguments.
pub(crate) fn volatile_kernel(name: &'static str, result: ResultType, body: Body) -> Arc<ScalarUDF> {
    scalar_udf(name, Volatility::Volatile, false, result, body)
}

/// The kernel gives doubles.
pub(crate) fn number(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Float64)
}

/// The kernel gives whole numbers.
pub(crate) fn integer(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Int64)
}

/// The kernel gives texts.
pub(crate) fn text(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Utf8)
}

/// The kernel gives truth values.
pub(crate) fn boolean(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Boolean)
}

/// The kernel gives lists of texts.
pub(crate) fn list(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(list_type())
}

/// The kernel maps each value: lists of texts for a list as first argument, else texts.
pub(crate) fn text_or_list(args: &ReturnFieldArgs) -> Result<DataType> {
    let several = args.arg_fields.first().is_some_and(|field| is_list(field.data_type()));
    Ok(if several { list_type() } else { DataType::Utf8 })
}

/// Whether a column of this type can have several values in a row.
pub(crate) fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_))
}

fn scalar_udf(
    name: &'static str,
    volatility: Volatility,
    has_parts: bool,
    result: ResultType,
    body: Body,
) -> Arc<ScalarUDF> {
    let signature = Signature::user_defined(volatility);
    Arc::new(ScalarUDF::new_from_impl(ScalarKernel { name, signature, has_parts, result, body }))
}

/// The arguments of one call for one batch. A constant is held once, not once per row.
pub(crate) struct Arguments {
    columns: Vec<(ArrayRef, bool)>,
    rows: usize,
    result: DataType,
}

impl Arguments {
    /// The rows that the result must have.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many arguments there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The type that the result must have.
    pub(crate) fn result(&self) -> &DataType {
        &self.result
    }

    /// Whether an argument has the same value on all rows. A kernel may then prepare it once.
    pub(crate) fn is_constant(&self, index: usize) -> bool {
        self.columns.get(index).is_some_and(|(_, constant)| *constant)
    }

    /// The text of an argument that has to be a literal, such as a mode.
    pub(crate) fn literal(&self, index: usize) -> Result<String> {
        if !self.is_constant(index) {
            return exec_err!("argument {} has to be a literal", index + 1);
        }
        match self.texts(index)?.get(0) {
            Some(text) => Ok(text.into_owned()),
            None => exec_err!("argument {} has to have a value", index + 1),
        }
    }

    /// The column of an argument as Arrow has it; one row where it is constant.
    pub(crate) fn array(&self, index: usize) -> Result<&ArrayRef> {
        match self.columns.get(index) {
            Some((array, _)) => Ok(array),
            None => internal_err!("argument {index} of a kernel is missing"),
        }
    }

    /// An argument as texts.
    pub(crate) fn texts(&self, index: usize) -> Result<Column<Texts>> {
        self.column(index, Texts::new)
    }

    /// An argument as numbers.
    pub(crate) fn numbers(&self, index: usize) -> Result<Column<Numbers>> {
        self.column(index, Numbers::new)
    }

    /// An argument as lists.
    pub(crate) fn lists(&self, index: usize) -> Result<Column<Lists>> {
        self.column(index, Lists::new)
    }

    /// All arguments from one on, as texts.
    pub(crate) fn texts_from(&self, index: usize) -> Result<Vec<Column<Texts>>> {
        (index..self.len()).map(|index| self.texts(index)).collect()
    }

    /// All arguments from one on, as numbers.
    pub(crate) fn numbers_from(&self, index: usize) -> Result<Vec<Column<Numbers>>> {
        (index..self.len()).map(|index| self.numbers(index)).collect()
    }

    /// All arguments from one on, as lists.
    pub(crate) fn lists_from(&self, index: usize) -> Result<Vec<Column<Lists>>> {
        (index..self.len()).map(|index| self.lists(index)).collect()
    }

    fn column<V>(&self, index: usize, view: fn(&ArrayRef) -> Result<V>) -> Result<Column<V>> {
        Ok(Column { view: view(self.array(index)?)?, constant: self.is_constant(index) })
    }
}

/// An argument seen as texts, numbers or lists.
pub(crate) struct Column<V> {
    view: V,
    constant: bool,
}

impl<V> Column<V> {
    fn place(&self, row: usize) -> usize {
        if self.constant { 0 } else { row }
    }
}

impl Column<Texts> {
    /// The text of a row; none where it is null or has several values.
    pub(crate) fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        self.view.get(self.place(row))
    }

    /// Appends the text of a row; false where there is none.
    pub(crate) fn push(&self, row: usize, out: &mut String) -> bool {
        self.view.push(self.place(row), out)
    }
}

impl Column<Numbers> {
    /// The number of a row; none where it is null, no number or several values.
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        self.view.get(self.place(row))
    }
}

impl Column<Lists> {
    /// The lists and their values as Arrow has them, where there is a list on each row and no value is null.
    pub(crate) fn whole(&self) -> Option<(&ListArray, &StringArray)> {
        if self.constant { None } else { self.view.whole() }
    }

    /// The values of a row; none where there are none.
    pub(crate) fn get(&self, row: usize) -> Option<Values<'_>> {
        self.view.get(self.place(row))
    }
}

/// A kernel as DataFusion calls it.
struct ScalarKernel {
    name: &'static str,
    signature: Signature,
    has_parts: bool,
    result: ResultType,
    body: Body,
}

impl ScalarUDFImpl for ScalarKernel {
    fn name(&self) -> &str {
        self.name
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        Ok(spelling::call(self.name, args))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(arg_types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        internal_err!("the type of {} depends on more than the types of its arguments", self.name)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name, (self.result)(&args)?, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let volatile = self.signature.volatility == Volatility::Volatile;
        let constant = !volatile && args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        if self.has_parts && !constant {
            let make = || self.call(args.args.clone(), args.number_rows, args.return_field.data_type());
            return kept::kept(self.name, &args.args, args.return_field.data_type(), make).map(ColumnarValue::Array);
        }
        let rows = if constant { 1 } else { args.number_rows };
        let column = self.call(args.args, rows, args.return_field.data_type())?;
        Ok(if constant {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&column, 0)?)
        } else {
            ColumnarValue::Array(column)
        })
    }
}

impl ScalarKernel {
    fn call(&self, args: Vec<ColumnarValue>, rows: usize, result: &DataType) -> Result<ArrayRef> {
        let columns = args.into_iter().map(|arg| match arg {
            ColumnarValue::Array(array) => Ok((array, false)),
            ColumnarValue::Scalar(value) => Ok((value.to_array_of_size(1)?, true)),
        });
        let arguments = Arguments { columns: columns.collect::<Result<_>>()?, rows, result: result.clone() };
        let column = (self.body)(&arguments)?;
        if column.len() != arguments.rows || column.data_type() != &arguments.result {
            return Err(exec_datafusion_err!(
                "{} gave {} rows of {}, expected {} of {}",
                self.name,
                column.len(),
                column.data_type(),
                arguments.rows,
                arguments.result
            ));
        }
        Ok(column)
    }
}

// A kernel is found by its name, so the name is its identity.
impl PartialEq for ScalarKernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ScalarKernel {}

impl Hash for ScalarKernel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for ScalarKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
