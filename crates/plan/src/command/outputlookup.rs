//! The meaning of `outputlookup`: writes rows to a lookup table and passes them on. `outputlookup append=t seen.csv`
//!
//! Writing is a named step: the rows that go on are those that it returns.

use speleo_syntax::{Code, Diagnostic, Label, Span, command::outputlookup::OutputLookup};

use crate::{
    Error, LookupWrite, Result, Write,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    table,
};

impl Lower for OutputLookup {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut input = rows(input, "outputlookup", self.span)?;
        if let Some(max) = self.max {
            input = input.sorted(usize::try_from(max).ok())?;
        }
        let shape = input.shape;
        let write = LookupWrite {
            table: self.table.name.clone(),
            append: self.append,
            create_empty: self.create_empty,
            override_if_empty: self.override_if_empty,
            key_field: self.key_field.as_ref().map(|field| field.name.clone()),
            multivalue_columns: self.multivalue_columns,
        };
        let step = format!("write {}", self.table.name);
        let written = cx
            .world
            .write(&step, Write::Lookup(write), input.finish()?)
            .await
            .map_err(|error| placed(error, self.table.span))?;
        let mut relation = table::of_rows(&self.table.name, &written)?;
        relation.shape = shape;
        Ok(relation)
    }
}

/// A table that cannot exist is blamed on its name.
fn placed(error: Error, name: Span) -> Error {
    let place = |mut found: Diagnostic| {
        if found.labels.is_empty() && found.code == Code::UnknownLookup {
            found.labels.push(Label { span: name, text: String::new() });
        }
        found
    };
    match error {
        Error::Diagnostics(list) => Error::Diagnostics(list.into_iter().map(place).collect()),
        other => other,
    }
}
