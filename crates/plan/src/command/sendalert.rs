//! The meaning of `sendalert`: rows pass with a warning, no alert action runs. `sendalert notable param.severity=high`

use speleo_syntax::{Code, Diagnostic, command::sendalert::SendAlert};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for SendAlert {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "sendalert", self.span)?;
        let warning = Diagnostic::new(Code::NotDone, self.span, "`sendalert` runs no alert action here");
        cx.notes.push(warning.help("a program that reads the rows of `speleo search --output jsonl` can"));
        Ok(input)
    }
}
