//! The meaning of `rangemap`: the names of the ranges that a number lies in. `rangemap field=score low=0-29 high=30-100`
//!
//! Both ends belong to a range; a number in several has several names, in the order of the ranges. Outside of all, and for
//! what is no number, stands the default, `None` unless written.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    logical_expr::{Expr, lit, when},
};
use speleo_syntax::command::rangemap::{NumberRange, RangeMap};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

/// The field that gets the names.
const TARGET: &str = "range";

impl Lower for RangeMap {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "rangemap", self.span)?;
        let default = lit(self.default.as_deref().unwrap_or("None"));
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else {
            return input.set(vec![(TARGET.to_owned(), default)]);
        };
        let number = meet::convert(value, &data_type, &DataType::Float64)?;
        let named = |range: &NumberRange| -> Result<Expr> {
            let inside = number.clone().between(lit(range.low), lit(range.high));
            Ok(when(inside, lit(range.name.as_str())).end()?)
        };
        let mut names = self.ranges.iter().map(named).collect::<Result<Vec<_>>>()?;
        let range = if overlap(&self.ranges) {
            let names = kernel::call("spl_mvappend", names)?;
            let default = kernel::call("spl_as_list", vec![default])?;
            coalesce().call(vec![names, default])
        } else {
            names.push(default);
            coalesce().call(names)
        };
        input.set(vec![(TARGET.to_owned(), range)])
    }
}

/// Whether a number can lie in two of the ranges.
fn overlap(ranges: &[NumberRange]) -> bool {
    ranges.iter().enumerate().any(|(place, one)| {
        ranges.iter().skip(place + 1).any(|other| one.low.max(other.low) <= one.high.min(other.high))
    })
}
