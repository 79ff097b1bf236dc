//! The meaning of `accum`: the sum of the numbers so far. `accum bytes AS total`
//!
//! A row without a number adds nothing and gets none.

use datafusion::{arrow::datatypes::DataType, functions_aggregate::sum::sum_udaf, logical_expr::when};
use speleo_syntax::command::accum::Accum;

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Accum {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "accum", self.span)?;
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        let target = self.alias.as_ref().unwrap_or(&self.field);
        let number = meet::convert(value, &data_type, &DataType::Float64)?;
        let (input, number) = input.hidden("number", number)?;
        let sum = Window::so_far(&input).apply(sum_udaf(), vec![column(&number)])?;
        let (input, sum) = window::add_one(input, "sum", sum)?;
        let sum = when(column(&number).is_not_null(), sum).end()?;
        let sum = meet::stored(&target.name, sum, &DataType::Float64)?;
        input.set(vec![(target.name.clone(), sum)])
    }
}
