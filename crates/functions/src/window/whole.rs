//! Functions of all rows at once, for algorithms that look at each row more than once. `cluster`, `kmeans`, `x11`
//!
//! A function is a name, a result type and a body over the columns of its arguments; literals come as whole columns, too.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type},
    },
    common::{Result, exec_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
};

use crate::value::Texts;

/// Computes a column from the arguments' columns, which have as many rows as there are.
type Body = fn(&Columns, usize) -> Result<ArrayRef>;

/// A function of all rows of a partition.
pub(super) fn whole(name: &'static str, result: fn() -> DataType, body: Body) -> Arc<WindowUDF> {
    let signature = Signature::variadic_any(Volatility::Immutable);
    Arc::new(WindowUDF::from(Whole { name, signature, result, body }))
}

struct Whole {
    name: &'static str,
    signature: Signature,
    result: fn() -> DataType,
    body: Body,
}

/// The name says all: a function carries no state.
impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Whole {}

impl Hash for Whole {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(self.name)
    }
}

impl WindowUDFImpl for Whole {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator { body: self.body }))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), (self.result)(), true)))
    }
}

struct Evaluator {
    body: Body,
}

impl fmt::Debug for Evaluator {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("Evaluator")
    }
}

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        (self.body)(&Columns(values), rows)
    }
}

/// The columns of the arguments.
pub(super) struct Columns<'a>(pub(super) &'a [ArrayRef]);

impl Columns<'_> {
    fn column(&self, index: usize) -> Result<&ArrayRef> {
        match self.0.get(index) {
            Some(column) => Ok(column),
            None => exec_err!("argument {index} of a window function is missing"),
        }
    }

    /// An argument as it is.
    pub(super) fn array(&self, index: usize) -> Result<&ArrayRef> {
        self.column(index)
    }

    /// How many arguments there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// An argument as texts.
    pub(super) fn texts(&self, index: usize) -> Result<Texts> {
        Texts::new(self.column(index)?)
    }

    /// An argument of doubles; what is not finite counts as absent.
    pub(super) fn doubles(&self, index: usize) -> Result<Vec<Option<f64>>> {
        let Some(column) = self.column(index)?.as_primitive_opt::<Float64Type>() else {
            return exec_err!("argument {index} of a window function has to be a number");
        };
        Ok(column.iter().map(|number| number.filter(|number| number.is_finite())).collect())
    }

    /// The text of a literal argument; none without rows.
    pub(super) fn text(&self, index: usize) -> Result<String> {
        let texts = self.texts(index)?;
        Ok(if self.column(index)?.is_empty() { None } else { texts.get(0) }.unwrap_or_default().into_owned())
    }

    /// The number of a literal argument; 0 without rows.
    pub(super) fn double(&self, index: usize) -> Result<f64> {
        let column = self.column(index)?.as_primitive_opt::<Float64Type>();
        Ok(column.and_then(|column| column.iter().next().flatten()).unwrap_or_default())
    }

    /// The whole number of a literal argument; 0 without rows.
    pub(super) fn integer(&self, index: usize) -> Result<i64> {
        let column = self.column(index)?.as_primitive_opt::<Int64Type>();
        Ok(column.and_then(|column| column.iter().next().flatten()).unwrap_or_default())
    }
}
