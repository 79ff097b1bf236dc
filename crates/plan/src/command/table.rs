//! The meaning of `table`: exactly the listed columns. `table _time, subject, src_*`
//!
//! A wildcard stands for the fitting fields in alphabetical order; a name that does not exist gives an empty column.

use datafusion::arrow::datatypes::DataType;
use speleo_syntax::command::table::Table;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, Shape, column},
    wildcard,
};

impl Lower for Table {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let mut input = rows(input, "table", self.span)?;
        let present = input.fields();
        let mut names: Vec<String> = Vec::new();
        for field in &self.fields {
            let mut fitting: Vec<String> = if field.is_wildcard() {
                present.iter().filter(|name| wildcard::matches(&field.name, name)).cloned().collect()
            } else {
                vec![field.name.clone()]
            };
            fitting.sort();
            for name in fitting {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let mut outputs = Vec::with_capacity(names.len());
        for name in names {
            let expr = if present.contains(&name) { column(&name) } else { meet::null_of(&DataType::Utf8)? };
            outputs.push((name, expr));
        }
        input.shape = Shape::Results;
        input.select(outputs)
    }
}
