//! The meaning of `setfields`: constants in every row. `setfields vendor="Cisco"`

use speleo_syntax::command::setfields::SetFields;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

impl Lower for SetFields {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "setfields", self.span)?;
        let mut columns = Vec::with_capacity(self.values.len());
        for (field, value) in &self.values {
            let (value, data_type) = meet::literal(value);
            columns.push((field.name.clone(), meet::stored(&field.name, value, &data_type)?));
        }
        input.set(columns)
    }
}
