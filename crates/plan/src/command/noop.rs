//! The meaning of `noop` and its kind: rows pass. `localop`, `highlight error`
//!
//! Splunk's hints say where it computes what, and its marks what a page shows; neither changes rows.

use speleo_syntax::command::noop::NoOp;

use crate::{
    Result,
    command::rows_or_none,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for NoOp {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        rows_or_none(input)
    }
}
