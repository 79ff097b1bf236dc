//! The meaning of `reltime`: how long ago `_time` was, in words, in the field `reltime`. `reltime`
//!
//! The largest unit that fits once counts: 90 minutes are `1 hour ago`. A row without a time gets none.

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::command::reltime::RelTime;

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
};

impl Lower for RelTime {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "reltime", self.span)?;
        let time = match input.data_type(meet::TIME) {
            Some(data_type) => meet::convert(column(meet::TIME), data_type, &DataType::Float64)?,
            None => meet::null_of(&DataType::Float64)?,
        };
        let age = kernel::call("spl_reltime", vec![time, lit(cx.world.now())])?;
        input.set(vec![("reltime".to_owned(), age)])
    }
}
