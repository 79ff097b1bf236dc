//! The meaning of `strcat`: fields and texts one after the other. `strcat src ":" src_port endpoint`
//!
//! A field without a value counts as empty; with `allrequired` the target keeps what it had on rows where one is missing.
//! Several values are joined by blanks.

use datafusion::{
    arrow::datatypes::DataType,
    functions::{core::coalesce, string::expr_fn::concat},
    logical_expr::{Expr, lit, when},
};
use speleo_syntax::command::strcat::{Part, StrCat};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
};

impl Lower for StrCat {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "strcat", self.span)?;
        let mut parts = Vec::with_capacity(self.parts.len());
        let mut complete: Option<Expr> = None;
        for part in &self.parts {
            let text = match part {
                Part::Text(text) => lit(text.as_str()),
                Part::Field(name) => {
                    let text = match field::resolve(name, &input, cx) {
                        Some((value, list)) if meet::is_list(&list) => {
                            kernel::call("spl_mvjoin", vec![value, lit(" ")])?
                        }
                        Some((value, data_type)) => meet::convert(value, &data_type, &DataType::Utf8)?,
                        None => meet::null_of(&DataType::Utf8)?,
                    };
                    let present = text.clone().is_not_null();
                    complete = Some(match complete {
                        Some(others) => others.and(present),
                        None => present,
                    });
                    coalesce().call(vec![text, lit("")])
                }
            };
            parts.push(text);
        }
        let mut joined = concat(parts);
        if let Some(complete) = complete.filter(|_| self.all_required) {
            let old = match input.data_type(&self.target.name) {
                Some(data_type) => meet::convert(column(&self.target.name), data_type, &DataType::Utf8)?,
                None => meet::null_of(&DataType::Utf8)?,
            };
            joined = when(complete, joined).otherwise(old)?;
        }
        let value = meet::stored(&self.target.name, joined, &DataType::Utf8)?;
        input.set(vec![(self.target.name.clone(), value)])
    }
}
