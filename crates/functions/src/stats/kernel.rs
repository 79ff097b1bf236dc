//! An aggregate kernel as a DataFusion function.
//!
//! `stats values(user)` calls the function `spl_values`. A kernel is a row of data (names, types, constructor of its
//! state); this is the one implementation of `AggregateUDFImpl` that all rows share.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef},
    common::{Result, ScalarValue},
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::{
    groups::{Driver, Groups},
    sliding::Sliding,
};

/// An aggregate kernel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernel {
    /// Its name: `spl_values`.
    pub(crate) name: &'static str,
    /// How many arguments it takes.
    pub(crate) arguments: usize,
    /// Whether it is 0, not null, where there is no value.
    pub(crate) counts: bool,
    /// Whether a value may come as a number of a dictionary's text, which is then looked at once for many rows.
    pub(crate) takes_repeated: bool,
    /// The type of the result by those of the arguments.
    pub(crate) returns: fn(&[DataType]) -> DataType,
    /// The types of the state's columns by those of the arguments.
    pub(crate) state: fn(&[DataType]) -> Vec<DataType>,
    /// The state without groups.
    pub(crate) create: fn(&AccumulatorArgs) -> Result<Box<dyn Groups>>,
}

impl Kernel {
    /// The kernel as a function of DataFusion.
    pub(crate) fn function(self) -> Arc<AggregateUDF> {
        let signature = Signature::any(self.arguments, Volatility::Immutable);
        Arc::new(AggregateUDF::new_from_impl(Function { kernel: self, signature }))
    }
}

#[derive(Debug)]
struct Function {
    kernel: Kernel,
    signature: Signature,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.kernel.name == other.kernel.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kernel.name.hash(state);
    }
}

impl AggregateUDFImpl for Function {
    fn name(&self) -> &str {
        self.kernel.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok((self.kernel.returns)(arg_types))
    }

    fn is_nullable(&self) -> bool {
        !self.kernel.counts
    }

    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        if self.kernel.counts { ScalarValue::new_zero(data_type) } else { ScalarValue::try_from(data_type) }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let arguments: Vec<DataType> = args.input_fields.iter().map(|field| field.data_type().clone()).collect();
        let types = (self.kernel.state)(&arguments);
        let named = types.into_iter().enumerate().map(|(place, data_type)| {
            Arc::new(Field::new(format_state_name(args.name, &place.to_string()), data_type, true))
        });
        Ok(named.chain(args.ordering_fields.iter().cloned()).collect())
    }

    /// Order enters as an argument (`spl_first(x, key)`), never as the order of rows.
    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Driver::new((self.kernel.create)(&args)?)))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Sliding::new((self.kernel.create)(&args)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Driver::new((self.kernel.create)(&args)?)))
    }
}
