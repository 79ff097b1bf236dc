//! The meaning of `gauge`: the first row's number as `x`, the ends of the ranges as `y1`, `y2`, … `gauge count 0 100 500`
//!
//! A field's value is that of the first row. What is neither a number nor a field is absent.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
};
use speleo_functions::value::parse_number;
use speleo_syntax::{Field, command::gauge::Gauge};

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

impl Lower for Gauge {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "gauge", self.span)?.sorted(Some(1))?;
        let mut outputs = vec![("x".to_owned(), number(&self.value, &input, cx)?)];
        for (place, bound) in self.bounds.iter().enumerate() {
            outputs.push((format!("y{}", place + 1), number(bound, &input, cx)?));
        }
        if self.bounds.is_empty() {
            outputs.extend([("y1".to_owned(), lit(0_i64)), ("y2".to_owned(), lit(100_i64))]);
        }
        input.select(outputs)
    }
}

fn number(written: &Field, input: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
    if let Some(number) = parse_number(&written.name).filter(|_| !input.has(&written.name)) {
        return Ok(lit(number));
    }
    match field::resolve(written, input, cx) {
        Some((value, data_type)) => meet::convert(value, &data_type, &DataType::Float64),
        None => meet::null_of(&DataType::Float64),
    }
}
