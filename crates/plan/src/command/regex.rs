//! The meaning of `regex`.

use speleo_syntax::command::regex::Regex;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Regex {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("regex", self.span))
    }
}
