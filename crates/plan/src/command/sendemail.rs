//! The meaning of `sendemail`: rows pass with a warning, no mail is sent. `sendemail to="soc@example.com"`

use speleo_syntax::{Code, Diagnostic, command::sendemail::SendEmail};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for SendEmail {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "sendemail", self.span)?;
        let warning = Diagnostic::new(Code::NotDone, self.span, "`sendemail` sends no mail here");
        cx.notes.push(warning.help("`speleo search --output csv` gives the rows to a program that does"));
        Ok(input)
    }
}
