//! The meaning of commands that have no plan yet: an error with their name, never a silent pass. `cluster t=0.9`
//!
//! Hints to Splunk's scheduler and marks for its display change no rows: these pass on what comes in.

use speleo_syntax::{Code, Diagnostic, command::unsupported::Unsupported};

use crate::{
    Result,
    command::rows_or_none,
    lower::{Context, Lower},
    relation::Relation,
};

/// Commands without an effect on rows.
const HINTS: [&str; 6] = ["highlight", "iconify", "localop", "noop", "prjob", "redistribute"];

impl Lower for Unsupported {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let name = self.name.node.to_lowercase();
        if HINTS.contains(&name.as_str()) {
            return rows_or_none(input);
        }
        let error = Diagnostic::new(Code::UnsupportedCommand, self.name.span, format!("`{name}` is not supported yet"));
        Err(error.label("valid SPL that has no plan here").into())
    }
}
