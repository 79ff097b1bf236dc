//! The meaning of `delta`: the row's number less that of an earlier row. `delta bytes AS change p=2`
//!
//! Null where one of the two is no number or there is no such row.

use datafusion::arrow::datatypes::DataType;
use speleo_syntax::command::delta::Delta;

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Delta {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "delta", self.span)?;
        let target = self.alias.as_ref().map_or_else(|| format!("delta({})", self.field.name), |a| a.name.clone());
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else {
            let none = meet::null_of(&DataType::Float64)?;
            return input.set(vec![(target, none)]);
        };
        let number = meet::convert(value, &data_type, &DataType::Float64)?;
        let (input, number) = input.hidden("number", number)?;
        let earlier = Window::so_far(&input).lag(column(&number), self.distance)?;
        let (input, earlier) = window::add_one(input, "earlier", earlier)?;
        let difference = meet::stored(&target, column(&number) - earlier, &DataType::Float64)?;
        input.set(vec![(target, difference)])
    }
}
