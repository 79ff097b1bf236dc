//! The meaning of `fillnull`: a value where there is none. `fillnull value="" attachment`
//!
//! Empty text is a value and stays. With a list, a field that exists nowhere is created; without, the fields are all that are
//! shown, internal ones left out. A numeric column that is filled with a number stays numeric.

use datafusion::{functions::core::coalesce, logical_expr::Expr};
use speleo_syntax::command::fillnull::FillNull;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, is_internal},
};

impl Lower for FillNull {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "fillnull", self.span)?;
        let names: Vec<String> = if self.fields.is_empty() {
            input.fields().into_iter().filter(|name| !is_internal(name)).collect()
        } else {
            self.fields.iter().map(|field| field.name.clone()).collect()
        };
        let value = self.value.as_deref().unwrap_or("0");
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let filled = fill(&input, &name, value)?;
            columns.push((name, filled));
        }
        input.set(columns)
    }
}

/// The field with `value` where it is null.
pub(crate) fn fill(relation: &Relation, name: &str, value: &str) -> Result<Expr> {
    let (literal, literal_type) = meet::literal(value);
    let Some(old_type) = relation.data_type(name) else {
        return meet::stored(name, literal, &literal_type);
    };
    let common = match old_type {
        text if meet::is_text(text) => text.clone(),
        time if meet::is_time(time) && meet::is_number(&literal_type) => time.clone(),
        other => meet::meet(other, &literal_type),
    };
    let old = meet::convert(column(name), old_type, &common)?;
    let filler = meet::convert(literal, &literal_type, &common)?;
    Ok(coalesce().call(vec![old, filler]))
}
