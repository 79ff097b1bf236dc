//! The meaning of `outputcsv`: `outputlookup` to a file that no definition names. `outputcsv append=true results.csv`

use speleo_syntax::{
    Field,
    command::{outputcsv::OutputCsv, outputlookup::OutputLookup},
};

use crate::{
    Result,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for OutputCsv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let write = OutputLookup {
            span: self.span,
            table: file(&self.file),
            append: self.append,
            create_empty: self.create_empty,
            override_if_empty: self.override_if_empty,
            max: None,
            key_field: None,
            multivalue_columns: false,
        };
        write.lower(input, cx).await
    }
}

/// The name with an ending.
pub(super) fn file(name: &Field) -> Field {
    let has_ending = name.name.contains('.');
    Field { name: if has_ending { name.name.clone() } else { format!("{}.csv", name.name) }, span: name.span }
}
