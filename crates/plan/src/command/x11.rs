//! The meaning of `x11`: a series without its season. `x11 mult7(bytes) AS trend`
//!
//! The rows are the series in their order; a row without a number is a gap.

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::command::x11::X11;

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
    window::{self, Window},
};

impl Lower for X11 {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "x11", self.span)?;
        let target = self.alias.as_ref().map_or_else(|| format!("x11({})", self.field.name), |a| a.name.clone());
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else {
            let none = meet::null_of(&DataType::Float64)?;
            return input.set(vec![(target, none)]);
        };
        let number = meet::convert(value, &data_type, &DataType::Float64)?;
        let period = i64::try_from(self.period).unwrap_or(i64::MAX);
        let args = vec![number, lit(period), lit(i64::from(self.multiply))];
        let found = Window::so_far(&input).apply(kernel::window("spl_x11")?, args)?;
        let (input, found) = window::add_one(input, "x11", found)?;
        let found = meet::stored(&target, found, &DataType::Float64)?;
        input.set(vec![(target, found)])
    }
}
