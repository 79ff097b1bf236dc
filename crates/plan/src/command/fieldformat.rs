//! The meaning of `fieldformat`: how a field is shown. `fieldformat bytes=tostring(bytes, "commas")`
//!
//! The value stays what it is for the commands that follow; the form is computed from the final rows, for output that people
//! read. A command that makes new rows ends it, and so does a later form of the same field.

use speleo_syntax::{Command, command::fieldformat::FieldFormat};

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for FieldFormat {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "fieldformat", self.span)?;
        if let Some(formats) = &mut cx.formats {
            formats.retain(|format| format.target.name != self.format.target.name);
            formats.push(self.format.clone());
        }
        Ok(input)
    }
}

/// Whether the fields after a command are other ones, even under the same names.
pub(crate) fn ends_with(command: &Command) -> bool {
    field::closes(command) && !matches!(command, Command::Fields(_) | Command::Table(_))
}
